// Proves that a profile can be killed at any moment: nothing that was recorded is lost or measured
// twice, and the end is the same as without interruption.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <tuple>

#include "lab/profile/energy_blocks.h"
#include "lab/profile/profile.h"
#include "lab/profile/profile_test_support.h"
#include "lab/profile/read_run.h"
#include "lab/profile/resources.h"
#include "lab/profile/samples.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;
using test::Behaviour;
using test::Folder;
using test::run_profile;

// What a killed profile left behind.
struct Recorded {
  std::set<int> items;                                                  // with outcomes
  std::map<std::tuple<std::size_t, std::int64_t, int>, Elapsed> times;  // inference samples
  std::vector<ModelResources> resources;
  RunEnergy energy;
  std::size_t features = 0;         // items that have them
  std::size_t feature_samples = 0;  // of each group
};

// Reads a copy, so that the next profile finds the file as the killed one left it.
Recorded recorded_in(const fs::path& path) {
  Recorded recorded;
  if (!fs::exists(path)) return recorded;  // killed before it was made
  const fs::path copy = path.parent_path() / "copy" / path.filename();
  fs::remove_all(copy.parent_path());
  fs::create_directory(copy.parent_path());
  for (const char* suffix : {"", "-wal", "-journal"}) {
    if (fs::exists(path.string() + suffix)) {
      fs::copy_file(path.string() + suffix, copy.string() + suffix);
    }
  }
  Result<RunStore> store = RunStore::open(copy);
  EXPECT_TRUE(store.ok()) << store.status().message();
  if (!store.ok()) return recorded;
  const std::vector<StoredItem> items = *store->items();
  for (const StoredItem& item : items) {
    if (item.status != ItemStatus::kPending) recorded.items.insert(static_cast<int>(item.id));
  }
  const Samples samples = *read_samples(*store);
  recorded.features =
      static_cast<std::size_t>(*store->database().query_integer("SELECT count(*) FROM features"));
  recorded.feature_samples = samples.features.front().size();
  EXPECT_EQ(recorded.items.size(), recorded.features) << "an item is complete or pending";
  for (const auto& group : samples.features) EXPECT_EQ(samples.decode.size(), group.size());
  for (std::size_t model = 0; model < samples.models.size(); ++model) {
    for (const StoredModelSample& sample : samples.models[model]) {
      recorded.times[{model, sample.item, sample.pass}] = sample.inference;
    }
  }
  recorded.resources = *read_resources(*store);
  recorded.energy = *read_energy(*store);
  return recorded;
}

bool starts_with(const std::vector<double>& whole, const std::vector<double>& part) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

bool is_part_of(const RunEnergy& part, const RunEnergy& whole) {
  for (std::size_t model = 0; model < part.models.size(); ++model) {
    if (!starts_with(whole.models[model], part.models[model])) return false;
  }
  return starts_with(whole.decoding, part.decoding);
}

bool is_part_of(const std::vector<ModelResources>& part, const std::vector<ModelResources>& whole) {
  for (std::size_t model = 0; model < part.size(); ++model) {
    if (part[model].file_bytes && part[model].memory_bytes != whole[model].memory_bytes)
      return false;
  }
  return true;
}

bool is_part_of(const Recorded& part, const Recorded& whole) {
  return std::includes(whole.items.begin(), whole.items.end(), part.items.begin(),
                       part.items.end()) &&
         is_part_of(part.energy, whole.energy) && is_part_of(part.resources, whole.resources) &&
         std::all_of(part.times.begin(), part.times.end(), [&](const auto& entry) {
           const auto found = whole.times.find(entry.first);
           return found != whole.times.end() && found->second.cpu == entry.second.cpu &&
                  found->second.wall == entry.second.wall;
         });
}

class KillTest : public testing::Test {
 protected:
  // A child that profiles and writes to `log` the red of each image whose outcomes it makes.
  pid_t start(const DataSet& data) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int log =
        ::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    std::atomic<bool> timing{false};
    Behaviour behaviour = slow_;
    behaviour.on_run = [&](int red) {
      const auto byte = static_cast<std::uint8_t>(red);
      if (!timing && ::write(log, &byte, 1) != 1) ::_exit(2);
    };
    const Result<ProfileSummary> done =
        run_profile(zoo_, data, options_, behaviour, [&](const Progress& progress) {
          if (progress.phase != "outcomes") timing = true;
        });
    ::_exit(done.ok() ? 0 : 1);
  }
  std::set<int> log() const {
    std::set<int> reds;
    std::ifstream in(folder_ / "log", std::ios::binary);
    for (int red = in.get(); red != EOF; red = in.get()) reds.insert(red);
    return reds;
  }

  Folder folder_;
  Zoo zoo_ = test::make_zoo(folder_ / "zoo");
  fs::path output_ = folder_ / "run.db";
  ProfileOptions options_ = test::make_options(output_);
  Behaviour slow_{"1.0", -1, std::chrono::microseconds(500), {}};
};

TEST(Resume, RefusesInputsThatAreNotWhatWasRecorded) {
  Folder folder;
  const Zoo zoo = test::make_zoo(folder / "zoo");
  const ProfileOptions options = test::make_options(folder / "run.db");
  const DataSet data = test::make_data(folder / "data", 4);
  ASSERT_TRUE(run_profile(zoo, data, options).ok());
  // Two photos exchanged: the names are the same as before.
  fs::rename(data.items[1].path, folder / "held");
  fs::rename(data.items[2].path, data.items[1].path);
  fs::rename(folder / "held", data.items[2].path);
  const Result<ProfileSummary> refused = run_profile(zoo, data, options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(StatusCode::kMismatch, refused.status().code());
  const std::string message = refused.status().message();
  EXPECT_NE(std::string::npos, message.find(data.items[1].path.filename().string())) << message;
  EXPECT_NE(std::string::npos, message.find("2 of the inputs")) << message;
  // Back in place, nothing is lost or made again.
  fs::rename(data.items[1].path, folder / "held");
  fs::rename(data.items[2].path, data.items[1].path);
  fs::rename(folder / "held", data.items[2].path);
  const Result<ProfileSummary> resumed = run_profile(zoo, data, options);
  ASSERT_TRUE(resumed.ok()) << resumed.status().message();
  EXPECT_EQ(0U, resumed->made);
}

TEST(Resume, TriesAgainWhatFailedAndIsMadeOfSomethingElseNow) {
  Folder folder;
  const Zoo zoo = test::make_zoo(folder / "zoo");
  const ProfileOptions options = test::make_options(folder / "run.db");
  const DataSet data = test::make_data(folder / "data", 4);
  test::write_file(data.items[3].path, "no image");
  ASSERT_TRUE(run_profile(zoo, data, options).ok());
  EXPECT_EQ(3U, read_table(folder / "run.db")->item_count());
  EXPECT_EQ(1U, run_profile(zoo, data, options)->tried_again);
  EXPECT_EQ(3U, read_table(folder / "run.db")->item_count());
  test::write_png(data.items[3].path, 3);
  EXPECT_EQ(1U, run_profile(zoo, data, options)->tried_again);
  EXPECT_EQ(4U, read_table(folder / "run.db")->item_count());
}

TEST(Resume, SettingsDecideWhatItBelongsToAndPathsDoNot) {
  Folder folder;
  const Zoo zoo = test::make_zoo(folder / "zoo");
  const ProfileOptions options = test::make_options(folder / "run.db");
  const DataSet data = test::make_data(folder / "data", 4);
  ASSERT_TRUE(run_profile(zoo, data, options).ok());
  Zoo moved = zoo;
  fs::create_directory(folder / "moved");
  moved.folder = folder.path();
  for (ModelSpec& model : moved.models) {
    fs::copy_file(zoo.folder / model.file, folder / "moved" / model.name);
    model.file = "moved/" + model.name;
  }
  moved.classes[3].name = "another word for it";
  const Result<ProfileSummary> resumed = run_profile(moved, data, options);
  EXPECT_TRUE(resumed.ok()) << resumed.status().message();
  Zoo other = zoo;
  other.models[1].input.crop_fraction = 0.5;
  const Result<ProfileSummary> refused = run_profile(other, data, options);
  ASSERT_FALSE(refused.ok());
  const std::string message = refused.status().message();
  EXPECT_NE(std::string::npos, message.find("model 'm1': input.crop_fraction")) << message;
  EXPECT_NE(std::string::npos, message.find("1.0 against 0.5")) << message;
}

TEST_F(KillTest, KilledAtAnyMomentNothingRecordedIsLostOrMeasuredTwice) {
  const DataSet data = test::make_data(folder_ / "data", 200);
  options_.commit_every = std::chrono::milliseconds(2);
  options_.timing.max_passes = 3;
  options_.timing.tolerance = 1e-9;  // all passes
  options_.energy = test::simulated_energy(std::make_shared<test::SensorScript>());
  ProfileOptions whole = options_;
  whole.output = folder_ / "whole.db";
  const Stopwatch uninterrupted;
  ASSERT_TRUE(run_profile(zoo_, data, whole, slow_).ok());
  const Nanoseconds longest = uninterrupted.elapsed().wall / 2;

  std::mt19937_64 random(3);
  Recorded before;
  int killed_in_outcomes = 0;
  int killed_in_timing = 0;
  bool done = false;
  for (int kills = 0; !done; ++kills) {
    fs::remove(folder_ / "log");
    const pid_t child = start(data);
    // A little later every time, so that every phase is hit, with chance within the step.
    std::this_thread::sleep_for(longest * (1000 * kills + static_cast<int>(random() % 1000)) /
                                20'000);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    for (const int red : log()) EXPECT_FALSE(before.items.contains(red)) << red;
    const Recorded now = recorded_in(output_);
    ASSERT_TRUE(is_part_of(before, now));
    before = now;
    done = WIFEXITED(status);
    if (done) {
      ASSERT_EQ(0, WEXITSTATUS(status));
    }
    if (!done && !now.items.empty() && now.items.size() < 200U) ++killed_in_outcomes;
    if (!done && !now.times.empty() && now.times.size() < 1200U) ++killed_in_timing;
  }
  EXPECT_GT(killed_in_outcomes, 0);
  EXPECT_GT(killed_in_timing, 0);
  EXPECT_EQ(2U * 200U * 3U, before.times.size());
  EXPECT_EQ(200U, before.features);
  EXPECT_EQ(200U * 3U, before.feature_samples);
  EXPECT_EQ(8U, before.energy.decoding.size());
  for (const char* suffix : {"-wal", "-shm", "-journal", ".lock", ".new"}) {
    EXPECT_FALSE(fs::exists(output_.string() + suffix)) << suffix;
  }
  test::expect_same_answers(*read_table(whole.output), *read_table(output_));
}

// As at the end, when the file becomes one file again: what is half written is undone first.
TEST_F(KillTest, KilledInTheMiddleOfAWriteItIsTakenUpAgain) {
  const DataSet data = test::make_data(folder_ / "data", 60);
  options_.timing.max_passes = 1;
  ASSERT_TRUE(run_profile(zoo_, data, options_).ok());
  const OutcomeTable before = *read_table(output_);
  const pid_t child = ::fork();
  if (child == 0) {
    Result<Database> database = Database::open(output_, Database::Mode::kReadWrite);
    const Status status = database->execute(
        "PRAGMA cache_size = 1; BEGIN; UPDATE items SET error = hex(zeroblob(3000))");
    if (status.ok()) ::raise(SIGKILL);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_TRUE(fs::exists(output_.string() + "-journal"));
  const Result<ProfileSummary> again = run_profile(zoo_, data, options_);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_FALSE(fs::exists(output_.string() + "-journal"));
  test::expect_same_answers(before, *read_table(output_));
}

TEST_F(KillTest, KilledWhileEnergyIsMeasuredNoBlockIsLostOrRepeated) {
  const DataSet data = test::make_data(folder_ / "data", 5);
  options_.timing.max_passes = 1;
  options_.timing.tolerance = 1e-9;  // all blocks
  ASSERT_TRUE(run_profile(zoo_, data, options_).ok());
  const auto sensor = std::make_shared<test::SensorScript>();
  options_.energy = test::simulated_energy(sensor);
  sensor->kills = true;

  Recorded before = recorded_in(output_);
  int kills = 0;
  for (bool done = false; !done; kills += done ? 0 : 1) {
    ASSERT_LT(kills, 100) << "no progress";
    // Killed in the idle measurement first, then a little further every time.
    sensor->reads_left = 2 * options_.energy.idle_windows - 1 + 3 * kills;
    const pid_t child = ::fork();
    if (child == 0) ::_exit(run_profile(zoo_, data, options_).ok() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    const Recorded now = recorded_in(output_);
    ASSERT_TRUE(is_part_of(before, now));
    before = now;
    done = WIFEXITED(status);
    if (done) {
      ASSERT_EQ(0, WEXITSTATUS(status));
    }
  }
  EXPECT_GT(kills, 3);
  for (int work = kFirstWork; work < 2; ++work) EXPECT_EQ(8U, before.energy.of(work).size());
}

}  // namespace
}  // namespace rightsize

// Proves that a profile records what the models say, survives failing images and models, a full
// disk and a kill at any moment, never measures anything twice, and refuses to go on with what does
// not belong to it.
#include "lab/profile/profile.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <mutex>

#include "core/file.h"
#include "image/classification.h"
#include "lab/profile/blob.h"
#include "lab/profile/device.h"
#include "lab/profile/profile_test_support.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

using test::Behaviour;
using test::Folder;
using test::run_profile;

class ProfileTest : public testing::Test {
 protected:
  static std::string message_of(const Result<ProfileSummary>& result) {
    return result.ok() ? "ok" : result.status().message();
  }
  void expect_error(const Result<ProfileSummary>& result, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) {
      EXPECT_NE(std::string::npos, message_of(result).find(part))
          << message_of(result) << "\nhas no: " << part;
    }
  }
  std::size_t side_files() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(output_.parent_path())) {
      const std::string name = entry.path().filename().string();
      if (name != "run.db" && name.starts_with("run.db")) ++count;
    }
    return count;
  }

  Folder folder_;
  Zoo zoo_ = test::make_zoo(folder_ / "zoo");
  fs::path output_ = folder_ / "run.db";
  ProfileOptions options_ = test::make_options(output_);
};

TEST_F(ProfileTest, RecordsWhatTheModelsSay) {
  const DataSet data = test::make_data(folder_ / "data", 40);
  const Result<ProfileSummary> summary = run_profile(zoo_, data, options_);
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  EXPECT_EQ(40U, summary->made);
  EXPECT_EQ(0U, summary->found);
  EXPECT_EQ(0U, side_files());

  const Result<OutcomeTable> table = read_table(output_);
  ASSERT_TRUE(table.ok()) << table.status().message();
  ASSERT_EQ(40U, table->item_count());
  EXPECT_EQ("data", table->provenance.data);
  EXPECT_EQ("Simulated Runtime 1.0", table->provenance.runtime);
  EXPECT_EQ("0.0-test", table->provenance.version);
  test::FakeRuntime runtime;
  std::size_t right = 0;
  for (std::size_t item = 0; item < 40; ++item) {
    EXPECT_EQ(data.items[item].label.value_or(-1), table->labels[item]);
    const Result<Image> image = decode_image(*read_bytes(data.items[item].path));
    for (std::size_t model = 0; model < 2; ++model) {
      auto session = runtime.open(folder_ / ("zoo/" + zoo_.models[model].file), {});
      ImageModel live(zoo_.models[model], **session);
      ClassOutcome outcome;
      ImageModel::Times times;
      ASSERT_TRUE(live.classify(*image, outcome, times).ok());
      const RecordedOutcome& cell = table->at(item, model);
      EXPECT_EQ(outcome.signals, cell.outcome.signals);
      EXPECT_EQ(encode_top(outcome.top), encode_top(cell.outcome.top));
      EXPECT_GT(cell.cpu, Nanoseconds(0));
      EXPECT_GT(cell.wall, Nanoseconds(0));
      if (model == 0 && outcome.label() == table->labels[item]) ++right;
    }
  }
  const ModelSummary& first = summary->run.models[0];
  EXPECT_EQ(right, first.top1);
  EXPECT_EQ(36U, first.labelled);
  EXPECT_EQ(40U, first.answered);
  EXPECT_GE(first.inference_cpu.samples, kFewestSamples);
}

TEST_F(ProfileTest, TheNumberOfThreadsChangesNothing) {
  const DataSet data = test::make_data(folder_ / "data", 30);
  ASSERT_TRUE(run_profile(zoo_, data, options_).ok());
  ProfileOptions alone = test::make_options(folder_ / "alone.db");
  alone.threads = 1;
  ASSERT_TRUE(run_profile(zoo_, data, alone).ok());
  test::expect_same_answers(*read_table(output_), *read_table(alone.output));
}

TEST_F(ProfileTest, AFailingImageOrModelInTheMiddleIsRecordedAndTheRunGoesOn) {
  const DataSet data = test::make_data(folder_ / "data", 40);
  test::write_file(data.items[7].path, "this is no image");
  fs::remove(data.items[8].path);
  Behaviour behaviour;
  behaviour.fails_on_red = 20;
  const Result<ProfileSummary> summary = run_profile(zoo_, data, options_, behaviour);
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  EXPECT_EQ(2U, summary->run.failed);
  EXPECT_NE(std::string::npos, summary->run.first_error.find("image7.png"));
  EXPECT_EQ(1U, summary->run.models[1].failed);
  EXPECT_EQ("simulated failure", summary->run.models[1].first_error);

  const Result<OutcomeTable> table = read_table(output_);
  ASSERT_TRUE(table.ok()) << table.status().message();
  EXPECT_EQ(38U, table->item_count());
  EXPECT_EQ(2U, table->failed_items);
  EXPECT_EQ("image9.png", table->items[7]);
  EXPECT_EQ("image20.png", table->items[18]);
  EXPECT_EQ(TrialStatus::kFailed, table->at(18, 0).status);
  EXPECT_EQ(TrialStatus::kOk, table->at(19, 0).status);
  EXPECT_GT(table->at(18, 0).cpu, Nanoseconds(0));
}

TEST_F(ProfileTest, WhatFailedIsTriedAgain) {
  const DataSet data = test::make_data(folder_ / "data", 40);
  const std::string good = test::text_of(data.items[7].path);
  test::write_file(data.items[7].path, good.substr(0, good.size() / 2));
  Behaviour behaviour;
  behaviour.fails_on_red = 20;
  const Result<ProfileSummary> first = run_profile(zoo_, data, options_, behaviour);
  ASSERT_TRUE(first.ok()) << first.status().message();
  EXPECT_EQ(0U, first->tried_again);

  const Result<ProfileSummary> same = run_profile(zoo_, data, options_, behaviour);
  ASSERT_TRUE(same.ok()) << same.status().message();
  EXPECT_EQ(2U, same->tried_again);
  EXPECT_EQ(40U, same->found);
  EXPECT_EQ(1U, same->run.failed) << "a failure that stays stays";
  EXPECT_EQ(1U, same->run.models[0].failed);

  test::write_file(data.items[7].path, good);
  std::atomic<int> runs_on_others{0};
  Behaviour mended;
  mended.on_run = [&](int red) { runs_on_others += red != 7 && red != 20 ? 1 : 0; };
  options_.timing.items = 1;
  options_.timing.max_passes = 1;
  const Result<ProfileSummary> again = run_profile(zoo_, data, options_, mended);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(2U, again->tried_again);
  EXPECT_EQ(0U, again->run.failed);
  EXPECT_EQ(0U, again->run.models[0].failed);
  EXPECT_EQ(40U, again->run.models[1].answered);
  EXPECT_EQ(0, runs_on_others) << "and nothing else is made again";

  ProfileOptions whole = test::make_options(folder_ / "whole.db");
  ASSERT_TRUE(run_profile(zoo_, data, whole).ok());
  test::expect_same_answers(*read_table(whole.output), *read_table(output_));
}

TEST_F(ProfileTest, AFaultThatPassesIsNoItemsFailure) {
  const DataSet data = test::make_data(folder_ / "data", 40);
  options_.threads = 1;
  const auto expect_interrupted = [&](const Behaviour& behaviour, const std::string& why) {
    expect_error(run_profile(zoo_, data, options_, behaviour), {why, "run the same command again"});
    const Result<RunSummary> run = read_run_summary(output_);
    ASSERT_TRUE(run.ok()) << run.status().message();
    EXPECT_EQ(0U, run->failed);
    EXPECT_EQ(0U, run->models[0].failed);
    EXPECT_GT(run->pending, 0U);
    EXPECT_EQ(0U, side_files());
  };
  // The folder goes away in the middle, as a mount does.
  Behaviour unmounts;
  unmounts.on_run = [&](int red) {
    if (red != 10 || fs::exists(folder_ / "away")) return;
    fs::rename(folder_ / "data", folder_ / "away");
    fs::create_directory(folder_ / "data");
  };
  expect_interrupted(unmounts, "no longer mounted");
  fs::remove(folder_ / "data");
  fs::rename(folder_ / "away", folder_ / "data");
  Behaviour short_of_memory;
  short_of_memory.lacks_memory_on_red = 30;
  expect_interrupted(short_of_memory, "not enough memory");
  EXPECT_EQ(10U, read_run_summary(output_)->pending) << "what was made before is kept";

  ASSERT_TRUE(run_profile(zoo_, data, options_).ok());
  EXPECT_EQ(40U, read_table(output_)->item_count());
}

TEST_F(ProfileTest, ARefusedProfileLeavesTheFileAsItIs) {
  const DataSet data = test::make_data(folder_ / "data", 5);
  ASSERT_TRUE(run_profile(zoo_, data, options_).ok());
  const std::string before = test::text_of(output_);
  DataSet other = data;
  other.items[3].label = 9;
  EXPECT_FALSE(run_profile(zoo_, other, options_).ok());
  EXPECT_FALSE(run_profile(test::make_zoo(folder_ / "zoo", 3), data, options_).ok());
  ProfileOptions shard = options_;
  shard.shards = 2;
  EXPECT_FALSE(run_profile(zoo_, data, shard).ok());
  EXPECT_EQ(before, test::text_of(output_));
  EXPECT_EQ(0U, side_files());
}

TEST_F(ProfileTest, SaysWhenNoImageCouldBeDecoded) {
  const DataSet data = test::make_data(folder_ / "data", 2);
  for (const DataItem& item : data.items) test::write_file(item.path, "no image");
  expect_error(run_profile(zoo_, data, options_), {"none of the 2 inputs", "image0.png"});
  EXPECT_EQ(0U, side_files());
}

TEST_F(ProfileTest, AFinishedRunIsNotMeasuredAgain) {
  const DataSet data = test::make_data(folder_ / "data", 40);
  ASSERT_TRUE(run_profile(zoo_, data, options_).ok());
  const OutcomeTable before = *read_table(output_);
  options_.timing.tolerance = 0.9;
  int runs = 0;
  Behaviour behaviour;
  behaviour.on_run = [&](int) { ++runs; };
  const Result<ProfileSummary> again = run_profile(zoo_, data, options_, behaviour);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(0, runs);
  EXPECT_EQ(40U, again->found);
  EXPECT_EQ(before.provenance, read_table(output_)->provenance);
}

TEST_F(ProfileTest, RefusesToGoOnWithWhatDoesNotBelongToIt) {
  const DataSet data = test::make_data(folder_ / "data", 40);
  ASSERT_TRUE(run_profile(zoo_, data, options_).ok());

  Zoo other_zoo = test::make_zoo(folder_ / "zoo", 3);
  other_zoo.name = "larger";
  expect_error(run_profile(other_zoo, data, options_), {"zoo (model 3)", "none against m2"});
  DataSet other_data = data;
  other_data.items[3].label = 9;
  expect_error(run_profile(zoo_, other_data, options_), {"data set", "another file"});
  Behaviour other_runtime;
  other_runtime.version = "2.0";
  expect_error(run_profile(zoo_, data, options_, other_runtime),
               {"runtime", "Simulated Runtime 1.0", "Simulated Runtime 2.0"});
  ProfileOptions shard = options_;
  shard.shards = 2;
  expect_error(run_profile(zoo_, data, shard), {"shard 1/1", "shard 1/2"});

  ASSERT_TRUE(Database::open(output_, Database::Mode::kReadWrite)
                  ->execute("UPDATE meta SET value = 'Other CPU' WHERE key = 'device'")
                  .ok());
  expect_error(run_profile(zoo_, data, options_), {"device", "Other CPU", device_name()});
}

TEST_F(ProfileTest, RefusesSenselessOptionsAndABrokenZooBeforeAnythingIsWritten) {
  const DataSet data = test::make_data(folder_ / "data", 2);
  ProfileOptions bad = options_;
  bad.shard = 3;
  bad.shards = 2;
  expect_error(run_profile(zoo_, data, bad), {"no shard 3 of 2"});
  test::write_file(folder_ / "zoo/m1.net", "changed");
  expect_error(run_profile(zoo_, data, options_), {"m1", "SHA-256"});
  EXPECT_FALSE(fs::exists(output_));
  EXPECT_EQ(0U, side_files());
}

TEST_F(ProfileTest, TwoProfilesDoNotShareAFile) {
  const DataSet data = test::make_data(folder_ / "data", 3);
  std::string second;
  std::once_flag once;
  Behaviour behaviour;
  behaviour.on_run = [&](int) {
    std::call_once(once, [&] { second = message_of(run_profile(zoo_, data, options_)); });
  };
  ASSERT_TRUE(run_profile(zoo_, data, options_, behaviour).ok());
  EXPECT_NE(std::string::npos, second.find("another profile is writing"));
}

TEST_F(ProfileTest, AReadOnlyTargetLeavesNothingBehind) {
  const DataSet data = test::make_data(folder_ / "data", 3);
  const fs::path locked = folder_ / "locked";
  fs::create_directory(locked);
  fs::permissions(locked, fs::perms(0555));
  EXPECT_TRUE(test::holds_unprivileged([&] {
    const ProfileOptions options = test::make_options(locked / "run.db");
    const std::string message = message_of(run_profile(zoo_, data, options));
    return message.find((locked / "run.db").string()) != std::string::npos;
  }));
  EXPECT_TRUE(fs::is_empty(locked));
}

TEST_F(ProfileTest, AFullDiskKeepsWhatWasRecordedAndIsTakenUpAgain) {
  const DataSet data = test::make_data(folder_ / "data", 250);
  options_.commit_every = std::chrono::milliseconds(0);
  options_.timing.max_passes = 1;
  {
    const test::FileSizeLimit limit(20'000);
    expect_error(run_profile(zoo_, data, options_), {"run.db", "disk is full"});
  }
  EXPECT_FALSE(fs::exists(output_));
  EXPECT_EQ(0U, side_files());
  {
    const test::FileSizeLimit limit(200'000);
    expect_error(run_profile(zoo_, data, options_), {"run.db", "disk is full"});
  }
  const std::size_t pending = read_run_summary(output_)->pending;
  EXPECT_GT(pending, 0U);
  EXPECT_LT(pending, 250U);
  const Result<ProfileSummary> rest = run_profile(zoo_, data, options_);
  ASSERT_TRUE(rest.ok()) << rest.status().message();
  EXPECT_EQ(250U - pending, rest->found);
  ProfileOptions whole = test::make_options(folder_ / "whole.db");
  ASSERT_TRUE(run_profile(zoo_, data, whole).ok());
  test::expect_same_answers(*read_table(whole.output), *read_table(output_));
}

}  // namespace
}  // namespace rightsize

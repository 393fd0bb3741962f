// Proves that run.db gives back to the last bit what was put in, refuses files that are not its own
// or of another version, and works where nothing may be written.
#include "lab/profile/store.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "lab/profile/blob.h"
#include "lab/profile/profile_test_support.h"
#include "lab/profile/read_run.h"
#include "lab/profile/recorder.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;
using test::Folder;

constexpr std::chrono::milliseconds kAtOnce{0};

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    header_.zoo = test::make_zoo(folder_ / "zoo");
    header_.provenance = {"run", "data", "device", "runtime", "date", "version"};
    header_.items_sha256 = "digest";
    header_.features = {image_feature_set().name, {640, 30, 50, 150}};
    items_ = {{0, "b.png", 5, ItemStatus::kPending, {}},
              {1, "a, \"ü\".png", std::nullopt, ItemStatus::kPending, {}},
              {2, "c.png", 6, ItemStatus::kPending, {}}};
  }
  std::string error_of_open() {
    const Result<RunStore> store = RunStore::open(path_);
    return store.ok() ? "opened" : store.status().message();
  }

  Folder folder_;
  fs::path path_ = folder_ / "run.db";
  RunHeader header_;
  std::vector<StoredItem> items_;
};

// Values that a careless format would change: many digits, denormal, huge, zero.
ClassOutcome awkward_outcome(std::mt19937& random) {
  ClassOutcome outcome;
  outcome.top.count = 1 + static_cast<std::uint32_t>(random() % kTopClasses);
  for (std::uint32_t i = 0; i < outcome.top.count; ++i) {
    outcome.top.classes[i] = {
        static_cast<std::int32_t>(random() % test::kClasses),
        -std::ldexp(static_cast<float>(random()), -static_cast<int>(random() % 150))};
  }
  outcome.top.rest = std::ldexp(static_cast<float>(random()), -32);
  outcome.signals = {std::nextafter(1.0, 0.0), std::numeric_limits<double>::denorm_min(),
                     static_cast<double>(random()) / 3.0};
  if (random() % 4 == 0) outcome.signals = {1.0, 0.0, 0.0};
  return outcome;
}

std::vector<float> awkward_features(std::mt19937& random) {
  std::vector<float> features(kImageFeatures);
  for (float& value : features) {
    value = std::ldexp(static_cast<float>(random()), -static_cast<int>(random() % 150));
  }
  features[5] = 0.1F;
  return features;
}

void expect_same_bits(std::span<const float> want, std::span<const float> got) {
  ASSERT_EQ(want.size(), got.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>(want[i]), std::bit_cast<std::uint32_t>(got[i])) << i;
  }
}

TEST_F(StoreTest, GivesBackEveryBit) {
  std::mt19937 random(7);
  std::vector<ItemRecord> records;
  {
    Result<RunStore> store = RunStore::create(path_, header_, items_);
    ASSERT_TRUE(store.ok()) << store.status().message();
    Result<RunRecorder> recorder =
        RunRecorder::make(store->database(), store->header().zoo, kAtOnce);
    ASSERT_TRUE(recorder.ok());
    for (std::int64_t item = 0; item < 3; ++item) {
      ItemRecord record{item, items_[static_cast<std::size_t>(item)].label, {}, "hash", 3, 4, {}};
      if (item != 1) record.features = awkward_features(random);
      record.has_object = item == 2;
      for (int model = 0; model < 2; ++model)
        record.models.push_back({.outcome = awkward_outcome(random)});
      if (item == 1) record.models[1].status = runtime_error("broken");
      ASSERT_TRUE(recorder->add(record).ok());
      ASSERT_TRUE(
          recorder
              ->add(TimingRecord{
                  item,
                  0,
                  {Nanoseconds(10), Nanoseconds(20)},
                  {{0,
                    {Nanoseconds(1), Nanoseconds(2)},
                    {Nanoseconds(100 + item), Nanoseconds(300)}},
                   {1, {Nanoseconds(3), Nanoseconds(4)}, {Nanoseconds(200), Nanoseconds(400)}}},
                  std::vector<Elapsed>(5, {Nanoseconds(50 + item), Nanoseconds(60)})})
              .ok());
      records.push_back(record);
    }
    ASSERT_TRUE(store->set_timing_tolerance(0.05).ok());
    ASSERT_TRUE(store->finish().ok());
  }
  const Result<OutcomeTable> table = read_table(path_);
  ASSERT_TRUE(table.ok()) << table.status().message();
  EXPECT_EQ(header_.provenance, table->provenance);
  EXPECT_EQ(header_.zoo.models, table->zoo.models);
  EXPECT_EQ(header_.zoo.classes, table->zoo.classes);
  EXPECT_EQ(std::vector<std::string>({"b.png", "a, \"ü\".png", "c.png"}), table->items);
  EXPECT_EQ(std::vector<std::int32_t>({5, -1, 6}), table->labels);
  EXPECT_EQ(header_.features, table->feature_spec);
  EXPECT_EQ(std::vector<std::uint8_t>({0, 0, 1}), table->has_object);
  for (std::size_t item = 0; item < 3; ++item) {
    const auto features = std::span(table->features).subspan(item * kImageFeatures, kImageFeatures);
    if (item == 1) {
      EXPECT_TRUE(std::all_of(features.begin(), features.end(), [](float f) { return f != f; }))
          << "features that could not be computed";
    } else {
      expect_same_bits(records[item].features, features);
    }
    EXPECT_EQ(Nanoseconds(50 + item), table->feature_cpu[item * 5 + 4]);
    EXPECT_EQ(Nanoseconds(60), table->feature_wall[item * 5]);
    EXPECT_EQ(Nanoseconds(10), table->decode_cpu[item]);
    EXPECT_EQ(Nanoseconds(101 + 1), table->at(item, 0).cpu);
    EXPECT_EQ(Nanoseconds(400 + 4), table->at(item, 1).wall);
    for (std::size_t model = 0; model < 2; ++model) {
      const RecordedOutcome& cell = table->at(item, model);
      if (item == 1 && model == 1) {
        EXPECT_EQ(TrialStatus::kFailed, cell.status);
        continue;
      }
      EXPECT_EQ(TrialStatus::kOk, cell.status);
      const ClassOutcome& want = records[item].models[model].outcome;
      for (std::size_t i = 0; i < kClassSignalCount; ++i) {
        EXPECT_EQ(std::bit_cast<std::uint64_t>(want.signals[i]),
                  std::bit_cast<std::uint64_t>(cell.outcome.signals[i]));
      }
      EXPECT_EQ(std::bit_cast<std::uint32_t>(want.top.rest),
                std::bit_cast<std::uint32_t>(cell.outcome.top.rest));
      EXPECT_EQ(encode_top(want.top), encode_top(cell.outcome.top));
    }
  }
}

TEST_F(StoreTest, ClassesAreLittleEndianPairs) {
  TopClasses top;
  top.count = 1;
  top.classes[0] = {258, -1.0F};
  const std::vector<std::byte> bytes = encode_top(top);
  const std::vector<std::byte> want = {std::byte(2),    std::byte(1),   std::byte(0),
                                       std::byte(0),    std::byte(0),   std::byte(0),
                                       std::byte(0x80), std::byte(0xBF)};
  EXPECT_EQ(want, bytes);
  TopClasses back;
  EXPECT_FALSE(decode_top(std::span(bytes).first(7), back));
  EXPECT_FALSE(decode_top({}, back));
  EXPECT_FALSE(decode_top(std::vector<std::byte>(8 * 33), back));
}

TEST_F(StoreTest, FeaturesAreLittleEndianFloats) {
  const std::vector<float> values = {1.0F, -2.5F};
  const std::vector<std::byte> bytes = encode_floats(values);
  ASSERT_EQ(8U, bytes.size());
  EXPECT_EQ(std::byte(0x80), bytes[2]);
  EXPECT_EQ(std::byte(0x3F), bytes[3]);
  std::vector<float> back(2);
  EXPECT_TRUE(decode_floats(bytes, back));
  EXPECT_EQ(values, back);
  EXPECT_FALSE(decode_floats(std::span(bytes).first(7), back));
  back.resize(3);
  EXPECT_FALSE(decode_floats(bytes, back));
}

TEST_F(StoreTest, RefusesFeaturesThatItDoesNotKnow) {
  ASSERT_TRUE(RunStore::create(path_, header_, items_)
                  ->database()
                  .execute("UPDATE meta SET value = replace(value, 'image-29', 'image-31')")
                  .ok());
  EXPECT_NE(std::string::npos, error_of_open().find("of the set 'image-31'"));
  ASSERT_TRUE(Database::open(path_, Database::Mode::kReadWrite)
                  ->execute("UPDATE meta SET value = '{\"set\": 3}' WHERE key = 'features'")
                  .ok());
  EXPECT_NE(std::string::npos, error_of_open().find("run.db: the features"));
}

TEST_F(StoreTest, SaysWhatIsMissing) {
  Result<RunStore> store = RunStore::create(path_, header_, items_);
  ASSERT_TRUE(store.ok());
  EXPECT_NE(std::string::npos, read_table(path_).status().message().find("3 of 3 items"));
  ASSERT_TRUE(store->database().execute("UPDATE items SET status = 2").ok());
  EXPECT_NE(std::string::npos, read_table(path_).status().message().find("latencies"));
  header_.shards = 2;
  ASSERT_TRUE(RunStore::create(folder_ / "shard.db", header_, items_).ok());
  EXPECT_NE(std::string::npos,
            read_table(folder_ / "shard.db").status().message().find("merge the shards"));
}

TEST_F(StoreTest, RefusesForeignFiles) {
  EXPECT_NE(std::string::npos, error_of_open().find("no such file"));
  test::write_file(path_, "");
  EXPECT_NE(std::string::npos, error_of_open().find("no run.db"));
  test::write_file(path_, std::string(5000, 'x'));
  EXPECT_NE(std::string::npos, error_of_open().find("no run.db"));
  fs::remove(path_);
  ASSERT_TRUE(Database::open(path_, Database::Mode::kCreate)->execute("CREATE TABLE t(x)").ok());
  EXPECT_NE(std::string::npos, error_of_open().find("no run.db"));
}

TEST_F(StoreTest, RefusesOtherSchemaVersionsSayingBoth) {
  ASSERT_TRUE(
      RunStore::create(path_, header_, items_)->database().execute("PRAGMA user_version = 9").ok());
  EXPECT_NE(std::string::npos, error_of_open().find("schema version 9"));
  EXPECT_NE(std::string::npos, error_of_open().find("versions 1 to 4"));
}

// The recorded outcomes of the EfficientNet-Lite zoo are of version 1 and stay so.
TEST_F(StoreTest, ReadsFilesOfVersion1ButDoesNotWriteThem) {
  const fs::path recorded =
      fs::path(RIGHTSIZE_SOURCE_DIR) / "zoo/efficientnet-lite/outcomes/outcomes.db";
  EXPECT_EQ(1, RunStore::open_read_only(recorded)->version());
  const Result<OutcomeTable> table = read_table(recorded);
  ASSERT_TRUE(table.ok()) << table.status().message();
  EXPECT_FALSE(table->at(0, 0).energy_nj.has_value());
  EXPECT_FALSE(table->decode_energy_nj.has_value());
  EXPECT_EQ("", table->feature_spec.set);
  EXPECT_TRUE(table->features.empty() && table->has_object.empty() && table->feature_cpu.empty());
  ASSERT_EQ(table->model_count(), table->resources.size());
  EXPECT_FALSE(table->resources[0].file_bytes.has_value());
  EXPECT_FALSE(table->resources[0].memory_bytes.has_value());
  EXPECT_NEAR(1.0, table->resources[0].cpu_cores.value_or(0), 0.1) << "it lies in the times";
  const Result<RunSummary> summary = read_run_summary(recorded);
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(0U, summary->models[0].energy.samples);
  EXPECT_FALSE(summary->idle.has_value());

  fs::copy_file(recorded, path_);
  EXPECT_NE(std::string::npos, error_of_open().find("schema version 1, which can be read"));
}

TEST_F(StoreTest, SaysThatAFileIsDamaged) {
  {
    std::vector<StoredItem> many;
    for (int i = 0; i < 3000; ++i) {
      many.push_back({i, "image" + std::to_string(i), 1, ItemStatus::kPending, {}});
    }
    Result<RunStore> store = RunStore::create(path_, header_, many);
    ASSERT_TRUE(store.ok() && store->finish().ok());
  }
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(fs::file_size(path_) / 2));
  file << std::string(20'000, '\x7F');
  file.close();
  EXPECT_NE(std::string::npos, read_table(path_).status().message().find("damaged"))
      << read_table(path_).status().message();
}

TEST_F(StoreTest, ReadsWhereNothingMayBeWritten) {
  const fs::path folder = folder_ / "locked";
  fs::create_directory(folder);
  Result<RunStore> store = RunStore::create(folder / "run.db", header_, items_);
  ASSERT_TRUE(store.ok() && store->finish().ok());
  store = not_found("closed");
  fs::permissions(folder, fs::perms(0555));
  fs::permissions(folder / "run.db", fs::perms(0444));
  EXPECT_TRUE(test::holds_unprivileged([&] {
    const Result<RunSummary> summary = read_run_summary(folder / "run.db");
    return summary.ok() && summary->pending == 3;
  }));
  EXPECT_TRUE(test::holds_unprivileged([&] {
    const std::string message = RunStore::open(folder / "run.db").status().message();
    return message.find("cannot be written") != std::string::npos;
  }));
  EXPECT_TRUE(test::holds_unprivileged(
      [&] { return !RunStore::create(folder / "new.db", header_, items_).ok(); }));
  EXPECT_EQ(1, std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace
}  // namespace rightsize

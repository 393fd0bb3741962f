// Proves that merged shards equal the run that was not sharded, and that only runs that belong
// together are merged.
#include "lab/profile/merge.h"

#include <gtest/gtest.h>

#include "lab/profile/device.h"
#include "lab/profile/energy_blocks.h"
#include "lab/profile/profile_test_support.h"
#include "lab/profile/samples.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

using test::Folder;
using test::run_profile;

class MergeTest : public testing::Test {
 protected:
  void SetUp() override {
    test::write_file(data_.items[4].path, "no image");
    for (int shard = 1; shard <= 3; ++shard) {
      ProfileOptions options = test::make_options(shard_path(shard));
      options.shard = shard;
      options.shards = 3;
      options.timing.max_passes = 2;
      options.energy = test::simulated_energy(sensor_);
      const Result<ProfileSummary> summary = run_profile(zoo_, data_, options, count_runs_);
      ASSERT_TRUE(summary.ok()) << summary.status().message();
      EXPECT_EQ(shard == 1 ? 17U : (shard == 2 ? 17U : 16U), summary->made);
    }
  }
  fs::path shard_path(int shard) const {
    return folder_ / ("shard" + std::to_string(shard) + ".db");
  }
  void change(const fs::path& path, const std::string& sql) {
    ASSERT_TRUE(Database::open(path, Database::Mode::kReadWrite)->execute(sql).ok());
  }
  void expect_error(const std::vector<fs::path>& inputs, const std::vector<std::string>& parts) {
    const Result<MergeSummary> result = merge_runs(inputs, output_);
    ASSERT_FALSE(result.ok());
    for (const std::string& part : parts) {
      EXPECT_NE(std::string::npos, result.status().message().find(part))
          << result.status().message() << "\nhas no: " << part;
    }
    EXPECT_FALSE(fs::exists(output_));
    EXPECT_FALSE(fs::exists(output_.string() + ".merging"));
  }
  std::size_t timing_samples(const fs::path& path) {
    Result<RunStore> store = RunStore::open_read_only(path);
    return read_samples(*store)->models[0].size();
  }

  RunEnergy energy_in(const fs::path& path) {
    Result<RunStore> store = RunStore::open_read_only(path);
    return *read_energy(*store);
  }

  std::shared_ptr<test::SensorScript> sensor_ = std::make_shared<test::SensorScript>();
  test::Behaviour count_runs_{.on_run = [this](int) { ++sensor_->runs; }};
  Folder folder_;
  Zoo zoo_ = test::make_zoo(folder_ / "zoo");
  DataSet data_ = test::make_data(folder_ / "data", 50);
  fs::path output_ = folder_ / "merged.db";
};

TEST_F(MergeTest, ShardsEqualTheWhole) {
  const std::vector<fs::path> inputs = {shard_path(1), shard_path(2), shard_path(3)};
  const Result<MergeSummary> merged = merge_runs(inputs, output_);
  ASSERT_TRUE(merged.ok()) << merged.status().message();
  EXPECT_EQ(50U, merged->items);
  EXPECT_EQ(0U, merged->pending);
  EXPECT_EQ(0U, merged->repeated);
  EXPECT_TRUE(merged->timing_complete);
  EXPECT_EQ(
      timing_samples(shard_path(1)) + timing_samples(shard_path(2)) + timing_samples(shard_path(3)),
      timing_samples(output_));

  const ProfileOptions whole = test::make_options(folder_ / "whole.db");
  ASSERT_TRUE(run_profile(zoo_, data_, whole).ok());
  const Result<OutcomeTable> table = read_table(output_);
  ASSERT_TRUE(table.ok()) << table.status().message();
  test::expect_same_answers(*read_table(whole.output), *table);
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    EXPECT_FALSE(entry.path().string().ends_with("-wal")) << entry.path();
  }
}

TEST_F(MergeTest, CarriesEnergyAndResourcesOfAllShards) {
  ASSERT_TRUE(merge_runs({shard_path(1), shard_path(2), shard_path(3)}, output_).ok());
  const RunEnergy merged = energy_in(output_);
  EXPECT_EQ(3U, merged.idle.size());
  EXPECT_EQ(3 * energy_in(shard_path(2)).decoding.size(), merged.decoding.size());
  const Result<OutcomeTable> table = read_table(output_);
  ASSERT_TRUE(table.ok()) << table.status().message();
  for (std::size_t model = 0; model < 2; ++model) {
    EXPECT_EQ(3 * energy_in(shard_path(1)).models[model].size(), merged.models[model].size());
    ASSERT_TRUE(table->at(7, model).energy_nj.has_value());
    EXPECT_NEAR(2e9, static_cast<double>(*table->at(7, model).energy_nj), 1e4);
    EXPECT_EQ(1, table->resources[model].file_bytes);
  }
  // What occurs twice is kept once.
  fs::remove(output_);
  fs::copy_file(shard_path(1), folder_ / "copy.db");
  ASSERT_TRUE(merge_runs({shard_path(1), folder_ / "copy.db"}, output_).ok());
  EXPECT_EQ(energy_in(shard_path(1)).models[1].size(), energy_in(output_).models[1].size());
}

TEST_F(MergeTest, TellsWhyAShardHasNoEnergyAndRefusesOtherSensors) {
  change(shard_path(2), "UPDATE meta SET value = 'no sensor there' WHERE key = 'no_energy'");
  ASSERT_TRUE(merge_runs({shard_path(1), shard_path(2)}, output_).ok());
  EXPECT_EQ("no sensor there", read_run_summary(output_)->no_energy);
  fs::remove(output_);
  change(shard_path(2), "UPDATE idle_power SET sensor = 'other sensor'");
  expect_error({shard_path(1), shard_path(2)}, {"shard2.db", "other sensor", "simulated sensor"});
}

TEST_F(MergeTest, MissingShardsAreReportedAndCanBeProfiledAfterwards) {
  const Result<MergeSummary> merged = merge_runs({shard_path(1), shard_path(3)}, output_);
  ASSERT_TRUE(merged.ok()) << merged.status().message();
  EXPECT_EQ(17U, merged->pending);
  EXPECT_FALSE(read_table(output_).ok());
  const Result<ProfileSummary> rest = run_profile(zoo_, data_, test::make_options(output_));
  ASSERT_TRUE(rest.ok()) << rest.status().message();
  EXPECT_EQ(17U, rest->made);
  EXPECT_TRUE(read_table(output_).ok());
}

TEST_F(MergeTest, WhatOccursTwiceMustAgreeAndIsKeptOnce) {
  fs::copy_file(shard_path(1), folder_ / "copy.db");
  const Result<MergeSummary> merged = merge_runs({shard_path(1), folder_ / "copy.db"}, output_);
  ASSERT_TRUE(merged.ok()) << merged.status().message();
  EXPECT_EQ(17U, merged->repeated);
  EXPECT_EQ(timing_samples(shard_path(1)), timing_samples(output_));
  fs::remove(output_);

  change(folder_ / "copy.db", "UPDATE outcomes SET label = (label + 1) % 40 WHERE item = 9");
  expect_error({shard_path(1), folder_ / "copy.db"}, {"copy.db", "'image9.png'"});
}

TEST_F(MergeTest, RefusesRunsThatDoNotBelongTogether) {
  expect_error({}, {"nothing to merge"});
  expect_error({shard_path(1), folder_ / "none.db"}, {"none.db", "no such file"});
  const std::vector<fs::path> inputs = {shard_path(1), shard_path(2)};
  change(shard_path(2), "UPDATE meta SET value = 'Other CPU' WHERE key = 'device'");
  expect_error(inputs, {"shard1.db", "shard2.db", "device", "Other CPU", device_name()});
  change(shard_path(2), "UPDATE meta SET value = 'other' WHERE key = 'items_sha256'");
  expect_error(inputs, {"data set"});
  change(shard_path(2), "PRAGMA user_version = 7");
  expect_error(inputs, {"shard2.db", "schema version 7"});
  change(shard_path(2), "PRAGMA user_version = 1");
  expect_error(inputs, {"shard2.db", "schema version 1", "can be read"});
}

TEST_F(MergeTest, NeverWritesOverAFile) {
  const Result<MergeSummary> merged = merge_runs({shard_path(1), shard_path(2)}, shard_path(2));
  ASSERT_FALSE(merged.ok());
  EXPECT_NE(std::string::npos, merged.status().message().find("exists already"));
}

}  // namespace
}  // namespace rightsize

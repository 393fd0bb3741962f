// Proves that a profile records the features that the device computes, with the cost of every
// group, and that they survive merging and demand the same options.
#include "lab/profile/features.h"

#include <gtest/gtest.h>

#include "core/file.h"
#include "lab/profile/merge.h"
#include "lab/profile/profile_test_support.h"
#include "lab/profile/samples.h"

namespace rightsize {
namespace {

class FeaturesTest : public testing::Test {
 protected:
  // What the device computes of the image of an item.
  std::vector<float> live(std::size_t item) const {
    Result<ImageFeatures> extractor = ImageFeatures::make(options_.features);
    const Result<Image> image = decode_image(*read_bytes(data_.items[item].path));
    return extract_all(*extractor, *image)->values;
  }
  void expect_live_features(const OutcomeTable& table) const {
    ASSERT_EQ(table.item_count() * kImageFeatures, table.features.size());
    for (std::size_t row = 0; row < table.item_count(); ++row) {
      const std::size_t item = row < 3 ? row : row + 1;  // item 3 cannot be decoded
      const auto begin = table.features.begin() + static_cast<std::ptrdiff_t>(row * kImageFeatures);
      EXPECT_EQ(live(item),
                std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(kImageFeatures)));
    }
  }

  test::Folder folder_;
  Zoo zoo_ = test::make_zoo(folder_ / "zoo");
  DataSet data_ = [this] {
    DataSet data = test::make_data(folder_ / "data", 12);
    test::write_file(data.items[3].path, "no image");
    return data;
  }();
  ProfileOptions options_ = [this] {
    ProfileOptions options = test::make_options(folder_ / "run.db");
    options.features.keypoint_threshold = 5;
    options.timing.max_passes = 2;
    options.timing.items = 6;
    return options;
  }();
};

TEST_F(FeaturesTest, RecordsWhatTheDeviceComputesAndWhatItCosts) {
  const Result<ProfileSummary> summary = test::run_profile(zoo_, data_, options_);
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  const std::size_t groups = image_feature_set().groups.size();
  ASSERT_EQ(groups, summary->run.features.size());
  const Result<OutcomeTable> table = read_table(options_.output);
  ASSERT_TRUE(table.ok()) << table.status().message();
  ASSERT_EQ(11U, table->item_count());
  EXPECT_EQ("image-29", table->feature_spec.set);
  EXPECT_EQ(options_.features, table->feature_spec.options);
  expect_live_features(*table);
  ASSERT_EQ(11U * groups, table->feature_cpu.size());
  for (const Nanoseconds cpu : table->feature_cpu) EXPECT_GT(cpu, Nanoseconds(0));
  for (const Nanoseconds wall : table->feature_wall) EXPECT_GT(wall, Nanoseconds(0));
  Result<RunStore> store = RunStore::open_read_only(options_.output);
  const Samples samples = *read_samples(*store);
  for (const auto& group : samples.features) EXPECT_EQ(samples.decode.size(), group.size());
}

TEST_F(FeaturesTest, ItemsThatWereNotTimedCostTheMedian) {
  ASSERT_TRUE(test::run_profile(zoo_, data_, options_).ok());
  // Three of the six items cost 5 ns, three 9 ns: the median of all is 7 ns.
  ASSERT_TRUE(Database::open(options_.output, Database::Mode::kReadWrite)
                  ->execute("UPDATE feature_samples SET cpu_ns = 5 + 4 * (item IN (SELECT DISTINCT "
                            "item FROM feature_samples ORDER BY item LIMIT 3))")
                  .ok());
  std::map<std::int64_t, int> counts;
  const OutcomeTable table = *read_table(options_.output);
  const std::size_t groups = image_feature_set().groups.size();
  for (std::size_t row = 0; row < table.item_count(); ++row) {
    ++counts[table.feature_cpu[row * groups + 2].count()];
  }
  EXPECT_EQ((std::map<std::int64_t, int>{{5, 3}, {7, 5}, {9, 3}}), counts);
}

TEST_F(FeaturesTest, MergedShardsHaveTheFeaturesOfAllItems) {
  std::vector<std::filesystem::path> shards;
  for (int shard = 1; shard <= 2; ++shard) {
    ProfileOptions options = options_;
    options.output = folder_ / ("shard" + std::to_string(shard) + ".db");
    options.shard = shard;
    options.shards = 2;
    ASSERT_TRUE(test::run_profile(zoo_, data_, options).ok());
    shards.push_back(options.output);
  }
  const Result<MergeSummary> merged = merge_runs(shards, options_.output);
  ASSERT_TRUE(merged.ok()) << merged.status().message();
  const Result<OutcomeTable> table = read_table(options_.output);
  ASSERT_TRUE(table.ok()) << table.status().message();
  expect_live_features(*table);
}

TEST_F(FeaturesTest, OtherOptionsAreRefused) {
  ASSERT_TRUE(test::run_profile(zoo_, data_, options_).ok());
  options_.features.max_side = 64;
  const Result<ProfileSummary> other = test::run_profile(zoo_, data_, options_);
  ASSERT_FALSE(other.ok());
  EXPECT_NE(std::string::npos, other.status().message().find("differ in their features"));
  options_.features.max_side = -1;
  EXPECT_FALSE(test::run_profile(zoo_, data_, options_).ok());
}

TEST_F(FeaturesTest, ADamagedListIsSaid) {
  ASSERT_TRUE(test::run_profile(zoo_, data_, options_).ok());
  ASSERT_TRUE(Database::open(options_.output, Database::Mode::kReadWrite)
                  ->execute("UPDATE features SET features = x'0000' WHERE item = 5")
                  .ok());
  EXPECT_NE(std::string::npos,
            read_table(options_.output).status().message().find("damaged (features of item 5)"));
}

}  // namespace
}  // namespace rightsize

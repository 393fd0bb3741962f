// Proves that latencies are measured as often as the tolerance demands, on the drawn items only,
// and that images which changed in between are left out.
#include "lab/profile/timing.h"

#include <gtest/gtest.h>

#include <set>

#include "lab/profile/profile_test_support.h"
#include "lab/profile/samples.h"
#include "lab/profile/timed_items.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

using test::Behaviour;
using test::Folder;
using test::run_profile;

class TimingTest : public testing::Test {
 protected:
  Samples samples() {
    Result<RunStore> store = RunStore::open_read_only(options_.output);
    return *read_samples(*store);
  }

  Folder folder_;
  Zoo zoo_ = test::make_zoo(folder_ / "zoo");
  ProfileOptions options_ = test::make_options(folder_ / "run.db");
};

TEST_F(TimingTest, FewItemsGetMorePasses) {
  const DataSet data = test::make_data(folder_ / "data", 4);
  options_.timing.tolerance = 100.0;
  const Result<ProfileSummary> summary = run_profile(zoo_, data, options_);
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  EXPECT_EQ(8, summary->timing.passes);  // 8 x 4 is the first multiple of 4 that reaches 30
  EXPECT_EQ(32U, summary->run.models[0].inference_cpu.samples);
  EXPECT_EQ(32U, samples().decode.size());
}

TEST_F(TimingTest, EndsAtTheMostPassesAndSaysThatTheToleranceWasNotReached) {
  const DataSet data = test::make_data(folder_ / "data", 3);
  options_.timing.tolerance = 1e-12;
  options_.timing.max_passes = 2;
  const Result<ProfileSummary> summary = run_profile(zoo_, data, options_);
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  EXPECT_EQ(2, summary->timing.passes);
  EXPECT_EQ(6U, summary->run.models[0].inference_cpu.samples);
  EXPECT_EQ(1e-12, summary->run.tolerance);
  EXPECT_GT(summary->run.models[0].inference_cpu.relative_width(), *summary->run.tolerance);
}

TEST_F(TimingTest, TimesTheDrawnItemsOnlyAndGivesTheOthersTheMedian) {
  const DataSet data = test::make_data(folder_ / "data", 60);
  options_.timing.items = 35;
  options_.timing.tolerance = 100.0;
  ASSERT_TRUE(run_profile(zoo_, data, options_).ok());
  std::set<std::int64_t> timed;
  for (const ItemSample& sample : samples().decode) timed.insert(sample.item);
  EXPECT_EQ(35U, timed.size());
  const OutcomeTable table = *read_table(options_.output);
  std::set<Nanoseconds> untimed_costs;
  for (std::size_t item = 0; item < 60; ++item) {
    if (!timed.contains(static_cast<std::int64_t>(item))) {
      untimed_costs.insert(table.at(item, 0).cpu);
      untimed_costs.insert(table.decode_cpu[item] + Nanoseconds(1'000'000'000'000));
    }
  }
  EXPECT_EQ(2U, untimed_costs.size());
}

TEST_F(TimingTest, AShardDrawsItsPartOfTheWholeDraw) {
  std::vector<StoredItem> items;
  for (int i = 0; i < 1000; ++i) items.push_back({i, "", std::nullopt, ItemStatus::kDecoded, ""});
  items[5].status = ItemStatus::kFailed;
  const std::vector<std::int64_t> whole = draw_timed_items(items, {}, 100);
  EXPECT_EQ(100U, whole.size());
  std::set<std::int64_t> of_shards;
  for (int shard = 1; shard <= 3; ++shard) {
    RunHeader header;
    header.shard = shard;
    header.shards = 3;
    for (const std::int64_t item : draw_timed_items(items, header, 100)) of_shards.insert(item);
  }
  EXPECT_EQ(300U, of_shards.size());
  for (const std::int64_t item : whole) EXPECT_TRUE(of_shards.contains(item));
  EXPECT_EQ(999U, draw_timed_items(items, {}, 0).size());
}

TEST_F(TimingTest, ChangedAndMissingImagesAreNotTimed) {
  const DataSet data = test::make_data(folder_ / "data", 40);
  options_.timing.tolerance = 100.0;
  const auto spoil = [&](const Progress& progress) {
    if (progress.phase != "outcomes" || progress.done != progress.total) return;
    test::write_png(data.items[3].path, 200);
    fs::remove(data.items[4].path);
  };
  const Result<ProfileSummary> summary = run_profile(zoo_, data, options_, {}, spoil);
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  EXPECT_EQ(2U, summary->timing.not_timed);
  EXPECT_EQ(38U, samples().decode.size());
  EXPECT_EQ(40U, read_table(options_.output)->item_count());
}

TEST_F(TimingTest, MeasuresCpuTimeOfTheModelAlone) {
  const DataSet data = test::make_data(folder_ / "data", 40);
  Behaviour behaviour;
  behaviour.busy = std::chrono::milliseconds(2);
  options_.timing.tolerance = 100.0;
  const Result<ProfileSummary> summary = run_profile(zoo_, data, options_, behaviour);
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  const ModelSummary& model = summary->run.models[1];
  EXPECT_GE(model.inference_cpu.median, behaviour.busy);
  EXPECT_LT(model.inference_cpu.median, behaviour.busy * 2);
  EXPECT_GE(model.inference_wall.median, model.inference_cpu.low);
  EXPECT_LT(model.preprocess_cpu, behaviour.busy);
  EXPECT_GT(model.preprocess_cpu, Nanoseconds(0));
}

}  // namespace
}  // namespace rightsize

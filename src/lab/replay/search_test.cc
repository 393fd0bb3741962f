// Proves that the search reports exactly what `decide` computes: right answers and nanoseconds of
// every point of its frontier, to the last bit, with ties, failed models and every signal; and that
// it finds what an exhaustive search by `decide` finds.
#include "lab/replay/search.h"

#include <gtest/gtest.h>

#include <numeric>

#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

std::vector<std::size_t> all_items(const Recording& recording) {
  std::vector<std::size_t> items(recording.items());
  std::iota(items.begin(), items.end(), std::size_t{0});
  return items;
}

struct Replayed {
  std::int64_t right = 0;
  std::int64_t cpu = 0;
};

Replayed replay_candidate(const CascadeCandidate& candidate, const Recording& recording,
                          const std::vector<std::size_t>& items) {
  Replayed total;
  const ConfidenceCascade selector(candidate.signal, candidate.stages);
  for (const ReplayedItem& item : replay(selector, recording, items)) {
    total.right += item.right ? 1 : 0;
    total.cpu += item.cpu;
  }
  return total;
}

// Every distinct point of the frontier against decide; the number of points with several stages.
int check_frontier(const OutcomeTable& table, double discount) {
  const auto recording = judge(table, {});
  EXPECT_TRUE(recording.ok());
  const auto items = all_items(*recording);
  const CascadeFrontier frontier =
      search_cascades(*recording, items, ModelIndex{3}, {.discount = discount});
  int cascades = 0;
  for (std::int64_t right = 0; right <= static_cast<std::int64_t>(items.size()); ++right) {
    const auto candidate = frontier.cheapest(right);
    if (!candidate) break;
    const Replayed replayed = replay_candidate(*candidate, *recording, items);
    EXPECT_EQ(candidate->right, replayed.right);
    EXPECT_EQ(candidate->cpu, replayed.cpu);
    EXPECT_GE(candidate->right, right);
    if (candidate->stages.size() > 1) ++cascades;
  }
  return cascades;
}

TEST(Search, EveryReportedPointEqualsDecide) {
  EXPECT_GT(check_frontier(test::synthetic_table({.items = 400, .models = test::ladder()}), 0), 10);
}

TEST(Search, EveryReportedPointEqualsDecideWithFailedModels) {
  const OutcomeTable table =
      test::synthetic_table({.items = 400, .models = test::ladder(), .failures = 0.1, .seed = 3});
  EXPECT_GT(check_frontier(table, 0.5), 10);
}

TEST(Search, EveryReportedPointEqualsDecideWithTiedSignals) {
  OutcomeTable table = test::synthetic_table({.items = 300, .models = test::ladder(), .seed = 4});
  for (RecordedOutcome& cell : table.cells) {
    for (double& signal : cell.outcome.signals) signal = std::round(signal * 5) / 5;
  }
  EXPECT_GT(check_frontier(table, 0), 5);
}

TEST(Search, NotANumberNeverStopsACascade) {
  OutcomeTable table = test::synthetic_table({.items = 200, .models = test::ladder(), .seed = 5});
  for (std::size_t i = 0; i < table.cells.size(); i += 3) {
    table.cells[i].outcome.signals.fill(std::numeric_limits<double>::quiet_NaN());
  }
  EXPECT_GT(check_frontier(table, 0), 5);
}

// All two-stage cascades with a threshold at every value that occurs.
TEST(Search, FindsWhatExhaustiveReplayFinds) {
  const OutcomeTable table =
      test::synthetic_table({.items = 60, .models = {{0.5, 1.0}, {0.8, 10.0}}, .seed = 6});
  const auto recording = judge(table, {});
  ASSERT_TRUE(recording.ok());
  const auto items = all_items(*recording);
  const CascadeFrontier frontier =
      search_cascades(*recording, items, ModelIndex{1},
                      {.max_stages = 2, .thresholds = 1000, .longer_must_save = 0, .discount = 0});
  for (std::int64_t right = 0; right <= 60; ++right) {
    std::int64_t cheapest = -1;
    const auto offer = [&](const CascadeCandidate& candidate) {
      const Replayed replayed = replay_candidate(candidate, *recording, items);
      if (replayed.right < right) return;
      if (cheapest < 0 || replayed.cpu < cheapest) cheapest = replayed.cpu;
    };
    offer({.stages = {{0, 0.0}}});
    offer({.stages = {{1, 0.0}}});
    for (const Signal signal : kAllSignals) {
      for (std::size_t i = 0; i < table.item_count(); ++i) {
        const double value = table.at(i, 0).outcome.signals[static_cast<std::size_t>(signal)];
        offer({.signal = signal, .stages = {{0, value}, {1, 0.0}}});
      }
    }
    const auto found = frontier.cheapest(right);
    ASSERT_EQ(found.has_value(), cheapest >= 0) << right;
    // A threshold at the last value stops everything, which the search leaves to the fixed model.
    if (found) {
      EXPECT_EQ(found->cpu, cheapest) << right;
    }
  }
}

TEST(Search, DiscountGrowsWithDisagreement) {
  const OutcomeTable table = test::synthetic_table({.items = 500, .models = test::ladder()});
  const auto recording = judge(table, {});
  ASSERT_TRUE(recording.ok());
  const auto items = all_items(*recording);
  std::int64_t baseline = 0;
  for (const std::size_t i : items) baseline += recording->right[3][i];
  const auto bold =
      search_cascades(*recording, items, ModelIndex{3}, {.discount = 0}).cheapest(baseline);
  const auto careful =
      search_cascades(*recording, items, ModelIndex{3}, {.discount = 2}).cheapest(baseline);
  ASSERT_TRUE(bold.has_value());
  ASSERT_TRUE(careful.has_value());
  EXPECT_LT(bold->cpu, careful->cpu);
}

TEST(Search, LooksAtNoOtherItem) {
  OutcomeTable table = test::synthetic_table({.items = 200, .models = test::ladder(), .seed = 8});
  std::vector<std::size_t> half;
  for (std::size_t i = 0; i < 100; ++i) half.push_back(i);
  const auto before = judge(table, {});
  ASSERT_TRUE(before.ok());
  const auto first = search_cascades(*before, half, ModelIndex{3}).cheapest(70);
  for (std::size_t i = 100; i < 200; ++i) {
    for (std::size_t m = 0; m < 4; ++m) table.cells[i * 4 + m].outcome.signals.fill(0.0);
    table.labels[i] = 1;
  }
  const auto after = judge(table, {});
  ASSERT_TRUE(after.ok());
  const auto second = search_cascades(*after, half, ModelIndex{3}).cheapest(70);
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(first->stages, second->stages);
  EXPECT_EQ(first->cpu, second->cpu);
}

}  // namespace
}  // namespace rightsize

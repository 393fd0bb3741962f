// Proves that the search reports exactly what `decide` computes: right answers and nanoseconds of
// every point of its frontier, to the last bit, with ties, failed models and every signal; and that
// it finds what an exhaustive search by `decide` finds.
#include "lab/replay/search.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lab/replay/statistics.h"
#include "lab/synthetic_table.h"
#include "selector/rule.h"

namespace rightsize {
namespace {

struct Replayed {
  std::int64_t right = 0;
  std::int64_t discordant = 0;
  std::int64_t cpu = 0;
};

Replayed replay_candidate(const CascadeCandidate& candidate, const Recording& recording,
                          const std::vector<std::size_t>& items) {
  Replayed total;
  const auto selector = make_selector(candidate.rule);
  const std::vector<ReplayedItem> replayed = replay(*selector, recording, items);
  for (std::size_t p = 0; p < items.size(); ++p) {
    total.right += replayed[p].right ? 1 : 0;
    total.discordant +=
        replayed[p].right != (recording.right[3 % recording.models()][items[p]] != 0);
    total.cpu += replayed[p].cpu;
  }
  return total;
}

// The frontier's candidates, from cheap to dear.
std::vector<CascadeCandidate> all_candidates(const CascadeFrontier& frontier, std::int64_t most) {
  std::vector<CascadeCandidate> candidates;
  for (std::int64_t limit = most; limit > 0;) {
    auto candidate = frontier.within(limit);
    if (!candidate) break;
    limit = candidate->cpu - 1;
    candidates.push_back(std::move(*candidate));
  }
  std::reverse(candidates.begin(), candidates.end());
  return candidates;
}

// Every point of the frontier against decide; the number of points with several stages.
int check_frontier(const OutcomeTable& table, const SearchOptions& options) {
  const auto recording = judge(table, {});
  EXPECT_TRUE(recording.ok());
  const auto items = all_but(recording->items(), {});
  const CascadeFrontier frontier = search_cascades(*recording, items, ModelIndex{3}, options);
  int cascades = 0;
  for (const auto& candidate : all_candidates(frontier, std::int64_t{1} << 60)) {
    const Replayed replayed = replay_candidate(candidate, *recording, items);
    EXPECT_EQ(candidate.worth, replayed.right);
    EXPECT_EQ(candidate.discordant, replayed.discordant);
    EXPECT_EQ(candidate.cpu, replayed.cpu);
    if (candidate.rule.stages.size() > 1) ++cascades;
  }
  return cascades;
}

SearchOptions all_signals() {
  return {.signals = {kClassSignals.begin(), kClassSignals.end()}, .smoothing = 0, .discount = 0};
}

TEST(Search, EveryReportedPointEqualsDecide) {
  const OutcomeTable table = test::synthetic_table({.items = 400, .models = test::ladder()});
  EXPECT_GT(check_frontier(table, all_signals()), 10);
  EXPECT_GT(check_frontier(table, {}), 10);
}

TEST(Search, EveryFamilysPointsEqualDecide) {
  const OutcomeTable table =
      test::synthetic_table({.items = 300, .models = test::ladder(), .failures = 0.05, .seed = 2});
  for (const Family family : kAllFamilies) {
    SCOPED_TRACE(to_string(family));
    SearchOptions options = all_signals();
    options.family = family;
    const int cascades = check_frontier(table, options);
    EXPECT_GT(cascades, 0);
  }
}

TEST(Search, EveryReportedPointEqualsDecideWithFailedModels) {
  const OutcomeTable table =
      test::synthetic_table({.items = 400, .models = test::ladder(), .failures = 0.1, .seed = 3});
  EXPECT_GT(check_frontier(table, all_signals()), 10);
}

// Doubts rare and frequent, with failures and without an answer among them.
TEST(Search, EveryFamilysPointsEqualDecideWithDoubtfulAnswersAndNone) {
  for (const double doubtful : {0.05, 0.6}) {
    const OutcomeTable table = test::synthetic_table({.items = 300,
                                                      .models = test::ladder(),
                                                      .failures = 0.05,
                                                      .silent = 0.1,
                                                      .doubtful = doubtful,
                                                      .seed = 9});
    for (const Family family : kAllFamilies) {
      SCOPED_TRACE(to_string(family));
      SearchOptions options = all_signals();
      options.family = family;
      EXPECT_GT(check_frontier(table, options), 0);
    }
  }
}

// One cell suffices to make a chain's answers depend on the models before it.
TEST(Search, ASingleDoubtfulAnswerIsCounted) {
  OutcomeTable table = test::synthetic_table({.items = 100, .models = test::ladder(), .seed = 10});
  for (std::size_t i = 0; i < 8; ++i) table.cells[i * 4 + i % 4].doubts = 2;
  EXPECT_GT(check_frontier(table, all_signals()), 5);
  EXPECT_GT(check_frontier(table, {}), 5);
}

TEST(Search, EveryReportedPointEqualsDecideWithTiedSignals) {
  OutcomeTable table = test::synthetic_table({.items = 300, .models = test::ladder(), .seed = 4});
  for (RecordedOutcome& cell : table.cells) {
    for (double& signal : cell.outcome.signals) signal = std::round(signal * 5) / 5;
  }
  EXPECT_GT(check_frontier(table, all_signals()), 5);
}

TEST(Search, NotANumberNeverStopsACascade) {
  OutcomeTable table = test::synthetic_table({.items = 200, .models = test::ladder(), .seed = 5});
  for (std::size_t i = 0; i < table.cells.size(); i += 3) {
    table.cells[i].outcome.signals.fill(std::numeric_limits<double>::quiet_NaN());
  }
  EXPECT_GT(check_frontier(table, all_signals()), 5);
}

// All two-stage cascades with a threshold at every value that occurs.
TEST(Search, FindsWhatExhaustiveReplayFinds) {
  const OutcomeTable table =
      test::synthetic_table({.items = 60, .models = {{0.5, 1.0}, {0.8, 10.0}}, .seed = 6});
  const auto recording = judge(table, {});
  ASSERT_TRUE(recording.ok());
  const auto items = all_but(recording->items(), {});
  SearchOptions options = all_signals();
  options.max_stages = 2;
  options.thresholds = 1000;
  const CascadeFrontier frontier = search_cascades(*recording, items, ModelIndex{1}, options);
  std::vector<Replayed> exhaustive;
  const auto add = [&](CascadeRule rule) {
    exhaustive.push_back(replay_candidate({.rule = std::move(rule)}, *recording, items));
  };
  add(fixed_rule(0));
  add(fixed_rule(1));
  for (const Signal signal : kClassSignals) {
    for (std::size_t i = 0; i < table.item_count(); ++i) {
      const double value = table.at(i, 0).outcome.signals[static_cast<std::size_t>(signal)];
      add({.signal = signal, .stages = {{0, value}, {1, 0.0}}});
    }
  }
  for (const Replayed& one : exhaustive) {
    // Settings that differ by less than a step of cost share a place in the frontier.
    const auto found = frontier.within(one.cpu + one.cpu / 100);
    ASSERT_TRUE(found.has_value());
    EXPECT_GE(found->worth, one.right) << one.cpu;
  }
}

TEST(Search, DiscountGrowsWithDisagreement) {
  const OutcomeTable table = test::synthetic_table({.items = 500, .models = test::ladder()});
  const auto recording = judge(table, {});
  ASSERT_TRUE(recording.ok());
  const auto items = all_but(recording->items(), {});
  std::int64_t baseline = 0;
  for (const std::size_t i : items) baseline += recording->right[3][i];
  const CascadeFrontier frontier = search_cascades(*recording, items, ModelIndex{3});
  const auto bold = frontier.cheapest(static_cast<double>(baseline), 0);
  const auto careful = frontier.cheapest(static_cast<double>(baseline), 2);
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
  const auto first = search_cascades(*before, half, ModelIndex{3}).cheapest(70, 0.5);
  for (std::size_t i = 100; i < 200; ++i) {
    for (std::size_t m = 0; m < 4; ++m) table.cells[i * 4 + m].outcome.signals.fill(0.0);
    table.labels[i] = 1;
  }
  const auto after = judge(table, {});
  ASSERT_TRUE(after.ok());
  const auto second = search_cascades(*after, half, ModelIndex{3}).cheapest(70, 0.5);
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(first->rule, second->rule);
  EXPECT_EQ(first->cpu, second->cpu);
}

}  // namespace
}  // namespace rightsize

// Proves that every kind can be fitted, judged and trained by name; that the settings of routing
// and entries are valued as `decide` counts them; that they find what there is to find; and that
// nothing leaks into the fits.
#include "lab/evaluate/kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "lab/evaluate/train.h"
#include "lab/premodel/entry_fit.h"
#include "lab/replay/routing_fit.h"
#include "lab/replay/valued.h"
#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

using test::ladder;
using test::synthetic_table;
using testing::HasSubstr;

std::vector<std::size_t> first_items(std::size_t n) {
  std::vector<std::size_t> items(n);
  std::iota(items.begin(), items.end(), std::size_t{0});
  return items;
}

struct Total {
  int right = 0;
  std::int64_t cpu = 0;
};

Total total_of(const Rule& rule, const Recording& recording,
               const std::vector<std::size_t>& items) {
  Total total;
  for (const ReplayedItem& item : replay(*make_selector(rule), recording, items)) {
    total.right += item.right ? 1 : 0;
    total.cpu += item.cpu;
  }
  return total;
}

TEST(Kinds, HaveNames) {
  for (const SelectorKind kind : kAllSelectorKinds) {
    const Result<SelectorKind> back = parse_kind(to_string(kind));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, kind);
  }
  EXPECT_EQ(parse_kinds("all")->size(), kAllSelectorKinds.size());
  EXPECT_EQ(*parse_kinds("routing,combined,routing"),
            (std::vector{SelectorKind::kCombined, SelectorKind::kRouting}));
  EXPECT_THAT(parse_kinds("combined,oracle").status().message(), HasSubstr("'oracle'"));
  EXPECT_FALSE(parse_kinds("").ok());
  EXPECT_FALSE(parse_kinds("combined,").ok());
}

TEST(Kinds, KeepToTheirTargetsOnTheItemsTheyWereFittedTo) {
  const OutcomeTable table = synthetic_table({.items = 400, .models = ladder()});
  const auto recording = judge(table, {});
  ASSERT_TRUE(recording.ok());
  const auto items = first_items(400);
  const Total baseline = total_of(fixed_rule(3), *recording, items);
  for (const SelectorKind kind : kAllSelectorKinds) {
    SCOPED_TRACE(to_string(kind));
    const FitPoint fit = fitter_of(kind)(*recording, items, 3);
    for (const double speedup : {1.5, 3.0}) {
      const Total total = total_of(fit({.name = "x", .speedup = speedup}), *recording, items);
      // The premodel of an entry is valued by choices that were held out: those of the final one
      // differ a little.
      const double slack = kind == SelectorKind::kEntry ? 1.05 : 1.0;
      EXPECT_LE(static_cast<double>(total.cpu) * speedup,
                static_cast<double>(baseline.cpu) * slack);
      EXPECT_GT(total.right, 200);
    }
  }
}

TEST(RoutingFit, FindsASelectorThatBeatsEverySingleModelOfItsCost) {
  const OutcomeTable table = synthetic_table({.items = 2000, .models = ladder()});
  const auto recording = judge(table, {});
  ASSERT_TRUE(recording.ok());
  const FitPoint fit = fit_routing(*recording, first_items(1000), 3);
  const Rule rule = fit({.name = "2x", .speedup = 2.0});
  ASSERT_STREQ(kind_of(rule), "routing");
  std::vector<std::size_t> others(1000);
  std::iota(others.begin(), others.end(), std::size_t{1000});
  const Total routed = total_of(rule, *recording, others);
  const Total affordable = total_of(fixed_rule(2), *recording, others);  // 10 ms of 40
  EXPECT_GT(routed.right, affordable.right + 20);
}

TEST(RoutingFit, LooksAtNoOtherItem) {
  OutcomeTable table = synthetic_table({.items = 300, .models = ladder(), .seed = 8});
  const auto items = first_items(150);
  const auto before = judge(table, {});
  const Target target{.name = "2x", .speedup = 2.0};
  const Rule first = fit_routing(*before, items, 3)(target);
  const Rule entered = fit_entries(*before, items, 3)(target);
  for (std::size_t i = 150; i < 300; ++i) {
    for (std::size_t m = 0; m < 4; ++m) table.cells[i * 4 + m].outcome.signals.fill(0.0);
    table.labels[i] = 1;
  }
  const auto after = judge(table, {});
  EXPECT_EQ(first, fit_routing(*after, items, 3)(target));
  EXPECT_EQ(entered, fit_entries(*after, items, 3)(target));
}

TEST(RoutingFit, SurvivesFailuresAndConstants) {
  OutcomeTable table =
      synthetic_table({.items = 120, .models = ladder(), .failures = 0.3, .seed = 4});
  const Target target{.name = "2x", .speedup = 2.0};
  const auto some = judge(table, {});
  EXPECT_GT(
      total_of(fit_routing(*some, first_items(120), 3)(target), *some, first_items(120)).right, 20);
  for (RecordedOutcome& cell : table.cells) cell.outcome.signals.fill(0.5);
  const auto constant = judge(table, {});
  EXPECT_NO_THROW(fit_routing(*constant, first_items(120), 3)(target));
  for (std::size_t i = 0; i < 120; ++i) table.cells[i * 4].status = TrialStatus::kFailed;
  const auto dead = judge(table, {});  // the cheapest never answers
  EXPECT_GT(
      total_of(fit_routing(*dead, first_items(120), 3)(target), *dead, first_items(120)).right, 20);
}

// Feature kTellingFeature says how hard an input is and confidence says nothing: entering at the
// right stage is all there is to gain.
TEST(EntryFit, FindsAnEntryThatFeaturesTell) {
  const OutcomeTable table = synthetic_table({.items = 1500,
                                              .models = {{0.55, 1.0}, {0.9, 40.0}},
                                              .informative = 0.15,
                                              .nested = 1.0,
                                              .featured = true,
                                              .telling = 1.0});
  const auto recording = judge(table, {});
  ASSERT_TRUE(recording.ok());
  std::vector<std::size_t> others(700);
  std::iota(others.begin(), others.end(), std::size_t{800});
  const Target target{.name = "1.5x", .speedup = 1.5};
  const Rule rule = fit_entries(*recording, first_items(800), 1)(target);
  ASSERT_STREQ(kind_of(rule), "entry");
  EXPECT_FALSE(std::get<EntryRule>(rule).premodel.probe.has_value());
  const Rule plain = fit_cascades(*recording, first_items(800), 1)(target);
  EXPECT_GT(total_of(rule, *recording, others).right,
            total_of(plain, *recording, others).right + 20);
}

TEST(Valued, PicksByRankWithinALimitAndByCostForALoss) {
  ValuedRules rules(3, 100, {.worth = 80, .cpu = 1000});
  const auto add = [&](ModelIndex model, double right, std::int64_t cpu, double discordant) {
    rules.add({[model] { return Rule(fixed_rule(model)); }, right, cpu, discordant});
  };
  add(0, 70, 100, 30);
  add(1, 79, 400, 16);  // 79 - 2 * 4 = 71
  add(2, 78, 500, 4);   // 78 - 2 * 2 = 74
  EXPECT_EQ(rules.pick({.name = "2x", .speedup = 2.0}), Rule(fixed_rule(2)));
  EXPECT_EQ(rules.pick({.name = "2.5x", .speedup = 2.5}), Rule(fixed_rule(1)));
  EXPECT_EQ(rules.pick({.name = "5x", .speedup = 5.0}), Rule(fixed_rule(0)));
  EXPECT_EQ(rules.pick({.name = "20x", .speedup = 20.0}), Rule(fixed_rule(3))) << "out of reach";
  EXPECT_EQ(rules.pick({.name = "loss", .loss = 0.05}), Rule(fixed_rule(1)));  // 79 - 4 >= 75
  EXPECT_EQ(rules.pick({.name = "loss", .loss = 0.04}), Rule(fixed_rule(2)));  // 78 - 2 >= 76
  EXPECT_EQ(rules.pick({.name = kNoLoss}), Rule(fixed_rule(3)));
}

TEST(ChooseKind, PrefersTheSignalUnlessAnotherIsClearlyBetter) {
  const OutcomeTable told = synthetic_table({.items = 400, .models = {{0.55, 1.0}, {0.9, 40.0}}});
  const auto recording = judge(told, {});
  EXPECT_EQ(choose_kind(*recording, first_items(400), 1), SelectorKind::kSignal);
  const OutcomeTable hidden = synthetic_table({.items = 600,
                                               .models = {{0.55, 1.0}, {0.9, 40.0}},
                                               .informative = 0.1,
                                               .nested = 1.0,
                                               .featured = true,
                                               .telling = 1.0});
  const auto other = judge(hidden, {});
  EXPECT_EQ(choose_kind(*other, first_items(600), 1), SelectorKind::kEntry);
}

TEST(Evaluate, JudgesMoreKinds) {
  const OutcomeTable table = synthetic_table({.items = 150, .models = ladder()});
  const auto e = evaluate(table, nullptr,
                          {.more_kinds = {kAllSelectorKinds.begin(), kAllSelectorKinds.end()},
                           .folds = {.folds = 3},
                           .resamples = 20});
  ASSERT_TRUE(e.ok()) << e.status().message();
  EXPECT_EQ(e->kinds[0].kind, "cascade");
  for (std::size_t k = 1; k < kAllSelectorKinds.size(); ++k) {
    EXPECT_EQ(e->kinds[k].kind, to_string(kAllSelectorKinds[k]));
    EXPECT_TRUE(e->kinds[k].held_out);
    ASSERT_EQ(e->kinds[k].points.size(), comparison_targets().size());
    EXPECT_EQ(e->kinds[k].points[2].name, "1.75x");
    EXPECT_GT(e->kinds[k].points[2].speedup.value, 1.2);
  }
}

TEST(Train, EveryKindWritesAFileThatIsReadAgain) {
  const OutcomeTable table = synthetic_table({.items = 150, .models = ladder()});
  for (const SelectorKind kind : kAllSelectorKinds) {
    SCOPED_TRACE(to_string(kind));
    const EvaluateOptions options{.kind = kind, .folds = {.folds = 2}, .resamples = 20};
    const auto trained = train(table, options);
    ASSERT_TRUE(trained.ok()) << trained.status().message();
    EXPECT_EQ(trained->evaluation.kinds.front().kind, name_of(kind));
    const auto back = parse_selector_file(to_json_text(trained->file), "s.json");
    ASSERT_TRUE(back.ok()) << back.status().message();
    ASSERT_EQ(back->points.size(), trained->file.points.size());
    for (std::size_t p = 0; p < back->points.size(); ++p) {
      EXPECT_EQ(back->points[p].rule, trained->file.points[p].rule);
    }
    EXPECT_TRUE(evaluate(table, &*back, options).ok());
    if (kind == SelectorKind::kRouting) {
      EXPECT_THAT(trained->evaluation.verdict.sentence, HasSubstr("routing"));
      const auto routed = [](const OperatingPoint& p) {
        return std::holds_alternative<RoutingRule>(p.rule);
      };
      EXPECT_TRUE(std::any_of(back->points.begin(), back->points.end(), routed));
    }
  }
}

}  // namespace
}  // namespace rightsize

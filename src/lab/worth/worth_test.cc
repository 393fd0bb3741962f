// Proves the answers of `worth` on zoos where the truth is known: what can be dropped and what
// cannot, the best sets of models against brute force, how many inputs a proof takes by simulation,
// and that the recommendation follows from the figures.
#include "lab/worth/worth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "lab/replay/statistics.h"
#include "lab/synthetic_table.h"
#include "lab/worth/among.h"

namespace rightsize {
namespace {

using test::ladder;
using test::synthetic_table;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kMiB = 1 << 20;

Recording judged(const OutcomeTable& table) {
  Result<Recording> recording = judge(table, {});
  EXPECT_TRUE(recording.ok()) << recording.status().message();
  return *recording;
}

// ---- How many inputs ----

TEST(LabelsNeeded, KnownNumbers) {
  // 2 % lost, 1 % won: 1.6449^2 * (0.03 - 0.0001) / (0.02 - 0.01)^2 = 809.0
  EXPECT_EQ(labels_needed({1000, 20, 10}, 0.02), 809U);
  EXPECT_FALSE(labels_needed({1000, 20, 10}, 0.01).has_value()) << "the loss is the limit";
  EXPECT_EQ(labels_needed({1000, 0, 0}, 0.01), 299U) << "0.99^299 < 0.05: the rule of three";
  EXPECT_EQ(labels_needed({1000, 10, 30}, 0.02), labels_needed({1000, 20, 20}, 0.02))
      << "a gain may be chance";
}

TEST(LabelsNeeded, IsUndefinedAtTheLimitAndOfNothing) {
  for (const std::size_t hundreds : {1U, 3U, 7U, 11U, 29U}) {
    const PairedCounts at_the_limit{100 * hundreds, 2 * hundreds, hundreds};
    EXPECT_FALSE(labels_needed(at_the_limit, 0.01).has_value()) << hundreds;
  }
  EXPECT_FALSE(labels_needed({}, 0.01).has_value());
}

TEST(LabelsNeeded, AreRoundedUp) {
  EXPECT_EQ(rounded_up(0), 0U);
  EXPECT_EQ(rounded_up(99), 99U);
  EXPECT_EQ(rounded_up(1701), 1800U);
  EXPECT_EQ(rounded_up(1700), 1700U);
  EXPECT_EQ(rounded_up(33993), 34000U);
}

TEST(LabelsNeeded, SoManyProveItAsOftenAsNot) {
  const double limit = 0.02;
  const std::size_t n = labels_needed({1000, 30, 25}, limit).value();
  test::Sequence random(3);
  int proved = 0;
  for (int trial = 0; trial < 400; ++trial) {
    double lost = 0;
    double won = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double u = random.uniform();
      lost += u < 0.030 ? 1 : 0;
      won += u >= 0.030 && u < 0.055 ? 1 : 0;
    }
    const auto size = static_cast<double>(n);
    const double loss = (lost - won) / size;
    const double variance = (lost + won) / size - loss * loss;
    if (loss + 1.6449 * std::sqrt(variance / size) <= limit) ++proved;
  }
  EXPECT_NEAR(proved / 400.0, 0.5, 0.1);
}

// ---- What can be dropped ----

TEST(Usefulness, FollowsTheIntervals) {
  const Change none{"no-loss", {0, 0, 0}, {0, 0, 0}};
  const Change longer{"no-loss", {0.1, 0.05, 0.15}, {0.001, -0.01, 0.01}};
  const Change longer_but_better{"no-loss", {0.1, 0.05, 0.15}, {0.01, -0.01, 0.03}};
  const Change worse{"no-loss", {0.0, -0.01, 0.01}, {-0.02, -0.03, -0.01}};
  const Change worse_but_faster{"no-loss", {-0.1, -0.2, -0.05}, {-0.02, -0.03, -0.01}};
  const Change maybe{"no-loss", {0.0, -0.01, 0.01}, {0.0, -0.02, 0.02}};
  EXPECT_EQ(usefulness_of({none, none}, 600), Usefulness::kDrop);
  EXPECT_EQ(usefulness_of({none, longer}, 600), Usefulness::kKeep);
  EXPECT_EQ(usefulness_of({none, longer_but_better}, 600), Usefulness::kCannotTell);
  EXPECT_EQ(usefulness_of({worse, none}, 600), Usefulness::kKeep);
  EXPECT_EQ(usefulness_of({worse_but_faster}, 600), Usefulness::kKeep) << "the target is missed";
  EXPECT_EQ(usefulness_of({none, maybe}, 600), Usefulness::kCannotTell);
  EXPECT_EQ(usefulness_of({none, none}, 599), Usefulness::kCannotTell) << "half a point may hide";
  EXPECT_EQ(usefulness_of({none, longer}, 599), Usefulness::kKeep);
}

TEST(Drops, ADearAndBadModelGoesAndTheEndsStay) {
  // m2 is worse than m1 at ten times its time.
  const OutcomeTable table =
      synthetic_table({.items = 800, .models = {{0.6, 1.0}, {0.7, 5.0}, {0.5, 50.0}, {0.8, 40.0}}});
  const Recording recording = judged(table);
  const DropAnalysis drops = analyse_drops(recording, 3, {.folds = 5}, 500);
  ASSERT_FALSE(drops.skipped);
  ASSERT_EQ(drops.models.size(), 4U);
  EXPECT_EQ(drops.folds, 5U);
  EXPECT_EQ(drops.models[2].usefulness, Usefulness::kDrop);
  EXPECT_EQ(drops.models[3].usefulness, Usefulness::kKeep) << "nothing else answers as well";
  EXPECT_LT(drops.models[3].changes[0].quality.high, 0.0);
  EXPECT_THAT(drops.droppable, testing::Contains(2));
  EXPECT_THAT(drops.droppable, Not(testing::Contains(3)));
}

TEST(Drops, OfTwinsOneCanGoButNotBoth) {
  OutcomeTable table =
      synthetic_table({.items = 800, .models = {{0.6, 1.0}, {0.6, 1.0}, {0.8, 40.0}}});
  for (std::size_t i = 0; i < table.item_count(); ++i) table.cells[i * 3 + 1] = table.cells[i * 3];
  const DropAnalysis drops = analyse_drops(judged(table), 2, {.folds = 5}, 500);
  EXPECT_EQ(drops.models[0].usefulness, Usefulness::kDrop);
  EXPECT_EQ(drops.models[1].usefulness, Usefulness::kDrop);
  EXPECT_EQ(drops.droppable.size(), 1U) << "without both the cascade is slower";
  EXPECT_EQ(usefulness_of(drops.together, 800), Usefulness::kDrop);
}

TEST(Drops, TheOracleLosesWhatOnlyThisModelKnew) {
  const OutcomeTable table = synthetic_table({.items = 300, .models = ladder(), .nested = 0.5});
  const Recording recording = judged(table);
  const DropAnalysis drops = analyse_drops(recording, 3, {.folds = 3}, 100);
  for (std::size_t m = 0; m < 4; ++m) {
    int only = 0;
    for (std::size_t i = 0; i < 300; ++i) {
      int others = 0;
      for (std::size_t o = 0; o < 4; ++o) others += o != m ? recording.right[o][i] : 0;
      only += recording.right[m][i] != 0 && others == 0 ? 1 : 0;
    }
    EXPECT_NEAR(drops.models[m].oracle_quality, -only / 300.0, 1e-9) << m;
  }
}

TEST(Drops, LargeDataTakeFewerFoldsAndThenNone) {
  EXPECT_GE(affordable_searches(700, 10), 100U) << "10 folds of 10 models";
  EXPECT_EQ(affordable_searches(700, 100), 0U);
  const OutcomeTable one = synthetic_table({.items = 50, .models = {{0.6, 1.0}}});
  EXPECT_TRUE(analyse_drops(judged(one), 0, {.folds = 5}, 10).skipped);
}

TEST(Among, WithoutFoldsTheFittedInputsAreJudged) {
  const OutcomeTable table = synthetic_table({.items = 200, .models = ladder()});
  const Recording recording = judged(table);
  const std::vector<std::size_t> all = all_but(200, {});
  const std::vector<ModelIndex> models = {0, 3};
  const auto points =
      fit_and_judge(recording, 3, {{kNoLoss, 0.0}}, fitter_among(models), {.folds = 0});
  const Rule rule = fit_among(models, recording, all, 3, {kNoLoss, 0.0}).value();
  const auto direct = replay(*make_selector(rule), recording, all);
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(points.front().items[i].cpu, direct[i].cpu);
    EXPECT_EQ(points.front().items[i].right, direct[i].right);
  }
}

TEST(Among, WithoutTheBaselineTheBestOfTheRestAnswers) {
  const OutcomeTable table = synthetic_table({.items = 400, .models = ladder()});
  const Recording recording = judged(table);
  const std::vector<std::size_t> all = all_but(400, {});
  EXPECT_FALSE(fit_among({0, 1, 2}, recording, all, 3, {kNoLoss, 0.0}).has_value());
  const Rule rule = fitter_among({0, 1, 2})(recording, all, 3)({kNoLoss, 0.0});
  EXPECT_EQ(rule, Rule(fixed_rule(2)));
}

// ---- The best set ----

// The least time of a no-loss cascade among these models, by the search itself.
std::int64_t least_time(const Recording& recording, ModelIndex baseline,
                        const std::vector<ModelIndex>& models) {
  const std::vector<std::size_t> all = all_but(recording.items(), {});
  const std::optional<Rule> rule = fit_among(models, recording, all, baseline, {kNoLoss, 0.0});
  if (!rule) return std::numeric_limits<std::int64_t>::max();
  std::int64_t cpu = 0;
  for (const ReplayedItem& item : replay(*make_selector(*rule), recording, all)) cpu += item.cpu;
  return cpu;
}

SubsetChoice chosen(const Recording& recording, const SubsetLimits& limits) {
  Result<SubsetChoice> choice =
      choose_subset(recording, best_single_model(recording), limits, {.folds = 4}, 200);
  EXPECT_TRUE(choice.ok()) << choice.status().message();
  return *choice;
}

TEST(Subset, OfTwoIsTheBestOfAllPairs) {
  const OutcomeTable table = synthetic_table(
      {.items = 600, .models = {{0.5, 1.0}, {0.6, 3.0}, {0.7, 9.0}, {0.75, 20.0}, {0.8, 40.0}}});
  const Recording recording = judged(table);
  const SubsetChoice choice = chosen(recording, {.models = 2});
  EXPECT_TRUE(choice.exhaustive);
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (ModelIndex a = 0; a < 5; ++a) {
    for (ModelIndex b = 0; b < a; ++b) least = std::min(least, least_time(recording, 4, {a, b}));
  }
  EXPECT_EQ(least_time(recording, 4, choice.models), least);
  EXPECT_LE(choice.models.size(), 2U);
  EXPECT_LE(choice.agreeing, choice.folds);
  const PairedCounts& counts = choice.discordance;
  EXPECT_EQ(counts.inputs, 600U);
  EXPECT_NEAR((static_cast<double>(counts.won) - static_cast<double>(counts.lost)) / 600.0,
              choice.figures.difference.value, 1e-12);
}

TEST(Subset, OfOneIsTheBaselineAndOfManyTheWholeSearch) {
  const OutcomeTable table = synthetic_table({.items = 400, .models = ladder()});
  const Recording recording = judged(table);
  const SubsetChoice one = chosen(recording, {.models = 1});
  EXPECT_THAT(one.models, ElementsAre(3));
  EXPECT_EQ(one.figures.difference.value, 0.0);
  EXPECT_EQ(one.figures.speedup.value, 1.0);
  EXPECT_EQ(one.agreeing, 4U);
  const std::int64_t whole = least_time(recording, 3, all_models(recording));
  EXPECT_EQ(least_time(recording, 3, chosen(recording, {.models = 9}).models), whole);
  EXPECT_EQ(least_time(recording, 3, chosen(recording, {.models = 3}).models), whole);
}

OutcomeTable sized_table() {
  OutcomeTable table = synthetic_table({.items = 400, .models = ladder()});
  table.resources.resize(4);
  for (std::size_t m = 0; m < 4; ++m) {
    table.resources[m].memory_bytes = static_cast<std::int64_t>(10 * (m + 1)) * kMiB;
    table.zoo.models[m].sha256 = std::string(64, static_cast<char>('a' + m));
  }
  return table;
}

TEST(Subset, SharedFilesCountOnceAndFilesStandForMemory) {
  OutcomeTable table = sized_table();
  EXPECT_EQ(ModelSizes(table).bytes_of({0, 3}), 50 * kMiB);
  table.zoo.models[0].sha256 = table.zoo.models[3].sha256;
  EXPECT_EQ(ModelSizes(table).bytes_of({0, 3}), 40 * kMiB);
  EXPECT_EQ(ModelSizes(table).bytes_of({0, 1, 3}), 60 * kMiB);
  table.resources[1].memory_bytes.reset();
  EXPECT_FALSE(ModelSizes(table).bytes_of({1}).has_value());
  table.resources[1].file_bytes = 5 * kMiB;
  EXPECT_EQ(ModelSizes(table).bytes_of({1}), 5 * kMiB);
  EXPECT_EQ(ModelSizes(table).estimated(), 1U);
}

TEST(Subset, StaysWithinTheMemory) {
  const OutcomeTable table = sized_table();
  const Recording recording = judged(table);
  const SubsetChoice fifty = chosen(recording, {.bytes = 50 * kMiB});
  EXPECT_LE(fifty.bytes.value(), 50 * kMiB);
  EXPECT_FALSE(fifty.instead.has_value());
  EXPECT_EQ(fifty.models.back(), 3);
  // The baseline takes 40 MiB: no loss is measured against the best of the others.
  const SubsetChoice thirty = chosen(recording, {.bytes = 39 * kMiB});
  EXPECT_LE(thirty.bytes.value(), 39 * kMiB);
  EXPECT_EQ(thirty.instead, std::optional<ModelIndex>(2));
  EXPECT_LT(thirty.figures.difference.value, 0.0);
}

TEST(Subset, LimitsThatCannotBeKept) {
  OutcomeTable table = sized_table();
  const SubsetLimits nine{.bytes = 9 * kMiB};
  const auto small = choose_subset(judged(table), 3, nine, {.folds = 2}, 10);
  EXPECT_THAT(small.status().message(), AllOf(HasSubstr("m0"), HasSubstr("10.0")));
  table.resources[2] = {};
  const auto unknown = choose_subset(judged(table), 3, nine, {.folds = 2}, 10);
  EXPECT_THAT(unknown.status().message(), HasSubstr("m2"));
}

TEST(Subset, OfLargeZoosIsFoundGreedily) {
  std::vector<test::SyntheticModel> models;
  for (int m = 0; m < 100; ++m) models.push_back({0.4 + 0.004 * m, 1.0 + 2.0 * m});
  const OutcomeTable table = synthetic_table({.items = 150, .models = models});
  const Recording recording = judged(table);
  const SubsetChoice choice = chosen(recording, {.models = 2});
  EXPECT_FALSE(choice.exhaustive);
  EXPECT_LE(choice.models.size(), 2U);
  const ModelIndex baseline = best_single_model(recording);
  EXPECT_LE(least_time(recording, baseline, choice.models),
            least_time(recording, baseline, {baseline}));
}

// ---- The report ----

WorthReport reported(const OutcomeTable& now, const OutcomeTable* then = nullptr,
                     const SubsetLimits& limits = {}) {
  WorthOptions options;
  options.evaluate.folds.folds = 5;
  options.evaluate.resamples = 500;
  options.limits = limits;
  Result<WorthReport> report = worth_report(now, then, "a change", options);
  EXPECT_TRUE(report.ok()) << report.status().message();
  EXPECT_LE(report->recommendation.size(), 3U);
  return *report;
}

TEST(Worth, RecommendsWhatTheVerdictSays) {
  const WorthReport pays = reported(synthetic_table({.items = 1500, .models = ladder()}));
  EXPECT_THAT(pays.recommendation.front(), HasSubstr("rightsize train"));
  const WorthReport not_worth = reported(synthetic_table(
      {.items = 6000, .models = {{0.6, 3.0}, {0.8, 40.0}}, .informative = 0.0, .nested = 1.0}));
  EXPECT_THAT(not_worth.recommendation.front(), HasSubstr("Do not train"));
  const WorthReport few =
      reported(synthetic_table({.items = 40, .models = ladder(), .informative = 0.35, .seed = 2}));
  EXPECT_THAT(few.recommendation.front(), HasSubstr("Before you train"));
}

TEST(Worth, HeadRoomIsThatOfTheEvaluation) {
  const OutcomeTable table = synthetic_table({.items = 600, .models = ladder()});
  const Worth worth = reported(table).now;
  const StrategyFigures& oracle = worth.evaluation.oracle_zoo;
  ASSERT_TRUE(worth.point.has_value());
  EXPECT_EQ(worth.point->name, worth.evaluation.verdict.point);
  EXPECT_LT(worth.mix_at_oracle, oracle.quality.value);
  EXPECT_NEAR(worth.mix_at_point + worth.point->over_mix.value, worth.point->quality.value, 1e-12);
  EXPECT_GT(worth.head_room_taken, 0.0);
  EXPECT_LT(worth.head_room_taken, 1.0);
  const auto n = static_cast<double>(worth.discordance.inputs);
  EXPECT_NEAR(
      (static_cast<double>(worth.discordance.won) - static_cast<double>(worth.discordance.lost)) /
          n,
      worth.point->difference.value, 1e-12);
}

TEST(Worth, AChangeIsShownBesideWhatIs) {
  const OutcomeTable now = synthetic_table({.items = 600, .models = ladder()});
  OutcomeTable then = now;
  for (std::size_t i = 0; i < then.item_count(); ++i) then.cells[i * 4 + 3].cpu /= 8;
  const WorthReport report = reported(now, &then, {.models = 2});
  ASSERT_TRUE(report.then.has_value());
  ASSERT_TRUE(report.now.point.has_value());
  EXPECT_GT(report.now.baseline().cpu_ms.value, report.then->baseline().cpu_ms.value);
  EXPECT_THAT(report.recommendation.back(), HasSubstr("a change"));
  const std::string text = worth_text(report);
  EXPECT_THAT(text, AllOf(HasSubstr("now"), HasSubstr("then"), HasSubstr("at most 2 models")));
  EXPECT_GT(text.find("What to do"), text.find("what leaving a model out changes"));
}

// A change that makes the best model the cheapest leaves no point that is faster.
TEST(Worth, AChangeMayLeaveNothingToChoose) {
  const OutcomeTable now = synthetic_table({.items = 600, .models = ladder()});
  OutcomeTable then = now;
  for (std::size_t i = 0; i < then.item_count(); ++i) then.cells[i * 4 + 3].cpu = Nanoseconds(1000);
  const WorthReport report = reported(now, &then);
  ASSERT_TRUE(report.now.point.has_value());
  ASSERT_TRUE(report.then.has_value());
  EXPECT_FALSE(report.then->point.has_value());
  EXPECT_THAT(worth_text(report), HasSubstr("none is faster"));
  EXPECT_THAT(report.recommendation.back(), HasSubstr("no point would be faster"));
}

TEST(Worth, JsonHasEveryPart) {
  const OutcomeTable table = synthetic_table({.items = 200, .models = ladder()});
  const WorthReport report = reported(table);
  const auto document = nlohmann::json::parse(worth_json(report));
  EXPECT_EQ(document["format"], "rightsize-worth");
  EXPECT_EQ(document["recommendation"].size(), report.recommendation.size());
  EXPECT_TRUE(document["then"].is_null());
  const auto& now = document["now"];
  EXPECT_EQ(now["leaving_out"]["models"].size(), 4U);
  EXPECT_EQ(now["inputs_to_prove_loss"].size(), 3U);
  EXPECT_EQ(now["oracle"]["quality"]["value"], report.now.evaluation.oracle_zoo.quality.value);
  EXPECT_TRUE(now["subset"]["bytes"].is_null());
  EXPECT_EQ(worth_json(report), worth_json(reported(table))) << "the same seed, the same figures";
}

TEST(Worth, WhatIsSkippedIsSaid) {
  WorthReport report = reported(synthetic_table({.items = 100, .models = ladder()}));
  const auto one_line = [&] {
    std::string text = worth_text(report);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  };
  EXPECT_THAT(one_line(), HasSubstr("held out by 5 folds"));
  report.now.drops.folds = 0;
  EXPECT_THAT(one_line(), HasSubstr("on the very inputs that they were fitted to"));
  report.now.drops = {.skipped = true};
  EXPECT_THAT(one_line(), HasSubstr("is not looked at"));
  EXPECT_TRUE(nlohmann::json::parse(worth_json(report))["now"]["leaving_out"].is_null());
}

TEST(Worth, FailuresOfAChangeNameIt) {
  const OutcomeTable now = synthetic_table({.items = 60, .models = ladder()});
  const OutcomeTable then = *leave_out(now, {"m3"});
  WorthOptions options;
  options.evaluate.baseline = "m3";
  options.evaluate.resamples = 10;
  const auto report = worth_report(now, &then, "without m3", options);
  EXPECT_THAT(report.status().message(), AllOf(HasSubstr("without m3: "), HasSubstr("'m3'")));
}

}  // namespace
}  // namespace rightsize

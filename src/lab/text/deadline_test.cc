// Proves on made-up runs with a known answer what deadline mode is said to be worth: where time
// follows length it gains what it can, where it does not it gains nothing, and lateness is counted.
#include "lab/text/deadline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::HasSubstr;

struct MadeUp {
  double right = 0.5;  // share of words that are those of the reference
  double fixed_ms = 1.0;
  double per_piece_ms = 0.1;
};

// Sentences of 4 to 43 words, which are pieces; `noise` of the times is in proportion.
OutcomeTable made_up(std::size_t sentences, const std::vector<MadeUp>& models, double noise,
                     std::uint64_t seed = 1) {
  test::Sequence random(seed);
  OutcomeTable table;
  table.zoo.task = kTranslation;
  for (std::size_t m = 0; m < models.size(); ++m) {
    table.zoo.models.push_back({.name = "m" + std::to_string(m)});
  }
  for (std::size_t i = 0; i < sentences; ++i) {
    const auto words = static_cast<std::int32_t>(4 + 40 * random.uniform());
    table.items.push_back("s" + std::to_string(i));
    std::string reference;
    for (std::int32_t w = 0; w < words; ++w) {
      reference += "w" + std::to_string(static_cast<int>(1000 * random.uniform())) + " ";
    }
    table.text.sources.push_back(reference);
    table.text.references.push_back(reference);
    for (const MadeUp& model : models) {
      TextCell text{.source_pieces = words, .target_tokens = words + 1};
      std::size_t at = 0;
      for (std::int32_t w = 0; w < words; ++w) {
        const std::size_t end = reference.find(' ', at);
        const bool right = random.uniform() < model.right;
        text.text += right ? reference.substr(at, end - at + 1) : "x ";
        at = end + 1;
      }
      const double jitter = 1 + noise * (2 * random.uniform() - 1);
      RecordedOutcome cell{.status = TrialStatus::kOk};
      cell.cpu = Nanoseconds(
          static_cast<std::int64_t>(1e6 * (model.fixed_ms + model.per_piece_ms * words) * jitter));
      cell.wall = cell.cpu + cell.cpu / 10;
      table.cells.push_back(cell);
      table.text.cells.push_back(text);
    }
  }
  return table;
}

DeadlineEvaluation evaluated(const OutcomeTable& table, const DeadlineOptions& options = {}) {
  const auto evaluation = evaluate_deadlines(table, options);
  EXPECT_TRUE(evaluation.ok()) << evaluation.status().message();
  return evaluation.ok() ? *evaluation : DeadlineEvaluation{};
}

const std::vector<MadeUp> kQuickAndGood = {{0.6, 0.5, 0.05}, {0.9, 1.0, 0.5}};

// By tokens of the run, as the good model answers what it can in time and the quick one the rest.
TEST(DeadlineTest, WithoutNoiseTheModeIsTheBestThatCanBeForeseen) {
  const OutcomeTable table = made_up(600, kQuickAndGood, 0.0);
  const DeadlineEvaluation e =
      evaluated(table, {.quantiles = {0.2, 0.5, 0.9, 1.0}, .resamples = 200});
  ASSERT_EQ(e.rows.size(), 4U);
  EXPECT_EQ(e.best, 1U);
  EXPECT_THAT(e.fits[1].line.wall.at(10), DoubleNear(6.0, 0.01));
  for (const DeadlineRow& row : e.rows) {
    EXPECT_LE(row.mode.late, 0.03) << row.quantile;  // sentences of just the deadline's length
    EXPECT_THAT(row.mode.shares[1], DoubleNear(row.quantile, 0.05));
    EXPECT_THAT(row.single[1].late, DoubleNear(1 - row.quantile, 0.04));
    EXPECT_EQ(row.single[0].late, 0.0);
  }
  // Where the good model is late for some, the quick one is the best static choice that is on time.
  const DeadlineRow& half = e.rows[1];
  EXPECT_EQ(half.static_on_time.shares[0], 1.0);
  EXPECT_GT(half.over_on_time.low, 0.0);
  EXPECT_GT(half.mode.value, half.static_best.value);
  // With time for all there is nothing to gain.
  EXPECT_EQ(e.rows[3].static_on_time.shares[1], 1.0);
  EXPECT_THAT(e.rows[3].over_on_time.value, DoubleNear(0.0, 0.01));
}

TEST(DeadlineTest, LateTranslationsAreLostOrTheCheapestModels) {
  const OutcomeTable table = made_up(300, kQuickAndGood, 0.0);
  const DeadlineOptions lost{.quantiles = {0.5}, .resamples = 0};
  DeadlineOptions cheapest = lost;
  cheapest.late_text = LateText::kCheapest;
  const DeadlineResult without = evaluated(table, lost).rows[0].single[1];
  const DeadlineResult with = evaluated(table, cheapest).rows[0].single[1];
  EXPECT_EQ(without.late, with.late);
  // Long sentences have most of the words: without them the translation is much too short.
  EXPECT_LT(without.value, 0.5 * with.value);
}

TEST(DeadlineTest, LatenessStaysNearWhatTheUpperLineAllows) {
  const OutcomeTable table = made_up(1500, kQuickAndGood, 0.3);
  for (const double quantile : {0.9, 0.99}) {
    const DeadlineEvaluation e = evaluated(
        table, {.quantiles = {0.3, 0.5, 0.7}, .upper_quantile = quantile, .resamples = 0});
    for (const DeadlineRow& row : e.rows) EXPECT_LE(row.mode.late, 1 - quantile + 0.005);
  }
}

TEST(DeadlineTest, WhatLengthDoesNotTellCannotBeChosen) {
  std::vector<MadeUp> flat = kQuickAndGood;
  flat[1] = {0.9, 10, 0.0};  // takes as long for all, give or take
  const DeadlineEvaluation e =
      evaluated(made_up(800, flat, 0.5), {.quantiles = {0.5}, .resamples = 200});
  const DeadlineRow& row = e.rows[0];
  EXPECT_EQ(row.mode.shares[0], 1.0);  // the good model cannot be relied on
  EXPECT_EQ(row.over_on_time.value, 0.0);
  EXPECT_GT(row.oracle.value, row.mode.value + 0.1);  // who knows the times could
}

TEST(DeadlineTest, TheOtherClockIsCountedBeside) {
  const OutcomeTable table = made_up(400, kQuickAndGood, 0.0);
  const DeadlineEvaluation cpu = evaluated(table, {.quantiles = {0.5}, .resamples = 0});
  EXPECT_GT(cpu.rows[0].single[1].late_other, cpu.rows[0].single[1].late);
  const DeadlineEvaluation wall =
      evaluated(table, {.quantiles = {0.5}, .clock = DeadlineClock::kWall, .resamples = 0});
  EXPECT_LT(wall.rows[0].single[1].late_other, wall.rows[0].single[1].late);
  EXPECT_THAT(wall.rows[0].deadline_ms, DoubleNear(1.1 * cpu.rows[0].deadline_ms, 1e-3));
}

TEST(DeadlineTest, TheSameSeedGivesTheSame) {
  const OutcomeTable table = made_up(300, kQuickAndGood, 0.3);
  const DeadlineOptions options{.quantiles = {0.4}, .resamples = 50};
  EXPECT_EQ(to_json(evaluated(table, options)).dump(), to_json(evaluated(table, options)).dump());
}

TEST(DeadlineTest, WrittenForProgramsAndPeople) {
  const DeadlineEvaluation e =
      evaluated(made_up(200, kQuickAndGood, 0.1), {.quantiles = {0.5}, .resamples = 50});
  const nlohmann::json document = nlohmann::json::parse(to_json(e).dump());
  EXPECT_EQ(document["best"], "m1");
  EXPECT_EQ(document["rows"][0]["mode"]["value"], e.rows[0].mode.value);
  EXPECT_EQ(document["lines"].size(), 2U);
  const std::string text = to_markdown(e);
  EXPECT_THAT(text, HasSubstr("`m1`, the best model"));
  EXPECT_THAT(text, HasSubstr(std::to_string(e.rows[0].deadline_ms).substr(0, 4)));
}

TEST(DeadlineTest, RunsThatCannotBeReplayedAreRefused) {
  OutcomeTable table = made_up(100, kQuickAndGood, 0.1);
  const auto message = [&](const DeadlineOptions& options = {}) {
    const auto evaluation = evaluate_deadlines(table, options);
    return evaluation.ok() ? "no error" : evaluation.status().message();
  };
  EXPECT_THAT(message({.folds = 1}), HasSubstr("2 folds"));
  for (RecordedOutcome& cell : table.cells) cell.cpu = Nanoseconds(0);
  EXPECT_THAT(message(), HasSubstr("no times"));
  table.text.references.clear();
  EXPECT_THAT(message(), HasSubstr("reference"));
  table.text = {};
  EXPECT_THAT(message(), HasSubstr("translation"));
}

}  // namespace
}  // namespace rightsize

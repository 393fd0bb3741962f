// Proves the verdict on tables where the truth is known (adaptive selection pays; it cannot; there
// are too few data to say), the controls, and that nothing leaks from test to training folds.
#include "lab/evaluate/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/checksum.h"
#include "lab/evaluate/train.h"
#include "lab/evaluate/verdict.h"
#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

using test::ladder;
using test::synthetic_table;
using testing::HasSubstr;

Evaluation evaluated(const OutcomeTable& table, const EvaluateOptions& options = {}) {
  const auto evaluation = evaluate(table, nullptr, options);
  EXPECT_TRUE(evaluation.ok()) << evaluation.status().message();
  return *evaluation;
}

TEST(Verdict, PaysWhereConfidenceTellsRightFromWrong) {
  const Evaluation e = evaluated(synthetic_table({.items = 1500, .models = ladder()}));
  EXPECT_EQ(e.verdict.kind, VerdictKind::kPays);
  EXPECT_GT(e.verdict.gain.low, 0.0);
  EXPECT_THAT(e.verdict.sentence, HasSubstr("pays"));
  const auto& points = e.kinds.front().points;
  const auto found = std::find_if(points.begin(), points.end(),
                                  [](const auto& point) { return point.name == kNoLoss; });
  ASSERT_NE(found, points.end());
  const StrategyFigures& no_loss = *found;
  EXPECT_GT(no_loss.speedup.low, 1.2);
  EXPECT_GT(no_loss.difference.high, 0.0);
}

TEST(Verdict, DoesNotPayWhereConfidenceIsNoise) {
  const Evaluation e = evaluated(
      synthetic_table({.items = 6000, .models = ladder(), .informative = 0.0, .nested = 1.0}));
  EXPECT_EQ(e.verdict.kind, VerdictKind::kDoesNotPay);
  EXPECT_LE(e.verdict.gain.low, 0.0);
  EXPECT_THAT(e.verdict.sentence, HasSubstr("does not pay"));
}

TEST(Verdict, SaysWhenDataAreTooFew) {
  const Evaluation e =
      evaluated(synthetic_table({.items = 40, .models = ladder(), .informative = 0.35, .seed = 2}));
  EXPECT_EQ(e.verdict.kind, VerdictKind::kTooFewData);
  EXPECT_THAT(e.verdict.sentence, HasSubstr("too few"));
}

// An evaluation of one cascade's points beside a baseline of 40 ms.
Evaluation of_points(std::size_t inputs, std::vector<StrategyFigures> points) {
  Evaluation e{.inputs = inputs, .reference = "labels", .criterion = "top-1"};
  e.model_names = {"small", "big"};
  e.baseline = 1;
  for (StrategyFigures& point : points) point.shares = {0.5, 0.5};
  e.kinds = {{.kind = "cascade", .held_out = true, .points = std::move(points), .not_reached = {}}};
  return e;
}

StrategyFigures point(const std::string& name, const Estimate& speedup, const Estimate& difference,
                      const Estimate& over_mix) {
  StrategyFigures figures{.name = name};
  figures.speedup = speedup;
  figures.difference = difference;
  figures.over_mix = over_mix;
  return figures;
}

TEST(Verdict, PaysByASmallGainThatIsSure) {
  const Evaluation e = of_points(
      7000, {point("no-loss", {1.5, 1.45, 1.55}, {0.0, -0.002, 0.002}, {0.004, 0.001, 0.007})});
  const Verdict verdict = judge_verdict(e);
  EXPECT_EQ(verdict.kind, VerdictKind::kPays) << verdict.sentence;
  EXPECT_EQ(verdict.point, "no-loss");
}

TEST(Verdict, APointThatLosesDoesNotPayUnlessThatIsAllowed) {
  Evaluation e = of_points(
      700, {point("1.5x", {1.5, 1.45, 1.55}, {-0.125, -0.14, -0.11}, {0.03, 0.02, 0.04})});
  const Verdict refused = judge_verdict(e);
  EXPECT_EQ(refused.kind, VerdictKind::kDoesNotPay) << refused.sentence;
  EXPECT_THAT(refused.sentence, HasSubstr("--max-loss 13.0)")) << "and not 2 points less";
  e.max_loss = 0.13;
  const Verdict allowed = judge_verdict(e);
  EXPECT_EQ(allowed.kind, VerdictKind::kPays) << allowed.sentence;
  EXPECT_THAT(allowed.sentence, HasSubstr("13 points may be lost"));
}

TEST(Verdict, FewInputsHideALossHoweverNarrowTheirIntervals) {
  const Estimate same{0.0, 0.0, 0.0};
  for (const std::size_t inputs : {10U, 100U, 299U}) {
    const Verdict verdict = judge_verdict(
        of_points(inputs, {point("no-loss", {1.5, 1.4, 1.6}, same, {0.05, 0.04, 0.06})}));
    EXPECT_EQ(verdict.kind, VerdictKind::kTooFewData) << inputs;
    EXPECT_EQ(verdict.inputs_needed, 300U);
    EXPECT_THAT(verdict.sentence, HasSubstr("about 300 would settle it"));
  }
}

TEST(Verdict, TooFewAlwaysComesWithALargerNumber) {
  test::Sequence random(5);
  const auto somewhere = [&](double middle, double spread) {
    const double value = middle + spread * (random.uniform() - 0.5);
    return Estimate{value, value - spread * random.uniform(), value + spread * random.uniform()};
  };
  for (int i = 0; i < 2000; ++i) {
    const auto inputs = static_cast<std::size_t>(10 + 10000 * random.uniform());
    const Verdict verdict = judge_verdict(of_points(
        inputs,
        {point("no-loss", somewhere(1.1, 0.3), somewhere(-0.002, 0.02), somewhere(0.002, 0.02)),
         point("2x", somewhere(2, 0.3), somewhere(-0.02, 0.03), somewhere(0.01, 0.03))}));
    if (verdict.kind != VerdictKind::kTooFewData) {
      EXPECT_EQ(verdict.inputs_needed, 0U);
      continue;
    }
    EXPECT_GT(verdict.inputs_needed, inputs) << verdict.sentence;
    EXPECT_THAT(verdict.sentence,
                HasSubstr("about " + std::to_string(verdict.inputs_needed) + " would"));
  }
}

TEST(Verdict, WithoutLabelsAPointAgreesAndNothingPays) {
  Evaluation e = of_points(
      2000, {point("1.5x", {1.5, 1.45, 1.55}, {-0.02, -0.025, -0.015}, {0.03, 0.02, 0.04})});
  e.reference = "big";
  e.kinds[0].points[0].quality = {0.98, 0.975, 0.985};
  for (const double allowed : {0.0, 0.02}) {
    e.max_loss = allowed;
    const Verdict verdict = judge_verdict(e);
    EXPECT_EQ(verdict.kind, allowed > 0 ? VerdictKind::kAgrees : VerdictKind::kDoesNotAgree);
    EXPECT_THAT(verdict.sentence, HasSubstr("agrees with big on 98.0 % of inputs"));
    for (const char* claim : {"pay", "quality", "accuracy"}) {
      EXPECT_THAT(verdict.sentence, testing::Not(HasSubstr(claim)));
    }
  }
}

TEST(Verdict, TrainRecommendsTheSingleModelWhereSelectionGivesNothing) {
  const auto useless = train(
      synthetic_table({.items = 6000, .models = ladder(), .informative = 0.0, .nested = 1.0}), {});
  ASSERT_TRUE(useless.ok());
  const OperatingPoint& chosen = useless->file.points[useless->file.default_point];
  EXPECT_EQ(chosen.rule, Rule(fixed_rule(3)));
  const auto useful = train(synthetic_table({.items = 1500, .models = ladder()}), {});
  ASSERT_TRUE(useful.ok());
  EXPECT_EQ(useful->file.points[useful->file.default_point].name, kNoLoss)
      << useful->evaluation.verdict.sentence;
}

TEST(Evaluate, ShuffledLabelsGiveChance) {
  // Labels that have nothing to do with the answers: no cascade may look better than the mix.
  OutcomeTable table = synthetic_table({.items = 2000, .models = ladder()});
  test::Sequence random(9);
  for (std::int32_t& label : table.labels) label = random.uniform() < 0.5 ? 0 : 1;
  const Evaluation e = evaluated(table);
  for (const StrategyFigures& point : e.kinds.front().points) {
    EXPECT_LT(point.quality.low, 0.55) << point.name;
    EXPECT_LT(point.over_mix.low, 0.02) << point.name;
  }
  EXPECT_NE(e.verdict.kind, VerdictKind::kPays);
}

TEST(Evaluate, OracleBoundsEverything) {
  const Evaluation e = evaluated(synthetic_table({.items = 800, .models = ladder()}));
  for (const StrategyFigures& model : e.models) {
    EXPECT_GE(e.oracle_zoo.quality.value, model.quality.value);
  }
  for (const KindFigures& kind : e.kinds) {
    for (const StrategyFigures& point : kind.points) {
      EXPECT_GE(e.oracle_zoo.quality.value, point.quality.value);
    }
  }
  EXPECT_GE(e.oracle_zoo.quality.value, e.oracle_chosen.quality.value);
}

TEST(Evaluate, FiguresOfSingleModelsAreExact) {
  const OutcomeTable table = synthetic_table({.items = 300, .models = ladder(), .failures = 0.05});
  const Evaluation e = evaluated(table);
  for (std::size_t m = 0; m < 4; ++m) {
    int right = 0;
    int failed = 0;
    double cpu = 0;
    for (std::size_t i = 0; i < 300; ++i) {
      const RecordedOutcome& cell = table.at(i, m);
      const bool ok = cell.status == TrialStatus::kOk;
      right += ok && cell.outcome.label() == 0 ? 1 : 0;
      failed += ok ? 0 : 1;
      cpu += static_cast<double>((cell.cpu + table.decode_cpu[i]).count()) / 1e6;
    }
    EXPECT_DOUBLE_EQ(e.models[m].quality.value, right / 300.0);
    EXPECT_NEAR(e.models[m].abstained, failed / 300.0, 1e-12);
    EXPECT_NEAR(e.models[m].cpu_ms.value, cpu / 300, 1e-9);
    EXPECT_LE(e.models[m].quality.low, e.models[m].quality.value);
    EXPECT_GE(e.models[m].quality.high, e.models[m].quality.value);
  }
}

TEST(Evaluate, IntervalsCoverTheTruth) {
  // 60 samples of a known population: the 95 % interval misses its quality about 3 times.
  int missed = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Evaluation e =
        evaluated(synthetic_table({.items = 200, .models = {{0.7, 1.0}, {0.8, 9.0}}, .seed = seed}),
                  {.resamples = 400});
    if (e.models[0].quality.low > 0.7 || e.models[0].quality.high < 0.7) ++missed;
  }
  EXPECT_LE(missed, 9);
}

TEST(Evaluate, WithoutLabelsTheReferenceModelIsAlwaysRight) {
  const OutcomeTable table = synthetic_table({.items = 400, .models = ladder(), .labelled = false});
  const auto without = evaluate(table, nullptr, {});
  ASSERT_FALSE(without.ok());
  EXPECT_THAT(without.status().message(), HasSubstr("--reference"));
  const Evaluation e = evaluated(table, {.reference = {.model = "m3"}});
  EXPECT_EQ(e.models[3].quality.value, 1.0);
  EXPECT_EQ(e.baseline, 3U);
  EXPECT_EQ(e.reference, "m3");
}

TEST(Evaluate, RefusesASelectorOfAnotherZoo) {
  const OutcomeTable table = synthetic_table({.items = 300, .models = ladder()});
  auto training = train(table, {});
  ASSERT_TRUE(training.ok());
  ASSERT_TRUE(evaluate(table, &training->file, {}).ok());
  training->file.zoo.models[3].sha256 = std::string(64, 'b');
  training->file.zoo.models[2].name = "other";
  const auto refused = evaluate(table, &training->file, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), StatusCode::kMismatch);
  EXPECT_THAT(refused.status().message(), HasSubstr("another zoo"));
}

KindFigures judged_on(const OutcomeTable& table, const SelectorFile& file) {
  const auto evaluation = evaluate(table, &file, {});
  EXPECT_TRUE(evaluation.ok()) << evaluation.status().message();
  for (const KindFigures& kind : evaluation->kinds) {
    if (kind.kind == "selector file") return kind;
  }
  ADD_FAILURE() << "the selector file was not judged";
  return {};
}

TEST(Evaluate, SaysByContentWhetherASelectorFileWasTrainedOnTheseInputs) {
  OutcomeTable table = synthetic_table({.items = 300, .models = ladder()});
  auto training = train(table, {});
  ASSERT_TRUE(training.ok());
  SelectorFile& file = training->file;
  EXPECT_FALSE(judged_on(table, file).held_out);
  // Profiled again, under other names.
  table.provenance.run_id = "another";
  for (std::string& name : table.items) name = "renamed-" + name;
  EXPECT_FALSE(judged_on(table, file).held_out);
  EXPECT_EQ("trained on these very inputs", judged_on(table, file).training);
  // Merged with others.
  for (std::size_t i = 7; i < 300; ++i) table.contents[i] = sha256("other" + table.items[i]);
  EXPECT_FALSE(judged_on(table, file).held_out);
  EXPECT_EQ("trained on 7 of these 300 inputs", judged_on(table, file).training);
  for (std::size_t i = 0; i < 7; ++i) table.contents[i] = sha256("other" + table.items[i]);
  EXPECT_TRUE(judged_on(table, file).held_out);
  EXPECT_EQ("trained on other inputs", judged_on(table, file).training);
}

TEST(Evaluate, SaysWhereItCannotBeToldWhatASelectorFileWasTrainedOn) {
  OutcomeTable table = synthetic_table({.items = 300, .models = ladder()});
  auto training = train(table, {});
  ASSERT_TRUE(training.ok());
  table.provenance.run_id = "another";
  SelectorFile old = training->file;
  old.input_marks.clear();
  EXPECT_FALSE(judged_on(table, old).held_out);
  EXPECT_THAT(judged_on(table, old).training, HasSubstr("cannot be told: the selector file"));
  table.contents[3].clear();
  EXPECT_FALSE(judged_on(table, training->file).held_out);
  EXPECT_THAT(judged_on(table, training->file).training, HasSubstr("cannot be told: the run"));
}

std::string refusal(const OutcomeTable& table, const SelectorFile& file) {
  const auto evaluation = evaluate(table, &file, {});
  return evaluation.ok() ? "no error" : evaluation.status().message();
}

TEST(Evaluate, MatchesModelsByWhatDecidesTheirAnswers) {
  const OutcomeTable table = synthetic_table({.items = 300, .models = ladder()});
  auto training = train(table, {});
  ASSERT_TRUE(training.ok());
  SelectorFile file = training->file;
  // What something is called and where it lies decides nothing.
  for (ModelSpec& model : file.zoo.models) model.file = "elsewhere/" + model.name + ".onnx";
  file.zoo.name = "another name";
  file.zoo.classes[0].name = "another word for it";
  EXPECT_EQ("no error", refusal(table, file));
  for (ModelSpec& model : file.zoo.models) model.output.kind = OutputKind::kProbabilities;
  EXPECT_THAT(refusal(table, file),
              HasSubstr("output.kind: probabilities in the selector file, logits in the run"));
  file = training->file;
  for (ModelSpec& model : file.zoo.models) model.session.exact_int8 = true;
  EXPECT_THAT(refusal(table, file),
              HasSubstr("session.exact_int8: true in the selector file, false in the run"));
  file = training->file;
  std::swap(file.zoo.classes[0], file.zoo.classes[1]);
  EXPECT_THAT(refusal(table, file), HasSubstr("class 0: 1 in the selector file, 0 in the run"));
}

TEST(Evaluate, RefusesUnknownNamesAndTooFewInputs) {
  const OutcomeTable table = synthetic_table({.items = 8, .models = ladder()});
  EXPECT_THAT(evaluate(table, nullptr, {}).status().message(), HasSubstr("too few for 10 folds"));
  const OutcomeTable larger = synthetic_table({.items = 80, .models = ladder()});
  EXPECT_THAT(evaluate(larger, nullptr, {.baseline = "x"}).status().message(), HasSubstr("'x'"));
  EXPECT_THAT(evaluate(larger, nullptr, {.reference = {.model = "y"}}).status().message(),
              HasSubstr("'y'"));
}

TEST(Train, IsAFunctionOfItsInput) {
  const OutcomeTable table = synthetic_table({.items = 300, .models = ladder()});
  EXPECT_EQ(to_json_text(train(table, {})->file), to_json_text(train(table, {})->file));
}

TEST(Train, ItsFileCanBeReadBack) {
  // 700 times 1 / 700 is more than 1 in floating point.
  const auto training = train(synthetic_table({.items = 700, .models = ladder()}), {});
  ASSERT_TRUE(training.ok());
  const auto back = parse_selector_file(to_json_text(training->file), "s.json");
  EXPECT_TRUE(back.ok()) << back.status().message();
}

TEST(LeaveOut, TakesModelsAway) {
  const OutcomeTable table = synthetic_table({.items = 50, .models = ladder()});
  const auto rest = leave_out(table, {"m[02]"});
  ASSERT_TRUE(rest.ok());
  ASSERT_EQ(rest->model_count(), 2U);
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(rest->at(i, 0).cpu, table.at(i, 1).cpu);
    EXPECT_EQ(rest->at(i, 1).cpu, table.at(i, 3).cpu);
  }
  EXPECT_EQ(rest->left_out, std::vector<std::string>{"m[02]"});
  EXPECT_THAT(leave_out(table, {"x*"}).status().message(), HasSubstr("x*"));
  EXPECT_FALSE(leave_out(table, {"*"}).ok());
}

TEST(Mix, HullLeavesOutWhatALineBeats) {
  const std::vector<std::pair<double, double>> models = {{1, 0.4},  {10, 0.6},  {5, 0.45},
                                                         {40, 0.8}, {20, 0.65}, {50, 0.79}};
  EXPECT_EQ(mix_hull(models), (std::vector<std::size_t>{0, 1, 3}));
  const Mix between = best_mix(models, 25);
  EXPECT_EQ(between.first, 1U);
  EXPECT_EQ(between.second, 3U);
  EXPECT_DOUBLE_EQ(between.weight, 0.5);
  const Mix below = best_mix(models, models[0].first / 4);
  EXPECT_EQ(below.first, models.size());  // no answer
  EXPECT_EQ(below.second, 0U);
  EXPECT_DOUBLE_EQ(below.weight, 0.25);
  EXPECT_EQ(best_mix(models, 99).first, 3U);
  EXPECT_EQ(best_mix(models, 99).weight, 0.0);
}

TEST(Folds, PartitionTheItems) {
  const OutcomeTable table = synthetic_table({.items = 103, .models = ladder()});
  const auto recording = judge(table, {});
  ASSERT_TRUE(recording.ok());
  // Every item gets exactly one held-out result.
  const auto pooled = cross_validate(*recording, 3, {{"x", 0.0}}, fit_fixed, {.folds = 10});
  for (const ReplayedItem& item : pooled[0].items) EXPECT_GT(item.cpu, 0);
}

TEST(Evaluate, APremodelIsJudgedOnItsOwnFeaturesAlone) {
  const OutcomeTable table =
      synthetic_table({.items = 60, .models = ladder(), .featured = true, .telling = 0.9});
  EvaluateOptions options{.premodel = PremodelOptions{}, .folds = {.folds = 2}, .resamples = 20};
  const auto trained = train(table, options);
  ASSERT_TRUE(trained.ok()) << trained.status().message();
  for (const OperatingPoint& point : trained->file.points) {
    EXPECT_EQ(point.name == kPremodelKind, point.looking_ms.value_or(0.0) > 0) << point.name;
    EXPECT_TRUE(point.drift) << point.name;
  }
  EXPECT_LT(trained->file.find_point(kPremodelKind), trained->file.points.size());
  options.premodel.reset();
  EXPECT_TRUE(evaluate(table, &trained->file, options).ok());
  OutcomeTable other = table;
  other.feature_spec.options.max_side = 64;
  EXPECT_THAT(evaluate(other, &trained->file, options).status().message(),
              testing::HasSubstr("extracted in another way"));
  const OutcomeTable bare = synthetic_table({.items = 60, .models = ladder()});
  EXPECT_THAT(evaluate(bare, &trained->file, options).status().message(),
              testing::HasSubstr("has not"));
}

// Every second input has a label: the reference is a model, and both figures are there.
TEST(Evaluate, LabelsBesideAReferenceModel) {
  OutcomeTable table = synthetic_table({.items = 400, .models = ladder()});
  for (std::size_t i = 0; i < table.item_count(); i += 2) table.labels[i] = -1;
  const Evaluation e = evaluated(table, {.baseline = "m3", .reference = {.model = "m3"}});
  EXPECT_EQ(e.labelled, 200U);
  EXPECT_EQ(e.inputs, 400U);
  ASSERT_TRUE(e.models[3].by_labels.has_value());
  EXPECT_EQ(e.models[3].by_labels->value, 0.0) << "the baseline against itself";
  double right = 0;
  double best = 0;
  for (std::size_t i = 1; i < table.item_count(); i += 2) {
    right += table.at(i, 0).outcome.label() == 0;
    best += table.at(i, 3).outcome.label() == 0;
  }
  ASSERT_TRUE(e.models[0].by_labels.has_value());
  EXPECT_NEAR(e.models[0].by_labels->value, (right - best) / 200, 1e-12);
  EXPECT_LE(e.models[0].by_labels->low, e.models[0].by_labels->value);
  // Other answers are the most that the accuracy can have lost.
  for (const StrategyFigures& model : e.models) {
    EXPECT_GE(model.by_labels->value, -2 * (1 - model.quality.value) - 1e-12);
  }
  EXPECT_FALSE(evaluated(table).models[0].by_labels.has_value()) << "labels are the reference";
}

}  // namespace
}  // namespace rightsize

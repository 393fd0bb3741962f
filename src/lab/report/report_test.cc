// Proves that every form of the report says what the evaluation says and holds whatever comes: the
// page is well-formed, fetches nothing and escapes hostile names; the JSON is read back to the same
// numbers; the terminal's tables fit and end with the verdict; and no drawing has a coordinate that
// is no number, for evaluations that degenerate in every way we could think of.
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "lab/report/axes.h"
#include "lab/report/figures.h"
#include "lab/report/html.h"
#include "lab/report/json.h"
#include "lab/report/labels.h"
#include "lab/report/markup_test_support.h"
#include "lab/report/plots.h"
#include "lab/report/svg.h"
#include "lab/report/text.h"

namespace rightsize {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Estimate estimate(double value, double half_width) {
  return {value, value - half_width, value + half_width};
}

StrategyFigures strategy(const std::string& name, double quality, double cpu_ms,
                         std::vector<double> shares) {
  return {.name = name,
          .quality = estimate(quality, 0.02),
          .abstained = 0.0,
          .cpu_ms = estimate(cpu_ms, 0.05 * cpu_ms),
          .difference = estimate(quality - 0.8, 0.015),
          .speedup = estimate(40.0 / cpu_ms, 0.1),
          .over_mix = estimate(0.031, 0.012),
          .shares = std::move(shares)};
}

// A model with every share of the inputs.
StrategyFigures single(const std::string& name, double quality, double cpu_ms, std::size_t place,
                       std::size_t models) {
  std::vector<double> shares(models, 0.0);
  shares[place] = 1.0;
  return strategy(name, quality, cpu_ms, shares);
}

Evaluation three_models() {
  Evaluation e{.provenance = {"run7", "photos", "Some CPU", "ONNX Runtime 1.32.0",
                              "2025-01-02T03:04:05Z", "0.1.0"},
               .zoo = "small-zoo",
               .inputs = 1000,
               .skipped = 4,
               .failed = 3,
               .reference = "labels",
               .criterion = "top-1",
               .folds = 10,
               .seed = 1,
               .resamples = 2000,
               .model_names = {"tiny", "middle", "big"},
               .baseline = 2,
               .decode_cpu_ms = 0.4};
  e.models = {single("tiny", 0.42, 1.0, 0, 3), single("middle", 0.7, 6.0, 1, 3),
              single("big", 0.8, 40.0, 2, 3)};
  e.hull = {0, 1, 2};
  e.oracle_zoo = strategy("oracle, whole zoo", 0.9, 8.0, {0.5, 0.3, 0.2});
  e.oracle_chosen = strategy("oracle, chosen models", 0.87, 12.0, {0.0, 0.8, 0.2});
  e.chosen = {"middle", "big"};
  KindFigures cascade{.kind = "cascade", .held_out = true, .points = {}};
  cascade.points = {strategy("no-loss", 0.798, 15.0, {0.0, 0.7, 0.3}),
                    strategy("loss-5", 0.75, 9.0, {0.1, 0.7, 0.2})};
  KindFigures fixed{.kind = "fixed", .held_out = true, .points = {e.models[2], e.models[1]}};
  KindFigures majority{.kind = "majority model", .held_out = true, .points = {e.models[0]}};
  e.kinds = {cascade, fixed, majority};
  e.calibration.assign(3, {.bins = {{0.35, 0.2, 300}, {0.95, 0.9, 700}}, .expected_error = 0.08});
  e.verdict = {.kind = VerdictKind::kPays,
               .selector = "cascade",
               .point = "no-loss",
               .gain = estimate(0.031, 0.012),
               .sentence = "Adaptive selection pays here & now."};
  return e;
}

void add_selector_file(Evaluation& e, bool held_out) {
  e.kinds.push_back(
      {.kind = "selector file",
       .held_out = held_out,
       .points = {strategy("no-loss", 0.81, 20.0, {0.2, 0.3, 0.5})},
       .training = held_out ? "trained on other inputs" : "trained on these very inputs"});
}

void name_models(Evaluation& e, const std::string& name) {
  for (std::size_t m = 0; m < e.model_names.size(); ++m) {
    e.model_names[m] = name + std::to_string(m);
    e.models[m].name = e.model_names[m];
  }
  e.chosen = {e.model_names[0]};
}

// Applies `change` to all figures of all strategies.
template <typename Change>
void change_all(Evaluation& e, const Change& change) {
  for (StrategyFigures& model : e.models) change(model);
  for (KindFigures& kind : e.kinds) {
    for (StrategyFigures& point : kind.points) change(point);
  }
  change(e.oracle_zoo);
  change(e.oracle_chosen);
}

std::string text_between(const std::string& text, const std::string& begin,
                         const std::string& end) {
  const std::size_t from = text.find(begin);
  if (from == std::string::npos) return {};
  return text.substr(from, text.find(end, from) - from);
}

void expect_sound(const Evaluation& e) {
  for (const std::string& svg : {quality_cost_plot(e), shares_plot(e), calibration_plot(e)}) {
    expect_well_formed(svg);
    expect_finite(svg);
  }
  expect_well_formed(report_html(e));
  EXPECT_TRUE(nlohmann::json::accept(evaluation_json(e)));
  EXPECT_FALSE(contains(evaluation_text(e), "nan"));
  EXPECT_FALSE(contains(evaluation_text(e), "inf"));
}

TEST(ReportHtml, IsWellFormedAndSaysTheVerdictFirst) {
  const Evaluation e = three_models();
  const std::string html = report_html(e);
  expect_well_formed(html);
  const std::size_t verdict = html.find("Adaptive selection pays here &amp; now.");
  ASSERT_NE(verdict, std::string::npos);
  EXPECT_LT(verdict, html.find("<h2>"));
  for (const char* fact : {"small-zoo", "photos", "1000 judged", "4 without a reference",
                           "3 could not be decoded", "Some CPU", "ONNX Runtime 1.32.0",
                           "2025-01-02T03:04:05Z", "10-fold", "seed 1", "2000 resamples"}) {
    EXPECT_TRUE(contains(html, fact)) << fact;
  }
}

TEST(ReportHtml, FetchesNothingAndRunsNothing) {
  expect_fetches_nothing(report_html(three_models()));
}

TEST(ReportHtml, EscapesHostileNames) {
  Evaluation e = three_models();
  const std::string hostile = "<script>alert('x')</script>\"&\x01\xff";
  name_models(e, hostile);
  e.zoo = e.provenance.data = e.provenance.device = e.provenance.run_id = hostile;
  e.reference = e.criterion = e.verdict.sentence = hostile;
  change_all(e, [&](StrategyFigures& figures) { figures.name = hostile; });
  for (KindFigures& kind : e.kinds) kind.kind += hostile;
  expect_sound(e);
  EXPECT_FALSE(contains(report_html(e), "<script"));
  EXPECT_FALSE(contains(report_html(e), "\xff"));
  EXPECT_FALSE(contains(report_html(e), "\x01"));
  EXPECT_FALSE(contains(evaluation_text(e), "\x01"));
}

TEST(ReportHtml, CardsAreOfThePointThatTheVerdictNames) {
  Evaluation e = three_models();
  e.verdict.point = "loss-5";
  e.kinds[0].points[1].over_mix = {0.017, 0.011, 0.023};
  const std::string cards = text_between(report_html(e), "<div class=\"tiles\">", "<dl");
  EXPECT_TRUE(contains(cards, "<b>4.44×</b>")) << cards;
  EXPECT_TRUE(contains(cards, "<b>−5.0</b>")) << cards;
  EXPECT_TRUE(contains(cards, "<b>+1.7</b>")) << cards;
  EXPECT_FALSE(contains(cards, "no-loss")) << cards;
  e.verdict.point.clear();
  EXPECT_FALSE(contains(report_html(e), "class=\"tiles\"")) << "no point is faster";
}

TEST(Report, LeavesOutTargetsThatOnlyTheBaselineReaches) {
  Evaluation e = three_models();
  e.kinds[0].points.push_back(single("12x", 0.8, 40.0, 2, 3));
  const auto json = nlohmann::json::parse(evaluation_json(e));
  EXPECT_EQ(json["kinds"][0]["points"].size(), 2U);
  EXPECT_EQ(json["kinds"][0]["not_reached"], std::vector<std::string>{"12x"});
  EXPECT_TRUE(contains(evaluation_text(e), "only the baseline reaches them: cascade: 12x"));
  EXPECT_FALSE(contains(evaluation_text(e), "\n12x"));
  EXPECT_TRUE(contains(report_html(e), "only the baseline reaches them: cascade: 12x"));
}

TEST(Report, WithoutLabelsSpeaksOfAgreement) {
  Evaluation e = three_models();
  e.reference = "big";
  e.verdict = {.kind = VerdictKind::kAgrees,
               .selector = "cascade",
               .point = "no-loss",
               .gain = {},
               .sentence = "The no-loss cascade agrees with big on 79.8 %."};
  const std::string html = report_html(e);
  for (const std::string& form :
       {evaluation_text(e), html.substr(html.find("</style>")), quality_cost_plot(e)}) {
    for (const char* claim : {"pays", "quality", "Quality", "accuracy"}) {
      EXPECT_FALSE(contains(form, claim)) << claim << " in:\n" << form;
    }
  }
  EXPECT_TRUE(contains(html, "top-1 agreement with big"));
}

TEST(ReportHtml, CallsOraclesABoundAndGreysWhatIsNoDifference) {
  Evaluation e = three_models();
  e.kinds[0].points[1].over_mix = {0.004, -0.01, 0.02};
  const std::string html = report_html(e);
  EXPECT_TRUE(contains(html, "oracle: a bound, never a result (chosen models: middle, big)"));
  EXPECT_TRUE(contains(html, "<td class=\"none\"><b>+0.4</b> <span class=\"ci\">−1.0 to +2.0"));
  EXPECT_TRUE(contains(html, "<td class=\"better\"><b>+3.1</b> <span class=\"ci\">+1.9 to +4.3"));
}

TEST(ReportHtml, WarnsOfASelectorFileJudgedOnItsTrainingInputs) {
  const char* warning = "The selector file was trained on these very inputs.";
  Evaluation e = three_models();
  EXPECT_FALSE(contains(report_html(e), warning));
  add_selector_file(e, true);
  EXPECT_FALSE(contains(report_html(e), warning));
  EXPECT_TRUE(contains(report_html(e), "selector file (trained on other inputs)"));
  e.kinds.pop_back();
  add_selector_file(e, false);
  EXPECT_TRUE(contains(report_html(e), warning));
  EXPECT_TRUE(contains(evaluation_text(e), "selector file (trained on these very inputs)"));
}

TEST(Report, CommandNamesWhatWasLeftOut) {
  Evaluation e;
  e.model_names = {"big"};
  e.left_out = {"*_int8"};
  EXPECT_NE(std::string::npos, reproducing_command(e).find("--leave-out '*_int8' --baseline big"));
}

TEST(Report, CommandReproducesTheEvaluation) {
  Evaluation e = three_models();
  EXPECT_EQ(reproducing_command(e), "rightsize evaluate run.db --baseline big --folds 10 --seed 1");
  add_selector_file(e, true);
  name_models(e, "it's ");
  e.reference = "big one";
  e.criterion = "top-5";
  EXPECT_EQ(reproducing_command(e),
            R"(rightsize evaluate run.db selector.json --baseline 'it'\''s 2' )"
            R"(--reference 'big one' --criterion top-5 --folds 10 --seed 1)");
}

TEST(ReportJson, GivesBackEveryNumber) {
  Evaluation e = three_models();
  e.models[1].cpu_ms = {1.0 / 3.0, 0.1, 1e-17};
  e.verdict.inputs_needed = 12345;
  const nlohmann::json json = nlohmann::json::parse(evaluation_json(e));
  EXPECT_EQ(json["format"], "rightsize-evaluation");
  EXPECT_EQ(json["models"][1]["cpu_ms"]["value"].get<double>(), 1.0 / 3.0);
  EXPECT_EQ(json["models"][1]["cpu_ms"]["high"].get<double>(), 1e-17);
  EXPECT_EQ(json["kinds"][0]["points"][0]["shares"]["big"].get<double>(), 0.3);
  EXPECT_EQ(json["kinds"][0]["points"][1]["over_mix"]["low"].get<double>(),
            e.kinds[0].points[1].over_mix.low);
  EXPECT_EQ(json["baseline"], "big");
  EXPECT_EQ(json["hull"], (std::vector<std::string>{"tiny", "middle", "big"}));
  EXPECT_EQ(json["calibration"][2]["bins"][1]["inputs"], 700);
  EXPECT_EQ(json["verdict"]["kind"], "pays");
  EXPECT_EQ(json["verdict"]["inputs_needed"], 12345);
  EXPECT_EQ(json["verdict"]["sentence"], e.verdict.sentence);
  e.models[1].cpu_ms.value = kNan;
  EXPECT_TRUE(nlohmann::json::parse(evaluation_json(e))["models"][1]["cpu_ms"]["value"].is_null());
}

TEST(ReportText, FitsATerminalAndEndsWithTheVerdict) {
  Evaluation e = three_models();
  e.models[0].abstained = 0.012;
  e.verdict.sentence.clear();
  for (int i = 0; i < 40; ++i) e.verdict.sentence += "another word ";
  e.verdict.sentence += "end.";
  const std::string text = evaluation_text(e);
  EXPECT_TRUE(text.ends_with("end.\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 110U) << line;
  EXPECT_TRUE(contains(text, "79.8 [77.8,81.8]")) << text;
  EXPECT_TRUE(contains(text_between(text, "bounds, no results", "\n\n"), "whole zoo"));
  EXPECT_TRUE(contains(text, "none\n"));
}

TEST(ReportPlots, LabelWhatTheyShow) {
  const std::string svg = quality_cost_plot(three_models());
  for (const char* words :
       {"mean CPU time per input (ms, log scale)", "top-1 accuracy (%)", "oracle (bound)",
        "random mix of single models", "no-loss: 2.67× less time", ">tiny<", ">baseline<"}) {
    EXPECT_TRUE(contains(svg, words)) << words;
  }
  EXPECT_TRUE(contains(shares_plot(three_models()), ">middle 70 %<"));
  EXPECT_TRUE(contains(calibration_plot(three_models()), "ECE 8.0 points"));
}

TEST(ReportDegenerate, OneModel) {
  Evaluation e = three_models();
  e.model_names = {"only"};
  e.baseline = 0;
  e.models = {single("only", 0.7, 5.0, 0, 1)};
  e.hull = {0};
  e.chosen = {"only"};
  e.calibration.resize(1);
  for (KindFigures& kind : e.kinds) kind.points = {e.models[0]};
  e.oracle_zoo = e.oracle_chosen = e.models[0];
  expect_sound(e);
  e.calibration[0].bins.clear();
  e.kinds.clear();
  expect_sound(e);
}

TEST(ReportDegenerate, EqualZeroAndInfiniteFigures) {
  for (const double value : {0.0, 0.5, 1.0, kNan, kInfinity, -kInfinity, 1e300, 1e-300}) {
    Evaluation e = three_models();
    const Estimate same{value, value, value};
    change_all(e, [&](StrategyFigures& figures) {
      figures.quality = figures.cpu_ms = same;
      figures.speedup = figures.difference = figures.over_mix = same;
    });
    SCOPED_TRACE(value);
    expect_sound(e);
  }
}

TEST(ReportDegenerate, NobodyAnswersAnything) {
  Evaluation e = three_models();
  change_all(e, [](StrategyFigures& figures) {
    figures.shares.assign(3, 0.0);
    figures.abstained = 1.0;
    figures.quality = {};
  });
  for (Calibration& calibration : e.calibration) calibration = {};
  expect_sound(e);
  change_all(e, [](StrategyFigures& figures) { figures.abstained = 0.0; });
  expect_sound(e);
}

TEST(ReportDegenerate, ManyModelsAndPoints) {
  Evaluation e = three_models();
  e.model_names.clear();
  e.models.clear();
  e.hull.clear();
  for (std::size_t m = 0; m < 40; ++m) {
    e.model_names.push_back("a_model_with_quite_a_long_name_" + std::to_string(m));
    e.models.push_back(single(e.model_names.back(), 0.7, 5.0, m, 40));
  }
  change_all(e, [](StrategyFigures& figures) { figures.shares.resize(40, 0.01); });
  e.calibration.assign(40, e.calibration[0]);
  expect_sound(e);
}

TEST(Scale, TicksAreRoundAndWithin) {
  const Scale linear = Scale::linear(38.2, 96.1, 500, 100);
  EXPECT_EQ(linear.ticks(6), (std::vector<double>{40, 50, 60, 70, 80, 90}));
  const Scale log = Scale::logarithmic(0.7, 60, 0, 100);
  const std::vector<double> ticks = log.ticks(6);
  EXPECT_EQ(ticks.front(), 1.0);
  EXPECT_EQ(ticks.back(), 50.0);
  EXPECT_DOUBLE_EQ(Scale::logarithmic(1, 100, 0, 50).at(10), 25.0);
  EXPECT_DOUBLE_EQ(linear.at(kNan), 500.0);
  EXPECT_DOUBLE_EQ(linear.at(kInfinity), 100.0);
}

TEST(LabelPlacer, KeepsLabelsApart) {
  LabelPlacer placer({0, 0, 400, 400});
  std::vector<Box> placed;
  for (int i = 0; i < 6; ++i) {
    const auto box = placer.place({200, 200}, 6, 60, 12, 1e9);
    ASSERT_TRUE(box);
    for (const Box& other : placed) {
      const bool apart = box->right <= other.left || other.right <= box->left ||
                         box->bottom <= other.top || other.bottom <= box->top;
      EXPECT_TRUE(apart) << i;
    }
    placed.push_back(*box);
  }
  placer.block({0, 0, 400, 400}, 1.0);
  EXPECT_FALSE(placer.place({200, 200}, 6, 60, 12, 0.1));
}

TEST(Figures, AreWrittenForReaders) {
  EXPECT_EQ(percent(0.7954), "79.5");
  EXPECT_EQ(points(-0.0004), "0.0");
  EXPECT_EQ(points(0.0123), "+1.2");
  EXPECT_EQ(points(kNan), "-");
  EXPECT_EQ(milliseconds(0.754), "0.75");
  EXPECT_EQ(milliseconds(9.996), "10.0");
  EXPECT_EQ(milliseconds(139.6), "140");
  EXPECT_EQ(typographic("-1.2"), "−1.2");
  EXPECT_EQ(shorten("abcdefghij", 10, 30), "abc…");
  EXPECT_EQ(escape_markup("a<b>\"&'\n\xc3\xa4\xc3"), "a&lt;b&gt;&quot;&amp;&#39; ä\uFFFD");
}

}  // namespace
}  // namespace rightsize

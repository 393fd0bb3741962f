// Proves how a translator chooses by budget and sentence, follows a machine that gets slower, cuts
// what overruns and says what it did; with made-up models, no file and no runtime.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/slow_model.h"
#include "engine/translator_state.h"

namespace rightsize {
namespace {

using testing::HasSubstr;

using test::clock_now;
using test::fake_now;
using test::kMs;
using test::line;
using test::slowdown;
using test::SlowModel;

// Models "quick" and "good", a point of each and one that asks the quick one first.
class TranslatorTest : public testing::Test {
 protected:
  TranslatorTest() {
    slowdown = 1.0;
    file_.criterion = "BLEU";
    file_.zoo.task = kTranslation;
    add_model("quick", 0.30, line(1.0, 0.1));
    add_model("good", 0.35, line(2.0, 1.0));
    file_.baseline = 1;
    add_point("good", fixed_rule(1), 0.35);
    add_point("both",
              CascadeRule{.signal = Signal::kMeanLogProbability,
                          .stages = {{.model = 0, .threshold = -0.1}, {.model = 1}}},
              0.34);
    file_.points[1].wall_ms = 8;  // the good one is not always needed
    add_point("quick", fixed_rule(0), 0.30);
  }

  void add_model(const std::string& name, double quality, const CostLine& cost) {
    file_.zoo.models.push_back({.name = name});
    file_.figures.push_back(
        {.quality = quality, .cpu_ms = cost.cpu.at(10), .wall_ms = cost.wall.at(10), .line = cost});
  }
  void add_point(const std::string& name, const Rule& rule, double quality) {
    OperatingPoint point{.name = name, .rule = rule};
    point.quality.value = quality;
    point.difference.value = quality - 0.35;
    for (const ModelIndex model : models_of(rule)) point.wall_ms += file_.figures[model].wall_ms;
    file_.points.push_back(point);
  }
  std::unique_ptr<AdaptiveTranslator> open(TranslatorOptions options, bool measured = true) {
    auto made = std::make_unique<AdaptiveTranslator>(file_, options, measured);
    made->use_clock(&fake_now);
    const Status status = made->open([&](ModelIndex model) -> Result<std::unique_ptr<TextModel>> {
      const bool quick = model == 0;
      return std::unique_ptr<TextModel>(std::make_unique<SlowModel>(
          quick ? "schnell" : "gut", *file_.figures[model].line, quick ? 0.5 : 0.9));
    });
    EXPECT_TRUE(status.ok()) << status.message();
    return made;
  }

  SelectorFile file_;
};

const std::string kShort = "a b";
const std::string kLong = "a b c d e f g h i j k l m n o p q r s t";  // 20 words

Translation answer(AdaptiveTranslator& translator, const std::string& sentence,
                   const Budget& budget) {
  const Result<Translation> translation = translator.translate(sentence, budget);
  EXPECT_TRUE(translation.ok()) << translation.status().message();
  return translation.ok() ? *translation : Translation{};
}
std::string refusal(AdaptiveTranslator& translator, const std::string& sentence,
                    const Budget& budget) {
  const Result<Translation> translation = translator.translate(sentence, budget);
  return translation.ok() ? "no refusal" : translation.status().message();
}

TEST_F(TranslatorTest, TheLengthOfTheSentenceDecidesUnderADeadline) {
  const auto translator = open({.steerable = true});
  for (int i = 0; i < 20; ++i) answer(*translator, kShort, {});  // to know the machine
  const Budget budget{.deadline = 20 * kMs};  // good: 3.6 to 4 ms, or 22 to 26 ms at most
  const Translation of_short = answer(*translator, kShort, budget);
  EXPECT_EQ(of_short.text, "gut");
  EXPECT_EQ(of_short.point, "good");
  EXPECT_FALSE(of_short.late);
  const Translation of_long = answer(*translator, kLong, budget);
  EXPECT_EQ(of_long.text, "schnell");
  EXPECT_FALSE(of_long.late);
  EXPECT_FALSE(of_long.cut);
}

TEST_F(TranslatorTest, QualityAndMeanLatencyChoosePoints) {
  const auto translator = open({.steerable = true});
  EXPECT_EQ(answer(*translator, kShort, {}).point, "good");
  EXPECT_EQ(answer(*translator, kShort, {.max_loss = 0.06}).point, "quick");
  EXPECT_EQ(answer(*translator, kShort, {.min_quality = 0.345}).point, "good");
  EXPECT_EQ(answer(*translator, kShort, {.mean_latency = 6 * kMs}).point, "quick");
  EXPECT_THAT(refusal(*translator, kShort, {.min_quality = 0.9}), HasSubstr("'good' (35.0 % BLEU"));
  EXPECT_THAT(refusal(*translator, kShort, {.max_loss = 0.5, .proven = true}),
              HasSubstr("no certificate"));
  EXPECT_THAT(refusal(*translator, kShort, {.max_energy_mj = 1}), HasSubstr("knows no energy"));
}

TEST_F(TranslatorTest, ADeadlineThatNothingMeets) {
  const auto translator = open({.steerable = true});
  const Budget budget{.deadline = kMs / 2};
  const Result<Translation> refused = translator->translate(kShort, budget);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), StatusCode::kUnreachable);
  EXPECT_THAT(refused.status().message(), HasSubstr("'quick'"));
  const Translation late = answer(*translator, kShort, {.deadline = kMs / 2, .answer_late = true});
  EXPECT_EQ(late.text, "schnell");  // whole
  EXPECT_TRUE(late.late);
  EXPECT_FALSE(late.cut);
}

TEST_F(TranslatorTest, AMachineThatGetsSlowerMakesLaterChoicesCheaper) {
  const auto translator = open({.steerable = true});
  const Budget budget{.deadline = 14 * kMs, .answer_late = true};
  const std::string sentence = "a b c d";  // good: 6 ms
  for (int i = 0; i < 20; ++i) answer(*translator, sentence, budget);
  EXPECT_EQ(answer(*translator, sentence, budget).model, "good");
  slowdown = 3.0;
  int late = 0;
  int until_quick = 0;
  for (int i = 0; i < 30; ++i) {
    const Translation t = answer(*translator, sentence, budget);
    late += t.late ? 1 : 0;
    if (t.model == "good" && i >= until_quick) until_quick = i + 1;
  }
  EXPECT_LE(until_quick, 12);
  EXPECT_EQ(answer(*translator, sentence, budget).model, "quick");
  EXPECT_LE(late, 3);  // cut before the deadline
}

TEST_F(TranslatorTest, WhatOverrunsIsCutInTime) {
  const auto translator = open({.point = "good"});
  slowdown = 3.0;
  const Translation cut = answer(*translator, kLong, {.deadline = 30 * kMs});
  EXPECT_TRUE(cut.cut);
  EXPECT_FALSE(cut.late);
  EXPECT_EQ(cut.text, "gu");
  EXPECT_LE(cut.decision.wall, 30 * kMs);
}

TEST_F(TranslatorTest, AWholeAnswerAtHandStandsForOneThatIsCut) {
  const auto translator = open({.point = "both", .explain = true});
  for (int i = 0; i < 30; ++i) answer(*translator, kShort, {});
  slowdown = 2.5;
  // quick takes 7.5 ms and good should take 22, so it is begun; it would take 55.
  const Translation saved = answer(*translator, kLong, {.deadline = 50 * kMs});
  ASSERT_EQ(saved.decision.tried_count, 2U);
  EXPECT_EQ(saved.text, "schnell");
  EXPECT_EQ(saved.model, "quick");
  EXPECT_FALSE(saved.cut);
  EXPECT_FALSE(saved.late);
  EXPECT_THAT(saved.explanation, HasSubstr("cut"));
}

TEST_F(TranslatorTest, WithoutFiguresOrPointsThereIsNothingToChooseBy) {
  const auto unmeasured = open({.steerable = true}, false);
  EXPECT_THAT(refusal(*unmeasured, kShort, {.deadline = 50 * kMs}), HasSubstr("train a selector"));
  EXPECT_EQ(answer(*unmeasured, kShort, {}).text, "gut");
  const auto fixed = open({.point = "quick"});
  EXPECT_THAT(refusal(*fixed, kShort, {.max_loss = 0.01}), HasSubstr("steerable"));
  EXPECT_EQ(answer(*fixed, kShort, {.deadline = 50 * kMs}).text, "schnell");
}

TEST_F(TranslatorTest, AModelThatKnowsNoAnswerHasNotFailed) {
  std::get<CascadeRule>(file_.points[1].rule).stages[0].threshold = -1000;  // sure of anything
  const auto translator = open({.point = "both", .explain = true});
  const Translation t = answer(*translator, "unknown", {});
  EXPECT_EQ("gut", t.text);
  ASSERT_EQ(2U, t.decision.tried_count);
  EXPECT_EQ(TrialStatus::kNoAnswer, t.decision.tried[0].status);
  EXPECT_THAT(t.explanation, HasSubstr("Ran quick, the first stage: it knows no answer, after"));
  EXPECT_THAT(t.explanation, HasSubstr("Ran good, the next stage: it says"));
  EXPECT_THAT(t.explanation, testing::Not(HasSubstr("failed")));
  const auto document = nlohmann::json::parse(t.explanation_json);
  EXPECT_EQ(true, document["steps"][0]["no_answer"]);
  EXPECT_FALSE(document["steps"][1].contains("no_answer"));
}

TEST_F(TranslatorTest, ASimilarityIsNotCalledSureness) {
  file_.zoo.models[0].translation.memory = true;
  std::get<CascadeRule>(file_.points[1].rule) = {
      .signal = Signal::kSimilarity, .stages = {{.model = 0, .threshold = 0.0}, {.model = 1}}};
  const auto translator = open({.point = "both", .explain = true});
  const Translation t = answer(*translator, kShort, {});
  EXPECT_TRUE(t.by_memory);
  EXPECT_THAT(t.explanation, HasSubstr("\"schnell\" (similarity 0.0 %), by quick"));
  EXPECT_THAT(t.explanation, testing::Not(HasSubstr(" sure")));
}

TEST_F(TranslatorTest, ExplainsWhatItDid) {
  const auto translator = open({.point = "both", .steerable = true, .explain = true});
  const Translation t = answer(*translator, kShort, {.max_loss = 0.02});
  EXPECT_EQ(t.point, "both");
  for (const char* part : {"\"gut\" (90.0 % sure)", "\"schnell\" (50.0 % sure)", "mean log-prob",
                           "a loss of at most 2.00 points", "'both' is best", "2 source pieces"}) {
    EXPECT_THAT(t.explanation, HasSubstr(part));
  }
  EXPECT_THAT(t.explanation, testing::Not(HasSubstr("class")));
  const auto document = nlohmann::json::parse(t.explanation_json);
  EXPECT_EQ(document["answer"]["said"]["text"], "gut");
  EXPECT_EQ(document["budget"]["points"].size(), 3U);
  EXPECT_TRUE(document["budget"]["points"][1]["chosen"]);
  EXPECT_GT(document["budget"]["times"][1]["measured_ms"], 3.9);
}

TEST_F(TranslatorTest, ModelsThatRefuseAreNotTimed) {
  const auto translator = open({.steerable = true});
  for (int i = 0; i < 20; ++i) {
    const Translation refused = answer(*translator, "refused", {});
    EXPECT_FALSE(refused.answered);
    EXPECT_THAT(refused.failure, HasSubstr("not this one"));
  }
  EXPECT_EQ(answer(*translator, kLong, {.deadline = 15 * kMs}).model, "quick");
}

TEST_F(TranslatorTest, ARefusalIsNotForEver) {
  file_.points.resize(1);  // good alone: 6 ms
  const auto translator = open({.steerable = true});
  const std::string sentence = "a b c d";
  for (int i = 0; i < 20; ++i) answer(*translator, sentence, {});
  slowdown = 4.0;
  for (int i = 0; i < 20; ++i) answer(*translator, sentence, {});
  slowdown = 1.0;  // which it does not see, as nothing runs
  const Budget budget{.deadline = 14 * kMs};
  ASSERT_THAT(refusal(*translator, sentence, budget), HasSubstr("no operating point"));
  int refused = 1;
  while (refused < 1000 && !translator->translate(sentence, budget).ok()) ++refused;
  EXPECT_LE(refused, 18);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(answer(*translator, sentence, budget).late);
}

// The costs alone, with no clock.
TEST_F(TranslatorTest, CostsFollowLinesAndSpeed) {
  TextCosts costs(file_);
  EXPECT_FALSE(costs.present(Nanoseconds(0)).upper[0].available());
  costs.open(0);
  costs.open(1);
  const std::vector<std::size_t> pieces{10, 10};
  costs.begin(pieces);
  EXPECT_EQ(costs.expected(1).wall, 12 * kMs);
  EXPECT_GE(costs.costs()[1].wall, 14.4 * kMs);
  for (int i = 0; i < 40; ++i) {
    costs.observe(1, {.cpu = 36 * kMs, .wall = 36 * kMs}, false);
    costs.begin(pieces);
  }
  EXPECT_NEAR(to_ms(costs.expected(1).wall), 36, 2);
  EXPECT_NEAR(to_ms(costs.costs()[1].wall), 36 * 1.2, 3);  // as then, three times as slow
  EXPECT_NEAR(to_ms(costs.expected(0).wall), 6, 0.5);      // what is shared, too
  file_.zoo.models[0].translation.memory = true;
  TextCosts of_memory(file_);
  for (int i = 0; i < 10; ++i) of_memory.observe(0, {.cpu = 90 * kMs, .wall = 90 * kMs}, false);
  EXPECT_EQ(of_memory.expected(1).wall, line(2.0, 1.0).expected(0).wall);
  const Cost before = costs.expected(1);
  costs.observe(1, {.cpu = 5 * kMs, .wall = 5 * kMs}, true);  // says nothing
  EXPECT_EQ(costs.expected(1).wall, before.wall);
}

}  // namespace
}  // namespace rightsize

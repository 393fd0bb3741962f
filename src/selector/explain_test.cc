// Proves that an explanation tells the facts of a decision, for every kind of rule and every reason
// that a step can have, and that text and JSON tell the same.
#include "selector/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "selector/explain_test_support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using test::answering;
using test::Explained;
using test::explained;
using test::failing;
using test::FakeWorld;
using test::file_of;
using test::in_one_line;
using test::kMs;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

CascadeRule cascade(Signal signal = Signal::kMaxProbability, double threshold = 0.5) {
  return {.signal = signal, .stages = {{0, threshold}, {1, threshold}, {2, 0.0}}};
}

TEST(ExplainCascade, ASureStage) {
  const Explained e =
      explained(file_of({cascade()}), {answering(3, 0.75), answering(4, 0.9), answering(5, 0.9)});
  EXPECT_THAT(e.text, HasSubstr("Answer: \"thing 3\" (class 3) with a probability of 75.0 %, by "
                                "small, at operating point 'point-0'."));
  EXPECT_THAT(e.text, HasSubstr("1. Ran small, the first stage: it says \"thing 3\" (class 3) with "
                                "a probability of 75.0 % in 4.0 ms. Its largest probability, 0.75, "
                                "reaches the 0.5 that this stage needs."));
  EXPECT_THAT(e.text, HasSubstr("2. That is sure enough"));
  EXPECT_THAT(e.text, HasSubstr("If small's largest probability had been below 0.5 instead of 0.75 "
                                "(0.25 less), medium would have run next."));
  EXPECT_THAT(e.text, HasSubstr("This decision took 4.0 ms of CPU time; large, the best single "
                                "model, takes 1.0 ms alone: 3.0 ms lost."
                                ""));
  const json& step = e.document["steps"][0];
  EXPECT_EQ(step["model"], "small");
  EXPECT_EQ(step["comparison"]["value"], 0.75);
  EXPECT_EQ(step["comparison"]["threshold"], 0.5);
  EXPECT_EQ(step["comparison"]["sure"], true);
  EXPECT_EQ(step["comparison"]["change"], -0.25);
  EXPECT_EQ(step["comparison"]["otherwise"], "medium");
  EXPECT_EQ(e.document["answer"]["reason"], "confident");
  EXPECT_EQ(e.document["answer"]["said"]["class"], 3);
}

TEST(ExplainCascade, UnsureStagesUpToTheLast) {
  const Explained e = explained(file_of({cascade(Signal::kMargin)}),
                                {answering(3, 0.25), answering(4, 0.4), answering(5, 0.2)});
  EXPECT_THAT(e.text, HasSubstr("Its margin, 0.25, is below the 0.5 that this stage needs. 2. Ran "
                                "medium, the next stage"));
  EXPECT_THAT(e.text, HasSubstr("in 8.0 ms (12.0 ms so far)"));
  EXPECT_THAT(e.text, HasSubstr("4. large is the last stage, after which the answer is taken"));
  EXPECT_THAT(e.text, HasSubstr("If small's margin had been at least 0.5 instead of 0.25 (0.25 "
                                "more), small's answer would have been taken."));
  EXPECT_THAT(e.text, HasSubstr("takes 30.0 ms alone: 12.0 ms lost"));
  EXPECT_EQ(e.facts.steps.size(), 3U);
  EXPECT_FALSE(e.facts.steps[2].comparison) << "the last stage compares nothing";
  EXPECT_DOUBLE_EQ(e.facts.costs.spent_ms(), 42.0);
  EXPECT_EQ(e.document["steps"][1]["cpu_so_far_ms"], 12.0);
}

TEST(ExplainCascade, EntropyIsSureWhenSmall) {
  const SelectorFile file = file_of({cascade(Signal::kEntropy, 1.5)});
  const Explained unsure =
      explained(file, {answering(3, 0.3, 2.0), answering(4, 0.4, 1.25), answering(5, 0.2)});
  EXPECT_THAT(unsure.text, HasSubstr("Its entropy, 2 nats, is above the 1.5 nats that this stage "
                                     "allows."));
  EXPECT_THAT(unsure.text, HasSubstr("Its entropy, 1.25 nats, is within the 1.5 nats"));
  EXPECT_THAT(unsure.text, HasSubstr("If small's entropy had been at most 1.5 nats instead of 2 "
                                     "nats (0.5 less), small's answer"));
  EXPECT_THAT(unsure.text, HasSubstr("If medium's entropy had been above 1.5 nats instead of 1.25 "
                                     "nats (0.25 more), large would have run next."));
}

// The change that is named, and hardly more, turns the decision; a little less does not.
TEST(ExplainCascade, TheChangeIsTheSmallest) {
  for (const Signal signal : {Signal::kMargin, Signal::kEntropy}) {
    for (const double value : {0.1, 0.4, 0.6, 0.9}) {
      const SelectorFile file = file_of({cascade(signal, 0.5)});
      const auto first = [&](double seen) {
        const auto steps =
            explained(file, {answering(3, seen, seen), answering(4, 0.9), answering(5, 0.9)})
                .facts.steps;
        return *steps[0].comparison;
      };
      const StageTest before = first(value);
      EXPECT_EQ(first(value + 1.01 * before.change).sure, !before.sure) << value;
      EXPECT_EQ(first(value + 0.99 * before.change).sure, before.sure) << value;
    }
  }
}

TEST(ExplainCascade, ValuesThatLookAlikeAreToldApart) {
  const Explained e = explained(file_of({cascade()}),
                                {answering(3, 0.49999), answering(4, 0.9), answering(5, 0.9)});
  EXPECT_THAT(e.text, HasSubstr("0.49999, is below the 0.5 that"));
}

TEST(ExplainCascade, ASignalThatIsNoNumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Explained e =
      explained(file_of({cascade()}), {answering(3, nan), answering(4, 0.9), answering(5, 0.9)});
  EXPECT_THAT(e.text, HasSubstr("is not a number, which counts as not sure"));
  EXPECT_TRUE(e.document["steps"][0]["comparison"]["value"].is_null());
}

TEST(ExplainCascade, AFixedModel) {
  const Explained e = explained(file_of({fixed_rule(1)}),
                                {answering(3, 0.3), answering(4, 0.4), answering(5, 0.2)});
  EXPECT_EQ(e.document["kind"], "fixed");
  EXPECT_THAT(e.text, HasSubstr("Ran medium"));
  EXPECT_THAT(e.text, HasSubstr("Nothing was compared"));
}

TEST(ExplainCascade, FailuresAndModelsThatCannotBeRun) {
  std::vector<Trial> trials = {failing(), answering(4, 0.1), answering(5, 0.9)};
  FakeWorld world(trials);
  world.set_cost(2, {});
  const Explained e = explained(file_of({cascade()}), world);
  EXPECT_THAT(e.text, HasSubstr("Ran small, the first stage: it failed and gave no answer"));
  EXPECT_THAT(e.text, HasSubstr("Ran medium in place of the model that failed"));
  EXPECT_THAT(e.text, HasSubstr("large cannot be run now and is passed over. No later model gave "
                                "an answer, so that of medium stands."));
  EXPECT_THAT(e.text, HasSubstr("Its largest probability, 0.1, is below the 0.5"))
      << "although the last step does not say so";
  EXPECT_EQ(e.document["answer"]["reason"], "later_failed");
  EXPECT_EQ(e.document["answer"]["passed_over"], json({"large"}));
  EXPECT_EQ(e.document["costs"]["models"][2]["source"], "profiled");
  EXPECT_EQ(e.document["costs"]["models"][2]["cpu_ms"], 40.0);

  FakeWorld without({answering(3, 0.1), answering(4, 0.1), answering(5, 0.9)});
  without.set_cost(0, {});
  without.set_cost(1, {});
  const Explained passed = explained(file_of({cascade()}), without);
  EXPECT_THAT(passed.text, HasSubstr("small, medium cannot be run now and are passed over. Ran "
                                     "large:"));
  EXPECT_EQ(passed.document["steps"][0]["reason"], "unavailable");
}

TEST(ExplainCascade, NoAnswer) {
  const Explained e = explained(file_of({cascade()}), {failing(), failing(), failing()});
  EXPECT_THAT(e.text, HasSubstr("No answer, at operating point 'point-0'."));
  EXPECT_THAT(e.text, HasSubstr("4. No model gave an answer."));
  EXPECT_EQ(e.document["answer"]["answered"], false);
  EXPECT_EQ(e.document["answer"]["reason"], "no_answer");
}

TEST(ExplainCascade, ADeadlineThatLeavesNoTime) {
  FakeWorld world({answering(3, 0.1), answering(4, 0.1), answering(5, 0.9)});
  world.set_cost(1, {.cpu = 7 * kMs, .wall = 8 * kMs});
  const Explained e = explained(file_of({cascade(), fixed_rule(0)}), world, {.deadline = 5 * kMs});
  EXPECT_THAT(e.text, HasSubstr("medium was expected to take 8.0 ms (wall time), for which the "
                                "deadline leaves no time, so the answer there is stands."));
  EXPECT_THAT(e.text, HasSubstr("Its largest probability, 0.1, is below the 0.5"));
  EXPECT_THAT(e.text, HasSubstr("would have answered, without a deadline - 'point-1'"));
  EXPECT_EQ(e.document["answer"]["not_begun"]["model"], "medium");
}

// A distribution over classes 3 and 4.
TopClasses two_classes(double of_3) {
  TopClasses top;
  top.count = 2;
  const bool first = of_3 >= 0.5;
  top.classes[0] = {first ? 3 : 4, static_cast<float>(std::log(first ? of_3 : 1 - of_3))};
  top.classes[1] = {first ? 4 : 3, static_cast<float>(std::log(first ? 1 - of_3 : of_3))};
  return top;
}
Trial saying(const TopClasses& top) {
  const double p = std::exp(top.classes[0].log_probability);
  Trial trial = answering(top.classes[0].label, p, 0.1);
  trial.signals[static_cast<std::size_t>(Signal::kMargin)] = 2 * p - 1;
  trial.top = &top;
  return trial;
}

TEST(ExplainCascade, AnAnswerOfSeveralModelsTogether) {
  CascadeRule rule = cascade();
  rule.stages[0].threshold = 0.9;
  rule.stages[1] = {.model = 1, .threshold = 0.55, .weights = {1.0, 3.0}};
  const TopClasses a = two_classes(0.8);
  const TopClasses b = two_classes(0.2);
  const Explained e = explained(file_of({rule}), {saying(a), saying(b), answering(5, 0.9)});
  EXPECT_THAT(e.text,
              HasSubstr("Answer: \"thing 4\" (class 4) with a probability of 65.0 %, by the "
                        "answers of the models together, weighted (small 25.0 %, medium "
                        "75.0 %)"));
  EXPECT_THAT(e.text, HasSubstr("The largest probability of the answers combined, 0.65, reaches "
                                "the 0.55"));
  EXPECT_EQ(e.document["answer"]["combined"], true);
  EXPECT_EQ(e.document["answer"]["weights"][1]["share"], 0.75);
}

TEST(ExplainCascade, AgreementSaysWhoAgreed) {
  CascadeRule rule = cascade();
  rule.confidence = Confidence::kAgreement;
  rule.stages[0].threshold = 2;
  rule.stages[1].threshold = 2;
  const Explained e =
      explained(file_of({rule}), {answering(3, 0.3), answering(4, 0.4), answering(4, 0.2)});
  EXPECT_THAT(e.text,
              HasSubstr("1 of the 2 models so far gives this answer; 2 must, to stop here"));
  EXPECT_THAT(e.text, HasSubstr("Who agreed after medium: medium; who did not: small."));
  EXPECT_THAT(e.text, HasSubstr("If 1 model more had agreed with medium, no further"));
  EXPECT_EQ(e.document["steps"][1]["comparison"]["disagreed"], json({"small"}));
}

TEST(ExplainCascade, DeferralNamesWhatWeighedMost) {
  CascadeRule rule{.confidence = Confidence::kDeferral, .stages = {{0, 0.25}, {2, 0.0}}};
  rule.stages[0].deferral = {0.0, -2.0, 0.0, 1.0, 0.0, 0.0};
  const TopClasses top = two_classes(0.5);
  Trial unsure = saying(top);
  const Explained e = explained(file_of({rule}), {unsure, failing(), answering(5, 0.9)});
  // log odds 0, negative entropy -0.1: logistic(-0.1) = 0.475.
  EXPECT_THAT(e.text, HasSubstr("is put at 47.5 %; that is above 25 %, this stage's limit, so it "
                                "goes on."));
  EXPECT_THAT(e.text, HasSubstr("-0.10 its entropy, negative: -0.1 nats"));
  EXPECT_THAT(e.text, HasSubstr("If the chance after small had been put at or below 25 % instead "
                                "of at 47.5 %"));
  ASSERT_EQ(e.facts.steps[0].comparison->factors.size(), 3U);
  EXPECT_DOUBLE_EQ(e.facts.steps[0].comparison->factors[0].contribution, -0.1);

  unsure.top = nullptr;
  const Explained listless = explained(file_of({rule}), {unsure, failing(), answering(5, 0.9)});
  EXPECT_TRUE(listless.facts.steps[0].comparison->factors.empty());
}

TEST(ExplainPoints, AreReplayedAsFarAsTheTrialsReach) {
  CascadeRule easy = cascade(Signal::kMaxProbability, 0.2);
  CascadeRule strict = cascade(Signal::kMaxProbability, 0.95);
  CascadeRule other{.stages = {{0, 0.35}, {1, 0.0}}};
  CascadeRule pooled = cascade();
  pooled.stages[0].temperature = 2.0;
  const Explained e =
      explained(file_of({cascade(), easy, strict, other, pooled, fixed_rule(2), fixed_rule(0)}),
                {answering(3, 0.3), answering(4, 0.6), answering(5, 0.2)});
  EXPECT_THAT(e.text, HasSubstr("What other operating points would have answered - 'point-1', "
                                "'point-6': \"thing 3\" (class 3) with a probability of 30.0 %, by "
                                "small after 4.0 ms. - 'point-3': the same models and the same "
                                "answer. - 'point-2', 'point-5': not known: large would have run, "
                                "which did not run here."));
  EXPECT_THAT(e.text, HasSubstr("'point-4': not known: it looks at class probabilities, which were "
                                "not kept."));
  const json& others = e.document["other_points"];
  ASSERT_EQ(others.size(), 6U);
  EXPECT_EQ(others[0]["cpu_ms"], 4.0);
  EXPECT_EQ(others[1]["known"], false);
  EXPECT_EQ(others[2]["same"], true);
  EXPECT_EQ(others[4]["model"], "large");
}

// A model of the file that is not loaded is not taken for one that cannot be run.
TEST(ExplainPoints, ModelsThatAreOnlyNotLoadedCount) {
  FakeWorld world({answering(3, 0.9), answering(4, 0.6), answering(5, 0.2)});
  world.set_cost(1, {});
  world.set_cost(2, {});
  const SelectorFile file = file_of({fixed_rule(0), CascadeRule{.stages = {{1, 0.5}, {0, 0.0}}}});
  const Explained e = explained(file, world);
  EXPECT_FALSE(e.facts.others[0].known);
  EXPECT_EQ(e.facts.others[0].model, "medium");
}

TEST(Explain, ARescueByOtherModelsSaysSo) {
  FakeWorld world({answering(3, 0.3), answering(4, 0.6), answering(5, 0.2)});
  const Decision rescue = decide(Cascade(fixed_rule(2)), world);
  const SelectorFile file = file_of({fixed_rule(0)});
  const Explanation explanation = explain(file, 0, rescue, world.costs(), {});
  EXPECT_TRUE(explanation.rescue);
  EXPECT_THAT(
      in_one_line(to_text(explanation)),
      AllOf(HasSubstr("No model of the operating point gave an answer"), HasSubstr("Ran large")));
}

TEST(Explain, NamesFromFilesCannotSteerTheTerminal) {
  SelectorFile file = file_of({fixed_rule(0)});
  file.zoo.classes[3].name = "x\x1b[2J";
  const Explained e = explained(file, {answering(3, 0.3), answering(4, 0.6), answering(5, 0.2)});
  EXPECT_THAT(e.text, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace rightsize

// Proves what cascades do that look at more than a model's own signal: agreement, learned deferral,
// calibrated and combined answers; and what failures do to them.
#include <gtest/gtest.h>

#include <cmath>

#include "selector/cascade.h"
#include "selector/fake_world.h"

namespace rightsize {
namespace {

using test::answering;
using test::failing;
using test::FakeWorld;

// With the list of two classes that its signals speak of.
class Listed {
 public:
  Trial trial(std::int32_t first, double p, std::int32_t second) {
    TopClasses& top = lists_[count_++];
    top.count = 2;
    top.classes[0] = {first, static_cast<float>(std::log(p))};
    top.classes[1] = {second, static_cast<float>(std::log(1 - p))};
    Trial trial = answering(first, p, 0.5);
    trial.signals[1] = 2 * p - 1;
    trial.top = &top;
    return trial;
  }

 private:
  std::array<TopClasses, 8> lists_;
  std::size_t count_ = 0;
};

TEST(Agreement, StopsWhenEnoughModelsSayTheSame) {
  const Cascade cascade(
      {.confidence = Confidence::kAgreement, .stages = {{0, 2.0}, {1, 2.0}, {2, 3.0}, {3, 0.0}}});
  FakeWorld agree({answering(5, 0.1), answering(5, 0.1), answering(6, 1), answering(7, 1)});
  const Decision early = decide(cascade, agree);
  EXPECT_EQ(2U, early.tried_count);
  EXPECT_EQ(5, early.answer.value);
  EXPECT_EQ(2.0, early.last().value);
  FakeWorld differ({answering(5, 0.9), answering(6, 0.9), answering(5, 1), answering(7, 1)});
  const Decision late = decide(cascade, differ);
  EXPECT_EQ(4U, late.tried_count) << "at the third stage all three must agree";
  EXPECT_EQ(7, late.answer.value);
  FakeWorld failed({answering(5, 0.9), failing(), answering(5, 1), answering(7, 1)});
  EXPECT_EQ(4U, decide(cascade, failed).tried_count) << "a failure agrees with nobody";
}

TEST(Deferral, GoesOnWhereALaterModelWouldBeRight) {
  std::vector<double> coefficients(deferral_features_at(0), 0.0);
  coefficients[0] = 1.0;
  coefficients[1] = -1.0;  // of the log odds of the largest probability
  const Cascade cascade(
      {.confidence = Confidence::kDeferral,
       .stages = {{.model = 0, .threshold = 0.3, .deferral = coefficients}, {1}}});
  for (const double p : {0.2, 0.6, 0.8, 0.9, 0.999}) {
    FakeWorld world({answering(1, p), answering(2, 1)});
    const Decision decision = decide(cascade, world);
    const double gain = 1 / (1 + std::exp(-(1 - std::log(p / (1 - p)))));
    EXPECT_EQ(gain <= 0.3 ? 1U : 2U, decision.tried_count) << p;
    EXPECT_NEAR(gain, decision.path[1].value, 1e-12);
  }
  FakeWorld broken({answering(1, std::nan("")), answering(2, 1)});
  EXPECT_EQ(2, decide(cascade, broken).answer.value) << "not a number is not sure";
}

TEST(Deferral, LooksAtEarlierStages) {
  Listed lists;
  const Cascade cascade(
      {.confidence = Confidence::kDeferral, .stages = {{.model = 0}, {.model = 1}, {.model = 2}}});
  const std::array trials = {[&] {
                               Trial trial = lists.trial(4, 0.9, 5);
                               trial.model = 0;
                               return trial;
                             }(),
                             [&] {
                               Trial trial = lists.trial(5, 0.7, 4);
                               trial.model = 1;
                               return trial;
                             }()};
  std::vector<double> x(deferral_features_at(1));
  cascade.deferral_features(trials, 1, x);
  EXPECT_EQ(1.0, x[0]);
  EXPECT_NEAR(std::log(0.7 / 0.3), x[1], 1e-9);
  EXPECT_NEAR(std::log(0.4), x[2], 1e-9);
  EXPECT_EQ(-0.5, x[3]);
  EXPECT_NEAR(std::log(0.7 / 0.3), x[4], 1e-6);
  EXPECT_EQ(0.0, x[5]) << "there is no third class";
  EXPECT_EQ(0.0, x[6]) << "another answer";
  EXPECT_NEAR(std::log(0.1), x[7], 1e-6);
  EXPECT_NEAR(std::log(0.9 / 0.1), x[8], 1e-9);
  EXPECT_NEAR(std::log(0.3), x[9], 1e-6);
}

TEST(Combination, AnswersWithThePoolOfTheModelsRun) {
  Listed lists;
  const Cascade cascade({.signal = Signal::kMargin,
                         .stages = {{.model = 0, .threshold = 0.9},
                                    {.model = 1, .threshold = 0.9, .weights = {0.5, 0.5}},
                                    {.model = 2, .weights = {0.2, 0.2, 0.6}}}});
  FakeWorld world({lists.trial(1, 0.9, 2), lists.trial(2, 0.8, 1), lists.trial(3, 0.6, 1)});
  const Decision decision = decide(cascade, world);
  EXPECT_EQ(Action::kCombine, decision.last().action);
  EXPECT_EQ(3U, decision.tried_count);
  EXPECT_EQ(1, decision.answer.value) << "0.2 * 0.9 + 0.2 * 0.2 + 0.6 * 0.4 = 0.46, 3 has 0.36";
  EXPECT_NEAR(0.46, decision.answer.signals[0], 1e-6);
  EXPECT_NEAR(0.1, decision.path[2].value, 1e-6) << "0.55 - 0.45 after two";
  EXPECT_EQ(2, decision.answered_by().model);
}

TEST(Combination, FailedModelsHaveNoPart) {
  Listed lists;
  const Cascade cascade({.stages = {{.model = 0, .threshold = 2},
                                    {.model = 1, .threshold = 2, .weights = {0.5, 0.5}},
                                    {.model = 2, .weights = {0.4, 0.3, 0.3}}}});
  FakeWorld middle({lists.trial(1, 0.9, 2), failing(), lists.trial(2, 0.6, 1)});
  const Decision without = decide(cascade, middle);
  EXPECT_EQ(1, without.answer.value);
  EXPECT_NEAR((0.4 * 0.9 + 0.3 * 0.4) / 0.7, without.answer.signals[0], 1e-6);
  FakeWorld end({lists.trial(1, 0.9, 2), lists.trial(2, 0.8, 1), failing()});
  const Decision kept = decide(cascade, end);
  EXPECT_EQ(Reason::kLaterFailed, kept.last().reason);
  EXPECT_EQ(1, kept.answer.value) << "what there was after the second stage: 0.55";
  EXPECT_NEAR(0.55, kept.answer.signals[0], 1e-6);
  FakeWorld all({failing(), failing(), failing()});
  EXPECT_FALSE(decide(cascade, all).answered());
  // A world that gives no lists: the latest answer alone.
  FakeWorld bare({answering(7, 0.4), answering(8, 0.5), answering(9, 0.6)});
  EXPECT_EQ(9, decide(cascade, bare).answer.value);
}

TEST(Calibration, ChangesTheSignalAndNotTheAnswer) {
  Listed lists;
  const Cascade cascade({.stages = {{.model = 0, .threshold = 0.7, .temperature = 2.0}, {1}}});
  FakeWorld world({lists.trial(1, 0.8, 2), answering(3, 1)});
  const Decision decision = decide(cascade, world);
  EXPECT_NEAR(std::sqrt(0.8) / (std::sqrt(0.8) + std::sqrt(0.2)), decision.path[1].value, 1e-6);
  EXPECT_EQ(3, decision.answer.value) << "0.8 would have been enough, 0.667 is not";
}

TEST(Cascades, EnteredAnywhere) {
  const Cascade cascade({.stages = {{0, 0.5}, {1, 0.5}, {2, 0.0}}});
  std::array<Trial, 1> trials{answering(4, 0.2)};
  trials[0].model = 1;
  const std::vector<Cost> costs(3, test::cost_of(test::kMs));
  const Step step = cascade.next({.trials = trials, .costs = costs});
  EXPECT_EQ(Action::kRun, step.action);
  EXPECT_EQ(2, step.model);
}

}  // namespace
}  // namespace rightsize

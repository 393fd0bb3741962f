// Proves every rule of the confidence cascade: where it stops, what it does when models are
// missing, fail or say nothing sure, and how it keeps a deadline; each with the reason that it
// gives.
#include "selector/cascade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "selector/fake_world.h"

namespace rightsize {
namespace {

using test::answering;
using test::cost_of;
using test::failing;
using test::FakeWorld;
using test::kMs;
using testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Cascade three_stages(Signal signal = Signal::kMaxProbability, double threshold = 0.5) {
  return Cascade({.signal = signal, .stages = {{0, threshold}, {1, threshold}, {2, 0.0}}});
}

std::vector<ModelIndex> tried(const Decision& decision) {
  std::vector<ModelIndex> models;
  for (const Trial& trial : decision.trials()) models.push_back(trial.model);
  return models;
}

void expect_answer(const Decision& decision, std::int64_t answer, Reason reason) {
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(answer, decision.answer.value);
  EXPECT_STREQ(to_string(reason), to_string(decision.last().reason));
}

TEST(CascadeTest, StopsAtTheFirstSureStage) {
  for (std::size_t sure = 0; sure < 3; ++sure) {
    std::vector<Trial> trials;
    for (std::size_t i = 0; i < 3; ++i) {
      trials.push_back(answering(static_cast<std::int64_t>(10 + i), i == sure ? 0.9 : 0.1));
    }
    FakeWorld world(trials);
    const Decision decision = decide(three_stages(), world);
    expect_answer(decision, static_cast<std::int64_t>(10 + sure),
                  sure == 2 ? Reason::kLastStage : Reason::kConfident);
    EXPECT_EQ(sure + 1, decision.tried_count);
    EXPECT_EQ(sure, decision.last().stage);
    if (sure < 2) {
      EXPECT_EQ(0.9, decision.last().value);
      EXPECT_EQ(0.5, decision.last().threshold);
    }
  }
}

TEST(CascadeTest, TheLastStageAnswersHoweverUnsure) {
  for (const double value : {0.0, kNan}) {
    FakeWorld world({answering(1, 0.1), answering(2, 0.1), answering(3, value)});
    expect_answer(decide(three_stages(), world), 3, Reason::kLastStage);
  }
}

TEST(CascadeTest, ADoubtfulAnswerIsNotSureHoweverSureItsModel) {
  FakeWorld world({test::doubtful(answering(1, 1.0)), answering(2, 0.9), answering(3, 0.9)});
  const Decision decision = decide(three_stages(), world);
  expect_answer(decision, 2, Reason::kConfident);
  EXPECT_STREQ("doubtful", to_string(decision.path[1].reason));
  EXPECT_TRUE(std::isnan(decision.path[1].value)) << "nothing was compared";
}

TEST(CascadeTest, AnAnswerWithoutADoubtStandsForADoubtfulLastOne) {
  FakeWorld world(
      {answering(1, 0.1), test::doubtful(answering(2, 0.9)), test::doubtful(answering(3, 0.9))});
  const Decision decision = decide(three_stages(), world);
  expect_answer(decision, 1, Reason::kDoubtful);
  EXPECT_EQ(3U, decision.tried_count);
}

TEST(CascadeTest, WhereAllAnswersAreDoubtfulTheLatestAnswers) {
  const auto doubted = [](std::int64_t value) { return test::doubtful(answering(value, 1.0)); };
  FakeWorld all({doubted(1), doubted(2), doubted(3)});
  expect_answer(decide(three_stages(), all), 3, Reason::kLastStage);
  FakeWorld failed({doubted(1), doubted(2), failing()});
  expect_answer(decide(three_stages(), failed), 2, Reason::kLaterFailed);
}

TEST(CascadeTest, OfADoubtfulAnswerAndNoneTheEarlierSoundOneStands) {
  FakeWorld world({answering(1, 0.1), test::doubtful(answering(2, 0.9)), failing()});
  expect_answer(decide(three_stages(), world), 1, Reason::kLaterFailed);
}

TEST(CascadeTest, ASingleModelAnswersDoubtfulOrNot) {
  FakeWorld world({test::doubtful(answering(1, 0.9))});
  const Cascade fixed({.signal = Signal::kMaxProbability, .stages = {{0, 0.5}}});
  expect_answer(decide(fixed, world), 1, Reason::kLastStage);
}

TEST(CascadeTest, ADeadlineLeavesTheAnswerWithoutADoubt) {
  FakeWorld world({answering(1, 0.1), test::doubtful(answering(2, 0.9)), answering(3, 0.9)});
  expect_answer(decide(three_stages(), world, {.deadline = 2 * kMs}), 1, Reason::kDeadline);
}

TEST(CascadeTest, AFixedModelIsACascadeOfOneStage) {
  FakeWorld world({answering(1, 0.0), answering(2, 0.0)});
  const Decision decision =
      decide(Cascade({.signal = Signal::kMargin, .stages = {{1, 0.0}}}), world);
  expect_answer(decision, 2, Reason::kLastStage);
  EXPECT_THAT(tried(decision), ElementsAre(1));
}

TEST(CascadeTest, ModelsRunInTheOrderOfTheStages) {
  const Cascade cascade(
      {.signal = Signal::kMaxProbability, .stages = {{2, 0.5}, {0, 0.5}, {1, 0.0}}});
  EXPECT_THAT(std::vector(cascade.models().begin(), cascade.models().end()), ElementsAre(2, 0, 1));
  FakeWorld world({answering(1, 0.1), answering(2, 0.1), answering(3, 0.1)});
  EXPECT_THAT(tried(decide(cascade, world)), ElementsAre(2, 0, 1));
}

TEST(CascadeTest, AThresholdThatIsMetExactlyStops) {
  const double above = std::nextafter(0.7, 1.0);
  const double below = std::nextafter(0.7, 0.0);
  for (const Signal signal : {Signal::kMaxProbability, Signal::kMargin}) {
    for (const auto& [value, runs] : {std::pair{above, 1U}, {0.7, 1U}, {below, 3U}}) {
      FakeWorld world({answering(1, value), answering(2, below), answering(3, 0)});
      EXPECT_EQ(runs, decide(three_stages(signal, 0.7), world).tried_count) << value;
    }
  }
}

TEST(CascadeTest, SmallEntropyIsSure) {
  const double above = std::nextafter(0.7, 1.0);
  const double below = std::nextafter(0.7, 0.0);
  for (const auto& [value, runs] : {std::pair{below, 1U}, {0.7, 1U}, {above, 3U}}) {
    FakeWorld world({answering(1, 1.0, value), answering(2, 1.0, above), answering(3, 1.0, 9.0)});
    EXPECT_EQ(runs, decide(three_stages(Signal::kEntropy, 0.7), world).tried_count) << value;
  }
}

TEST(CascadeTest, EachSignalIsReadFromItsPlace) {
  Trial trial = answering(1, 0);
  trial.signals = {0.9, 0.2, 5.0};
  for (const auto& [signal, value] :
       {std::pair{Signal::kMaxProbability, 0.9}, {Signal::kMargin, 0.2}, {Signal::kEntropy, 5.0}}) {
    FakeWorld world({trial, answering(2, 0)});
    const Cascade cascade({.signal = signal, .stages = {{0, value}, {1, 0.0}}});
    const Decision decision = decide(cascade, world);
    expect_answer(decision, 1, Reason::kConfident);
    EXPECT_EQ(value, decision.last().value);
  }
}

TEST(CascadeTest, ASignalThatIsNoNumberIsNotSure) {
  for (const Signal signal : kClassSignals) {
    for (const double threshold : {0.0, -kInfinity, kInfinity}) {
      FakeWorld world({answering(1, kNan, kNan), answering(2, 0.5)});
      const Cascade cascade({.signal = signal, .stages = {{0, threshold}, {1, 0.0}}});
      const Decision decision = decide(cascade, world);
      expect_answer(decision, 2, Reason::kLastStage);
    }
  }
}

// Every subset of the stages fails: the latest answer stands, and nothing runs after a sure one.
TEST(CascadeTest, FailedModelsInEveryPosition) {
  for (unsigned failures = 0; failures < 8; ++failures) {
    std::vector<Trial> trials;
    std::int64_t latest = -1;
    for (unsigned i = 0; i < 3; ++i) {
      const bool fails = (failures >> i & 1) != 0;
      trials.push_back(fails ? failing() : answering(10 + i, 0.1));
      if (!fails) latest = 10 + i;
    }
    FakeWorld world(trials);
    const Decision decision = decide(three_stages(), world);
    EXPECT_THAT(tried(decision), ElementsAre(0, 1, 2)) << failures;
    if (latest < 0) {
      EXPECT_FALSE(decision.answered());
      EXPECT_EQ(Action::kAbstain, decision.last().action);
      EXPECT_EQ(Reason::kNoAnswer, decision.last().reason);
    } else {
      expect_answer(decision, latest,
                    (failures & 4) != 0 ? Reason::kLaterFailed : Reason::kLastStage);
    }
  }
}

TEST(CascadeTest, AfterAFailureTheNextStageSaysWhy) {
  const Cascade cascade = three_stages();
  const std::vector<Cost> costs(3, cost_of(kMs));
  const std::vector<Trial> trials = {failing()};
  const Step step = cascade.next({.trials = trials, .costs = costs, .elapsed = {}, .budget = {}});
  EXPECT_EQ(Action::kRun, step.action);
  EXPECT_EQ(Reason::kModelFailed, step.reason);
  EXPECT_EQ(1, step.model);
  EXPECT_EQ(1, step.stage);
  EXPECT_TRUE(std::isnan(step.value));
}

TEST(CascadeTest, TheFirstStepsReasons) {
  const Cascade cascade = three_stages();
  std::vector<Cost> costs(3, cost_of(kMs));
  Step step = cascade.next({.trials = {}, .costs = costs, .elapsed = {}, .budget = {}});
  EXPECT_EQ(Reason::kFirstStage, step.reason);
  EXPECT_EQ(0, step.model);
  costs[0] = {};
  step = cascade.next({.trials = {}, .costs = costs, .elapsed = {}, .budget = {}});
  EXPECT_EQ(Reason::kUnavailable, step.reason);
  EXPECT_EQ(1, step.model);
  const std::vector<Trial> trials = {answering(5, 0.25)};
  costs[0] = cost_of(kMs);
  step = cascade.next({.trials = trials, .costs = costs, .elapsed = {}, .budget = {}});
  EXPECT_EQ(Reason::kNotConfident, step.reason);
  EXPECT_EQ(0.25, step.value);
  EXPECT_EQ(0.5, step.threshold);
}

// Every subset of the models is missing.
TEST(CascadeTest, UnavailableModelsArePassedOver) {
  for (unsigned missing = 0; missing < 8; ++missing) {
    FakeWorld world({answering(10, 0.1), answering(11, 0.1), answering(12, 0.1)});
    std::vector<ModelIndex> left;
    for (unsigned i = 0; i < 3; ++i) {
      if ((missing >> i & 1) != 0)
        world.set_cost(i, {});
      else
        left.push_back(static_cast<ModelIndex>(i));
    }
    const Decision decision = decide(three_stages(), world);
    EXPECT_EQ(left, tried(decision));
    if (left.empty()) {
      EXPECT_EQ(Reason::kNoAnswer, decision.last().reason);
      EXPECT_FALSE(decision.answered());
    } else {
      expect_answer(decision, 10 + left.back(),
                    (missing & 4) != 0 ? Reason::kLaterFailed : Reason::kLastStage);
    }
  }
}

TEST(CascadeTest, AModelOutsideTheCostsIsUnavailable) {
  FakeWorld world({answering(1, 0.1)});
  const Decision decision = decide(
      Cascade({.signal = Signal::kMargin, .stages = {{0, 0.5}, {7, 0.5}, {65535, 0.0}}}), world);
  expect_answer(decision, 1, Reason::kLaterFailed);
}

TEST(CascadeTest, AStageThatWouldBeLateIsNotBegun) {
  for (const auto& [deadline, runs, reason] : {std::tuple{10 * kMs, 3U, Reason::kLastStage},
                                               {3 * kMs, 3U, Reason::kLastStage},
                                               {3 * kMs - Nanoseconds(1), 2U, Reason::kDeadline},
                                               {2 * kMs, 2U, Reason::kDeadline},
                                               {2 * kMs - Nanoseconds(1), 1U, Reason::kDeadline},
                                               {kMs, 1U, Reason::kDeadline}}) {
    FakeWorld world({answering(1, 0.1), answering(2, 0.1), answering(3, 0.1)});
    const Decision decision = decide(three_stages(), world, {.deadline = deadline});
    EXPECT_EQ(runs, decision.tried_count) << deadline.count();
    expect_answer(decision, runs, reason);
    EXPECT_LE(decision.wall, std::max(deadline, kMs));
    if (reason == Reason::kDeadline) {
      EXPECT_EQ(runs, decision.last().stage) << "the stage that would be late";
    }
  }
}

// Without an answer yet, a late one is better than none.
TEST(CascadeTest, TheFirstAnswerIsMadeHoweverLate) {
  for (const Nanoseconds deadline : {Nanoseconds(0), Nanoseconds(-1), Nanoseconds::min()}) {
    FakeWorld world({failing(), answering(2, 0.1), answering(3, 0.1)});
    world.spend(5 * kMs);
    const Decision decision = decide(three_stages(), world, {.deadline = deadline});
    expect_answer(decision, 2, Reason::kDeadline);
    EXPECT_EQ(2U, decision.tried_count);
  }
}

TEST(CascadeTest, SureGoesBeforeLate) {
  FakeWorld world({answering(1, 0.9), answering(2, 0.1), answering(3, 0.1)});
  expect_answer(decide(three_stages(), world, {.deadline = Nanoseconds(1)}), 1, Reason::kConfident);
}

TEST(CascadeTest, HugeCostsAndDeadlinesDoNotOverflow) {
  FakeWorld world({answering(1, 0.1), answering(2, 0.1), answering(3, 0.1)});
  world.set_cost(1, cost_of(kNever - Nanoseconds(1)));
  expect_answer(decide(three_stages(), world, {.deadline = kNever - Nanoseconds(1)}), 1,
                Reason::kDeadline);
}

// An application may drive a selector by hand and get it wrong: no answer is better than a crash.
TEST(CascadeTest, TrialsOfUnknownModelsAreHarmless) {
  const Cascade cascade = three_stages();
  const std::vector<Cost> costs(3, cost_of(kMs));
  Trial stranger = failing();
  stranger.model = 99;
  const std::vector<Trial> failed = {stranger};
  EXPECT_EQ(Action::kAbstain,
            cascade.next({.trials = failed, .costs = costs, .elapsed = {}, .budget = {}}).action);
  stranger.status = TrialStatus::kOk;
  const std::vector<Trial> ok = {stranger};
  EXPECT_EQ(Action::kAnswer,
            cascade.next({.trials = ok, .costs = costs, .elapsed = {}, .budget = {}}).action);
}

TEST(CascadeTest, AsManyStagesAsTrials) {
  std::vector<CascadeStage> stages;
  std::vector<Trial> trials;
  for (std::size_t i = 0; i < kMaxTrials; ++i) {
    stages.push_back({static_cast<ModelIndex>(i), 0.5});
    trials.push_back(answering(static_cast<std::int64_t>(i), 0.1));
  }
  FakeWorld world(trials);
  const Decision decision = decide(Cascade({.signal = Signal::kMargin, .stages = stages}), world);
  EXPECT_EQ(kMaxTrials, decision.tried_count);
  expect_answer(decision, kMaxTrials - 1, Reason::kLastStage);
}

TEST(CascadeTest, ManyThreadsShareOne) {
  const Cascade cascade = three_stages();
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        const double value = i % 2 == 0 ? 0.9 : 0.1;
        FakeWorld world({answering(1, value), answering(2, 0.9), answering(3, 0.1)});
        wrong[t] += decide(cascade, world).answer.value != (i % 2 == 0 ? 1 : 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, ElementsAre(0, 0, 0, 0));
}

TEST(SurenessTest, LargerIsSurer) {
  const Signals signals = {0.8, 0.6, 1.5};
  EXPECT_EQ(0.8, sureness(signals, Signal::kMaxProbability));
  EXPECT_EQ(0.6, sureness(signals, Signal::kMargin));
  EXPECT_EQ(-1.5, sureness(signals, Signal::kEntropy));
}

}  // namespace
}  // namespace rightsize

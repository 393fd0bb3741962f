// Proves that `decide` carries out what a selector says, hands it the whole state, and stops every
// selector that breaks the rules: one that repeats a model, names one that is not there, answers
// with a failed or missing trial, never ends, or says what is no step at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "rightsize/selector.h"
#include "selector/fake_world.h"

namespace rightsize {
namespace {

using test::answering;
using test::failing;
using test::FakeWorld;
using test::kMs;

using Rule = std::function<Step(const State&)>;

class ScriptedSelector : public Selector {
 public:
  explicit ScriptedSelector(Rule rule) : rule_(std::move(rule)) {}
  Step next(const State& state) const noexcept override {
    ++calls_;
    return rule_(state);
  }
  std::span<const ModelIndex> models() const noexcept override { return {}; }
  int calls() const { return calls_; }

 private:
  Rule rule_;
  mutable int calls_ = 0;
};

Step run(std::size_t model) {
  return {.action = Action::kRun,
          .reason = Reason::kNotConfident,
          .model = static_cast<ModelIndex>(model)};
}
Step answer(std::size_t trial) {
  return {.action = Action::kAnswer,
          .reason = Reason::kConfident,
          .trial = static_cast<std::uint16_t>(trial)};
}

// Says these steps one after the other, then abstains.
ScriptedSelector script(std::vector<Step> steps) {
  return ScriptedSelector([steps](const State& state) {
    return state.trials.size() < steps.size() ? steps[state.trials.size()] : Step{};
  });
}

TEST(DecideTest, CarriesStepsOut) {
  FakeWorld world({answering(5, 0.1), answering(6, 0.9), answering(7, 0.5)});
  world.spend(kMs);
  const Decision decision = decide(script({run(2), run(0), answer(0)}), world);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(7, decision.answer.value);
  EXPECT_EQ(2, decision.answered_by().model);
  EXPECT_EQ(Reason::kConfident, decision.last().reason);
  EXPECT_EQ(2U, decision.trials().size());
  EXPECT_EQ(0, decision.trials()[1].model);
  EXPECT_EQ(3 * kMs, decision.wall) << "what came before counts";
  EXPECT_EQ(6 * kMs, decision.cpu);
}

TEST(DecideTest, TheStateHoldsAllThatIsKnown) {
  FakeWorld world({failing(), answering(6, 0.9)});
  world.set_cost(1, {.cpu = 2 * kMs, .wall = 3 * kMs});
  world.spend(4 * kMs);
  int call = 0;
  const ScriptedSelector selector([&](const State& state) {
    EXPECT_EQ(2U, state.costs.size());
    EXPECT_EQ(3 * kMs, state.costs[1].wall);
    EXPECT_EQ(7 * kMs, state.budget.deadline);
    EXPECT_EQ(static_cast<std::size_t>(call), state.trials.size());
    switch (call++) {
      case 0:
        EXPECT_EQ(4 * kMs, state.elapsed);
        return run(0);
      case 1:
        EXPECT_EQ(5 * kMs, state.elapsed);
        EXPECT_EQ(TrialStatus::kFailed, state.trials[0].status) << "failures included";
        EXPECT_EQ(0, state.trials[0].model);
        return run(1);
      default:
        EXPECT_EQ(8 * kMs, state.elapsed);
        EXPECT_EQ(6, state.trials[1].answer);
        EXPECT_EQ(0.9, state.trials[1].signals[0]);
        return answer(1);
    }
  });
  const Decision decision = decide(selector, world, {.deadline = 7 * kMs});
  EXPECT_EQ(6, decision.answer.value);
  EXPECT_EQ(3, call);
}

TEST(DecideTest, Abstains) {
  FakeWorld world({answering(5, 0.1)});
  const Decision decision = decide(script({}), world);
  EXPECT_FALSE(decision.answered());
  EXPECT_EQ(0U, decision.tried_count);
  EXPECT_EQ(Reason::kNoAnswer, decision.last().reason);
}

void expect_stopped(const Decision& decision, const FakeWorld& world, int runs,
                    std::int64_t wanted) {
  EXPECT_EQ(runs, world.runs());
  EXPECT_EQ(static_cast<std::size_t>(runs), decision.tried_count);
  if (wanted < 0) {
    EXPECT_EQ(Action::kAbstain, decision.last().action);
    EXPECT_EQ(Reason::kNoAnswer, decision.last().reason);
    return;
  }
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(wanted, decision.answer.value);
  EXPECT_EQ(Reason::kLaterFailed, decision.last().reason);
}

TEST(DecideTest, AModelIsNotRunTwice) {
  FakeWorld world({answering(5, 0.1), answering(6, 0.1)});
  expect_stopped(decide(script({run(0), run(1), run(0)}), world), world, 2, 6);
  FakeWorld failed({failing(), answering(6, 0.1)});
  expect_stopped(decide(script({run(0), run(0)}), failed), failed, 1, -1);
}

TEST(DecideTest, AModelThatIsNotThereIsNotRun) {
  for (const std::size_t model : {2UL, 3UL, 65535UL}) {
    FakeWorld world({answering(5, 0.1), answering(6, 0.1)});
    expect_stopped(decide(script({run(0), run(model)}), world), world, 1, 5);
    FakeWorld fresh({answering(5, 0.1), answering(6, 0.1)});
    expect_stopped(decide(script({run(model)}), fresh), fresh, 0, -1);
  }
  FakeWorld empty({});
  expect_stopped(decide(script({run(0)}), empty), empty, 0, -1);
}

TEST(DecideTest, AFailedTrialIsNoAnswer) {
  FakeWorld world({answering(5, 0.1), failing()});
  expect_stopped(decide(script({run(0), run(1), answer(1)}), world), world, 2, 5);
  FakeWorld failed({failing()});
  expect_stopped(decide(script({run(0), answer(0)}), failed), failed, 1, -1);
}

TEST(DecideTest, ATrialThatIsNotThereIsNoAnswer) {
  for (const std::size_t trial : {1UL, 16UL, 65535UL}) {
    FakeWorld world({answering(5, 0.1)});
    expect_stopped(decide(script({run(0), answer(trial)}), world), world, 1, 5);
  }
  FakeWorld world({answering(5, 0.1)});
  expect_stopped(decide(script({answer(0)}), world), world, 0, -1);
}

TEST(DecideTest, ASelectorThatNeverEndsIsStopped) {
  const ScriptedSelector endless([](const State& state) { return run(state.trials.size()); });
  std::vector<Trial> trials;
  for (int i = 0; i < 100; ++i) trials.push_back(answering(i, 0.1));
  FakeWorld world(trials);
  expect_stopped(decide(endless, world), world, kMaxTrials, kMaxTrials - 1);
  EXPECT_EQ(static_cast<int>(kMaxTrials) + 1, endless.calls());
}

TEST(DecideTest, WhatIsNoStepStops) {
  Step nonsense;
  nonsense.action = static_cast<Action>(77);
  FakeWorld world({answering(5, 0.1)});
  expect_stopped(decide(script({run(0), nonsense}), world), world, 1, 5);
}

// Whatever the world writes into a trial, it belongs to the model that was asked for.
TEST(DecideTest, TrialsBelongToTheModelThatWasRun) {
  class LyingWorld : public FakeWorld {
   public:
    using FakeWorld::FakeWorld;
    Trial run(ModelIndex model) noexcept override {
      Trial trial = FakeWorld::run(model);
      trial.model = 3;
      return trial;
    }
  };
  LyingWorld world({answering(5, 0.1), answering(6, 0.1)});
  const Decision decision = decide(script({run(1), answer(0)}), world);
  EXPECT_EQ(1, decision.answered_by().model);
}

TEST(VocabularyTest, EveryWordIsDistinct) {
  std::set<std::string> words;
  for (const Signal signal : kAllSignals) words.insert(to_string(signal));
  for (const Action action : {Action::kRun, Action::kAnswer, Action::kAbstain}) {
    words.insert(to_string(action));
  }
  for (int reason = 0; reason <= static_cast<int>(Reason::kNoAnswer); ++reason) {
    words.insert(to_string(static_cast<Reason>(reason)));
  }
  EXPECT_EQ(std::size(kAllSignals) + 3U + 10U, words.size());
  EXPECT_EQ(0U, words.count("?"));
}

}  // namespace
}  // namespace rightsize

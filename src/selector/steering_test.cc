// Proves which operating point a budget gets, what a refusal says, that slower and faster machines
// change the choice as they should, and that a machine at the border does not make it flap.
#include "selector/steering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

using testing::HasSubstr;

constexpr Nanoseconds kMs = std::chrono::milliseconds(1);

// Models of 2, 10 and 40 ms; the points of a usual file.
class SteeringTest : public testing::Test {
 protected:
  SteeringTest() {
    for (const double ms : {2.0, 10.0, 40.0}) {
      file_.zoo.models.push_back({.name = "m" + std::to_string(file_.zoo.models.size())});
      file_.figures.push_back({.quality = 0.5, .cpu_ms = ms, .wall_ms = ms});
    }
    file_.baseline = 2;
    add("baseline", 0.80, 0.0, 41, {2});
    add("careful", 0.802, 0.002, 30, {1, 2});
    add("bold", 0.79, -0.01, 20, {0, 2});
    add("only-m1", 0.70, -0.1, 11, {1});
    add("only-m0", 0.50, -0.3, 3, {0});
    file_.default_point = 1;
  }

  void add(const std::string& name, double quality, double difference, double wall_ms,
           const std::vector<ModelIndex>& models) {
    CascadeRule rule;
    for (const ModelIndex model : models) rule.stages.push_back({.model = model, .threshold = 0.5});
    OperatingPoint point{.name = name, .rule = rule};
    point.quality.value = quality;
    point.difference.value = difference;
    point.wall_ms = point.cpu_ms = wall_ms;
    file_.points.push_back(point);
  }

  // The point's name, or why there is none, on a machine that is `slowdown` times as slow.
  std::string choose(const Budget& budget, double slowdown = 1.0,
                     Nanoseconds elapsed = Nanoseconds(0)) const {
    const Steering steering(file_);
    const std::vector<Cost> costs = costs_at(slowdown);
    const auto chosen = steering.choose(budget, {costs, costs, elapsed});
    return chosen.ok() ? file_.points[*chosen].name : chosen.status().message();
  }
  std::vector<Cost> costs_at(double slowdown) const {
    std::vector<Cost> costs = profiled_costs(file_);
    for (Cost& cost : costs) {
      cost.wall = Nanoseconds(std::llround(static_cast<double>(cost.wall.count()) * slowdown));
    }
    return costs;
  }

  SelectorFile file_;
};

TEST_F(SteeringTest, WithoutLimitsTheDefault) { EXPECT_EQ("careful", choose({})); }

TEST_F(SteeringTest, ALimitOnQualityGetsTheCheapestThatKeepsIt) {
  EXPECT_EQ("careful", choose({.max_loss = 0.0}));
  EXPECT_EQ("bold", choose({.max_loss = 0.01}));
  EXPECT_EQ("only-m0", choose({.max_loss = 1.0}));
  EXPECT_EQ("careful", choose({.max_loss = -0.002})) << "a gain";
  EXPECT_EQ("only-m1", choose({.min_quality = 0.6}));
}

TEST_F(SteeringTest, ALimitOnTimeGetsTheBestWithinIt) {
  EXPECT_EQ("careful", choose({.mean_latency = 100 * kMs}));
  EXPECT_EQ("bold", choose({.mean_latency = 25 * kMs}));
  EXPECT_EQ("only-m0", choose({.mean_latency = 5 * kMs}));
  // The longest way counts: both stages of a cascade.
  EXPECT_EQ("careful", choose({.deadline = 50 * kMs}));
  EXPECT_EQ("baseline", choose({.deadline = 49 * kMs})) << "40 ms, as careful may take 50";
  EXPECT_EQ("only-m1", choose({.deadline = 39 * kMs}));
  EXPECT_EQ("only-m0", choose({.deadline = 39 * kMs}, 1.0, 30 * kMs)) << "what has passed counts";
}

// Features, or a network of the rule's own, run before any model does.
TEST_F(SteeringTest, WhatLooksAtTheInputIsPartOfTheLongestWay) {
  const Steering steering(file_);
  const std::vector<Cost> costs = profiled_costs(file_);
  const std::vector<Nanoseconds> looking = {0 * kMs, 0 * kMs, 5 * kMs, 30 * kMs, 0 * kMs};
  const PresentCosts present{.expected = costs, .upper = costs, .elapsed = kMs, .looking = looking};
  EXPECT_EQ(41 * kMs, steering.longest_latency(0, present));
  EXPECT_EQ(48 * kMs, steering.longest_latency(2, present)) << "both models";
  const auto chosen = steering.choose({.deadline = 40 * kMs}, present);
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ("only-m0", file_.points[*chosen].name) << "only-m1 takes 41";
  file_.points[3].looking_ms = 7.0;
  EXPECT_EQ(17 * kMs, steering.longest_latency(3, {costs, costs})) << "as the file says";
}

// What is tried where nothing seems to be in time: the quickest by what is known, and in turn all
// others, as what is known may be wrong.
TEST_F(SteeringTest, WhatIsTriedInSpiteOfTheTimes) {
  const Steering steering(file_);
  std::vector<Cost> costs = costs_at(50.0);
  costs[0].wall = 1000 * kMs;  // m1: 500 ms
  const Budget budget{.deadline = 5 * kMs};
  const auto tried = [&](const Budget& limits, std::size_t attempt) {
    const auto point = steering.to_try(limits, {costs, costs}, attempt);
    return point ? file_.points[*point].name : "none";
  };
  EXPECT_EQ("only-m1", tried(budget, 0));
  EXPECT_EQ("only-m0", tried(budget, 1)) << "the quickest of the profile";
  EXPECT_EQ("only-m1", tried(budget, 2));
  std::set<std::string> all;
  for (std::size_t attempt = 0; attempt < 16 * 5; ++attempt) all.insert(tried(budget, attempt));
  EXPECT_EQ(5U, all.size());
  EXPECT_EQ("baseline", tried({.deadline = 5 * kMs, .max_loss = 0.0}, 0)) << "good enough";
  EXPECT_EQ("none", tried({.deadline = 5 * kMs, .max_loss = -0.5}, 0));
  EXPECT_EQ("none", tried({.deadline = 5 * kMs, .max_energy_mj = 1}, 0));
}

TEST_F(SteeringTest, SlowerAndFasterMachines) {
  for (const auto& [slowdown, by_mean, by_deadline] :
       {std::tuple{0.5, "careful", "careful"}, std::tuple{1.0, "bold", "careful"},
        std::tuple{2.0, "only-m1", "only-m1"}, std::tuple{4.0, "only-m0", "only-m1"}}) {
    EXPECT_EQ(by_mean, choose({.mean_latency = 25 * kMs}, slowdown)) << slowdown;
    EXPECT_EQ(by_deadline, choose({.deadline = 50 * kMs}, slowdown)) << slowdown;
  }
}

TEST_F(SteeringTest, BothLimitsTogether) {
  EXPECT_EQ("bold", choose({.deadline = 45 * kMs, .max_loss = 0.01}));
  const std::string refusal = choose({.deadline = 20 * kMs, .max_loss = 0.01});
  EXPECT_THAT(refusal, HasSubstr("a loss of at most 1.00 points and an answer within 20.0 ms"));
  EXPECT_THAT(refusal, HasSubstr("'only-m1' (70.0 % top-1")) << "the best in time";
  EXPECT_THAT(refusal, HasSubstr("'baseline' (80.0 % top-1, 41.0 ms on average, 40.0 ms at most"))
      << "the quickest that is good enough";
}

TEST_F(SteeringTest, Refusals) {
  EXPECT_THAT(choose({.max_loss = -0.1}), HasSubstr("'careful'"));
  EXPECT_THAT(choose({.min_quality = 0.9}), HasSubstr("a quality of at least 90.0 %"));
  EXPECT_THAT(choose({.deadline = kMs}), HasSubstr("'only-m0'"));
  EXPECT_THAT(choose({.max_energy_mj = 5}), HasSubstr("knows no energy"));
  EXPECT_THAT(choose({.max_loss = 0.02, .proven = true}), HasSubstr("rightsize certify"));
}

TEST_F(SteeringTest, ProvenLossesAndEnergies) {
  for (OperatingPoint& point : file_.points) {
    point.proven = ProvenLoss{.loss = 0.015 - point.difference.value, .inputs = 1000};
    point.energy_mj = 10 * point.wall_ms;
  }
  EXPECT_EQ("bold", choose({.max_loss = 0.025, .proven = true}));
  EXPECT_EQ("careful", choose({.max_loss = 0.014, .proven = true}));
  EXPECT_EQ("bold", choose({.max_energy_mj = 200}));
}

TEST_F(SteeringTest, LateWhereNothingIsInTime) {
  EXPECT_EQ("only-m0", choose({.deadline = kMs, .answer_late = true}));
  EXPECT_EQ("baseline", choose({.deadline = kMs, .answer_late = true, .max_loss = 0.0}))
      << "the quickest that is good enough";
}

TEST_F(SteeringTest, PointsWithAMissingModelArePassedOver) {
  const Steering steering(file_);
  std::vector<Cost> costs = profiled_costs(file_);
  costs[0] = Cost{};
  const Budget budget{.max_loss = 0.5};
  const auto chosen = steering.choose(budget, {costs, costs});
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ("only-m1", file_.points[*chosen].name);
  for (Cost& cost : costs) cost = Cost{};
  EXPECT_THAT(steering.choose(budget, {costs, costs}).status().message(),
              HasSubstr("no operating point has all its models"));
}

// Load that swings round the border between two points.
TEST_F(SteeringTest, ASteadyChoiceDoesNotFlap) {
  const Steering steering(file_);
  const Budget budget{.deadline = 50 * kMs};
  for (const double swing : {0.02, 0.05}) {
    SteadyChoice choice;
    test::Sequence random(7);
    int changes = 0;
    int naive_changes = 0;
    std::optional<std::size_t> last;
    std::optional<std::size_t> naive_last;
    for (int i = 0; i < 2000; ++i) {
      const std::vector<Cost> costs = costs_at(1.0 + swing * (2 * random.uniform() - 1));
      const auto chosen = choice.choose(steering, budget, {costs, costs});
      const auto naive = steering.choose(budget, {costs, costs});
      ASSERT_TRUE(chosen.ok() && naive.ok());
      EXPECT_TRUE(steering.allows(*chosen, budget, {costs, costs})) << "never one that is late";
      changes += last && *last != *chosen;
      naive_changes += naive_last && *naive_last != *naive;
      last = *chosen;
      naive_last = *naive;
    }
    EXPECT_LE(changes, 1) << swing;
    EXPECT_GT(naive_changes, 500) << swing;
  }
}

// The choice follows lasting changes both ways.
TEST_F(SteeringTest, ASteadyChoiceFollows) {
  const Steering steering(file_);
  const Budget budget{.deadline = 50 * kMs};
  SteadyChoice choice;
  for (const auto& [slowdown, wanted] :
       {std::pair{1.0, "careful"}, std::pair{4.0, "only-m1"}, std::pair{0.5, "careful"},
        std::pair{2.0, "only-m1"}, std::pair{0.7, "careful"}}) {
    const std::vector<Cost> costs = costs_at(slowdown);
    const auto chosen = choice.choose(steering, budget, {costs, costs});
    ASSERT_TRUE(chosen.ok());
    EXPECT_EQ(wanted, file_.points[*chosen].name) << slowdown;
  }
}

}  // namespace
}  // namespace rightsize

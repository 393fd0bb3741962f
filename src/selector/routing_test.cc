// Proves that routing runs the model of the largest probability less the price of its time, and has
// a way out of everything that can go wrong.
#include "selector/routing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "selector/fake_world.h"
#include "selector/rule.h"
#include "selector/test_rules.h"

namespace rightsize {
namespace {

using test::answering;
using test::cost_of;
using test::failing;
using test::kMs;
using test::log_odds;
using test::routing_rule;

// Models of 1, 2 and 4 ms; the first answers with this probability.
test::FakeWorld world_of(double probability) {
  test::FakeWorld world({answering(10, probability), answering(11, 0.6), answering(12, 0.7)});
  world.set_cost(1, cost_of(2 * kMs));
  world.set_cost(2, cost_of(4 * kMs));
  return world;
}

ModelIndex model_chosen(double probability, double price) {
  test::FakeWorld world = world_of(probability);
  const Decision decision = decide(Routing(routing_rule(price)), world);
  EXPECT_TRUE(decision.answered());
  EXPECT_EQ(decision.last().reason, Reason::kChosen);
  return decision.answered_by().model;
}

TEST(Routing, ChoosesTheMostProbableLessThePriceOfItsTime) {
  EXPECT_EQ(model_chosen(0.2, 0.0), 2);
  EXPECT_EQ(model_chosen(0.2, 0.06), 1);  // 0.70 - 0.12 against 0.80 - 0.24 and 0.23
  EXPECT_EQ(model_chosen(0.2, 1.0), 0);   // the answer that is there costs nothing
  EXPECT_EQ(model_chosen(1.0, 0.0), 0);   // 0.94
}

TEST(Routing, SaysWhatItsChoiceIsWorth) {
  test::FakeWorld world = world_of(0.2);
  const Decision decision = decide(Routing(routing_rule(0.06)), world);
  ASSERT_EQ(decision.step_count, 3U);
  EXPECT_EQ(decision.path[0].reason, Reason::kProbe);
  EXPECT_EQ(decision.path[1].reason, Reason::kChosen);
  EXPECT_EQ(decision.path[1].stage, 1);
  EXPECT_NEAR(decision.path[1].value, 0.7 - 2 * 0.06, 1e-12);
}

TEST(Routing, OfEqualsTheCheaperIsChosen) {
  RoutingRule rule = routing_rule(0.0);
  for (RoutedModel& routed : rule.models) routed.coefficients = {1.0, 0.0};
  rule.models[0].coefficients = {-9.0, 0.0};
  std::swap(rule.models[1], rule.models[2]);
  test::FakeWorld world = world_of(0.2);
  EXPECT_EQ(decide(Routing(rule), world).answered_by().model, 1);
}

TEST(Routing, UnavailableModelsAreNoCandidates) {
  test::FakeWorld world = world_of(0.2);
  world.set_cost(2, {});
  EXPECT_EQ(decide(Routing(routing_rule(0)), world).answered_by().model, 1);
  world = world_of(0.2);
  world.set_cost(1, {});
  world.set_cost(2, {});
  const Decision alone = decide(Routing(routing_rule(0)), world);
  EXPECT_EQ(alone.answered_by().model, 0);
  EXPECT_EQ(alone.tried_count, 1U);
}

TEST(Routing, AProbeThatIsNotRoutedToStandsWhereNothingElseIsLeft) {
  RoutingRule rule = routing_rule(0);
  rule.models.erase(rule.models.begin());
  test::FakeWorld world = world_of(0.2);
  world.set_cost(1, {});
  world.set_cost(2, {});
  const Decision decision = decide(Routing(rule), world);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(decision.answered_by().model, 0);
  EXPECT_EQ(decision.last().reason, Reason::kLaterFailed);
}

TEST(Routing, WithoutItsProbeTheDearestRuns) {
  test::FakeWorld failed({failing(), answering(11, 0.6), answering(12, 0.7)});
  failed.set_cost(1, cost_of(5 * kMs));
  const Decision decision = decide(Routing(routing_rule(9.0)), failed);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(decision.answered_by().model, 1);
  EXPECT_EQ(decision.path[1].reason, Reason::kModelFailed);

  test::FakeWorld missing = world_of(1.0);
  missing.set_cost(0, {});
  const Decision other = decide(Routing(routing_rule(9.0)), missing);
  ASSERT_TRUE(other.answered());
  EXPECT_EQ(other.answered_by().model, 2);
  EXPECT_EQ(other.path[0].reason, Reason::kNoFeatures);
}

TEST(Routing, AFailedChoiceIsFollowedByTheNextBest) {
  test::FakeWorld world({answering(10, 0.2), answering(11, 0.6), failing()});
  const Decision decision = decide(Routing(routing_rule(0)), world);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(decision.answered_by().model, 1);
  EXPECT_EQ(decision.path[2].reason, Reason::kModelFailed);

  test::FakeWorld both({answering(10, 0.2), failing(), failing()});
  EXPECT_EQ(decide(Routing(routing_rule(0)), both).answered_by().model, 0);
  test::FakeWorld all({failing(), failing(), failing()});
  const Decision none = decide(Routing(routing_rule(0)), all);
  EXPECT_FALSE(none.answered());
  EXPECT_EQ(none.tried_count, 3U);
}

TEST(Routing, ADoubtfulChoiceIsFollowedByTheNextBest) {
  test::FakeWorld world(
      {answering(10, 0.2), answering(11, 0.6), test::doubtful(answering(12, 0.7))});
  const Decision decision = decide(Routing(routing_rule(0.0)), world);
  EXPECT_EQ(decision.answer.value, 11);
  test::FakeWorld probe(
      {test::doubtful(answering(10, 1.0)), answering(11, 0.6), answering(12, 0.7)});
  EXPECT_NE(decide(Routing(routing_rule(1.0)), probe).answer.value, 10) << "it would be chosen";
}

TEST(Routing, TheDeadlineLeavesOutWhatIsTooSlow) {
  test::FakeWorld world = world_of(0.2);
  Decision decision = decide(Routing(routing_rule(0)), world, {.deadline = 4 * kMs});
  EXPECT_EQ(decision.answered_by().model, 1);
  world = world_of(0.2);
  RoutingRule rule = routing_rule(0);
  rule.models.erase(rule.models.begin());
  decision = decide(Routing(rule), world, {.deadline = 2 * kMs});
  EXPECT_EQ(decision.answered_by().model, 0);
  EXPECT_EQ(decision.last().reason, Reason::kDeadline);
}

// On features of the input: contrast (of the brightness group) makes model 1 likely to be right.
RoutingRule featured() {
  return {.features = {5, 22},
          .models = {{0, {0.5, 0.0, 0.0}}, {1, {0.0, 1.0, 0.0}}},
          .price = 0.0,
          .probe = {},
          .extraction = {}};
}

test::FakeWorld featured_world(float contrast) {
  test::FakeWorld world({answering(10, 0.5), answering(11, 0.6)});
  world.values.resize(kImageFeatures);
  world.values[5] = contrast;
  return world;
}

TEST(Routing, ExtractsItsFeatures) {
  for (const bool high : {false, true}) {
    test::FakeWorld world = featured_world(high ? 1.0F : 0.0F);
    const Decision decision = decide(Routing(featured()), world);
    EXPECT_EQ(world.extracted, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(decision.answered_by().model, high ? 1 : 0);
    EXPECT_EQ(decision.tried_count, 1U);
  }
}

TEST(Routing, WithoutItsFeaturesTheDearestRuns) {
  test::FakeWorld world = featured_world(0.0F);
  world.broken.set(1);
  world.set_cost(1, cost_of(2 * kMs));
  Decision decision = decide(Routing(featured()), world);
  EXPECT_EQ(decision.answered_by().model, 1);
  EXPECT_EQ(decision.path[2].reason, Reason::kNoFeatures);

  test::FakeWorld bare({answering(10, 0.5), failing()});  // a world that has no features
  bare.set_cost(1, cost_of(2 * kMs));
  decision = decide(Routing(featured()), bare);
  EXPECT_EQ(decision.tried_count, 2U);
  EXPECT_EQ(decision.answered_by().model, 0);
}

TEST(Routing, NumbersThatAreNoneCountAsZero) {
  test::FakeWorld world = featured_world(std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(decide(Routing(featured()), world).answered_by().model, 0);
  RoutingRule rule = featured();  // the sum of inf and -inf is no number
  rule.models[1].coefficients = {0.0, 1e308, -1e308};
  world = featured_world(1e30F);
  world.values[22] = 1e30F;
  EXPECT_EQ(Routing(rule).probability(1, world.values), 0.0);
  EXPECT_EQ(decide(Routing(rule), world).answered_by().model, 0);
}

TEST(Rule, RoutingNamesItsKindAndModels) {
  EXPECT_STREQ(kind_of(routing_rule(1)), "routing");
  EXPECT_EQ(models_of(featured()), (std::vector<ModelIndex>{0, 1}));
  const Rule moved = renumbered(routing_rule(1), {5, 6, 7});
  EXPECT_EQ(models_of(moved), (std::vector<ModelIndex>{5, 6, 7}));
  EXPECT_EQ(std::get<RoutingRule>(moved).probe, ModelIndex{5});
  EXPECT_EQ(image_features_of(moved), nullptr);
  const Rule looks = featured();
  EXPECT_EQ(image_features_of(looks), &std::get<RoutingRule>(looks).extraction);
}

}  // namespace
}  // namespace rightsize

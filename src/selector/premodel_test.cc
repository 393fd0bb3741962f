// Proves that a premodel extracts what it needs, runs what it chooses, and has a way out of
// everything that can go wrong.
#include "selector/premodel.h"

#include <gtest/gtest.h>

#include <limits>

#include "selector/fake_world.h"
#include "selector/rule.h"

namespace rightsize {
namespace {

using test::answering;
using test::failing;

// A world with features, all 0.
class FeatureWorld : public test::FakeWorld {
 public:
  explicit FeatureWorld(std::vector<Trial> trials) : FakeWorld(std::move(trials)) {
    values.resize(kImageFeatures);
  }
};

constexpr std::uint16_t kContrast = 5;  // of the brightness group
constexpr std::uint16_t kFirstHue = 22;

// One-nearest-neighbour on two features: (0, 0) is model 0, (1, 0) model 1, (0, 1) "none".
PremodelClassifier three_ways(std::vector<std::uint16_t> features = {kContrast, kFirstHue}) {
  auto points = std::make_shared<PointSet>();
  *points = {.features = 2, .count = 3, .columns = {0, 1, 0, 0, 0, 1}};
  return {.scaling = {std::move(features), {0, 0}, {1, 1}},
          .chain = false,
          .classifiers = {Knn{.points = points, .labels = {0, 1, 2}, .classes = 3, .k = 1}},
          .models = 2};
}

PremodelRule rule_of(std::optional<ModelIndex> fallback = {}) {
  return {.models = {0, 2},
          .classifier = three_ways(),
          .probe = {},
          .fallback = fallback,
          .features = {}};
}

std::vector<Trial> three_models() {
  return {answering(10, 0.5), answering(11, 0.6), answering(12, 0.7)};
}

TEST(Premodel, ExtractsItsGroupsOnceAndRunsItsChoice) {
  FeatureWorld world(three_models());
  world.values[kContrast] = 0.9F;
  const Decision decision = decide(Premodel(rule_of()), world);
  EXPECT_EQ(world.extracted, (std::vector<std::size_t>{0, 1}));  // brightness and hue
  EXPECT_EQ(decision.extracted.count(), 2U);
  EXPECT_EQ(decision.features_cpu, 4 * test::kMs);  // this world's CPU time is twice its wall time
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(decision.answer.value, 12);
  EXPECT_EQ(decision.last().reason, Reason::kChosen);
  EXPECT_EQ(world.runs(), 1);
}

TEST(Premodel, NoneAbstainsOrRunsTheFallback) {
  FeatureWorld world(three_models());
  world.values[kFirstHue] = 0.9F;
  const Decision silent = decide(Premodel(rule_of()), world);
  EXPECT_FALSE(silent.answered());
  EXPECT_EQ(silent.last().reason, Reason::kNoneSuitable);
  EXPECT_EQ(world.runs(), 0);

  FeatureWorld again(three_models());
  again.values[kFirstHue] = 0.9F;
  const Decision decision = decide(Premodel(rule_of(1)), again);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(decision.answer.value, 11);
}

TEST(Premodel, FeaturesThatFailLeadToTheFallbackOrTheFirstModel) {
  for (const bool fallback : {false, true}) {
    FeatureWorld world(three_models());
    world.broken.set(1);
    const Decision decision =
        decide(Premodel(rule_of(fallback ? std::optional<ModelIndex>(1) : std::nullopt)), world);
    ASSERT_TRUE(decision.answered());
    EXPECT_EQ(decision.answered_by().model, fallback ? 1 : 0);
    EXPECT_EQ(world.extracted.size(), 2U);
  }
}

TEST(Premodel, AWorldWithoutFeaturesIsAnsweredToo) {
  test::FakeWorld world(three_models());
  const Decision decision = decide(Premodel(rule_of()), world);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(decision.answered_by().model, 0);
}

TEST(Premodel, AFailedOrMissingChoiceIsReplaced) {
  std::vector<Trial> trials = three_models();
  trials[2] = failing();
  FeatureWorld world(trials);
  world.values[kContrast] = 0.9F;
  const Decision decision = decide(Premodel(rule_of()), world);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(decision.answered_by().model, 0);
  EXPECT_EQ(decision.tried_count, 2U);

  FeatureWorld missing(three_models());
  missing.values[kContrast] = 0.9F;
  missing.set_cost(2, {});
  const Decision other = decide(Premodel(rule_of()), missing);
  ASSERT_TRUE(other.answered());
  EXPECT_EQ(other.answered_by().model, 0);
  EXPECT_EQ(other.tried_count, 1U);
}

TEST(Premodel, ADoubtfulChoiceIsFollowedByTheOthers) {
  FeatureWorld world({test::doubtful(answering(10, 0.9)), answering(11, 0.6), answering(12, 0.7)});
  const Decision decision = decide(Premodel(rule_of(ModelIndex{1})), world);
  EXPECT_EQ(decision.answer.value, 11) << "the fallback";
  EXPECT_EQ(decision.trials().size(), 2U);
  FeatureWorld all(
      {test::doubtful(answering(10, 0.9)), answering(11, 0.6), test::doubtful(answering(12, 0.7))});
  const Decision doubted = decide(Premodel(rule_of()), all);
  EXPECT_EQ(doubted.answer.value, 12) << "nothing is without a doubt: the latest";
  EXPECT_EQ(doubted.last().reason, Reason::kDoubtful);
}

TEST(Premodel, AbstainsWhereEverythingFails) {
  FeatureWorld world({failing(), failing(), failing()});
  const Decision decision = decide(Premodel(rule_of(1)), world);
  EXPECT_FALSE(decision.answered());
  EXPECT_EQ(decision.tried_count, 3U);
}

// Features 0 and 2 of a probe are its largest probability and its entropy.
PremodelRule probed(std::optional<ModelIndex> fallback = {}) {
  PremodelRule rule = rule_of(fallback);
  rule.classifier = three_ways({0, 2});
  rule.probe = 0;
  return rule;
}

TEST(Premodel, TheProbesAnswerStandsWhereItIsChosen) {
  FeatureWorld world({answering(10, 0.1, 0.0), answering(11, 0.6), answering(12, 0.7)});
  const Decision decision = decide(Premodel(probed()), world);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(decision.answer.value, 10);
  EXPECT_EQ(world.runs(), 1);
  EXPECT_TRUE(world.extracted.empty());
}

TEST(Premodel, TheProbeMaySendTheInputOnOrAway) {
  FeatureWorld world({answering(10, 0.9, 0.0), answering(11, 0.6), answering(12, 0.7)});
  const Decision decision = decide(Premodel(probed()), world);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(decision.answer.value, 12);
  EXPECT_EQ(world.runs(), 2);

  FeatureWorld away({answering(10, 0.0, 0.9), answering(11, 0.6), answering(12, 0.7)});
  EXPECT_FALSE(decide(Premodel(probed()), away).answered());
}

TEST(Premodel, AFailedProbeIsReplaced) {
  FeatureWorld world({failing(), answering(11, 0.6), answering(12, 0.7)});
  const Decision decision = decide(Premodel(probed(1)), world);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(decision.answered_by().model, 1);
}

TEST(Premodel, AProbeThatKnowsNoClassesHasFiniteFeatures) {
  std::array<float, 8> features{};
  probe_features(answering(1, 0.5, 0.25), features);
  EXPECT_EQ(features[0], 0.5F);
  EXPECT_EQ(features[2], 0.25F);
  for (std::size_t f = 3; f < 8; ++f) EXPECT_EQ(features[f], -30.0F);
}

TEST(Rule, NamesItsKindAndModels) {
  EXPECT_STREQ(kind_of(fixed_rule(3)), "fixed");
  EXPECT_STREQ(kind_of(rule_of()), "premodel");
  EXPECT_EQ(models_of(rule_of(1)), (std::vector<ModelIndex>{0, 2, 1}));
  const Rule moved = renumbered(probed(1), {5, 6, 7});
  EXPECT_EQ(models_of(moved), (std::vector<ModelIndex>{5, 7, 6}));
  EXPECT_EQ(std::get<PremodelRule>(moved).probe, ModelIndex{5});
}

}  // namespace
}  // namespace rightsize

// Proves that the explanation of a premodel names what its classifier went by, for every kind of
// classifier, and what would have made it choose another model; and that every way out of a failure
// is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

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
using test::kMs;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint16_t kContrast = 5;  // of the brightness group
constexpr std::uint16_t kHue = 22;
constexpr float kHighest = 100;  // of the contrast in training

// Chooses between small (0), large (1) and none (2) by contrast, 0 to 100, and hue1, 0 to 1.
PremodelRule rule_of(Classifier classifier, std::optional<ModelIndex> fallback = {}) {
  PremodelRule rule{.models = {0, 2}, .classifier = {}, .probe = {}, .fallback = fallback};
  rule.classifier = {.scaling = {{kContrast, kHue}, {0, 0}, {kHighest, 1}},
                     .classifiers = {std::move(classifier)},
                     .models = 2};
  return rule;
}

// Low contrast: small; else much of the first hue: none; else large.
Tree tree() {
  return {.classes = 3,
          .features = 2,
          .nodes = {{.value = 0.5, .right = 2, .feature = 0},
                    {.value = 0, .right = 0},
                    {.value = 0.25, .right = 4, .feature = 1},
                    {.value = 1, .right = 1},
                    {.value = 2, .right = 2}},
          .shares = {1, 0, 0, 0.25F, 0.75F, 0, 0, 0, 1}};
}

FakeWorld world_of(float contrast, float hue) {
  FakeWorld world({answering(3, 0.5), answering(4, 0.6), answering(5, 0.7)});
  world.values.resize(kImageFeatures);
  world.values[kContrast] = contrast;
  world.values[kHue] = hue;
  return world;
}

Explained by(Classifier classifier, float contrast, float hue) {
  FakeWorld world = world_of(contrast, hue);
  return explained(file_of({rule_of(std::move(classifier))}), world);
}

TEST(ExplainPremodel, StepsAndFeatures) {
  const Explained e = by(tree(), 75, 0.125F);
  EXPECT_THAT(e.text, HasSubstr("1. Measured the features of the input that the premodel chooses "
                                "by: brightness, hue. 2. Ran large, which the premodel chose: it "
                                "says \"thing 5\""));
  EXPECT_THAT(e.text, HasSubstr("The premodel chose large (a decision tree, score 0.75 of 1), by "
                                "features of the input."));
  EXPECT_THAT(e.text, HasSubstr("Scores: small 0.25, large 0.75, none 0.00."));
  EXPECT_EQ(e.document["premodel"]["chosen"], "large");
  EXPECT_EQ(e.document["premodel"]["features"][0]["name"], "contrast");
  EXPECT_EQ(e.document["premodel"]["features"][0]["value"], 75.0);
  EXPECT_EQ(e.document["premodel"]["features"][0]["unit"], "grey levels");
  EXPECT_EQ(e.document["costs"]["features_ms"], 4.0);
}

TEST(ExplainPremodel, TheConditionsOfATree) {
  const Explained e = by(tree(), 75, 0.125F);
  EXPECT_THAT(e.text, HasSubstr("contrast (standard deviation of grey (RMS contrast)) above 50: 75 "
                                "grey levels"));
  EXPECT_THAT(e.text, HasSubstr("360 degrees, and of grey ones) at most 0.25: 0.125"));
  const json& path = e.document["premodel"]["path"];
  ASSERT_EQ(path.size(), 2U);
  EXPECT_EQ(path[0]["bound"], 50.0);
  EXPECT_EQ(path[1]["at_most"], true);
}

// Contrast from 75 to 50 makes it small; the first hue from 0.125 to just above 0.25 makes it none.
TEST(ExplainPremodel, TheSmallestChangeOfAFeature) {
  const Explained e = by(tree(), 75, 0.125F);
  const auto& changes = e.facts.premodel->changes;
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].feature.name, "hue1");
  EXPECT_DOUBLE_EQ(changes[0].to, 17.0 / 64);
  EXPECT_EQ(changes[0].chosen, "");
  EXPECT_EQ(changes[1].to, 50.0);
  EXPECT_EQ(changes[1].of_range, 0.25);
  EXPECT_THAT(e.text, HasSubstr("If contrast (standard deviation of grey (RMS contrast)) had been "
                                "50 grey levels instead of 75 grey levels (25 "
                                "% of its range in training), the premodel would have chosen small "
                                "instead of large."));
  EXPECT_TRUE(e.document["premodel"]["changes"][0]["chosen"].is_null());
}

TEST(ExplainPremodel, TheChangesThatAreNamedHold) {
  const Explained e = by(tree(), 75, 0.125F);
  for (const FeatureChange& change : e.facts.premodel->changes) {
    const bool is_hue = change.feature.name == "hue1";
    const auto to = static_cast<float>(change.to);
    const Explained changed = is_hue ? by(tree(), 75, to) : by(tree(), to, 0.125F);
    EXPECT_EQ(changed.facts.premodel->chosen, change.chosen);
  }
}

TEST(ExplainPremodel, NoChangeOfOneFeatureMayDo) {
  Tree constant{.classes = 3, .features = 2, .nodes = {{.value = 1, .right = 0}}};
  constant.shares = {0, 1, 0};
  EXPECT_THAT(by(constant, 75, 0.125F).text, HasSubstr("No change of a single feature"));
}

TEST(ExplainPremodel, VotesOfNeighbours) {
  auto points = std::make_shared<PointSet>();
  *points = {.features = 2, .count = 4, .columns = {0, 0.1F, 0.2F, 9, 0, 0, 0, 0}};
  Knn knn{.points = points, .labels = {0, 0, 1, 1}, .classes = 3, .k = 4, .radius = 1};
  const Explained e = by(knn, 0, 0);
  EXPECT_THAT(e.text, HasSubstr("Shares of the votes of the 3 nearest training inputs: small 0.67, "
                                "large 0.33, none 0.00."));
  EXPECT_EQ(e.document["premodel"]["neighbours"], 3);
  knn.radius = 1e-3F;
  EXPECT_THAT(by(knn, 50, 0.5F).text, HasSubstr("No training input is near enough to have a vote"));
}

TEST(ExplainPremodel, LogisticContributions) {
  const Logistic two{.classes = 3, .features = 2, .labels = {0, 1}, .weights = {-1, 4, -2}};
  const Explained large = by(two, 75, 0.125F);  // -1 + 3 - 0.25: the second label
  EXPECT_EQ(large.document["premodel"]["chosen"], "large");
  EXPECT_THAT(large.text, HasSubstr("+3.00 contrast (standard"));
  EXPECT_THAT(large.text, HasSubstr("-0.25 hue1 (share"));
  const Explained small = by(two, 0, 0.5F);
  EXPECT_EQ(small.document["premodel"]["chosen"], "small");
  EXPECT_EQ(small.document["premodel"]["features"][1]["contribution"], 1.0);

  const Logistic three{
      .classes = 3, .features = 2, .labels = {0, 1, 2}, .weights = {0, 0, 0, 0, 2, 0, 0, 0, 8}};
  const Explained none = by(three, 75, 1);
  EXPECT_TRUE(none.document["premodel"]["chosen"].is_null());
  EXPECT_EQ(none.document["premodel"]["features"][1]["contribution"], 8.0);
}

TEST(ExplainPremodel, NaiveBayesContributionsAddUpToTheLogOdds) {
  NaiveBayes bayes{.classes = 3,
                   .features = 2,
                   .labels = {0, 1},
                   .means = {0.2F, 0.3F, 0.8F, 0.4F},
                   .precisions = {4, 5, 6, 7},
                   .offsets = {}};
  const auto offset = [&](std::size_t label) {  // equal priors
    double sum = std::log(0.5);
    for (std::size_t f = 0; f < 2; ++f) {
      sum +=
          0.5 * std::log(static_cast<double>(bayes.precisions[2 * label + f]) / std::numbers::pi);
    }
    return static_cast<float>(sum);
  };
  bayes.offsets = {offset(0), offset(1)};
  const Explained e = by(bayes, 75, 0.125F);
  ASSERT_EQ(e.document["premodel"]["chosen"], "large");
  const auto& choice = *e.facts.premodel;
  EXPECT_NEAR(choice.features[0].contribution + choice.features[1].contribution,
              std::log(choice.scores[1].score / choice.scores[0].score), 1e-4);
}

TEST(ExplainPremodel, LinearSvmContributions) {
  // Pairs (0,1), (0,2), (1,2); the label with the most votes is 1, the runner-up 0.
  const Svm svm{.classes = 3,
                .features = 2,
                .labels = {0, 1, 2},
                .vectors = {},
                .coefficients = {-4, 1, 1, 0.5F, 0, 0},
                .rho = {0, 0, 0}};
  const Explained e = by(svm, 75, 0.5F);
  ASSERT_EQ(e.document["premodel"]["chosen"], "large");
  EXPECT_EQ(e.facts.premodel->features[0].contribution, 3.0);
  EXPECT_EQ(e.facts.premodel->features[1].contribution, -0.25);
}

TEST(ExplainPremodel, OtherKindsTellTheirScores) {
  const Forest forest{.classes = 3,
                      .features = 2,
                      .trees = {{{.value = 0}}, {{.value = 1}}, {{.value = 1}}, {{.value = 1}}}};
  EXPECT_THAT(by(forest, 75, 0.5F).text, HasSubstr("Scores: small 0.25, large 0.75, none 0.00."));
  const Boosting boosting{
      .classes = 3, .features = 2, .labels = {0, 1}, .ensembles = {{{{.value = -2.0}}}}};
  const Explained e = by(boosting, 75, 0.5F);
  EXPECT_EQ(e.document["premodel"]["kind"], "boosting");
  EXPECT_THAT(e.text, HasSubstr("small 0.98, large 0.02, none 0.00."));
  EXPECT_THAT(e.text, Not(HasSubstr("What weighed most")));
}

// The first level says no, the second yes.
TEST(ExplainPremodel, AChainTellsLevelByLevel) {
  PremodelRule rule = rule_of(Logistic{2, 2, {0, 1}, {1, -4, 0}});
  rule.classifier.classifiers.emplace_back(Logistic{2, 2, {0, 1}, {1, 0, 2}});
  rule.classifier.chain = true;
  FakeWorld world = world_of(75, 0.5F);
  const Explained e = explained(file_of({rule}), world);
  EXPECT_THAT(e.text, HasSubstr("Scores for \"this model\", asked one model after the other: small "
                                "0.12, large 0.88."));
  EXPECT_EQ(e.document["premodel"]["features"][1]["contribution"], 1.0);
}

TEST(ExplainPremodel, NoneSuitable) {
  const Explained e = by(tree(), 75, 0.5F);
  EXPECT_THAT(e.text, HasSubstr("No answer"));
  EXPECT_THAT(e.text, HasSubstr("expects no model to be right and has no fallback, so none runs"));
  FakeWorld world = world_of(75, 0.5F);
  const Explained fallback = explained(file_of({rule_of(tree(), 1)}), world);
  EXPECT_THAT(fallback.text,
              HasSubstr("Ran medium, the fallback, as the premodel expects no model to be right"));
}

TEST(ExplainPremodel, FeaturesThatCannotBeHad) {
  FakeWorld world = world_of(75, 0.125F);
  world.broken.set(1);
  const Explained e = explained(file_of({rule_of(tree())}), world);
  EXPECT_THAT(e.text, HasSubstr("The features 'hue', which the premodel needs, could not be"));
  EXPECT_THAT(e.text, HasSubstr("Ran small, as the premodel has nothing to choose by"));
  EXPECT_THAT(e.text, HasSubstr("What the premodel would choose is not known: the features 'hue' "
                                "could not be extracted."));
  EXPECT_TRUE(e.document["premodel"].is_null());
  EXPECT_EQ(e.document["steps"][1]["ok"], false);
}

TEST(ExplainPremodel, AChosenModelThatCannotBeRunOrFails) {
  FakeWorld world = world_of(75, 0.125F);
  world.set_cost(2, {});
  const Explained missing = explained(file_of({rule_of(tree())}), world);
  EXPECT_THAT(missing.text, HasSubstr("large cannot be run now and is passed over. Ran small:"));
  EXPECT_EQ(missing.document["steps"][2]["reason"], "unavailable");

  FakeWorld failed({answering(3, 0.5), answering(4, 0.6), failing()});
  failed.values = world_of(75, 0.125F).values;
  const Explained e = explained(file_of({rule_of(tree())}), failed);
  EXPECT_THAT(e.text, HasSubstr("Ran large, which the premodel chose: it failed"));
  EXPECT_THAT(e.text, HasSubstr("Ran small in place of the model that failed"));
}

// By the probe's largest probability: above a half its own answer stands, else large runs.
PremodelRule probing() {
  PremodelRule rule = rule_of(Logistic{3, 1, {0, 1}, {1, -2}});
  rule.probe = 0;
  rule.classifier.scaling = {{0}, {0}, {1}};
  return rule;
}

TEST(ExplainPremodel, AProbe) {
  FakeWorld sure({answering(3, 0.75), answering(4, 0.6), answering(5, 0.7)});
  const Explained stands = explained(file_of({probing(), fixed_rule(2)}), sure);
  EXPECT_THAT(stands.text, HasSubstr("Ran small, the probe, by whose answer the premodel chooses: "
                                     "it says \"thing 3\""));
  EXPECT_THAT(stands.text, HasSubstr("by what small says"));
  EXPECT_THAT(stands.text, HasSubstr("If its largest probability had been 0.484 instead of 0.75"));
  EXPECT_EQ(stands.document["other_points"][0]["model"], "large");

  FakeWorld broken({failing(), answering(4, 0.6), answering(5, 0.7)});
  const Explained failed = explained(file_of({probing()}), broken);
  EXPECT_THAT(failed.text, HasSubstr("not known: its probe, small, gave no answer"));
  EXPECT_THAT(failed.text, HasSubstr("Ran large in place of the model that failed"));

  FakeWorld without({answering(3, 0.75), answering(4, 0.6), answering(5, 0.7)});
  without.set_cost(0, {});
  const Explained missing = explained(file_of({probing()}), without);
  EXPECT_THAT(missing.text, HasSubstr("small cannot be run now and is passed over. Ran large"));
}

TEST(ExplainPremodel, AnotherPremodelOnTheSameFeaturesIsReplayed) {
  FakeWorld world = world_of(75, 0.125F);
  Tree always{.classes = 3, .features = 2, .nodes = {{.value = 1, .right = 0}}};
  always.shares = {0, 1, 0};
  PremodelRule coarse = rule_of(tree());
  coarse.features.max_side = 64;
  const Explained e =
      explained(file_of({rule_of(tree()), rule_of(always), coarse, fixed_rule(2)}), world);
  EXPECT_TRUE(e.facts.others[0].same);
  EXPECT_THAT(e.facts.others[1].unknown_why, HasSubstr("features, which were not extracted here"));
  EXPECT_TRUE(e.facts.others[2].same);
  EXPECT_EQ(e.facts.others[2].cpu_ms, e.facts.costs.runs_ms) << "no features are paid for";
}

}  // namespace
}  // namespace rightsize

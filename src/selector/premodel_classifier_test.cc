// Proves what a premodel chooses: single, in a chain, and where no neighbour is near enough.
#include "selector/premodel_classifier.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace rightsize {
namespace {

using Choice = PremodelClassifier::Choice;

// Raw feature 1, of which 0 to 10 becomes 0 to 1.
FeatureScaling second_of_two() { return {.features = {1}, .low = {0}, .high = {10}}; }

Choice choose(const PremodelClassifier& premodel, float raw) {
  return premodel.choose(std::array{99.0F, raw});
}

std::shared_ptr<const PointSet> tenths() {
  return std::make_shared<PointSet>(
      PointSet{.features = 1, .count = 4, .columns = {0.1F, 0.2F, 0.8F, 0.9F}});
}

// Yes from `low` on, as a tree.
Classifier yes_from(double low) {
  return Tree{.classes = 2,
              .features = 1,
              .nodes = {{.value = low, .right = 2, .feature = 0},
                        {.value = 0, .right = 0},
                        {.value = 1, .right = 1}},
              .shares = {0.75F, 0.25F, 0.125F, 0.875F}};
}

TEST(PremodelClassifierTest, SingleGivesTheClass) {
  const PremodelClassifier premodel{
      .scaling = second_of_two(),
      .classifiers = {Knn{.points = tenths(), .labels = {0, 0, 1, 2}, .classes = 3, .k = 1}},
      .models = 2};
  EXPECT_EQ((Choice{.chosen = 0, .score = 1, .level = 0}), choose(premodel, 1));
  EXPECT_EQ((Choice{.chosen = 1, .score = 1, .level = 0}), choose(premodel, 8));
  EXPECT_EQ((Choice{.chosen = 2, .score = 1, .level = 0}), choose(premodel, 9));  // "none"
}

TEST(PremodelClassifierTest, NoNeighbourNearEnoughIsNone) {
  const Knn knn{.points = tenths(), .labels = {0, 0, 1, 1}, .classes = 3, .k = 1, .radius = 0.2F};
  const PremodelClassifier premodel{.scaling = second_of_two(), .classifiers = {knn}, .models = 2};
  EXPECT_EQ((Choice{.chosen = 2, .score = 0, .level = 0}), choose(premodel, 5));
  EXPECT_EQ(1U, choose(premodel, 10).chosen);
}

TEST(PremodelClassifierTest, FirstYesOfAChainWins) {
  const PremodelClassifier premodel{.scaling = second_of_two(),
                                    .chain = true,
                                    .classifiers = {yes_from(0.8), yes_from(0.5), yes_from(0.2)},
                                    .models = 3};
  EXPECT_EQ((Choice{.chosen = 0, .score = 0.875F, .level = 0}), choose(premodel, 9));
  EXPECT_EQ((Choice{.chosen = 1, .score = 0.875F, .level = 1}), choose(premodel, 7));
  EXPECT_EQ((Choice{.chosen = 2, .score = 0.875F, .level = 2}), choose(premodel, 3));
  EXPECT_EQ((Choice{.chosen = 3, .score = 0.75F, .level = 2}), choose(premodel, 1));
}

// Levels may share points, or have the same points apart, or look at another number of neighbours.
TEST(PremodelClassifierTest, SharingNeighboursChangesNothing) {
  const auto points = tenths();
  const auto level = [&](std::shared_ptr<const PointSet> at, std::vector<std::uint16_t> labels,
                         std::size_t k) {
    return Knn{.points = std::move(at), .labels = std::move(labels), .classes = 2, .k = k};
  };
  PremodelClassifier shared{
      .scaling = second_of_two(),
      .chain = true,
      .classifiers = {level(points, {0, 0, 0, 1}, 1), level(points, {1, 0, 1, 0}, 1),
                      level(points, {0, 1, 1, 1}, 3)},
      .models = 3};
  PremodelClassifier apart = shared;
  for (Classifier& classifier : apart.classifiers) std::get<Knn>(classifier).points = tenths();
  EXPECT_EQ(shared, apart);
  for (int raw = -5; raw < 15; ++raw) {
    EXPECT_EQ(choose(apart, static_cast<float>(raw)), choose(shared, static_cast<float>(raw)));
  }
  EXPECT_EQ(0U, choose(shared, 9).chosen);
  EXPECT_EQ(1U, choose(shared, 8).chosen);
  EXPECT_EQ(2U, choose(shared, 2).chosen);
}

TEST(PremodelClassifierTest, NoNeighbourNearEnoughIsNoInAChain) {
  const Knn knn{.points = tenths(), .labels = {1, 1, 1, 1}, .classes = 2, .k = 1, .radius = 0.1F};
  const PremodelClassifier premodel{
      .scaling = second_of_two(), .chain = true, .classifiers = {knn, yes_from(0.4)}, .models = 2};
  EXPECT_EQ((Choice{.chosen = 1, .score = 0.875F, .level = 1}), choose(premodel, 5));
  EXPECT_EQ((Choice{.chosen = 2, .score = 0.75F, .level = 1}), choose(premodel, -5));
}

TEST(FeatureScalingTest, AFeatureWithoutRangeIsZero) {
  const FeatureScaling scaling{.features = {0, 1}, .low = {3, 0}, .high = {3, 2}};
  std::array<float, 2> x{};
  scaling.apply(std::array{8.0F, -1.0F}, x);
  EXPECT_EQ((std::array{0.0F, -0.5F}), x);
}

}  // namespace
}  // namespace rightsize

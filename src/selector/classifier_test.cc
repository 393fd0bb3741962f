// Proves the rules of the classifiers on small ones written by hand.
#include "selector/classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace rightsize {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Answer {
  std::size_t chosen = 0;
  std::vector<float> scores;
};

Answer answer(const Classifier& classifier, std::vector<float> x) {
  Answer answer{.chosen = 0, .scores = std::vector<float>(class_count(classifier), -1.0F)};
  answer.chosen = predict(classifier, x, answer.scores);
  return answer;
}

auto near(float value) { return FloatNear(value, 1e-6F); }

// Points on a line at 0, 1, 2 .., with these labels.
Knn on_a_line(std::vector<std::uint16_t> labels, std::size_t k) {
  auto points = std::make_shared<PointSet>(PointSet{.features = 1, .count = labels.size()});
  for (std::size_t i = 0; i < labels.size(); ++i) {
    points->columns.push_back(static_cast<float>(i));
  }
  return {.points = points, .labels = std::move(labels), .classes = 3, .k = k};
}

TEST(KnnTest, MajorityOfTheNearestWins) {
  const Knn knn = on_a_line({0, 0, 2, 2, 2, 1}, 3);
  EXPECT_EQ(0U, answer(knn, {0.2F}).chosen);
  EXPECT_THAT(answer(knn, {0.2F}).scores, ElementsAre(near(2 / 3.0F), near(0), near(1 / 3.0F)));
  EXPECT_EQ(2U, answer(knn, {3.1F}).chosen);
}

TEST(KnnTest, OfEquallyFrequentClassesTheLowestWins) {
  EXPECT_EQ(1U, answer(on_a_line({2, 2, 1, 1}, 4), {0.0F}).chosen);
}

TEST(KnnTest, OfEquallyNearPointsTheFirstCounts) {
  EXPECT_EQ(2U, answer(on_a_line({2, 0, 1}, 1), {0.5F}).chosen);
  EXPECT_THAT(answer(on_a_line({2, 0, 1}, 2), {1.0F}).scores, ElementsAre(0.5F, 0, 0.5F));
}

TEST(KnnTest, FewerPointsThanNeighbours) {
  EXPECT_EQ(1U, answer(on_a_line({1, 1, 2}, 5), {9.0F}).chosen);
}

TEST(KnnTest, NeighboursBeyondThePermissibleDistanceHaveNoVote) {
  Knn knn = on_a_line({0, 1, 1, 1}, 4);
  EXPECT_EQ(1U, answer(knn, {-0.5F}).chosen);
  knn.radius = 0.5F;
  EXPECT_EQ(0U, answer(knn, {-0.5F}).chosen);
  EXPECT_THAT(answer(knn, {-0.5F}).scores, ElementsAre(1, 0, 0));
  EXPECT_EQ(3U, answer(knn, {-0.6F}).chosen);
  EXPECT_THAT(answer(knn, {-0.6F}).scores, ElementsAre(0, 0, 0));
}

TEST(KnnTest, GivesNoAnswerToWhatIsNoNumber) {
  EXPECT_EQ(3U, answer(on_a_line({0, 1}, 1), {kNan}).chosen);
}

TEST(KnnTest, ComparesPointsByValue) {
  EXPECT_EQ(on_a_line({0, 1}, 1), on_a_line({0, 1}, 1));
  EXPECT_NE(on_a_line({0, 1}, 1), on_a_line({0, 2}, 1));
}

// More points than one block of distances has, more features than are summed at once.
TEST(PointsTest, FindsWhatSortingFinds) {
  PointSet points{.features = 6, .count = 150};
  for (std::size_t i = 0; i < 6 * 150; ++i) {
    points.columns.push_back(static_cast<float>((i * 7919) % 1009) / 1009.0F);
  }
  const std::array<float, 6> x{0.1F, 0.9F, 0.4F, 0.3F, 0.7F, 0.5F};
  std::vector<std::pair<double, std::uint32_t>> sorted;
  for (std::uint32_t i = 0; i < 150; ++i) {
    double distance = 0.0;
    for (std::size_t f = 0; f < 6; ++f) {
      distance += std::pow(double{x[f]} - points.columns[f * 150 + i], 2.0);
    }
    sorted.emplace_back(distance, i);
  }
  std::sort(sorted.begin(), sorted.end());
  const Neighbours found = nearest(points, 32, x);
  ASSERT_EQ(32U, found.size);
  for (std::size_t i = 0; i < 32; ++i) {
    EXPECT_EQ(sorted[i].second, found.list[i].point);
    EXPECT_NEAR(sorted[i].first, found.list[i].squared_distance, 1e-6);
  }
}

//       x0 <= 1
//      /       \.
//     0      x1 <= 5
//           /       \.
//          1         2
TreeNodes small_tree() {
  return {{.value = 1, .right = 2, .feature = 0},
          {.value = 0, .right = 0},
          {.value = 5, .right = 4, .feature = 1},
          {.value = 1, .right = 1},
          {.value = 2, .right = 2}};
}

TEST(TreeTest, WalksToALeaf) {
  const Tree tree{.classes = 3,
                  .features = 2,
                  .nodes = small_tree(),
                  .shares = {1, 0, 0, 0.25F, 0.75F, 0, 0, 0.5F, 0.5F}};
  EXPECT_EQ(0U, answer(tree, {1, 9}).chosen);
  EXPECT_EQ(1U, answer(tree, {1.1F, 5}).chosen);
  EXPECT_THAT(answer(tree, {2, 5}).scores, ElementsAre(0.25F, 0.75F, 0));
  EXPECT_EQ(2U, answer(tree, {2, 6}).chosen);
  EXPECT_EQ(2U, answer(tree, {kNan, kNan}).chosen);
}

TEST(ForestTest, TreesVote) {
  const TreeNodes one{{.value = 1}};
  const Forest forest{.classes = 3, .features = 2, .trees = {small_tree(), one, one}};
  EXPECT_EQ(1U, answer(forest, {0, 0}).chosen);
  EXPECT_THAT(answer(forest, {0, 0}).scores, ElementsAre(near(1 / 3.0F), near(2 / 3.0F), 0));
}

TEST(BoostingTest, SumsUpTheLeaves) {
  const TreeNodes plus{{.value = 0.5}};
  const TreeNodes minus{{.value = -0.25}};
  const Boosting two{.classes = 3, .features = 1, .labels = {0, 2}, .ensembles = {{plus, minus}}};
  EXPECT_EQ(2U, answer(two, {0}).chosen);
  const float yes = 1 / (1 + std::exp(-0.5F));
  EXPECT_THAT(answer(two, {0}).scores, ElementsAre(near(1 - yes), 0, near(yes)));
  const Boosting three{.classes = 3,
                       .features = 1,
                       .labels = {0, 1, 2},
                       .ensembles = {{minus}, {plus}, {minus, plus}}};
  EXPECT_EQ(1U, answer(three, {0}).chosen);
}

TEST(LogisticTest, GreatestMarginWins) {
  const Logistic two{.classes = 2, .features = 2, .labels = {0, 1}, .weights = {-1, 1, 0}};
  EXPECT_EQ(1U, answer(two, {2, 0}).chosen);
  EXPECT_EQ(0U, answer(two, {1, 7}).chosen);
  EXPECT_THAT(answer(two, {1, 7}).scores, ElementsAre(0.5F, 0.5F));
  const Logistic three{
      .classes = 4, .features = 1, .labels = {0, 1, 3}, .weights = {0, 0, 1, 0, -1000, 2}};
  EXPECT_EQ(1U, answer(three, {0}).chosen);
  EXPECT_EQ(3U, answer(three, {900}).chosen);
  EXPECT_EQ(0.0F, answer(three, {900}).scores[2]);
}

TEST(SvmTest, PairsVote) {
  Svm linear{.classes = 3, .features = 1, .labels = {0, 1, 2}};
  linear.coefficients = {-1, -1, -1};
  linear.rho = {-1, -2, -3};  // 0 below 1, 0 below 2, 1 below 3
  EXPECT_EQ(0U, answer(linear, {0.5F}).chosen);
  EXPECT_EQ(1U, answer(linear, {2.5F}).chosen);
  EXPECT_EQ(2U, answer(linear, {4.0F}).chosen);
  const Svm radial{.classes = 2,
                   .features = 1,
                   .labels = {0, 1},
                   .gamma = 2.0,
                   .vectors = {.features = 1, .count = 2, .columns = {0, 3}},
                   .coefficients = {1, -1},
                   .rho = {0}};
  EXPECT_EQ(0U, answer(radial, {1}).chosen);
  EXPECT_EQ(1U, answer(radial, {2}).chosen);
  const float margin = std::exp(-2.0F) - std::exp(-8.0F);
  EXPECT_THAT(answer(radial, {1}).scores[0], near(1 / (1 + std::exp(-margin))));
}

TEST(NaiveBayesTest, MultipliesDensities) {
  // Equal variances of 1/2, means 0 and 2, the second class e times as frequent.
  const NaiveBayes bayes{.classes = 2,
                         .features = 1,
                         .labels = {0, 1},
                         .means = {0, 2},
                         .precisions = {1, 1},
                         .offsets = {0, 1}};
  EXPECT_EQ(0U, answer(bayes, {0.7F}).chosen);
  EXPECT_EQ(1U, answer(bayes, {0.8F}).chosen);
  EXPECT_THAT(answer(bayes, {1.0F}).scores[1], near(1 / (1 + std::exp(-1.0F))));
  EXPECT_EQ(1.0F, answer(bayes, {1e4F}).scores[1]);
}

TEST(ClassifierTest, AClassSeenAloneIsCertain) {
  for (const Classifier& classifier :
       std::vector<Classifier>{Boosting{.classes = 3, .features = 1, .labels = {2}},
                               Svm{.classes = 3, .features = 1, .labels = {2}},
                               NaiveBayes{.classes = 3,
                               .features = 1,
                               .labels = {2},
                               .means = {0},
                               .precisions = {1},
                               .offsets = {0}},
                               Logistic{.classes = 3, .features = 1, .labels = {2}}}) {
    EXPECT_EQ(2U, answer(classifier, {0.3F}).chosen);
    EXPECT_THAT(answer(classifier, {0.3F}).scores, ElementsAre(0, 0, 1));
  }
}

TEST(ClassifierTest, KnowsItsKindAndSizes) {
  EXPECT_EQ(ClassifierKind::kKnn, kind_of(on_a_line({0}, 1)));
  EXPECT_EQ(1U, feature_count(on_a_line({0}, 1)));
  EXPECT_EQ(ClassifierKind::kBoosting, kind_of(Boosting{}));
  EXPECT_EQ(ClassifierKind::kNaiveBayes, kind_of(NaiveBayes{}));
  EXPECT_EQ(4U, feature_count(Svm{.classes = 2, .features = 4}));
  EXPECT_STREQ("naive-bayes", to_string(ClassifierKind::kNaiveBayes));
}

}  // namespace
}  // namespace rightsize

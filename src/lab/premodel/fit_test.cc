// Proves that every kind learns what can be learned and nothing else, that fitting is repeatable,
// and that it copes with degenerate data and refuses senseless ones.
#include "lab/premodel/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "lab/premodel/random_data.h"

namespace rightsize::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Test;

PremodelClassifier fit(const TrainingSet& set, bool chain, const ClassifierSpec& spec) {
  Result<PremodelClassifier> fitted =
      fit_premodel(set, fit_scaling(set, all_features(set)), chain, std::span(&spec, 1));
  EXPECT_TRUE(fitted.ok()) << spec.name() << ": " << fitted.status().message();
  return fitted.ok() ? *fitted : PremodelClassifier{};
}

// Share of inputs whose choice is their label.
double accuracy(const PremodelClassifier& premodel, const TrainingSet& set) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < set.labels.size(); ++i) {
    right += premodel.choose(row_of(set, i)).chosen == set.labels[i] ? 1U : 0U;
  }
  return static_cast<double>(right) / static_cast<double>(set.labels.size());
}

// Four equally frequent labels: the first feature is the label, in no unit; the others are noise.
TrainingSet telling_set(std::size_t inputs, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<float> noise(0.0F, 1.0F);
  TrainingSet set{.features = 3, .models = 3};
  for (std::size_t i = 0; i < inputs; ++i) {
    set.labels.push_back(static_cast<std::uint16_t>(i % 4));
    const float telling = 100.0F * static_cast<float>(i % 4) - 50.0F + 10.0F * noise(random);
    set.rows.insert(set.rows.end(), {telling, noise(random), noise(random)});
  }
  return set;
}

// Labels 1 and 0 as telling features, for kinds that draw one line between one class and the rest.
TrainingSet two_labels(TrainingSet set) {
  set.models = 1;
  for (std::size_t i = 0; i < set.labels.size(); ++i) {
    set.labels[i] = static_cast<std::uint16_t>(set.labels[i] / 2);
  }
  return set;
}

TEST(FitPremodelTest, EveryKindLearnsATellingFeature) {
  for (const ClassifierSpec& spec : all_specs()) {
    for (const bool chain : {false, true}) {
      const TrainingSet train = two_labels(telling_set(400, 1));
      const TrainingSet held_out = two_labels(telling_set(1000, 2));
      EXPECT_GE(accuracy(fit(train, chain, spec), held_out), 0.95) << spec.name();
    }
  }
}

// A class between two others is no one's side of a line, so not of the linear one-against-rest.
TEST(FitPremodelTest, KindsWithoutALineLearnFourClasses) {
  for (const ClassifierSpec& spec : all_specs()) {
    if (spec.kind == ClassifierKind::kLogistic) continue;
    EXPECT_GE(accuracy(fit(telling_set(400, 1), false, spec), telling_set(1000, 2)), 0.95)
        << spec.name();
    if (spec.linear) continue;
    EXPECT_GE(accuracy(fit(telling_set(400, 1), true, spec), telling_set(1000, 2)), 0.95)
        << spec.name();
  }
}

// A shuffle may fall in favour of the true labels or against them; on average it is chance.
TEST(FitPremodelTest, ShuffledLabelsTeachNothing) {
  constexpr int kShuffles = 40;
  const TrainingSet held_out = telling_set(400, 2);
  for (const ClassifierSpec& spec : all_specs()) {
    double mean = 0.0;
    for (std::uint64_t seed = 0; seed < kShuffles; ++seed) {
      TrainingSet shuffled = telling_set(120, 1);
      std::shuffle(shuffled.labels.begin(), shuffled.labels.end(), std::mt19937_64(seed));
      mean += accuracy(fit(shuffled, false, spec), held_out) / kShuffles;
    }
    EXPECT_NEAR(0.25, mean, 0.1) << spec.name();
  }
}

TEST(FitPremodelTest, IsRepeatable) {
  const TrainingSet set = random_set({});
  for (const ClassifierSpec& spec : all_specs()) {
    for (const bool chain : {false, true}) {
      const PremodelClassifier first = fit(set, chain, spec);
      fit(set, chain, {.kind = ClassifierKind::kForest, .trees = 3});
      EXPECT_EQ(first, fit(set, chain, spec)) << spec.name();
    }
  }
}

TEST(FitPremodelTest, ChainsMayMixKinds) {
  const TrainingSet set = telling_set(400, 1);
  using enum ClassifierKind;
  const std::vector<ClassifierSpec> levels = {
      {.kind = kKnn}, {.kind = kNaiveBayes}, {.kind = kTree}};
  const auto fitted = fit_premodel(set, fit_scaling(set, {0}), true, levels);
  ASSERT_TRUE(fitted.ok());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(levels[i].kind, kind_of(fitted->classifiers[i]));
    EXPECT_EQ(2U, class_count(fitted->classifiers[i]));
  }
  EXPECT_GE(accuracy(*fitted, telling_set(1000, 2)), 0.95);
}

TEST(FitPremodelTest, NeighboursOfAChainShareTheirPoints) {
  const PremodelClassifier chain = fit(telling_set(50, 1), true, {});
  const auto& first = std::get<Knn>(chain.classifiers[0]);
  EXPECT_EQ(first.points, std::get<Knn>(chain.classifiers[1]).points);
  EXPECT_EQ(first.points, std::get<Knn>(chain.classifiers[2]).points);
}

// Whatever the training data lacks, every kind is fitted and chooses a class that it has seen.
class DegenerateTest : public Test {
 protected:
  static void expect_fits(const TrainingSet& set) {
    for (const ClassifierSpec& spec : all_specs()) {
      for (const bool chain : {false, true}) {
        const PremodelClassifier premodel = fit(set, chain, spec);
        if (premodel.classifiers.empty()) continue;
        for (std::size_t i = 0; i < set.labels.size(); ++i) {
          const PremodelClassifier::Choice choice = premodel.choose(row_of(set, i));
          ASSERT_LE(choice.chosen, set.models);
          const auto seen = std::count(set.labels.begin(), set.labels.end(), choice.chosen);
          EXPECT_TRUE(seen > 0 || (chain && choice.chosen == set.models)) << spec.name();
          EXPECT_TRUE(choice.score >= 0.0F && choice.score <= 1.0F) << choice.score;
        }
      }
    }
  }
};

TEST_F(DegenerateTest, MissingClass) {
  TrainingSet set = telling_set(60, 1);
  for (std::uint16_t& label : set.labels) label = label == 1 ? 3 : label;
  expect_fits(set);
}

TEST_F(DegenerateTest, ClassWithOneExample) {
  TrainingSet set = telling_set(60, 1);
  for (std::uint16_t& label : set.labels) label = 0;
  set.labels[7] = 2;
  expect_fits(set);
}

TEST_F(DegenerateTest, OneClassAlone) {
  for (const std::uint16_t only : std::vector<std::uint16_t>{0, 1, 3}) {
    TrainingSet set = telling_set(30, 1);
    std::fill(set.labels.begin(), set.labels.end(), only);
    expect_fits(set);
    for (const ClassifierSpec& spec : all_specs()) {
      EXPECT_EQ(1.0, accuracy(fit(set, false, spec), set)) << spec.name();
      EXPECT_EQ(1.0, accuracy(fit(set, true, spec), set)) << spec.name();
    }
  }
}

TEST_F(DegenerateTest, ConstantFeatures) {
  TrainingSet set = telling_set(60, 1);
  for (std::size_t i = 1; i < set.rows.size(); i += 3) set.rows[i] = 7.0F;
  expect_fits(set);
  std::fill(set.rows.begin(), set.rows.end(), 7.0F);
  expect_fits(set);
}

TEST_F(DegenerateTest, FewInputs) {
  for (const std::size_t inputs : {1U, 2U, 3U, 4U}) expect_fits(telling_set(inputs, 1));
}

TEST_F(DegenerateTest, EqualInputsWithDifferentLabels) {
  TrainingSet set = telling_set(60, 1);
  for (std::size_t i = 3; i < set.rows.size(); ++i) set.rows[i] = set.rows[i - 3];
  expect_fits(set);
}

TEST(FitPremodelTest, RefusesSenselessData) {
  const TrainingSet good = telling_set(20, 1);
  const FeatureScaling scaling = fit_scaling(good, {0, 1});
  const auto message = [](const TrainingSet& set, const FeatureScaling& scaled, bool chain,
                          std::vector<ClassifierSpec> levels) {
    return fit_premodel(set, scaled, chain, levels).status().message();
  };
  EXPECT_EQ("", message(good, scaling, false, {{}}));
  EXPECT_THAT(message({.features = 2, .models = 1}, scaling, false, {{}}), HasSubstr("no inputs"));
  EXPECT_THAT(message(good, fit_scaling(good, {}), false, {{}}), HasSubstr("features"));
  EXPECT_THAT(message(good, {{5}, {0}, {1}}, false, {{}}), HasSubstr("no feature 5"));
  EXPECT_THAT(message(good, scaling, false, {{}, {}, {}}), HasSubstr("one classifier"));
  EXPECT_THAT(message(good, scaling, true, {{}, {}}), HasSubstr("one per model"));
  EXPECT_THAT(message(good, scaling, false, {{.k = 0}}), HasSubstr("knn(k=0)"));
  EXPECT_THAT(message(good, scaling, false, {{.kind = ClassifierKind::kSvm, .c = 0}}),
              HasSubstr("out of range"));
  TrainingSet bad = good;
  bad.labels[3] = 4;
  EXPECT_THAT(message(bad, scaling, false, {{}}), HasSubstr("label 4"));
  bad = good;
  bad.rows[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(message(bad, scaling, false, {{}}), HasSubstr("no number"));
  bad = good;
  bad.rows.pop_back();
  EXPECT_THAT(message(bad, scaling, false, {{}}), HasSubstr("row of features"));
}

TEST(FitPremodelTest, ScalesToTheRangeOfTheChosenFeatures) {
  const TrainingSet set{.features = 3, .rows = {1, -2, 5, 3, 8, 5}, .labels = {0, 1}, .models = 1};
  const FeatureScaling scaling = fit_scaling(set, {1, 2});
  EXPECT_EQ((FeatureScaling{{1, 2}, {-2, 5}, {8, 5}}), scaling);
  std::array<float, 2> x{};
  scaling.apply(std::array{9.0F, 18.0F, 6.0F}, x);
  EXPECT_EQ((std::array{2.0F, 0.0F}), x);
}

TEST(ClassifierSpecTest, NamesTellSpecificationsApart) {
  EXPECT_EQ("knn(k=5)", ClassifierSpec{}.name());
  EXPECT_EQ("knn(k=3,radius=0.5)", (ClassifierSpec{.k = 3, .radius = 0.5F}.name()));
  EXPECT_EQ("svm(linear,c=2)",
            (ClassifierSpec{.kind = ClassifierKind::kSvm, .c = 2, .linear = true}.name()));
  EXPECT_EQ("naive-bayes", (ClassifierSpec{.kind = ClassifierKind::kNaiveBayes}.name()));
}

}  // namespace
}  // namespace rightsize::test

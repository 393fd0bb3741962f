// Proves that training a premodel finds what there is to find, and nothing where there is nothing:
// choice of models, labels, filter, elimination, importance, soundness, cross-validation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lab/evaluate/strategy.h"
#include "lab/premodel/cross_validation.h"
#include "lab/premodel/labels.h"
#include "lab/premodel/soundness.h"
#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

using test::kTellingFeature;
using test::ladder;
using test::synthetic_table;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::vector<std::size_t> all_of(const Recording& recording) {
  std::vector<std::size_t> all(recording.items());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

// The table must outlive the recording.
struct Judged {
  explicit Judged(const test::SyntheticOptions& options)
      : table(synthetic_table(options)), recording(std::move(*judge(table, {}))) {}
  OutcomeTable table;
  Recording recording;
};

double share_right(const std::vector<ReplayedItem>& items) {
  double right = 0;
  for (const ReplayedItem& item : items) right += item.right ? 1 : 0;
  return right / static_cast<double>(items.size());
}

TEST(Labels, TheCheapestRightModelOrNone) {
  const Judged judged({.items = 200, .models = ladder()});
  const std::vector<ModelIndex> models = {3, 0, 2};
  for (const std::size_t item : all_of(judged.recording)) {
    const std::size_t label = optimal_model(judged.recording, item, models);
    for (std::size_t c = 0; c < models.size(); ++c) {
      if (judged.recording.right[models[c]][item] == 0) continue;
      ASSERT_LT(label, models.size());
      EXPECT_LE(judged.recording.cost(models[label], item), judged.recording.cost(models[c], item));
    }
    if (label < models.size()) {
      EXPECT_TRUE(judged.recording.right[models[label]][item] != 0);
    }
  }
}

TEST(ModelChoice, BeginsWithTheOneThatIsOptimalMostOftenAndStopsAtTheta) {
  const Judged judged({.items = 2000, .models = ladder(), .nested = 1.0});
  const auto chosen = choose_models(judged.recording, all_of(judged.recording), {.theta = 0.0});
  EXPECT_EQ(chosen.front().model, 0);
  EXPECT_EQ(chosen[1].model, 3);  // nested: the best model adds all that can be added
  EXPECT_EQ(chosen.size(), 2U);
  EXPECT_NEAR(chosen[1].union_quality, 0.80, 0.03);
  EXPECT_EQ(choose_models(judged.recording, all_of(judged.recording), {.theta = 0.5}).size(), 1U);
}

TEST(ModelChoice, TheMethodsDiffer) {
  // Model 1 adds little at little cost, model 2 more at much more.
  const Judged judged({.items = 4000, .models = {{0.5, 1}, {0.6, 2}, {0.8, 100}}, .nested = 1.0});
  const auto second = [&](ChoiceMethod method) {
    return choose_models(judged.recording, all_of(judged.recording),
                         {.method = method, .theta = 0.0})[1]
        .model;
  };
  EXPECT_EQ(second(ChoiceMethod::kAccuracy), 2);
  EXPECT_EQ(second(ChoiceMethod::kOptimal), 1);
  EXPECT_EQ(second(ChoiceMethod::kAlternate), 1);  // optimal comes first
}

TEST(ModelChoice, UnionQualityIsThePerfectChoosers) {
  const Judged judged({.items = 500, .models = ladder(), .nested = 0.3});
  const auto chosen = choose_models(judged.recording, all_of(judged.recording), {});
  std::vector<std::size_t> models;
  for (const ChosenModel& one : chosen) models.push_back(one.model);
  EXPECT_DOUBLE_EQ(chosen.back().union_quality,
                   share_right(oracle(judged.recording, "", models).items));
}

// Rows of noise, with labels given by a function of the row number.
TrainingSet noise_set(std::size_t rows, std::size_t features,
                      const std::function<std::uint16_t(std::size_t)>& label) {
  TrainingSet set{.features = features, .rows = {}, .labels = {}, .models = 2};
  test::Sequence random(7);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t f = 0; f < features; ++f) {
      set.rows.push_back(static_cast<float>(random.uniform()));
    }
    set.labels.push_back(label(i));
  }
  return set;
}

TEST(Filter, DropsOneOfEveryCorrelatedPairAndConstants) {
  TrainingSet set = noise_set(300, 5, [](std::size_t i) { return std::uint16_t(i % 3); });
  for (std::size_t i = 0; i < 300; ++i) {
    float* row = set.rows.data() + i * 5;
    row[1] = -3 * row[0] + 0.1F * row[2];  // strongly correlated with 0
    row[4] = 42;                           // constant
  }
  const CorrelationFilter filter = filter_correlated(set, 0.75);
  EXPECT_EQ(filter.kept.size(), 3U);
  EXPECT_THAT(filter.kept, Not(Contains(4)));
  ASSERT_EQ(filter.dropped.size(), 2U);
  EXPECT_EQ(filter.dropped[0].feature, 4);
  EXPECT_EQ(filter.dropped[1].feature + filter.dropped[1].kept, 1);
  EXPECT_LT(filter.dropped[1].correlation, -0.9);
}

TEST(Elimination, KeepsTheFeatureThatIsTheLabel) {
  TrainingSet set = noise_set(300, 6, [](std::size_t i) { return std::uint16_t(i * 7 % 3); });
  for (std::size_t i = 0; i < 300; ++i) set.rows[i * 6 + 4] = set.labels[i];
  const auto path = eliminate(set, {0, 1, 2, 3, 4, 5}, 1, PremodelShape{}, 5);
  ASSERT_TRUE(path.ok()) << path.status().message();
  EXPECT_EQ(path->size(), 6U);
  EXPECT_EQ(path->back().features, std::vector<std::uint16_t>{4});
  EXPECT_DOUBLE_EQ(path->back().accuracy, 1.0);

  const auto importance = permutation_importance(set, {0, 1, 4}, PremodelShape{}, 5);
  ASSERT_TRUE(importance.ok());
  EXPECT_GT((*importance)[2], 0.4);
  EXPECT_LT(std::abs((*importance)[0]), 0.2);
}

TEST(Elimination, FindsNothingInNoise) {
  const TrainingSet set = noise_set(900, 6, [](std::size_t i) { return std::uint16_t(i * 7 % 3); });
  const auto accuracy = held_out_accuracy(set, {0, 1, 2, 3, 4, 5}, PremodelShape{}, 5);
  ASSERT_TRUE(accuracy.ok());
  EXPECT_NEAR(*accuracy, 1.0 / 3, 0.07);
}

TEST(Shape, NamesAndNames) {
  for (const char* name : {"knn", "knn-chain", "tree.svm.naive-bayes", "boosting-chain"}) {
    const auto shape = PremodelShape::parse(name);
    ASSERT_TRUE(shape.ok()) << shape.status().message();
    EXPECT_EQ(shape->name(), name);
  }
  for (const char* name : {"", "knm", "knn..svm", "knn.", ".knn", "auto"}) {
    const auto shape = PremodelShape::parse(name);
    ASSERT_FALSE(shape.ok()) << name;
    EXPECT_THAT(shape.status().message(), HasSubstr("naive-bayes"));
  }
}

// Difficulty is nested and one feature tells it: the premodel can choose almost perfectly.
TEST(CrossValidation, AFeatureThatTellsTheDifficultyIsFound) {
  const Judged judged(
      {.items = 600, .models = ladder(), .nested = 1.0, .featured = true, .telling = 1.0});
  PremodelOptions options;
  options.fallback = "m3";
  const auto items = cross_validate_premodel(judged.recording, options, {.folds = 5});
  ASSERT_TRUE(items.ok()) << items.status().message();
  EXPECT_GT(share_right(*items), share_right(single_model(judged.recording, 3).items) - 0.02);
  double cpu = 0;
  double best = 0;
  for (std::size_t i = 0; i < items->size(); ++i) {
    cpu += static_cast<double>((*items)[i].cpu);
    best += static_cast<double>(judged.recording.cpu[3][i]);
  }
  EXPECT_LT(cpu, 0.75 * best);
}

// Without such a feature it must do no better than a random mix at the same cost.
TEST(CrossValidation, ShuffledFeaturesGiveChance) {
  const Judged judged(
      {.items = 500, .models = ladder(), .nested = 1.0, .featured = true, .telling = 0.0});
  const auto items = cross_validate_premodel(judged.recording, {}, {.folds = 5});
  ASSERT_TRUE(items.ok()) << items.status().message();
  std::vector<Strategy> strategies;
  for (std::size_t m = 0; m < 4; ++m) strategies.push_back(single_model(judged.recording, m));
  strategies.push_back({"premodel", *items});
  Resampling resampling(strategies, 4, 3);
  resampling.run(judged.recording.items(), 500, 1);
  EXPECT_LT(resampling.figures(4).over_mix.low, 0.0);
}

TEST(CrossValidation, AProbeNeedsNoFeatures) {
  const Judged judged({.items = 600, .models = ladder()});
  PremodelOptions options;
  EXPECT_THAT(
      train_premodel(judged.recording, all_of(judged.recording), options).status().message(),
      HasSubstr("no features"));
  options.probe = "m0";
  options.features = 0;
  options.fallback = "m3";
  const auto items = cross_validate_premodel(judged.recording, options, {.folds = 5});
  ASSERT_TRUE(items.ok()) << items.status().message();
  // m0's confidence tells right from wrong here: better than m0 alone, cheaper than m3 alone.
  EXPECT_GT(share_right(*items), share_right(single_model(judged.recording, 0).items) + 0.1);
}

// The levels of one chain learn who is right: then a right choice that is not the cheapest is good.
TEST(Elimination, CountsEveryRightChoiceWhereLevelsLearnWhoIsRight) {
  TrainingSet set = noise_set(120, 2, [](std::size_t i) { return std::uint16_t(i % 2); });
  for (std::size_t i = 0; i < 120; ++i) {
    set.rows[2 * i] = set.rows[2 * i + 1] = static_cast<float>(i % 2);
    set.yes.push_back(i % 2 == 0 ? 0b01 : 0b11);  // the cheap model is right everywhere
  }
  EXPECT_DOUBLE_EQ(*held_out_accuracy(set, {0, 1}, PremodelShape{}, 4), 1.0);
  const auto choices = held_out_choices(set, {0, 1}, PremodelShape{}, 4);
  EXPECT_EQ(std::count(choices->begin(), choices->end(), 0), 120);
}

// Features are charged with the work that groups share, once.
TEST(RecordedFeatures, SharedWorkIsChargedOnce) {
  Judged judged({.items = 2, .models = ladder(), .featured = true});
  RecordedWorld world(judged.recording);
  const Nanoseconds group(100'000);
  const auto cost_of = [&](std::initializer_list<ImageFeatureGroup> groups) {
    world.select(0);
    const Nanoseconds before = world.cpu();
    for (const ImageFeatureGroup one : groups) {
      EXPECT_TRUE(world.extract(static_cast<std::size_t>(one)));
    }
    return world.cpu() - before;
  };
  using enum ImageFeatureGroup;
  EXPECT_EQ(cost_of({kBrightness}), group);
  EXPECT_EQ(cost_of({kHue}), 2 * group);
  EXPECT_EQ(cost_of({kObject}), 3 * group);
  EXPECT_EQ(cost_of({kBrightness, kHue, kKeypoints, kEdges, kObject}), 5 * group);
  EXPECT_EQ(cost_of({kObject, kEdges, kBrightness}), 3 * group);
  judged.table.features[3] = std::nanf("");  // of the brightness group
  EXPECT_FALSE(world.extract(0));
}

TEST(AutomaticShape, TriesEveryKindAndFindsAGoodOne) {
  const Judged judged(
      {.items = 300, .models = ladder(), .nested = 1.0, .featured = true, .telling = 1.0});
  const auto items = all_of(judged.recording);
  PremodelOptions options;
  options.features = 2;
  const auto prepared = prepare_premodel(judged.recording, items, options);
  ASSERT_TRUE(prepared.ok()) << prepared.status().message();
  EXPECT_THAT(prepared->features, Contains(kTellingFeature));
  const auto shapes = candidate_shapes(*prepared, 3);
  ASSERT_TRUE(shapes.ok());
  EXPECT_GE(shapes->size(), 14U);
  const auto shape = choose_shape(judged.recording, items, *prepared, options);
  ASSERT_TRUE(shape.ok()) << shape.status().message();
  EXPECT_GT(*held_out_accuracy(prepared->set, prepared->features, *shape, 5), 0.9);
}

TEST(Conformal, FlagsChoicesThatNothingSupports) {
  TrainingSet set = noise_set(400, 2, [](std::size_t) { return std::uint16_t(0); });
  for (std::size_t i = 0; i < 400; ++i) set.labels[i] = set.rows[2 * i] > 0.5F ? 1 : 0;
  ClassifierSpec knn;
  const auto predictor = ConformalPredictor::calibrate(set, {0, 1}, knn, 5);
  ASSERT_TRUE(predictor.ok());
  EXPECT_LT(predictor->p_value(0.0, 0.5), 0.1);
  EXPECT_GT(predictor->p_value(1.0, 1.0), 0.9);
  EXPECT_LT(predictor->p_value(0.4, 0.5), predictor->p_value(0.8, 0.5) + 1e-12);
}

}  // namespace
}  // namespace rightsize

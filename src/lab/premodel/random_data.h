// Random labelled points for the tests and the benchmark of classifiers.
#pragma once

#include <cmath>
#include <random>
#include <span>
#include <vector>

#include "lab/premodel/fit.h"

namespace rightsize::test {

struct RandomData {
  std::size_t inputs = 500;
  std::size_t features = 7;
  std::size_t models = 3;  // classes: one more
  float noise = 0.25F;     // deviation of a class around its centre
  std::size_t levels = 0;  // values are multiples of 1 / levels, so that many are equal; 0: any
  std::uint64_t seed = 1;
};

// Classes around random centres, mixed into each other, of unequal sizes.
inline TrainingSet random_set(const RandomData& data) {
  std::mt19937_64 random(data.seed);
  std::uniform_real_distribution<float> anywhere(0.0F, 1.0F);
  std::normal_distribution<float> around(0.0F, data.noise);
  std::vector<float> centres((data.models + 1) * data.features);
  for (float& value : centres) value = anywhere(random);

  TrainingSet set{.features = data.features, .rows = {}, .labels = {}, .models = data.models};
  for (std::size_t i = 0; i < data.inputs; ++i) {
    const float skewed = anywhere(random) * anywhere(random);
    const auto label = static_cast<std::size_t>(skewed * static_cast<float>(data.models + 1));
    for (std::size_t f = 0; f < data.features; ++f) {
      float value = centres[label * data.features + f] + around(random);
      const auto levels = static_cast<float>(data.levels);
      if (data.levels > 0) value = std::round(value * levels) / levels;
      set.rows.push_back(value);
    }
    set.labels.push_back(static_cast<std::uint16_t>(label));
  }
  return set;
}

inline std::vector<std::uint16_t> all_features(const TrainingSet& set) {
  std::vector<std::uint16_t> features(set.features);
  for (std::size_t f = 0; f < features.size(); ++f) features[f] = static_cast<std::uint16_t>(f);
  return features;
}

inline std::span<const float> row_of(const TrainingSet& set, std::size_t i) {
  return std::span(set.rows).subspan(i * set.features, set.features);
}

// Every kind, the SVM with either kernel.
inline std::vector<ClassifierSpec> all_specs() {
  using enum ClassifierKind;
  std::vector<ClassifierSpec> specs;
  for (const auto kind : {kKnn, kTree, kSvm, kNaiveBayes, kLogistic, kForest, kBoosting}) {
    specs.push_back({.kind = kind});
  }
  specs.push_back({.kind = kSvm, .linear = true});
  return specs;
}

}  // namespace rightsize::test

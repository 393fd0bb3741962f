// Random data sets with ties, duplicates and unequal classes, on which the device's classifiers are
// compared with the library's objects that they were copied from.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>

#include "lab/premodel/opencv_models.h"
#include "lab/premodel/random_data.h"

namespace rightsize::test {

inline constexpr int kQueries = 1000;

struct Case {
  RandomData data;
  Examples examples;
  cv::Mat queries;  // kQueries x features; every tenth is a point of the training set
};

inline Case make_case(const RandomData& data) {
  const TrainingSet set = random_set(data);
  auto points = std::make_shared<PointSet>(
      PointSet{.features = data.features, .count = data.inputs, .columns = {}});
  for (std::size_t f = 0; f < data.features; ++f) {
    for (std::size_t i = 0; i < data.inputs; ++i) {
      points->columns.push_back(set.rows[i * data.features + f]);
    }
  }
  Case made{.data = data,
            .examples = {points, set.labels, data.models + 1},
            .queries = cv::Mat(kQueries, static_cast<int>(data.features), CV_32F)};
  std::mt19937_64 random(data.seed + 1000);
  std::uniform_real_distribution<float> anywhere(-0.5F, 1.5F);
  const auto levels = static_cast<float>(data.levels);
  for (int q = 0; q < kQueries; ++q) {
    for (int f = 0; f < made.queries.cols; ++f) {
      const float value = anywhere(random);
      const auto i = static_cast<std::size_t>(q) % data.inputs;
      made.queries.at<float>(q, f) = q % 10 == 0
                                         ? set.rows[i * data.features + static_cast<std::size_t>(f)]
                                     : data.levels > 0 ? std::round(value * levels) / levels
                                                       : value;
    }
  }
  return made;
}

// 20 to 1,000 points, 2 to 29 features, 2 to 5 classes; with and without equal values.
inline std::vector<Case> cases() {
  std::vector<Case> made;
  for (const auto& [inputs, features, models, levels] : {std::tuple{20, 2, 1, 0},
                                                         {20, 29, 4, 0},
                                                         {60, 3, 2, 4},
                                                         {100, 4, 1, 3},
                                                         {100, 8, 3, 0},
                                                         {200, 5, 2, 0},
                                                         {300, 7, 3, 8},
                                                         {400, 17, 4, 0},
                                                         {700, 7, 1, 0},
                                                         {1000, 7, 3, 0},
                                                         {1000, 29, 2, 16}}) {
    made.push_back(make_case({.inputs = static_cast<std::size_t>(inputs),
                              .features = static_cast<std::size_t>(features),
                              .models = static_cast<std::size_t>(models),
                              .levels = static_cast<std::size_t>(levels),
                              .seed = made.size() + 1}));
  }
  return made;
}

inline std::string name_of(const Case& c) {
  return fmt::format("{} points, {} features, {} classes", c.data.inputs, c.data.features,
                     c.examples.classes);
}

inline std::span<const float> query(const Case& c, int q) {
  return {c.queries.ptr<float>(q), static_cast<std::size_t>(c.queries.cols)};
}

struct Answer {
  std::size_t chosen = 0;
  std::vector<float> scores;
};

inline Answer answer_of(const Classifier& classifier, std::span<const float> x) {
  Answer answer{.chosen = 0, .scores = std::vector<float>(class_count(classifier), -1.0F)};
  answer.chosen = predict(classifier, x, answer.scores);
  const float sum = std::accumulate(answer.scores.begin(), answer.scores.end(), 0.0F);
  EXPECT_NEAR(1.0F, sum, 1e-5F);
  return answer;
}

// Equal to what the library's object predicts, every time.
inline void expect_same(const Case& c, const Classifier& classifier, const cv::Mat& expected) {
  ASSERT_EQ(kQueries, expected.rows);
  int different = 0;
  for (int q = 0; q < kQueries; ++q) {
    const auto chosen = static_cast<float>(answer_of(classifier, query(c, q)).chosen);
    different += chosen != expected.at<float>(q) ? 1 : 0;
  }
  EXPECT_EQ(0, different) << name_of(c);
}

inline cv::Mat predictions(const cv::ml::StatModel& model, const cv::Mat& queries, int flags = 0) {
  cv::Mat results;
  model.predict(queries, results, flags);
  results.convertTo(results, CV_32F);
  return results;
}

}  // namespace rightsize::test

// Proves what calibrated and combined answers are, by hand-made distributions.
#include "selector/class_pool.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rightsize {
namespace {

TopClasses list(const std::vector<std::pair<int, double>>& classes, double rest = 0.0) {
  TopClasses top;
  for (const auto& [label, p] : classes) {
    top.classes[top.count++] = {label, static_cast<float>(std::log(p))};
  }
  top.rest = static_cast<float>(rest);
  return top;
}

double probability(const Answer& answer, int label) {
  for (std::uint32_t i = 0; i < answer.top.count; ++i) {
    if (answer.top.classes[i].label == label)
      return std::exp(answer.top.classes[i].log_probability);
  }
  return 0.0;
}

TEST(ClassPool, ATemperatureSharpensOrFlattens) {
  const TopClasses top = list({{7, 0.6}, {3, 0.2}}, 0.2);
  for (const double temperature : {0.5, 1.0, 2.0}) {
    ClassPool pool;
    pool.add(top, temperature, 1.0);
    Answer answer;
    pool.finish(answer);
    const double first = std::pow(0.6, 1 / temperature);
    const double other = std::pow(0.2, 1 / temperature);
    const double p = first / (first + 2 * other);
    const double q = other / (first + 2 * other);
    EXPECT_EQ(7, answer.value);
    EXPECT_NEAR(p, answer.signals[0], 1e-6);
    EXPECT_NEAR(p - q, answer.signals[1], 1e-6);
    EXPECT_NEAR(-p * std::log(p) - 2 * q * std::log(q), answer.signals[2], 1e-6);
    EXPECT_NEAR(q, answer.top.rest, 1e-6);
  }
}

TEST(ClassPool, SumsByWeight) {
  ClassPool pool;
  pool.add(list({{1, 0.5}, {2, 0.4}}, 0.1), 1.0, 3.0);
  pool.add(list({{2, 0.9}, {4, 0.1}}), 1.0, 1.0);
  Answer answer;
  pool.finish(answer);
  EXPECT_EQ(2, answer.value);
  EXPECT_NEAR(0.375, probability(answer, 1), 1e-6);
  EXPECT_NEAR((3 * 0.4 + 0.9) / 4, probability(answer, 2), 1e-6);
  EXPECT_NEAR(0.025, probability(answer, 4), 1e-6);
  EXPECT_NEAR(0.075, answer.top.rest, 1e-6);
}

TEST(ClassPool, TiesGoToTheLowerClass) {
  ClassPool pool;
  pool.add(list({{9, 0.5}, {4, 0.5}}), 1.0, 1.0);
  Answer answer;
  pool.finish(answer);
  EXPECT_EQ(4, answer.value);
  EXPECT_NEAR(0.0, answer.signals[1], 1e-9);
}

TEST(ClassPool, MoreClassesThanAListHolds) {
  ClassPool pool;
  for (int model = 0; model < static_cast<int>(kMaxTrials); ++model) {
    TopClasses top;
    top.count = kTopClasses;
    for (std::uint32_t i = 0; i < kTopClasses; ++i) {
      top.classes[i] = {model * 100 + static_cast<int>(i), static_cast<float>(-std::log(32.0))};
    }
    pool.add(top, 1.0, 1.0 + model);
  }
  Answer answer;
  pool.finish(answer);
  EXPECT_EQ(1500, answer.value) << "of the heaviest";
  EXPECT_EQ(kTopClasses, answer.top.count);
  double sum = answer.top.rest;
  for (const ClassScore& score : answer.top.classes) sum += std::exp(score.log_probability);
  EXPECT_NEAR(1.0, sum, 1e-5);
}

TEST(ClassPool, WhatIsNoDistributionHasNoPart) {
  ClassPool pool;
  TopClasses bad = list({{1, 0.5}, {2, 0.5}});
  bad.classes[1].log_probability = std::numeric_limits<float>::quiet_NaN();
  pool.add(bad, 1.0, 1.0);
  pool.add(TopClasses{}, 1.0, 1.0);
  pool.add(list({{3, 1.0}}), 1.0, 0.0);
  EXPECT_TRUE(pool.empty());
  pool.add(list({{5, 1.0}}), 1.0, 1e-300);
  ASSERT_FALSE(pool.empty());
  Answer answer;
  pool.finish(answer);
  EXPECT_EQ(5, answer.value);
}

}  // namespace
}  // namespace rightsize

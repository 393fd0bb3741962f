// Proves that the interval of a mean is that of Student's t distribution, and says when it is none.
#include "lab/profile/mean.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rightsize {
namespace {

// Half the width of the interval of n values whose standard error is 1, so the quantile itself.
double quantile_of(std::size_t n) {
  std::vector<double> values(n, 100.0);
  // Two values that move away from the mean make the sum of squares that is wanted.
  const double size = static_cast<double>(n);
  const double away = std::sqrt(size * (size - 1) / 2);
  values[0] += away;
  values[1] -= away;
  const MeanInterval interval = mean_interval(values);
  EXPECT_DOUBLE_EQ(100.0, interval.mean);
  EXPECT_EQ(n, interval.samples);
  return (interval.high - interval.low) / 2;
}

TEST(MeanTest, HasTheQuantilesOfTheTables) {
  EXPECT_NEAR(2.776, quantile_of(5), 0.01);
  EXPECT_NEAR(2.262, quantile_of(10), 0.001);
  EXPECT_NEAR(2.093, quantile_of(20), 0.001);
  EXPECT_NEAR(1.962, quantile_of(1000), 0.001);
}

TEST(MeanTest, EqualValuesHaveNoWidth) {
  EXPECT_EQ(0.0, mean_interval({3, 3, 3, 3, 3}).relative_width());
}

TEST(MeanTest, NegativeMeansAreKeptAndHaveAWidth) {
  const MeanInterval interval = mean_interval({-1, -2, -3, -2, -2});
  EXPECT_DOUBLE_EQ(-2.0, interval.mean);
  EXPECT_LT(interval.low, interval.mean);
  EXPECT_GT(interval.relative_width(), 0.0);
}

TEST(MeanTest, TooFewValuesAndAMeanOfZeroSayNothing) {
  EXPECT_TRUE(std::isinf(mean_interval({}).relative_width()));
  EXPECT_TRUE(std::isinf(mean_interval({1, 1, 1, 1}).relative_width()));
  EXPECT_TRUE(std::isinf(mean_interval({0, 0, 0, 0, 0}).relative_width()));
  EXPECT_TRUE(std::isinf(mean_interval({1, 1, 1, 1}).high));
}

}  // namespace
}  // namespace rightsize

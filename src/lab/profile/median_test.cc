// Proves the median and its interval against published tables, and that the interval covers the
// true median as often as it promises.
#include "lab/profile/median.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace rightsize {
namespace {

std::vector<Nanoseconds> one_to(int n) {
  std::vector<Nanoseconds> values;
  for (int i = n; i >= 1; --i) values.emplace_back(i);
  return values;
}

TEST(MedianTest, SmallSets) {
  EXPECT_EQ(Nanoseconds(0), median({}));
  EXPECT_EQ(Nanoseconds(5), median({Nanoseconds(5)}));
  EXPECT_EQ(Nanoseconds(2), median({Nanoseconds(3), Nanoseconds(1), Nanoseconds(2)}));
  EXPECT_EQ(Nanoseconds(2), median({Nanoseconds(4), Nanoseconds(1)}));
}

// The ranks that tables of the sign test give for 95 % (such as Conover's).
TEST(MedianTest, RanksOfTheInterval) {
  const std::vector<std::pair<int, int>> low_rank_of = {
      {6, 1}, {8, 1}, {9, 2}, {12, 3}, {20, 6}, {25, 8}, {30, 10}, {50, 18}, {51, 18}, {100, 40}};
  for (const auto& [n, low] : low_rank_of) {
    const MedianInterval interval = median_interval(one_to(n));
    EXPECT_EQ(Nanoseconds(low), interval.low) << n;
    EXPECT_EQ(Nanoseconds(n + 1 - low), interval.high) << n;
  }
}

TEST(MedianTest, FewerThanSixSamplesAreNeverEnough) {
  EXPECT_TRUE(std::isinf(median_interval(one_to(5)).relative_width()));
  EXPECT_TRUE(std::isinf(median_interval({}).relative_width()));
  EXPECT_EQ(0.0, median_interval(std::vector<Nanoseconds>(6, Nanoseconds(7))).relative_width());
}

TEST(MedianTest, IntervalsCoverTheTrueMedian) {
  std::mt19937 random(1);
  std::exponential_distribution<double> skewed(1e-6);
  const double truth = std::log(2.0) * 1e6;
  for (const int n : {20, 200}) {
    int covered = 0;
    for (int trial = 0; trial < 2000; ++trial) {
      std::vector<Nanoseconds> samples;
      for (int i = 0; i < n; ++i) samples.emplace_back(static_cast<std::int64_t>(skewed(random)));
      const MedianInterval interval = median_interval(std::move(samples));
      const auto value = Nanoseconds(static_cast<std::int64_t>(truth));
      covered += interval.low <= value && value <= interval.high ? 1 : 0;
    }
    EXPECT_GE(covered, 1880) << n;  // 94 %
  }
}

}  // namespace
}  // namespace rightsize

// Proves the binomial sums against exact small cases and plain summation, and that the limits of
// Clopper and Pearson are where the tail probability is delta.
#include "lab/certify/binomial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace rightsize {
namespace {

TEST(Binomial, LogFactorialMeetsLgamma) {
  EXPECT_EQ(log_factorial(0), 0.0);
  EXPECT_NEAR(log_factorial(5), std::log(120.0), 1e-14);
  for (const std::int64_t n : {63, 64, 65, 1000, 1'000'000}) {
    const double exact = std::lgamma(static_cast<double>(n) + 1);
    EXPECT_NEAR(log_factorial(n), exact, 1e-13 * exact) << n;
  }
}

TEST(Binomial, DistributionMeetsHandCounts) {
  EXPECT_DOUBLE_EQ(binomial_cdf(0, 3, 0.5), 1.0 / 8);
  EXPECT_DOUBLE_EQ(binomial_cdf(1, 3, 0.5), 4.0 / 8);
  EXPECT_DOUBLE_EQ(binomial_cdf(2, 3, 0.5), 7.0 / 8);
  EXPECT_EQ(binomial_cdf(-1, 3, 0.5), 0.0);
  EXPECT_EQ(binomial_cdf(3, 3, 0.5), 1.0);
  EXPECT_EQ(binomial_cdf(2, 3, 0.0), 1.0);
  EXPECT_EQ(binomial_cdf(2, 3, 1.0), 0.0);
}

// By the recursion over trials, which has no logarithms in it.
TEST(Binomial, DistributionMeetsPlainSummation) {
  for (const double p : {0.001, 0.03, 0.4, 0.97}) {
    std::vector<double> terms = {1.0};
    for (int n = 1; n <= 200; ++n) {
      terms.push_back(0.0);
      for (std::size_t k = terms.size() - 1; k > 0; --k) {
        terms[k] = terms[k] * (1 - p) + terms[k - 1] * p;
      }
      terms[0] *= 1 - p;
    }
    double sum = 0.0;
    for (std::int64_t k = 0; k <= 200; ++k) {
      sum += terms[static_cast<std::size_t>(k)];
      EXPECT_NEAR(binomial_cdf(k, 200, p), sum, 1e-12) << k << " " << p;
    }
  }
}

TEST(Binomial, FarTailsNeitherUnderflowNorReachOne) {
  EXPECT_NEAR(std::log(binomial_cdf(0, 1000, 0.5)), 1000 * std::log(0.5), 1e-9);
  EXPECT_NEAR(binomial_cdf(50'000, 100'000, 0.5), 0.5 + 0.5 * 0.0025231, 1e-6);
  EXPECT_LT(binomial_cdf(99'999, 100'000, 0.9999), 1.0);
}

TEST(Binomial, LimitsLieWhereTheTailIsDelta) {
  for (const std::int64_t k : {0, 3, 40, 99}) {
    const double upper = binomial_upper_limit(k, 100, 0.05);
    EXPECT_NEAR(binomial_cdf(k, 100, upper), 0.05, 1e-5) << k;
    const double lower = binomial_lower_limit(k, 100, 0.05);
    if (k > 0) {
      EXPECT_NEAR(1 - binomial_cdf(k - 1, 100, lower), 0.05, 1e-5) << k;
    }
  }
  EXPECT_NEAR(binomial_upper_limit(0, 299, 0.05), 1 - std::pow(0.05, 1.0 / 299), 1e-7);
  EXPECT_EQ(binomial_upper_limit(100, 100, 0.05), 1.0);
  EXPECT_EQ(binomial_lower_limit(0, 100, 0.05), 0.0);
}

}  // namespace
}  // namespace rightsize

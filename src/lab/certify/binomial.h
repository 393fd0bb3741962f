// The binomial distribution, as exact bounds need it: sums of its terms, which are computed in
// logarithms, so that nothing under- or overflows up to millions of trials.
#pragma once

#include <cstdint>

namespace rightsize {

double log_factorial(std::int64_t n);

// P(X <= k), X of n trials that succeed with probability p in [0, 1].
double binomial_cdf(std::int64_t k, std::int64_t n, double p);

// The one-sided limits of Clopper and Pearson (Biometrika 26, 1934) for p after k successes in n
// trials: each is wrong with probability at most `delta`.
double binomial_upper_limit(std::int64_t k, std::int64_t n, double delta);
double binomial_lower_limit(std::int64_t k, std::int64_t n, double delta);

}  // namespace rightsize

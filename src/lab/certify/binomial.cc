#include "lab/certify/binomial.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rightsize {
namespace {

constexpr std::int64_t kTabled = 64;

std::array<double, kTabled> small_log_factorials() {
  std::array<double, kTabled> table{};
  for (std::size_t i = 1; i < table.size(); ++i) {
    table[i] = table[i - 1] + std::log(static_cast<double>(i));
  }
  return table;
}

double log_term(std::int64_t k, std::int64_t n, double p) {
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k) +
         static_cast<double>(k) * std::log(p) + static_cast<double>(n - k) * std::log1p(-p);
}

// The sum of the terms from k away from the mean: down to 0, or up to n.
double tail(std::int64_t k, std::int64_t n, double p, bool down) {
  double term = std::exp(log_term(k, n, p));
  double sum = 0.0;
  const double odds = p / (1.0 - p);
  while (term > 1e-18 * sum) {
    sum += term;
    if (k == (down ? 0 : n)) break;
    const auto above = static_cast<double>(down ? k : n - k);
    const auto below = static_cast<double>(down ? n - k + 1 : k + 1);
    term *= above / below * (down ? 1.0 / odds : odds);
    k += down ? -1 : 1;
  }
  return std::min(sum, 1.0);
}

}  // namespace

// Stirling's series; its error from 64 on is below the precision of a double.
double log_factorial(std::int64_t n) {
  static const std::array<double, kTabled> table = small_log_factorials();
  if (n < kTabled) return table[static_cast<std::size_t>(n)];
  const double x = static_cast<double>(n) + 1.0;
  constexpr double kHalfLogTwoPi = 0.91893853320467274178;
  const double inverse = 1.0 / (x * x);
  const double series = (1.0 / 12 - inverse * (1.0 / 360 - inverse / 1260)) / x;
  return (x - 0.5) * std::log(x) - x + kHalfLogTwoPi + series;
}

double binomial_cdf(std::int64_t k, std::int64_t n, double p) {
  if (k < 0) return 0.0;
  if (k >= n || p <= 0.0) return 1.0;
  if (p >= 1.0) return 0.0;
  const bool below_mean = static_cast<double>(k) < static_cast<double>(n) * p;
  return below_mean ? tail(k, n, p, true) : 1.0 - tail(k + 1, n, p, false);
}

double binomial_upper_limit(std::int64_t k, std::int64_t n, double delta) {
  if (k >= n) return 1.0;
  double low = static_cast<double>(k) / static_cast<double>(n);
  double high = 1.0;
  while (high - low > 1e-10 + 1e-7 * high) {
    const double p = low + (high - low) / 2;
    (binomial_cdf(k, n, p) > delta ? low : high) = p;
  }
  return high;
}

double binomial_lower_limit(std::int64_t k, std::int64_t n, double delta) {
  return n == 0 ? 0.0 : 1.0 - binomial_upper_limit(n - k, n, delta);
}

}  // namespace rightsize

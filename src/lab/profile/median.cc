#include "lab/profile/median.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rightsize {
namespace {

constexpr std::size_t kFewestForInterval = 6;  // 1 - 2 / 2^6 = 0.969
constexpr std::size_t kExactUpTo = 50;

// How many of n samples lie outside the interval at each end: k - 1, where k is the largest number
// with P(fewer than k of n fair coins fall heads) <= 2.5 %.
std::size_t outside(std::size_t n) {
  if (n > kExactUpTo) {
    const double size = static_cast<double>(n);
    return static_cast<std::size_t>((size - 1.959964 * std::sqrt(size)) / 2.0) - 1;
  }
  double term = std::pow(0.5, static_cast<double>(n));  // P(0 heads)
  double sum = term;
  std::size_t k = 0;
  while (sum <= 0.025) {
    term *= static_cast<double>(n - k) / static_cast<double>(k + 1);
    ++k;
    sum += term;
  }
  return k == 0 ? 0 : k - 1;
}

Nanoseconds middle(const std::vector<Nanoseconds>& sorted) {
  const std::size_t n = sorted.size();
  if (n == 0) return Nanoseconds(0);
  return n % 2 == 1 ? sorted[n / 2] : sorted[n / 2 - 1] + (sorted[n / 2] - sorted[n / 2 - 1]) / 2;
}

}  // namespace

double MedianInterval::relative_width() const {
  if (samples < kFewestForInterval) return std::numeric_limits<double>::infinity();
  if (high == low) return 0.0;
  return static_cast<double>((high - low).count()) / static_cast<double>(median.count());
}

MedianInterval median_interval(std::vector<Nanoseconds> samples) {
  if (samples.empty()) return {};
  std::sort(samples.begin(), samples.end());
  const std::size_t k = outside(samples.size());
  return {middle(samples), samples[k], samples[samples.size() - 1 - k], samples.size()};
}

Nanoseconds median(std::vector<Nanoseconds> samples) {
  std::sort(samples.begin(), samples.end());
  return middle(samples);
}

}  // namespace rightsize

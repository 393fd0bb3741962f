#include "lab/replay/statistics.h"

#include <algorithm>
#include <numeric>

namespace rightsize {
namespace {

// The distributions of the standard library differ between implementations; this one does not.
std::size_t below(std::mt19937_64& generator, std::size_t n) {
  const std::uint64_t limit = std::mt19937_64::max() - std::mt19937_64::max() % n;
  std::uint64_t draw = generator();
  while (draw >= limit) draw = generator();
  return static_cast<std::size_t>(draw % n);
}

}  // namespace

std::vector<std::vector<std::size_t>> shuffled_folds(std::size_t n, std::size_t k,
                                                     std::uint64_t seed) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 generator(seed);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[below(generator, i)]);
  std::vector<std::vector<std::size_t>> folds(k);
  for (std::size_t i = 0; i < n; ++i) folds[i % k].push_back(order[i]);
  for (auto& fold : folds) std::sort(fold.begin(), fold.end());
  return folds;
}

std::vector<std::size_t> all_but(std::size_t n, const std::vector<std::size_t>& part) {
  std::vector<char> in_part(n, 0);
  for (const std::size_t i : part) in_part[i] = 1;
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < n; ++i) {
    if (in_part[i] == 0) rest.push_back(i);
  }
  return rest;
}

void bootstrap(std::size_t n, std::size_t resamples, std::uint64_t seed,
               const std::function<void(const std::vector<std::uint32_t>&)>& use) {
  std::mt19937_64 generator(seed);
  std::vector<std::uint32_t> times(n);
  for (std::size_t b = 0; b < resamples; ++b) {
    std::fill(times.begin(), times.end(), 0U);
    for (std::size_t i = 0; i < n; ++i) ++times[below(generator, n)];
    use(times);
  }
}

Estimate percentile_estimate(double value, std::vector<double> resampled) {
  if (resampled.empty()) return {value, value, value};
  std::sort(resampled.begin(), resampled.end());
  const auto at = [&](double share) {
    return resampled[static_cast<std::size_t>(share * static_cast<double>(resampled.size() - 1))];
  };
  return {value, at(0.025), at(0.975)};
}

}  // namespace rightsize

// Folds, resampling and intervals; all of it a function of its seed, on every platform.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "selector/selector_file.h"  // Estimate

namespace rightsize {

// Items 0..n-1, shuffled and dealt into k parts whose sizes differ by at most one.
std::vector<std::vector<std::size_t>> shuffled_folds(std::size_t n, std::size_t k,
                                                     std::uint64_t seed);
// All items that are not in `part` (of nothing: all), ascending.
std::vector<std::size_t> all_but(std::size_t n, const std::vector<std::size_t>& part);

// Draws n items with replacement, `resamples` times, and gives how often each was drawn.
void bootstrap(std::size_t n, std::size_t resamples, std::uint64_t seed,
               const std::function<void(const std::vector<std::uint32_t>& times_drawn)>& use);

// The value with the 2.5 and 97.5 percentiles of its resampled versions.
Estimate percentile_estimate(double value, std::vector<double> resampled);

}  // namespace rightsize

// The mean of measured values and how well it is known.
#pragma once

#include <cstddef>
#include <vector>

namespace rightsize {

// A mean with its 95 % confidence interval by Student's t distribution.
struct MeanInterval {
  double mean = 0;
  double low = 0;
  double high = 0;
  std::size_t samples = 0;

  // (high - low) / |mean|; infinite where the interval or the mean says nothing.
  double relative_width() const;
};

// With fewer than this many samples there is no interval: low and high are infinite.
inline constexpr std::size_t kFewestForMean = 5;

MeanInterval mean_interval(const std::vector<double>& samples);

}  // namespace rightsize

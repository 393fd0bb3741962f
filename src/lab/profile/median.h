// The median of measured times and how well it is known.
#pragma once

#include <cstddef>
#include <vector>

#include "rightsize/decision.h"

namespace rightsize {

// A median with its distribution-free 95 % confidence interval, made of order statistics.
struct MedianInterval {
  Nanoseconds median{0};
  Nanoseconds low{0};  // with fewer than 6 samples: the smallest and the largest, which cover less
  Nanoseconds high{0};
  std::size_t samples = 0;

  // (high - low) / median; infinite where 95 % cannot be covered (fewer than 6 samples).
  double relative_width() const;
};

MedianInterval median_interval(std::vector<Nanoseconds> samples);
// Of an even number the mean of the middle two, rounded down; 0 of none.
Nanoseconds median(std::vector<Nanoseconds> samples);

}  // namespace rightsize

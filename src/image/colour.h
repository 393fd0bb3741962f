// What features say of an image's colours: how bright it is, and which hues it has.
//
// Threading: functions without shared state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "image/plane.h"
#include "image/working_image.h"

namespace rightsize {

// Of a plane with at least one pixel.
struct Moments {
  double mean;         // [0, 255]
  double mean_square;  // [0, 255^2]
};
Moments moments_of(const Plane& plane);

inline constexpr std::size_t kHueBins = 7;

// How many pixels have a hue in each of kHueBins equal parts of [0, 360) degrees. Hue is that of
// HSV, 0 for greys, and compared with the borders without rounding; a border belongs to the bin
// above it.
std::array<std::size_t, kHueBins> hue_histogram(const WorkingImage& working);

}  // namespace rightsize

#include "image/colour.h"

#include <algorithm>

namespace rightsize {
namespace {

// Pixels whose squares sum up within 32 bits, and which can be counted within 16.
constexpr std::size_t kAtOnce = 1024;

// How many hues lie at or above each border between bins, k * 360 / 7 degrees for k = 1 to 6.
using BorderCounts = std::array<std::int16_t, kHueBins - 1>;

// Hue in degrees is 60 * n / d with d = max - min and n, a whole number in [0, 6 d), as below. So
// it is at or above border k where 6 k d <= 7 n. All of this, and counts of kAtOnce, fits 16 bits.
BorderCounts count_above_borders(const std::uint8_t* red, const std::uint8_t* green,
                                 const std::uint8_t* blue, std::size_t size) {
  using Short = std::int16_t;
  BorderCounts counts{};
  for (std::size_t i = 0; i < size; ++i) {
    const Short r = red[i];
    const Short g = green[i];
    const Short b = blue[i];
    const Short high = std::max(r, std::max(g, b));
    const Short d = static_cast<Short>(high - std::min(r, std::min(g, b)));
    const Short from_red = static_cast<Short>(g - b + (g < b ? 6 * d : 0));
    const Short from_green = static_cast<Short>(b - r + 2 * d);
    const Short from_blue = static_cast<Short>(r - g + 4 * d);
    const Short n = high == r ? from_red : high == g ? from_green : from_blue;
    // A grey pixel is above no border.
    const Short place = static_cast<Short>(d > 0 ? 7 * n : -1);
    const Short step = static_cast<Short>(6 * d);
    for (Short k = 1; k < Short{kHueBins}; ++k) {
      Short& count = counts[static_cast<std::size_t>(k - 1)];
      count = static_cast<Short>(count + (place >= k * step ? 1 : 0));
    }
  }
  return counts;
}

}  // namespace

Moments moments_of(const Plane& plane) {
  const std::size_t size = plane.pixels.size();
  std::uint64_t sum = 0;
  std::uint64_t squares = 0;
  for (std::size_t begin = 0; begin < size; begin += kAtOnce) {
    const std::size_t end = std::min(size, begin + kAtOnce);
    std::uint32_t part = 0;
    std::uint32_t part_squares = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t value = plane.pixels[i];
      part += value;
      part_squares += value * value;
    }
    sum += part;
    squares += part_squares;
  }
  const auto count = static_cast<double>(size);
  return {static_cast<double>(sum) / count, static_cast<double>(squares) / count};
}

std::array<std::size_t, kHueBins> hue_histogram(const WorkingImage& working) {
  std::array<std::size_t, kHueBins> counts{};
  const std::size_t size = working.red.pixels.size();
  for (std::size_t begin = 0; begin < size; begin += kAtOnce) {
    const std::size_t part = std::min(size - begin, kAtOnce);
    const BorderCounts above =
        count_above_borders(working.red.pixels.data() + begin, working.green.pixels.data() + begin,
                            working.blue.pixels.data() + begin, part);
    std::size_t at_or_above = part;
    for (std::size_t bin = 0; bin < above.size(); ++bin) {
      counts[bin] += at_or_above - static_cast<std::size_t>(above[bin]);
      at_or_above = static_cast<std::size_t>(above[bin]);
    }
    counts[kHueBins - 1] += at_or_above;
  }
  return counts;
}

}  // namespace rightsize

#include "image/corners.h"

#include <algorithm>
#include <cstddef>

namespace rightsize {
namespace {

constexpr int kRadius = 3;
using Byte = std::uint8_t;

// The score of the pixels of one row; without branches, so that compilers turn it into vector code.
// The circle starts below the pixel and goes round. Of the 16 arcs of 9 pixels two neighbours share
// 8, which are those of `shared`; `ends` are the two pixels of which either completes an arc.
void score_row(const Byte* row, std::ptrdiff_t stride, int width, Byte threshold,
               Byte* __restrict scores) {
  const Byte* u3 = row - 3 * stride;
  const Byte* u2 = row - 2 * stride;
  const Byte* u1 = row - stride;
  const Byte* d1 = row + stride;
  const Byte* d2 = row + 2 * stride;
  const Byte* d3 = row + 3 * stride;
  for (int x = kRadius; x < width - kRadius; ++x) {
    const Byte circle[16] = {d3[x],      d3[x + 1], d2[x + 2], d1[x + 3], row[x + 3], u1[x + 3],
                             u2[x + 2],  u3[x + 1], u3[x],     u3[x - 1], u2[x - 2],  u1[x - 3],
                             row[x - 3], d1[x - 3], d2[x - 2], d3[x - 1]};
    Byte least2[8], most2[8], least4[8], most4[8], least9[8], most9[8];
    for (int j = 0; j < 8; ++j) {
      least2[j] = std::min(circle[2 * j + 1], circle[(2 * j + 2) % 16]);
      most2[j] = std::max(circle[2 * j + 1], circle[(2 * j + 2) % 16]);
    }
    for (int j = 0; j < 8; ++j) {
      least4[j] = std::min(least2[j], least2[(j + 1) % 8]);
      most4[j] = std::max(most2[j], most2[(j + 1) % 8]);
    }
    for (int j = 0; j < 8; ++j) {
      least9[j] = std::max(circle[2 * j], circle[(2 * j + 9) % 16]);
      most9[j] = std::min(circle[2 * j], circle[(2 * j + 9) % 16]);
    }
    for (int j = 0; j < 8; ++j) {
      least9[j] = std::min(least9[j], std::min(least4[j], least4[(j + 2) % 8]));
      most9[j] = std::max(most9[j], std::max(most4[j], most4[(j + 2) % 8]));
    }
    Byte brightest = 0;
    Byte darkest = 255;
    for (int j = 0; j < 8; ++j) {
      brightest = std::max(brightest, least9[j]);
      darkest = std::min(darkest, most9[j]);
    }
    const Byte pixel = row[x];
    const Byte above = static_cast<Byte>(std::max(brightest, pixel) - pixel);
    const Byte below = static_cast<Byte>(pixel - std::min(darkest, pixel));
    const Byte contrast = std::max(above, below);
    scores[x] = static_cast<Byte>(contrast > threshold ? contrast - 1 : 0);
  }
}

int count_peaks(const Byte* up, const Byte* row, const Byte* down, int width) {
  int count = 0;
  for (int x = kRadius; x < width - kRadius; ++x) {
    const Byte beside = std::max(row[x - 1], row[x + 1]);
    const Byte above = std::max(up[x], std::max(up[x - 1], up[x + 1]));
    const Byte below = std::max(down[x], std::max(down[x - 1], down[x + 1]));
    count += row[x] > std::max(beside, std::max(above, below)) ? 1 : 0;
  }
  return count;
}

}  // namespace

int CornerCounter::count(const Plane& grey, int threshold) {
  if (grey.width <= 2 * kRadius || grey.height <= 2 * kRadius) return 0;
  for (auto& row : scores_) row.assign(static_cast<std::size_t>(grey.width), 0);
  const auto scores_of = [&](int y) { return scores_[static_cast<std::size_t>(y % 3)].data(); };
  int count = 0;
  const int end = grey.height - kRadius;
  // Row y closes the neighbourhood of row y - 1; after the last row comes one without corners.
  for (int y = kRadius; y <= end; ++y) {
    if (y < end) {
      score_row(grey.row(y), grey.width, grey.width, static_cast<Byte>(threshold), scores_of(y));
    } else {
      std::fill_n(scores_of(y), grey.width, Byte{0});
    }
    if (y > kRadius) {
      count += count_peaks(scores_of(y - 2), scores_of(y - 1), scores_of(y), grey.width);
    }
  }
  return count;
}

}  // namespace rightsize

#include "image/corners.h"

#include <algorithm>
#include <cstddef>

namespace rightsize {
namespace {

constexpr int kRadius = 3;
using Byte = std::uint8_t;

struct Least {
  static Byte of(Byte a, Byte b) { return std::min(a, b); }
};
struct Most {
  static Byte of(Byte a, Byte b) { return std::max(a, b); }
};

// With Least and Most: the most that all 9 pixels of some arc of the circle have at least. With the
// two exchanged: the least that all have at most. Two arcs that begin side by side, at 2 j and
// 2 j + 1, share 8 pixels, and either end completes one of them.
template <typename Within, typename Among>
Byte best_arc(const Byte (&circle)[16]) {
  Byte two[8], four[8], ends[8], arcs[8];
  for (std::size_t j = 0; j < 8; ++j)
    two[j] = Within::of(circle[2 * j + 1], circle[(2 * j + 2) % 16]);
  for (std::size_t j = 0; j < 8; ++j) four[j] = Within::of(two[j], two[(j + 1) % 8]);
  for (std::size_t j = 0; j < 8; ++j) ends[j] = Among::of(circle[2 * j], circle[(2 * j + 9) % 16]);
  for (std::size_t j = 0; j < 8; ++j) {
    arcs[j] = Within::of(ends[j], Within::of(four[j], four[(j + 2) % 8]));
  }
  Byte best = arcs[0];
  for (const Byte arc : arcs) best = Among::of(best, arc);
  return best;
}

// The scores of one row's pixels; without branches, so that compilers turn it into vector code.
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
    const Byte pixel = row[x];
    const Byte bright = std::max(pixel, best_arc<Least, Most>(circle));
    const Byte dark = std::min(pixel, best_arc<Most, Least>(circle));
    const Byte contrast =
        std::max(static_cast<Byte>(bright - pixel), static_cast<Byte>(pixel - dark));
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

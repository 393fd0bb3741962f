#include "image/edges.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace rightsize {
namespace {

using Short = std::int16_t;

constexpr std::uint8_t kWeak = 1;
constexpr std::uint8_t kStrong = 2;

// Local maxima of the gradient along its direction, which is rounded to one of four. The tangent of
// 22.5 degrees is 13573 / 2^15, that of 67.5 is 2 more. One neighbour must be less, and the other,
// unless both are diagonal, no more. Without branches, so that compilers turn it into vector code.
void mark_maxima(const Short* gx, const Short* gy, const std::array<const Short*, 3>& rows,
                 int width, int low, int high, std::uint8_t* __restrict marks) {
  const Short* up = rows[0];
  const Short* row = rows[1];
  const Short* down = rows[2];
  const auto least = static_cast<Short>(low);
  const auto strong = static_cast<Short>(high);
  for (int x = 0; x < width; ++x) {
    const Short across = static_cast<Short>(gx[x] < 0 ? -gx[x] : gx[x]);
    const Short along = static_cast<Short>(gy[x] < 0 ? -gy[x] : gy[x]);
    const Short flat = static_cast<Short>((across * 13573) >> 15);
    const bool is_horizontal = along <= flat;
    const bool is_vertical = static_cast<Short>(along - 2 * across) > flat;
    const bool is_falling = (gx[x] ^ gy[x]) >= 0;
    const Short up_left = up[x - 1], above = up[x], up_right = up[x + 1];
    const Short left = row[x - 1], right = row[x + 1];
    const Short down_left = down[x - 1], below = down[x], down_right = down[x + 1];
    const Short diagonal_before = is_falling ? up_left : up_right;
    const Short diagonal_after = is_falling ? down_right : down_left;
    const Short before = is_horizontal ? left : is_vertical ? above : diagonal_before;
    const Short after = is_horizontal ? static_cast<Short>(right - 1)
                        : is_vertical ? static_cast<Short>(below - 1)
                                      : diagonal_after;
    const Short size = row[x];
    const bool is_maximum = (size > least) & (size > before) & (size > after);
    const Short mark = size > strong ? Short{kStrong} : Short{kWeak};
    marks[x] = static_cast<std::uint8_t>(is_maximum ? mark : Short{0});
  }
}

std::size_t length_bin(int pixels) {
  const auto width = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(pixels)));
  return std::min(std::max(width, std::size_t{2}) - 2, kEdgeLengthBins - 1);
}

// The tangents of the borders are irrational, so no gradient lies on one, and the nearest
// (gradients are whole and below 1021) is far enough for floating-point numbers to tell the side.
std::size_t angle_bin(int gx, int gy) {
  static const auto borders = [] {
    std::array<std::array<double, 2>, kEdgeAngleBins - 1> cosine_and_sine{};
    for (std::size_t k = 0; k < cosine_and_sine.size(); ++k) {
      const double angle = static_cast<double>(k + 1) * std::numbers::pi / kEdgeAngleBins;
      cosine_and_sine[k] = {std::cos(angle), std::sin(angle)};
    }
    return cosine_and_sine;
  }();
  if (gy == 0) return 0;
  const double x = gy < 0 ? -gx : gx;
  const double y = std::abs(gy);
  std::size_t bin = 0;
  for (const auto& [cosine, sine] : borders) bin += y * cosine > x * sine ? 1 : 0;
  return bin;
}

}  // namespace

void EdgeDetector::detect(const Plane& grey, int low, int high, Edges& edges) {
  const auto padded = static_cast<std::size_t>(grey.width) + 2;
  sums_.resize(padded);
  differences_.resize(padded);
  for (auto& row : magnitudes_) row.assign(padded, 0);
  gx_.resize(grey.pixels.size());
  gy_.resize(grey.pixels.size());
  candidates_.resize(grey.width, grey.height);
  edges.map.resize(grey.width, grey.height);

  // Outside of the image gradients count as 0. A row is searched once the one below it is known.
  find_gradients(grey, 0);
  for (int y = 0; y < grey.height; ++y) {
    if (y + 1 < grey.height) {
      find_gradients(grey, y + 1);
    } else {
      std::fill_n(magnitudes_of(y + 1), padded, Short{0});
    }
    const std::ptrdiff_t at = std::ptrdiff_t{y} * grey.width;
    mark_maxima(gx_.data() + at, gy_.data() + at,
                {magnitudes_of(y + 2) + 1, magnitudes_of(y) + 1, magnitudes_of(y + 1) + 1},
                grey.width, low, high, candidates_.row(y));
  }
  regions_.find(candidates_, Connectivity::kCorners);
  collect(edges);
}

void EdgeDetector::find_gradients(const Plane& grey, int y) {
  const int width = grey.width;
  const std::uint8_t* up = grey.row(std::max(0, y - 1));
  const std::uint8_t* row = grey.row(y);
  const std::uint8_t* down = grey.row(std::min(grey.height - 1, y + 1));
  Short* __restrict sums = sums_.data() + 1;
  Short* __restrict differences = differences_.data() + 1;
  for (int x = 0; x < width; ++x) {
    sums[x] = static_cast<Short>(up[x] + 2 * row[x] + down[x]);
    differences[x] = static_cast<Short>(down[x] - up[x]);
  }
  sums[-1] = sums[0];
  sums[width] = sums[width - 1];
  differences[-1] = differences[0];
  differences[width] = differences[width - 1];
  Short* __restrict gx = gx_.data() + std::ptrdiff_t{y} * width;
  Short* __restrict gy = gy_.data() + std::ptrdiff_t{y} * width;
  Short* __restrict magnitudes = magnitudes_of(y) + 1;
  for (int x = 0; x < width; ++x) {
    const Short across = static_cast<Short>(sums[x + 1] - sums[x - 1]);
    const Short along =
        static_cast<Short>(differences[x - 1] + 2 * differences[x] + differences[x + 1]);
    gx[x] = across;
    gy[x] = along;
    magnitudes[x] =
        static_cast<Short>((across < 0 ? -across : across) + (along < 0 ? -along : along));
  }
}

void EdgeDetector::collect(Edges& edges) {
  edges.lengths.fill(0);
  edges.angles.fill(0);
  std::fill(edges.map.pixels.begin(), edges.map.pixels.end(), std::uint8_t{0});
  for (const Region& region : regions_.regions()) {
    if (region.peak == kStrong) ++edges.lengths[length_bin(region.pixels)];
  }
  for (const Run& run : regions_.runs()) {
    if (regions_.regions()[static_cast<std::size_t>(run.region)].peak != kStrong) continue;
    std::fill(edges.map.row(run.y) + run.begin, edges.map.row(run.y) + run.end, std::uint8_t{1});
    const std::ptrdiff_t row = std::ptrdiff_t{run.y} * edges.map.width;
    for (int x = run.begin; x < run.end; ++x) {
      const auto at = static_cast<std::size_t>(row + x);
      ++edges.angles[angle_bin(gx_[at], gy_[at])];
    }
  }
}

}  // namespace rightsize

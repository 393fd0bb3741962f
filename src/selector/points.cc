#include "selector/points.h"

#include <algorithm>
#include <cassert>

namespace rightsize {
namespace {

// Adds the squared differences in features [from, to), summed among themselves first.
void add_squares(const PointSet& points, std::size_t first, std::size_t n, std::size_t from,
                 std::size_t to, std::span<const float> x, BlockDistances& distances) noexcept {
  BlockDistances sum;
  for (std::size_t f = from; f < to; ++f) {
    const float* column = points.columns.data() + f * points.count + first;
    const float value = x[f];
    if (f == from) {
      for (std::size_t i = 0; i < n; ++i) sum[i] = (value - column[i]) * (value - column[i]);
    } else {
      for (std::size_t i = 0; i < n; ++i) sum[i] += (value - column[i]) * (value - column[i]);
    }
  }
  for (std::size_t i = 0; i < n; ++i) distances[i] += sum[i];
}

}  // namespace

std::size_t squared_distances(const PointSet& points, std::size_t first, std::span<const float> x,
                              BlockDistances& distances) noexcept {
  assert(x.size() == points.features && first <= points.count);
  const std::size_t n = std::min(kPointBlock, points.count - first);
  distances.fill(0.0F);
  std::size_t f = 0;
  for (; f + 4 <= points.features; f += 4) add_squares(points, first, n, f, f + 4, x, distances);
  for (; f < points.features; ++f) add_squares(points, first, n, f, f + 1, x, distances);
  return n;
}

Neighbours nearest(const PointSet& points, std::size_t k, std::span<const float> x) noexcept {
  assert(k >= 1 && k <= kMaxNeighbours);
  Neighbours found;
  BlockDistances distances;
  for (std::size_t first = 0; first < points.count; first += kPointBlock) {
    const std::size_t n = squared_distances(points, first, x, distances);
    for (std::size_t i = 0; i < n; ++i) {
      if (!(distances[i] < found.list[k - 1].squared_distance)) continue;
      found.size = std::min(found.size + 1, k);
      std::size_t at = found.size - 1;
      for (; at > 0 && distances[i] < found.list[at - 1].squared_distance; --at) {
        found.list[at] = found.list[at - 1];
      }
      found.list[at] = {distances[i], static_cast<std::uint32_t>(first + i)};
    }
  }
  return found;
}

}  // namespace rightsize

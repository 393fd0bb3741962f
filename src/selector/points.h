// A fixed set of points and the squared Euclidean distances of an input to them: what nearest
// neighbours and radial SVMs spend their time on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace rightsize {

// `count` points of `features` numbers, feature by feature, so that neighbouring points are
// neighbours in memory: feature f of point i is columns[f * count + i].
struct PointSet {
  std::size_t features = 0;
  std::size_t count = 0;
  std::vector<float> columns;
  bool operator==(const PointSet&) const = default;
};

// How many points `squared_distances` takes at a time.
inline constexpr std::size_t kPointBlock = 64;
using BlockDistances = std::array<float, kPointBlock>;

// Distances of `x` to the points first, first + 1, ... as far as there are any, at most a block.
// They are summed in the order in which OpenCV's KNearest sums them. Returns how many.
std::size_t squared_distances(const PointSet& points, std::size_t first, std::span<const float> x,
                              BlockDistances& distances) noexcept;

inline constexpr std::size_t kMaxNeighbours = 32;

struct Neighbour {
  float squared_distance = std::numeric_limits<float>::max();
  std::uint32_t point = 0;
};

// Nearest first; of equally near points the one that comes first in the set.
struct Neighbours {
  std::array<Neighbour, kMaxNeighbours> list;
  std::size_t size = 0;
};

// The min(k, points.count) points nearest to `x`; fewer if a distance is no finite number.
// 1 <= k <= kMaxNeighbours.
Neighbours nearest(const PointSet& points, std::size_t k, std::span<const float> x) noexcept;

}  // namespace rightsize

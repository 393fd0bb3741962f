// EdgeDetector: the Canny edge detector, and how long and which way the edges are.
//
// J. Canny, "A Computational Approach to Edge Detection", IEEE PAMI 8(6), 1986. Gradients are those
// of the 3x3 Sobel operator with the border repeated, their size is |gx| + |gy|. The edge map is
// that of cv::Canny(grey, low, high). Hysteresis needs no tracking here: an edge is an 8-connected
// region of local maxima above `low` that has one above `high`, so one labelling gives both the map
// and the edges.
//
// Threading: scratch memory, so one per thread. Nothing is allocated after the first image of a
// size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/image_feature_set.h"
#include "image/plane.h"
#include "image/regions.h"

namespace rightsize {

inline constexpr std::size_t kEdgeLengthBins = 7;
inline constexpr std::size_t kEdgeAngleBins = 7;

struct Edges {
  Plane map;  // 1 at the pixels of edges, else 0
  // Edges whose number of pixels lies in [1, 4), [4, 8), [8, 16), ..., [64, 128), [128, infinity).
  std::array<std::size_t, kEdgeLengthBins> lengths{};
  // Pixels of edges whose gradient's direction, atan2(gy, gx) modulo 180 degrees, lies in each of
  // equal parts of [0, 180).
  std::array<std::size_t, kEdgeAngleBins> angles{};
};

class EdgeDetector {
 public:
  // 0 <= low <= high <= kMaxGradient.
  void detect(const Plane& grey, int low, int high, Edges& edges);

 private:
  void find_gradients(const Plane& grey, int y);
  std::int16_t* magnitudes_of(int y) { return magnitudes_[static_cast<std::size_t>(y % 3)].data(); }
  void collect(Edges& edges);

  // Sums and differences of three rows; magnitudes of three rows, in turn. All with a pixel more at
  // either end.
  std::vector<std::int16_t> sums_;
  std::vector<std::int16_t> differences_;
  std::array<std::vector<std::int16_t>, 3> magnitudes_;
  std::vector<std::int16_t> gx_;
  std::vector<std::int16_t> gy_;
  Plane candidates_;
  Regions regions_;
};

}  // namespace rightsize

// The main object of an image: the largest region that a closed contour encloses.
//
// The edge map is dilated by a 3x3 square, which closes gaps of one or two pixels. Of the
// 4-connected regions of what is no edge then, those that touch the image's border are open; the
// largest of the others is the main object, and among equals the one whose first pixel in scanning
// order comes first.
//
// Threading: scratch memory, so one per thread. Nothing is allocated after the first map of a size.
#pragma once

#include <optional>
#include <vector>

#include "image/plane.h"
#include "image/regions.h"

namespace rightsize {

class ObjectFinder {
 public:
  // `edge_map` is 0 where there is no edge. Nothing if no contour is closed.
  std::optional<Region> find(const Plane& edge_map);

 private:
  std::vector<std::uint8_t> columns_;  // edges of three rows, with a pixel more at either end
  Plane free_;                         // 1 where there is no edge near
  Regions regions_;
};

}  // namespace rightsize

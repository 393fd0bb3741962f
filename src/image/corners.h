// CornerCounter: the FAST corner detector, of which features need the number of corners alone.
//
// E. Rosten and T. Drummond, "Machine Learning for High-Speed Corner Detection", ECCV 2006. A pixel
// is a corner where 9 neighbours in a row, of the 16 on a circle of radius 3, are all brighter or
// all darker by more than the threshold. Its score is the largest threshold at which it still is
// one; a corner counts if no corner next to it scores as high. The count is that of cv::FAST with
// non-maximum suppression and TYPE_9_16.
//
// Threading: scratch memory, so one per thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "image/plane.h"

namespace rightsize {

class CornerCounter {
 public:
  // `threshold` is in [1, 254], in grey levels.
  int count(const Plane& grey, int threshold);

 private:
  std::array<std::vector<std::uint8_t>, 3> scores_;  // of three rows, in turn; 0: no corner
};

}  // namespace rightsize

// The image that features are computed on: reduced by a whole factor, so that photos of different
// size are comparable and large ones cost little.
//
// The factor is f = ceil(longer side / max_side), 1 where max_side is 0. A pixel is the mean of a
// block of f x f, rounded half up; columns and rows left over at the right and at the bottom are
// dropped. Where a side is shorter than f, the blocks take all of it.
//
// Threading: a Reducer holds scratch memory, so one per thread. Nothing is allocated after the
// first image of a size.
#pragma once

#include <cstdint>
#include <vector>

#include "core/image_feature_set.h"
#include "image/decode.h"
#include "image/plane.h"
#include "rightsize/status.h"

namespace rightsize {

struct WorkingImage {
  Plane red;
  Plane green;
  Plane blue;
};

class Reducer {
 public:
  // kInvalidInput if the image has no pixels or a wrong number of bytes; kLimitExceeded if f is
  // above 4096 or the working image would have more than 2^28 pixels. `max_side` is 0 or in the
  // range above.
  Status reduce(const Image& image, int max_side, WorkingImage& working);

 private:
  std::vector<std::uint16_t> column_sums_;  // of a row of blocks; interleaved as the image
  std::vector<std::uint32_t> block_sums_;   // of a row of blocks; red, then green, then blue
};

// Rounded as OpenCV's RGB2GRAY: (9798 R + 19235 G + 3735 B + 2^14) / 2^15.
void make_grey(const WorkingImage& working, Plane& grey);

}  // namespace rightsize

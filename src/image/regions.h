// Regions: the connected regions of the nonzero pixels of a mask.
//
// Pixels are joined as runs along rows, and runs by union-find, so the cost is about that of
// reading the mask once.
//
// Threading: scratch memory, so one per thread. Nothing is allocated after the first mask of a
// size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "image/plane.h"

namespace rightsize {

// Which pixels touch: those that share a side, or those that share a corner too.
enum class Connectivity : std::uint8_t { kSides, kCorners };

// Pixels [begin, end) of row y, as many as there are side by side.
struct Run {
  int y;
  int begin;
  int end;
  int region;  // index into regions()
};

struct Region {
  int pixels;
  int perimeter;  // sides of pixels that face a pixel outside of the region, or the border
  int left, top, right, bottom;  // the bounding box: [left, right) x [top, bottom)
  std::uint8_t peak;             // the largest value of the mask in it
};

class Regions {
 public:
  // `mask` has at most 2^28 pixels.
  void find(const Plane& mask, Connectivity connectivity);

  // Both in the order of scanning; a region comes where its first pixel does.
  std::span<const Run> runs() const { return runs_; }
  std::span<const Region> regions() const { return regions_; }

 private:
  void add_runs(const Plane& mask, int y);
  void join_rows(std::size_t above, std::size_t current, int reach);
  int root_of(int run);
  void measure(const Plane& mask);

  std::vector<Run> runs_;
  std::vector<int> covered_;  // pixels of a run that have a pixel of the mask right above
  std::vector<Region> regions_;
};

}  // namespace rightsize

#include "image/regions.h"

#include <algorithm>
#include <cstring>

namespace rightsize {
namespace {

// The first nonzero pixel from x on, or the width.
int skip_zeros(const std::uint8_t* row, int x, int width) {
  std::uint64_t eight = 0;
  for (; x + 8 <= width; x += 8) {
    std::memcpy(&eight, row + x, sizeof(eight));
    if (eight != 0) break;
  }
  while (x < width && row[x] == 0) ++x;
  return x;
}

int skip_nonzeros(const std::uint8_t* row, int x, int width) {
  while (x < width && row[x] != 0) ++x;
  return x;
}

std::uint8_t largest(const std::uint8_t* begin, const std::uint8_t* end) {
  std::uint8_t peak = 0;
  for (; begin != end; ++begin) peak = std::max(peak, *begin);
  return peak;
}

}  // namespace

void Regions::find(const Plane& mask, Connectivity connectivity) {
  runs_.clear();
  covered_.clear();
  const std::size_t most =
      static_cast<std::size_t>(mask.height) * static_cast<std::size_t>((mask.width + 1) / 2);
  runs_.reserve(most);
  covered_.reserve(most);
  regions_.reserve(most);
  const int reach = connectivity == Connectivity::kCorners ? 1 : 0;
  std::size_t above = 0;
  for (int y = 0; y < mask.height; ++y) {
    const std::size_t current = runs_.size();
    add_runs(mask, y);
    join_rows(above, current, reach);
    above = current;
  }
  measure(mask);
}

// Each run begins as a region of its own, and `region` is the index of a run until measure().
void Regions::add_runs(const Plane& mask, int y) {
  const std::uint8_t* row = mask.row(y);
  for (int x = skip_zeros(row, 0, mask.width); x < mask.width;) {
    const int end = skip_nonzeros(row, x, mask.width);
    runs_.push_back({.y = y, .begin = x, .end = end, .region = static_cast<int>(runs_.size())});
    covered_.push_back(0);
    x = skip_zeros(row, end, mask.width);
  }
}

// Joins the runs from `current` on with those of the row above, which are [above, current).
void Regions::join_rows(std::size_t above, std::size_t current, int reach) {
  for (std::size_t i = current; i < runs_.size(); ++i) {
    const Run run = runs_[i];
    while (above < current && runs_[above].end + reach <= run.begin) ++above;
    for (std::size_t j = above; j < current && runs_[j].begin < run.end + reach; ++j) {
      covered_[i] +=
          std::max(0, std::min(run.end, runs_[j].end) - std::max(run.begin, runs_[j].begin));
      const int a = root_of(static_cast<int>(j));
      const int b = root_of(static_cast<int>(i));
      runs_[static_cast<std::size_t>(std::max(a, b))].region = std::min(a, b);
    }
  }
}

int Regions::root_of(int run) {
  for (;;) {
    int& parent = runs_[static_cast<std::size_t>(run)].region;
    if (parent == run) return run;
    parent = runs_[static_cast<std::size_t>(parent)].region;  // halves the path for the next time
    run = parent;
  }
}

// A run's parent lies before it, so it has its region's number already.
void Regions::measure(const Plane& mask) {
  regions_.clear();
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    Run& run = runs_[i];
    if (run.region == static_cast<int>(i)) {
      run.region = static_cast<int>(regions_.size());
      regions_.push_back({.left = run.begin, .top = run.y, .right = run.end, .bottom = run.y + 1});
    } else {
      run.region = runs_[static_cast<std::size_t>(run.region)].region;
    }
    Region& region = regions_[static_cast<std::size_t>(run.region)];
    const int length = run.end - run.begin;
    region.pixels += length;
    region.perimeter += 2 * (length + 1 - covered_[i]);
    region.left = std::min(region.left, run.begin);
    region.right = std::max(region.right, run.end);
    region.bottom = run.y + 1;
    region.peak =
        std::max(region.peak, largest(mask.row(run.y) + run.begin, mask.row(run.y) + run.end));
  }
}

}  // namespace rightsize

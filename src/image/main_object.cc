#include "image/main_object.h"

#include <algorithm>

namespace rightsize {

std::optional<Region> ObjectFinder::find(const Plane& edge_map) {
  const int width = edge_map.width;
  const int height = edge_map.height;
  columns_.assign(static_cast<std::size_t>(width) + 2, 0);
  free_.resize(width, height);
  std::uint8_t* __restrict columns = columns_.data() + 1;
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* up = edge_map.row(std::max(0, y - 1));
    const std::uint8_t* row = edge_map.row(y);
    const std::uint8_t* down = edge_map.row(std::min(height - 1, y + 1));
    std::uint8_t* __restrict out = free_.row(y);
    for (int x = 0; x < width; ++x) columns[x] = up[x] | row[x] | down[x];
    for (int x = 0; x < width; ++x) {
      out[x] = (columns[x - 1] | columns[x] | columns[x + 1]) == 0 ? 1 : 0;
    }
  }
  regions_.find(free_, Connectivity::kSides);

  std::optional<Region> object;
  for (const Region& region : regions_.regions()) {
    const bool is_open =
        region.left == 0 || region.top == 0 || region.right == width || region.bottom == height;
    if (!is_open && (!object || region.pixels > object->pixels)) object = region;
  }
  return object;
}

}  // namespace rightsize

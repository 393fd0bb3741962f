// Plane: one channel of an image, 8-bit values in rows from the top without gaps.
//
// Threading: a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rightsize {

struct Plane {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;  // width * height

  // Values are unspecified afterwards.
  void resize(int new_width, int new_height) {
    width = new_width;
    height = new_height;
    pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  }
  const std::uint8_t* row(int y) const { return pixels.data() + offset(y); }
  std::uint8_t* row(int y) { return pixels.data() + offset(y); }

 private:
  std::ptrdiff_t offset(int y) const { return std::ptrdiff_t{y} * width; }
};

}  // namespace rightsize

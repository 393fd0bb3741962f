// Images for tests, as the bytes of a PNG file.
#pragma once

#include <gtest/gtest.h>
#include <png.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rightsize::test {

using Colour = std::array<std::uint8_t, 3>;

inline constexpr Colour kRed = {204, 0, 0};
inline constexpr Colour kGreen = {0, 204, 0};
inline constexpr Colour kBlue = {0, 0, 204};
inline constexpr Colour kGrey = {127, 127, 127};

// Of one colour all over.
inline std::vector<std::byte> png_of(const Colour& colour, int side = 20) {
  std::vector<std::uint8_t> rgb;
  for (int i = 0; i < side * side; ++i) rgb.insert(rgb.end(), colour.begin(), colour.end());
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::byte> bytes(size);
  EXPECT_NE(0, png_image_write_to_memory(&image, bytes.data(), &size, 0, rgb.data(), 0, nullptr));
  bytes.resize(size);
  return bytes;
}

inline std::string png_text(const Colour& colour, int side = 20) {
  const std::vector<std::byte> bytes = png_of(colour, side);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace rightsize::test

// Decoding: the bytes of a JPEG, PNG or WebP file become upright 8-bit RGB pixels.
//
// The format is told by the first bytes, never by a file name. Grey, palette, CMYK and 16-bit
// images become RGB as Pillow and OpenCV convert them, alpha is dropped, colour profiles are
// ignored, and the EXIF orientation is applied. An animated WebP is refused.
//
// Errors: kInvalidInput for bytes that are no whole image of a known format; kLimitExceeded for an
// image that is larger than the limits; kIoError where memory does not suffice now. No bytes,
// however damaged, do more than that. Threading: functions without shared state; call them from any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

// Guards against files whose header promises more pixels than one wants to pay for.
struct DecodeLimits {
  std::uint64_t max_pixels = 100'000'000;  // width x height; decoding needs 3 to 11 bytes a pixel
};

// Pixel (x, y) is rgb[3 * (y * width + x)] and the two bytes after it: red, green, blue in [0,
// 255].
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;  // 3 * width * height
};

Result<Image> decode_image(std::span<const std::byte> bytes, const DecodeLimits& limits = {});

}  // namespace rightsize

// The decoders behind decode_image, one per format, and what they share.
//
// They take bytes that start like their format, give an upright image, and may throw
// std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "image/decode.h"
#include "rightsize/status.h"

namespace rightsize {

Result<Image> decode_jpeg(std::span<const std::byte> bytes, const DecodeLimits& limits);
Result<Image> decode_png(std::span<const std::byte> bytes, const DecodeLimits& limits);
Result<Image> decode_webp(std::span<const std::byte> bytes, const DecodeLimits& limits);

// An image of that size, all black, if it has any pixels and is within the limits.
Result<Image> allocate_image(std::uint32_t width, std::uint32_t height, const DecodeLimits& limits);

// The bytes as the C libraries want them.
inline const std::uint8_t* as_octets(std::span<const std::byte> bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

}  // namespace rightsize

#include "image/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/passing.h"
#include "image/codecs.h"

namespace rightsize {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kJpegStart = "\xFF\xD8\xFF"sv;
constexpr std::string_view kPngStart = "\x89PNG\r\n\x1A\n"sv;
constexpr std::string_view kRiffStart = "RIFF"sv;
constexpr std::string_view kWebpStart = "WEBP"sv;  // after "RIFF" and four bytes of length
constexpr std::size_t kWebpOffset = 8;

bool has_at(std::span<const std::byte> bytes, std::size_t offset, std::string_view text) {
  return bytes.size() >= offset + text.size() &&
         std::equal(text.begin(), text.end(), as_octets(bytes) + offset,
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

std::string first_bytes(std::span<const std::byte> bytes) {
  constexpr std::size_t kShown = 8;
  const std::uint8_t* octets = as_octets(bytes);
  return fmt::format("{:02x}", fmt::join(octets, octets + std::min(kShown, bytes.size()), " "));
}

Result<Image> decode_known_format(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  if (has_at(bytes, 0, kJpegStart)) return decode_jpeg(bytes, limits);
  if (has_at(bytes, 0, kPngStart)) return decode_png(bytes, limits);
  if (has_at(bytes, 0, kRiffStart) && has_at(bytes, kWebpOffset, kWebpStart)) {
    return decode_webp(bytes, limits);
  }
  return invalid_input(
      fmt::format("not a JPEG, PNG or WebP image (first bytes {}); convert it to one of these",
                  first_bytes(bytes)));
}

}  // namespace

Result<Image> decode_image(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  if (bytes.empty()) return invalid_input("empty file; a JPEG, PNG or WebP image is needed");
  try {
    return decode_known_format(bytes, limits);
  } catch (const std::bad_alloc&) {
    return passing_fault("not enough memory to decode the image; scale it down");
  } catch (const std::length_error&) {
    return limit_exceeded("the image is larger than memory can be; scale it down");
  }
}

Result<Image> allocate_image(std::uint32_t width, std::uint32_t height,
                             const DecodeLimits& limits) {
  const std::uint64_t pixels = std::uint64_t{width} * height;
  if (pixels == 0) {
    return invalid_input(fmt::format("image of {}x{} pixels has nothing to decode", width, height));
  }
  if (pixels > limits.max_pixels) {
    return limit_exceeded(
        fmt::format("image of {}x{} pixels is over the limit of {:g} million; scale it down or "
                    "raise --max-pixels",
                    width, height, static_cast<double>(limits.max_pixels) / 1e6));
  }
  Image image;
  image.width = static_cast<int>(width);
  image.height = static_cast<int>(height);
  image.rgb.resize(3 * pixels);
  return image;
}

}  // namespace rightsize

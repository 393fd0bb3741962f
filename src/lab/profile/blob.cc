#include "lab/profile/blob.h"

#include <bit>
#include <cstdint>

namespace rightsize {
namespace {

constexpr std::size_t kBytesPerFloat = 4;
constexpr std::size_t kBytesPerClass = 8;

void put_little_endian(std::uint32_t value, std::vector<std::byte>& bytes) {
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(std::byte(value >> shift & 0xFF));
}

std::uint32_t get_little_endian(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::to_integer<std::uint32_t>(bytes[i]) << 8 * i;
  return value;
}

}  // namespace

std::vector<std::byte> encode_top(const TopClasses& top) {
  std::vector<std::byte> bytes;
  bytes.reserve(top.count * kBytesPerClass);
  for (std::uint32_t i = 0; i < top.count; ++i) {
    put_little_endian(std::bit_cast<std::uint32_t>(top.classes[i].label), bytes);
    put_little_endian(std::bit_cast<std::uint32_t>(top.classes[i].log_probability), bytes);
  }
  return bytes;
}

bool decode_top(std::span<const std::byte> bytes, TopClasses& top) {
  if (bytes.empty() || bytes.size() % kBytesPerClass != 0 ||
      bytes.size() / kBytesPerClass > kTopClasses) {
    return false;
  }
  top.count = static_cast<std::uint32_t>(bytes.size() / kBytesPerClass);
  for (std::size_t i = 0; i < top.count; ++i) {
    const std::span<const std::byte> entry = bytes.subspan(i * kBytesPerClass, kBytesPerClass);
    top.classes[i] = {std::bit_cast<std::int32_t>(get_little_endian(entry)),
                      std::bit_cast<float>(get_little_endian(entry.subspan(4)))};
  }
  return true;
}

std::vector<std::byte> encode_floats(std::span<const float> values) {
  std::vector<std::byte> bytes;
  bytes.reserve(values.size() * kBytesPerFloat);
  for (const float value : values) put_little_endian(std::bit_cast<std::uint32_t>(value), bytes);
  return bytes;
}

bool decode_floats(std::span<const std::byte> bytes, std::span<float> values) {
  if (bytes.size() != values.size() * kBytesPerFloat) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::bit_cast<float>(get_little_endian(bytes.subspan(i * kBytesPerFloat)));
  }
  return true;
}

}  // namespace rightsize

// Values as run.db holds them in blobs, little endian.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/classes.h"

namespace rightsize {

// The list of classes: per class the class number (int32) and the log-probability (float32).
std::vector<std::byte> encode_top(const TopClasses& top);
// False where the bytes are no such list. `rest` is not touched.
bool decode_top(std::span<const std::byte> bytes, TopClasses& top);

// float32 each, to the last bit.
std::vector<std::byte> encode_floats(std::span<const float> values);
// False where the bytes are not exactly so many values.
bool decode_floats(std::span<const std::byte> bytes, std::span<float> values);

}  // namespace rightsize

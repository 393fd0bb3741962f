// What must hold of a model whatever format it was read from.
#pragma once

#include <string>

#include "core/manifest.h"

namespace rightsize {

inline constexpr std::size_t kMaxModels = 256;
inline constexpr int kMaxSide = 4096;
inline constexpr std::int64_t kMaxOutputs = 1'000'000;

// What is wrong with `model` as the next model of `zoo`, in words for the user; empty if nothing
// is.
std::string fault_of(const ModelSpec& model, const Zoo& zoo);

}  // namespace rightsize

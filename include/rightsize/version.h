// The version of the library and the program, by semantic versioning.
#pragma once

namespace rightsize {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace rightsize

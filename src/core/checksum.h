// SHA-256, as 64 lower-case hexadecimal digits.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "rightsize/status.h"

namespace rightsize {

std::string sha256(std::span<const std::byte> bytes);
std::string sha256(const std::string& text);
Result<std::string> sha256_of_file(const std::filesystem::path& path);

// The first 48 bits of a SHA-256 as eight letters, for long lists of them in files; empty where it
// is none.
std::string mark_of(const std::string& sha256);
bool is_mark(std::string_view text);
inline constexpr std::size_t kMarkLength = 8;

}  // namespace rightsize

// SHA-256, as 64 lower-case hexadecimal digits.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "rightsize/status.h"

namespace rightsize {

std::string sha256(std::span<const std::byte> bytes);
std::string sha256(const std::string& text);
Result<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace rightsize

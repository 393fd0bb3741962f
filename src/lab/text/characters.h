// Characters of UTF-8 text, as Python's strings see them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rightsize {

// With U+FFFD for every byte that is not part of a well-formed character.
std::string well_formed(std::string_view text);

// Of well-formed text.
std::vector<std::uint32_t> characters(std::string_view text);
std::vector<std::uint32_t> characters_without_spaces(std::string_view text);

// Python's str.isspace of one character.
bool is_space(std::uint32_t character);

// The words between spaces of well-formed text.
std::vector<std::string> split_at_spaces(std::string_view text);

}  // namespace rightsize

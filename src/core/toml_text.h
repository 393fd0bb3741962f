// Keeps characters from the TOML parser that it cannot take.
//
// toml++ up to 3.4 has undefined behaviour on many characters beyond ASCII that stand outside of
// texts and comments, as in damaged files: is_non_ascii_horizontal_whitespace takes its own last
// branch for unreachable. So it is given private characters in their place.
#pragma once

#include <string>
#include <string_view>

namespace rightsize {

// Replaces U+0080 to U+FFFF (but for a byte order mark) by the characters of plane 15. `toml` must
// be UTF-8 without characters of that plane.
std::string shield_toml(std::string_view toml);
// Puts the characters back.
std::string unshield_toml(std::string_view text);
// The line, from 1, of the first character of plane 15; 0 if there is none.
int line_of_private_character(std::string_view toml);

}  // namespace rightsize

// UTF-8, checked: Unicode 15, table 3-7.
//
// Threading: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace rightsize {

// Place of the first byte that is not part of a well-formed character; text.size() if there is
// none.
std::size_t first_bad_byte(std::string_view text) noexcept;

}  // namespace rightsize

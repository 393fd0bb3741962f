// Text for a terminal: tables, lines that fit, nothing that steers it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace rightsize {

// Columns that UTF-8 text takes, counting each code point as one.
std::size_t terminal_columns(const std::string& text);

// Columns padded to the widest cell, two spaces apart; the first row is the head. Numbers line up
// on the right: a column is right-aligned if its head begins with a space, which is not printed.
// Rows may be shorter than the head; what is beyond it is not printed.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

// Broken at spaces into lines of at most `width` columns, longer words apart. Does not end the last
// line.
std::string wrapped(const std::string& text, std::size_t width);

// Names come from files: control characters but the end of a line are replaced by '?'.
std::string printable(std::string text);

}  // namespace rightsize

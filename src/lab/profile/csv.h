// Comma-separated values as RFC 4180 has them: quoted fields may hold commas, doubled quotes and
// line breaks. A UTF-8 byte order mark, CRLF line ends and blank lines are accepted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

struct CsvRow {
  std::size_t line = 0;  // where the row begins, from 1
  std::vector<std::string> fields;
};

// All rows that are not blank. An error begins with the line: "line 7: ...".
Result<std::vector<CsvRow>> parse_csv(std::string_view text);

}  // namespace rightsize

#include "lab/paper/exhibit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rightsize {

const char* to_string(Holds holds) {
  constexpr std::array<const char*, 4> kNames = {"yes", "partly", "no", "not_measured"};
  return kNames[static_cast<std::size_t>(holds)];
}

const char* holds_words(Holds holds) {
  constexpr std::array<const char*, 4> kWords = {"holds", "holds partly", "does not hold",
                                                 "not measured"};
  return kWords[static_cast<std::size_t>(holds)];
}

std::vector<ExhibitColumn> columns_of(const Exhibit& exhibit) {
  std::vector<ExhibitColumn> columns;
  if (exhibit.table.empty()) return columns;
  for (const std::string& head : exhibit.table.front()) {
    const bool number = head.starts_with(' ');
    columns.push_back({number ? head.substr(1) : head, number});
  }
  return columns;
}

std::string cell_of(const std::vector<std::string>& row, std::size_t column) {
  return column < row.size() ? row[column] : std::string();
}

std::string holds_count(const Reproduction& reproduction) {
  struct Words {
    Holds holds;
    const char* one;
    const char* more;
  };
  constexpr std::array<Words, 4> kWords = {{{Holds::kYes, "holds", "hold"},
                                            {Holds::kPartly, "holds partly", "hold partly"},
                                            {Holds::kNo, "does not hold", "do not hold"},
                                            {Holds::kNotMeasured, "not measured", "not measured"}}};
  const std::vector<Exhibit>& exhibits = reproduction.exhibits;
  std::string text = fmt::format("{} exhibit{}", exhibits.size(), exhibits.size() == 1 ? "" : "s");
  const char* separator = ": ";
  for (const Words& words : kWords) {
    const auto count = std::count_if(exhibits.begin(), exhibits.end(), [&](const Exhibit& exhibit) {
      return exhibit.holds == words.holds;
    });
    if (count == 0) continue;
    text += fmt::format("{}{} {}", separator, count, count == 1 ? words.one : words.more);
    separator = ", ";
  }
  return text;
}

}  // namespace rightsize

#include "core/terminal_text.h"

#include <algorithm>

namespace rightsize {
namespace {

class TextTable {
 public:
  explicit TextTable(const std::vector<std::vector<std::string>>& rows) : rows_(rows) {
    for (std::size_t c = 0; c < rows.front().size(); ++c) {
      std::size_t width = 0;
      for (std::size_t r = 0; r < rows.size(); ++r) {
        width = std::max(width, terminal_columns(cell(r, c)));
      }
      widths_.push_back(width);
    }
  }

  std::string line(std::size_t row) const {
    std::string line;
    for (std::size_t c = 0; c < widths_.size(); ++c) {
      const std::string text = cell(row, c);
      const std::string pad(widths_[c] - terminal_columns(text), ' ');
      line += (c > 0 ? "  " : "") + (is_right(c) ? pad + text : text + pad);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  }

  std::string rule() const {
    std::string rule;
    for (std::size_t c = 0; c < widths_.size(); ++c) {
      rule += (c > 0 ? "  " : "") + std::string(widths_[c], '-');
    }
    return rule + "\n";
  }

 private:
  bool is_right(std::size_t column) const { return rows_.front()[column].starts_with(' '); }

  std::string cell(std::size_t row, std::size_t column) const {
    if (column >= rows_[row].size()) return {};
    const std::string& text = rows_[row][column];
    return row == 0 && is_right(column) ? text.substr(1) : text;
  }

  const std::vector<std::vector<std::string>>& rows_;
  std::vector<std::size_t> widths_;
};

}  // namespace

std::size_t terminal_columns(const std::string& text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return {};
  const TextTable table(rows);
  std::string text = table.line(0) + table.rule();
  for (std::size_t r = 1; r < rows.size(); ++r) text += table.line(r);
  return text;
}

std::string wrapped(const std::string& text, std::size_t width) {
  std::string lines;
  std::size_t used = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::size_t length = terminal_columns(text.substr(begin, end - begin));
    if (used > 0) {
      const bool fits = used + 1 + length <= width;
      lines += fits ? ' ' : '\n';
      used = fits ? used + 1 : 0;
    }
    lines += text.substr(begin, end - begin);
    used += length;
    begin = end + 1;
  }
  return lines;
}

std::string printable(std::string text) {
  const auto steers = [](char c) {
    return c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F);
  };
  std::replace_if(text.begin(), text.end(), steers, '?');
  // U+0080 to U+009F, some of which do what an escape sequence does.
  for (std::size_t at = 0; (at = text.find('\xC2', at)) != std::string::npos; ++at) {
    const unsigned char next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0;
    if (next >= 0x80 && next < 0xA0) text.replace(at, 2, "?");
  }
  return text;
}

}  // namespace rightsize

#include "lab/profile/csv.h"

#include <fmt/format.h>

namespace rightsize {
namespace {

class CsvParser {
 public:
  explicit CsvParser(std::string_view text) : text_(text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  Result<std::vector<CsvRow>> rows() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      if (skip_line_end()) continue;
      CsvRow row{line_, {}};
      if (Status status = read_row(row); !status.ok()) return status;
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool ends() const { return at_ == text_.size(); }
  bool sees(char c) const { return !ends() && text_[at_] == c; }

  bool skip_line_end() {
    if (text_.substr(at_, 2) == "\r\n") {
      at_ += 2;
    } else if (sees('\n') || sees('\r')) {
      ++at_;
    } else {
      return false;
    }
    ++line_;
    return true;
  }

  Status read_row(CsvRow& row) {
    do {
      std::string field;
      if (Status status = sees('"') ? read_quoted(field) : read_plain(field); !status.ok()) {
        return status;
      }
      row.fields.push_back(std::move(field));
    } while (sees(',') && ++at_ > 0);
    if (!ends() && !skip_line_end()) {
      return error("after the closing quote of a field a comma or the end of the line must follow");
    }
    return {};
  }

  Status read_plain(std::string& field) {
    const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    field = text_.substr(at_, end - at_);
    at_ = end;
    if (field.find('"') != std::string::npos) {
      return error("a field with a quote inside must be quoted as a whole, its quotes doubled");
    }
    return {};
  }

  Status read_quoted(std::string& field) {
    const std::size_t first_line = line_;
    for (++at_; !ends(); ++at_) {
      if (sees('"')) {
        ++at_;
        if (!sees('"')) return {};
      }
      if (text_[at_] == '\n') ++line_;
      field += text_[at_];
    }
    line_ = first_line;
    return error("a quoted field is not closed");
  }

  Status error(const std::string& message) const {
    return invalid_input(fmt::format("line {}: {}", line_, message));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> parse_csv(std::string_view text) { return CsvParser(text).rows(); }

}  // namespace rightsize

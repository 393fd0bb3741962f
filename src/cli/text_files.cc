#include "cli/text_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>

#include "core/file.h"

namespace rightsize::cli {
namespace {

void split_lines(std::string_view text, const std::string& name, std::vector<Sentence>& sentences) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    sentences.push_back({fmt::format("{}:{}", name, number), std::string(line)});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

bool is_database(const std::filesystem::path& path) {
  constexpr std::string_view kMagic = "SQLite format 3";
  const Result<std::string> begin = read_begin(path, kMagic.size());
  return begin.ok() && *begin == kMagic;
}

Result<std::string> read_stream(std::istream& in, const std::string& name) {
  std::string text;
  std::array<char, 1 << 16> buffer{};
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    text.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMostFileBytes) {
      return limit_exceeded(fmt::format("{}: gives more than {} MiB", name, kMostFileBytes >> 20));
    }
  }
  return in.bad() ? Result<std::string>(io_error(name + ": cannot be read")) : text;
}

Status read_lines(std::istream& in, const std::string& name, std::vector<Sentence>& sentences) {
  const Result<std::string> text = read_stream(in, name);
  if (!text.ok()) return text.status();
  split_lines(*text, name, sentences);
  return {};
}

Status read_lines(const std::filesystem::path& path, std::vector<Sentence>& sentences) {
  if (path == "-") return read_lines(std::cin, "(stdin)", sentences);
  const Result<std::string> text = read_text(path);
  if (!text.ok()) return text.status();
  split_lines(*text, path.string(), sentences);
  return {};
}

}  // namespace rightsize::cli

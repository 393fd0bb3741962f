#include "cli/text_files.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <system_error>

namespace rightsize::cli {

Status read_lines(std::istream& in, const std::string& name, std::vector<Sentence>& sentences) {
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    sentences.push_back({fmt::format("{}:{}", name, number), line});
  }
  return in.bad() ? io_error(name + ": cannot be read") : Status();
}

Status read_lines(const std::filesystem::path& path, std::vector<Sentence>& sentences) {
  if (path == "-") return read_lines(std::cin, "(stdin)", sentences);
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return invalid_input(path.string() + ": is a folder; a text file is wanted");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return io_error(fmt::format("{}: cannot be opened: {}", path.string(),
                                std::generic_category().message(errno)));
  }
  return read_lines(in, path.string(), sentences);
}

}  // namespace rightsize::cli

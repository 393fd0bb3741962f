// Parallel text files as a data set.
#include <fmt/format.h>

#include "core/file.h"
#include "lab/profile/dataset.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

// Lines without their ends; nothing follows the last line end.
Result<std::vector<std::string>> read_lines(const fs::path& path) {
  const Result<std::string> text = read_text(path);
  if (!text.ok()) return text.status();
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text->size();) {
    const std::size_t end = std::min(text->find('\n', begin), text->size());
    std::string line = text->substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
    begin = end + 1;
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (!lines.empty() && lines.front().starts_with(kByteOrderMark)) {
    lines.front().erase(0, kByteOrderMark.size());
  }
  return lines;
}

Result<std::vector<std::string>> read_references(const fs::path& source, const fs::path& target,
                                                 std::size_t lines) {
  std::error_code error;
  if (!fs::exists(target, error)) return std::vector<std::string>(lines);
  Result<std::vector<std::string>> references = read_lines(target);
  if (references.ok() && references->size() != lines) {
    return invalid_input(fmt::format(
        "{} has {} lines, {} has {}; line by line they must be translations of each other",
        source.string(), lines, target.string(), references->size()));
  }
  return references;
}

}  // namespace

Result<DataSet> read_text_data_set(const fs::path& source, const Zoo& zoo) {
  const std::string ending = "." + zoo.source_language;
  if (source.extension() != ending) {
    return invalid_input(fmt::format(
        "{}: the data of this zoo is a text file that ends in {}, one sentence to a line; its "
        "translations are looked for beside it in the file that ends in .{}",
        source.string(), ending, zoo.target_language));
  }
  Result<std::vector<std::string>> sources = read_lines(source);
  if (!sources.ok()) return sources.status();
  if (sources->empty()) return invalid_input(source.string() + ": is empty");
  fs::path target = source;
  target.replace_extension("." + zoo.target_language);
  Result<std::vector<std::string>> references = read_references(source, target, sources->size());
  if (!references.ok()) return references.status();
  DataSet data;
  const std::string name = source.filename().string();
  for (std::size_t i = 0; i < sources->size(); ++i) {
    data.items.push_back({.name = fmt::format("{}:{}", name, i + 1),
                          .path = source,
                          .label = {},
                          .where = fmt::format("{}:{}", source.string(), i + 1),
                          .text = (*sources)[i] + '\n' + (*references)[i]});
  }
  return data;
}

}  // namespace rightsize

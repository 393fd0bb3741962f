#include "lab/profile/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <unordered_map>

#include "core/file.h"
#include "core/passing.h"
#include "image/classification.h"
#include "lab/profile/csv.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

Status no_class(const std::string& label, const Zoo& zoo) {
  return invalid_input(
      fmt::format("'{}' is neither a class number (0 to {}) nor a class key of the zoo '{}'", label,
                  static_cast<std::ptrdiff_t>(zoo.classes.size()) - 1, zoo.name));
}

// ---- folders ----

class FolderReader {
 public:
  FolderReader(const fs::path& root, const Zoo& zoo) : root_(root), zoo_(zoo) {}

  Result<DataSet> read() {
    std::vector<fs::path> folders;
    bool has_images = false;
    std::error_code error;
    for (fs::directory_iterator i(root_, error), end; !error && i != end; i.increment(error)) {
      if (is_hidden(i->path())) continue;
      if (is_folder(i->path())) {
        folders.push_back(i->path());
      } else if (take(i->path(), std::nullopt)) {
        has_images = true;
      }
    }
    if (error) return io_error(fmt::format("{}: {}", root_.string(), error.message()));
    if (has_images && !folders.empty()) {
      return invalid_input(fmt::format(
          "{}: has images beside the folder '{}'; use class folders alone, images alone (no "
          "labels), or a CSV",
          root_.string(), folders.front().filename().string()));
    }
    for (const fs::path& folder : folders) {
      if (Status status = read_class(folder); !status.ok()) return status;
    }
    std::sort(data_.items.begin(), data_.items.end(),
              [](const DataItem& a, const DataItem& b) { return a.name < b.name; });
    return std::move(data_);
  }

 private:
  static bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

  static bool is_folder(const fs::path& path) {
    std::error_code error;  // a link to nowhere is no folder; reading it fails later, as an item
    return fs::is_directory(path, error);
  }

  bool take(const fs::path& path, std::optional<std::int32_t> label) {
    if (!is_image_name(path)) {
      ++data_.skipped;
      return false;
    }
    data_.items.push_back(
        {path.lexically_relative(root_).generic_string(), path, label, path.string()});
    return true;
  }

  Status read_class(const fs::path& folder) {
    const std::string key = folder.filename().string();
    const std::int32_t label = zoo_.class_of_label(key);
    if (label < 0) return no_class(key, zoo_).with_context(folder.string());
    std::error_code error;
    for (fs::recursive_directory_iterator i(folder, error), end; !error && i != end;
         i.increment(error)) {
      if (is_hidden(i->path())) {
        i.disable_recursion_pending();
      } else if (!is_folder(i->path())) {
        take(i->path(), label);
      }
    }
    return error ? io_error(fmt::format("{}: {}", folder.string(), error.message())) : Status();
  }

  fs::path root_;
  const Zoo& zoo_;
  DataSet data_;
};

// ---- CSV ----

class CsvReader {
 public:
  CsvReader(const fs::path& file, const Zoo& zoo) : file_(file), zoo_(zoo) {}

  Result<DataSet> read() {
    const Result<std::string> text = read_text(file_);
    if (!text.ok()) return text.status();
    const Result<std::vector<CsvRow>> rows = parse_csv(*text);
    if (!rows.ok()) return rows.status().with_context(file_.string());
    if (rows->empty()) return invalid_input(file_.string() + ": is empty");
    if (Status status = read_header(rows->front()); !status.ok()) return status;
    data_.items.reserve(rows->size() - 1);
    for (std::size_t i = 1; i < rows->size(); ++i) {
      const Status status = read_item((*rows)[i]);
      if (!status.ok()) return status.with_context(where((*rows)[i]));
    }
    return std::move(data_);
  }

 private:
  std::string where(const CsvRow& row) const {
    return fmt::format("{}:{}", file_.string(), row.line);
  }

  Status read_header(const CsvRow& row) {
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      std::optional<std::size_t>* column = nullptr;
      if (row.fields[i] == "path") column = &path_column_;
      if (row.fields[i] == "label") column = &label_column_;
      if (column == nullptr || column->has_value()) {
        return invalid_input(
            fmt::format("{}: the first line must be the header 'path,label' or 'path', not '{}'",
                        where(row), fmt::join(row.fields, ",")));
      }
      *column = i;
    }
    if (!path_column_) {
      return invalid_input(fmt::format("{}: the header has no column 'path'", where(row)));
    }
    columns_ = row.fields.size();
    return {};
  }

  Status read_item(const CsvRow& row) {
    if (row.fields.size() != columns_) {
      return invalid_input(
          fmt::format("{} fields, the header has {}", row.fields.size(), columns_));
    }
    const std::string& name = row.fields[*path_column_];
    if (name.empty()) return invalid_input("the path is empty");
    const fs::path path = (file_.parent_path() / name).lexically_normal();
    const auto [first, is_new] = first_line_.try_emplace(path.string(), row.line);
    if (!is_new) {
      return invalid_input(fmt::format("'{}' occurs twice, first in line {}", name, first->second));
    }
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
      return not_found(fmt::format("there is no file '{}'", path.string()));
    }
    std::optional<std::int32_t> label;
    if (label_column_ && !row.fields[*label_column_].empty()) {
      label = zoo_.class_of_label(row.fields[*label_column_]);
      if (*label < 0) return no_class(row.fields[*label_column_], zoo_);
    }
    data_.items.push_back({name, path, label, where(row)});
    return {};
  }

  fs::path file_;
  const Zoo& zoo_;
  std::optional<std::size_t> path_column_;
  std::optional<std::size_t> label_column_;
  std::size_t columns_ = 0;
  std::unordered_map<std::string, std::size_t> first_line_;  // of each normalised path
  DataSet data_;
};

Result<DataSet> read_image_data_set(const fs::path& data, const Zoo& zoo) {
  std::error_code error;
  Result<DataSet> result =
      fs::is_directory(data, error) ? FolderReader(data, zoo).read() : CsvReader(data, zoo).read();
  if (result.ok() && result->items.empty()) {
    return invalid_input(
        fmt::format("{}: there are no images in it (.jpg, .jpeg, .png, .webp)", data.string()));
  }
  return result;
}

std::string last_component(const fs::path& data) {
  std::error_code error;
  const fs::path whole = fs::absolute(data, error).lexically_normal();
  return whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
}

// A folder that had files when the data set was listed, and has not even one, is not there now; a
// single file that is missing was deleted.
bool is_away(const fs::path& folder) {
  std::error_code error;
  return fs::is_empty(folder.empty() ? "." : folder, error) || error;
}

}  // namespace

Result<std::vector<std::byte>> bytes_of(const DataItem& item) {
  if (item.text.empty()) {
    Result<std::vector<std::byte>> bytes = read_bytes(item.path);
    if (bytes.ok() || !is_away(item.path.parent_path())) return bytes;
    return passing_fault(fmt::format(
        "{}: the folder's files are gone: is a disk or a network folder no longer mounted?",
        item.path.parent_path().string()));
  }
  const std::span<const std::byte> bytes = std::as_bytes(std::span<const char>(item.text));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

Result<DataSet> read_data_set(const fs::path& data, const Zoo& zoo) {
  std::error_code error;
  const fs::file_status status = fs::status(data, error);
  if (!fs::exists(status)) {
    return not_found(fmt::format("{}: there is no such folder or file", data.string()));
  }
  Result<DataSet> result =
      zoo.task == kTranslation ? read_text_data_set(data, zoo) : read_image_data_set(data, zoo);
  if (!result.ok()) return result;
  result->name = last_component(data);
  return result;
}

}  // namespace rightsize

#include "cli/images.h"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "cli/common.h"
#include "cli/text_files.h"
#include "core/file.h"
#include "image/classification.h"

namespace rightsize::cli {

std::vector<std::string> expand(const std::vector<std::string>& arguments) {
  std::vector<std::string> images;
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (argument == "-" || !std::filesystem::is_directory(argument, error)) {
      images.push_back(argument);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argument, error)) {
      if (entry.is_regular_file(error) && is_image_name(entry.path())) {
        found.push_back(entry.path().string());
      }
    }
    if (found.empty()) warn(argument + ": holds no .jpg, .jpeg, .png or .webp file");
    std::sort(found.begin(), found.end());
    images.insert(images.end(), found.begin(), found.end());
  }
  return images;
}

Result<std::vector<std::byte>> read_image(const std::string& name) {
  if (name != "-") return read_bytes(name);
  const Result<std::string> bytes = read_stream(std::cin, shown_name(name));
  if (!bytes.ok()) return bytes.status();
  const auto* begin = reinterpret_cast<const std::byte*>(bytes->data());
  return std::vector<std::byte>(begin, begin + bytes->size());
}

std::string shown_name(const std::string& name) { return name == "-" ? "(stdin)" : name; }

}  // namespace rightsize::cli

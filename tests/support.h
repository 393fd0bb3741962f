// What tests of several folders share: a folder that is removed at the end, and the small models of
// tests/data.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "rightsize/decision.h"
#include "tests/process.h"

namespace rightsize::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "rightsize-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

  // Names of all files in it, in order.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // Writes a file (its folder is made) and gives its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::filesystem::path source_folder() { return RIGHTSIZE_SOURCE_DIR; }
inline std::filesystem::path data_folder() { return source_folder() / "tests/data"; }

// A folder of labelled images that not every machine has; tests that need it are skipped without.
inline std::filesystem::path imagenet_folder() {
  const char* variable = std::getenv("RIGHTSIZE_TEST_DATA");
  return std::filesystem::path(variable != nullptr ? variable : RIGHTSIZE_TEST_DATA_DIR) /
         "imagenet";
}

// The zoo of tests/data: classes red, green, blue and grey; small, medium, large and more.
inline Zoo colour_zoo() {
  Result<Zoo> zoo = read_manifest(data_folder() / "zoo.toml");
  EXPECT_TRUE(zoo.ok()) << zoo.status().message();
  return zoo.ok() ? *zoo : Zoo{};
}

inline ModelIndex index_in(const Zoo& zoo, const std::string& name) {
  const ModelSpec* model = zoo.find(name);
  EXPECT_NE(nullptr, model) << name;
  return static_cast<ModelIndex>(model - zoo.models.data());
}

}  // namespace rightsize::test

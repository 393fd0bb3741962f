// What tests of translation share: the zoo of tests/data/translation and its sentences.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "model/runtime.h"
#include "tests/support.h"
#include "text/text_models.h"

namespace rightsize::test {

inline std::filesystem::path translation_folder() { return data_folder() / "translation"; }

// Two recurrent networks, Transformers of both contracts, a memory; the translations of the
// networks are nonsense.
inline Zoo translation_zoo() {
  Result<Zoo> zoo = read_manifest(translation_folder() / "zoo.toml");
  EXPECT_TRUE(zoo.ok()) << zoo.status().message();
  return zoo.ok() ? *zoo : Zoo{};
}

inline std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::istringstream in(text_of(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  EXPECT_FALSE(lines.empty()) << file;
  return lines;
}

// 100 sentences of which the memory knows none.
inline std::vector<std::string> test_sentences() {
  return lines_of(translation_folder() / "test.en");
}

inline std::shared_ptr<Runtime> onnx_runtime() {
  Result<std::shared_ptr<Runtime>> runtime = load_onnx_runtime();
  EXPECT_TRUE(runtime.ok()) << runtime.status().message();
  return runtime.ok() ? *runtime : nullptr;
}

}  // namespace rightsize::test

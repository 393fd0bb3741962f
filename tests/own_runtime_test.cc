// Proves that the example of an application with a runtime of its own does what its README says:
// the selector saves most runs of the dearest model at hardly any loss, a broken model costs no
// answer, and no ONNX Runtime is in the process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <sstream>

#include "tests/support.h"

namespace rightsize {
namespace {

using testing::HasSubstr;

struct ProgramOutput {
  int status = -1;
  std::string text;
};

ProgramOutput run_example(const std::string& arguments) {
  FILE* pipe = ::popen((std::string(OWN_RUNTIME_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
  ProgramOutput result;
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    result.text.append(buffer.data(), n);
  }
  result.status = ::pclose(pipe);
  return result;
}

struct Row {
  std::string point;
  double right = 0.0;  // %
  int centroid = 0;
  int quadratic = 0;
  int kernel = 0;
  int answered = 0;
  double us = 0.0;
};

// The example's table by its first column, 24 characters wide.
std::map<std::string, Row> rows_of(const std::string& text) {
  std::map<std::string, Row> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.size() < 25) continue;
    std::istringstream in(line.substr(24));
    Row row;
    std::string percent;
    const bool good(in >> row.point >> row.right >> percent >> row.centroid >> row.quadratic >>
                    row.kernel >> row.answered >> row.us);
    if (good) rows[line.substr(0, line.find_last_not_of(' ', 23) + 1)] = row;
  }
  return rows;
}

TEST(OwnRuntimeTest, SavesRunsOfTheDearestModelAndLosesNoAnswer) {
  const ProgramOutput result =
      run_example((test::source_folder() / "examples/own_runtime/selector.json").string());
  ASSERT_EQ(0, result.status) << result.text;
  auto rows = rows_of(result.text);
  ASSERT_EQ(4U, rows.size()) << result.text;
  const Row best = rows["the best model"];
  EXPECT_EQ("baseline", best.point);
  EXPECT_EQ(3000, best.kernel);
  EXPECT_EQ(0, best.centroid + best.quadratic);
  EXPECT_GT(best.right, 88) << result.text;

  const Row careful = rows["0.5 points lost at most"];
  EXPECT_GT(careful.right, best.right - 1.0) << result.text;
  EXPECT_LT(careful.kernel, 1500) << result.text;
  EXPECT_GT(careful.kernel, 0) << result.text;
  EXPECT_LT(careful.us, best.us / 1.5) << result.text;

  const Row quick = rows["a fifth of its time"];
  EXPECT_LT(quick.us, best.us / 3) << result.text;
  EXPECT_LT(quick.kernel, careful.kernel) << result.text;
  EXPECT_GT(quick.right, 80) << result.text;

  // Every input that the kernel was asked about keeps the answer of the model before it.
  const Row broken = rows["the kernel is broken"];
  EXPECT_EQ(3000, broken.answered) << result.text;
  EXPECT_EQ(careful.kernel, broken.kernel) << result.text;
  EXPECT_LT(broken.right, careful.right) << result.text;
}

TEST(OwnRuntimeTest, NoInferenceRuntimeIsInTheProcess) {
  const ProgramOutput result =
      run_example((test::source_folder() / "examples/own_runtime/selector.json").string());
  EXPECT_THAT(result.text, HasSubstr("ONNX Runtime in this process: no"));
}

TEST(OwnRuntimeTest, ASelectorOfOtherModelsIsRefused) {
  std::string text = test::text_of(test::source_folder() / "examples/own_runtime/selector.json");
  const std::string name = "\"centroid\"";
  for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;) {
    text.replace(at, name.size(), "\"another\"");
  }
  const test::TemporaryFolder folder;
  const ProgramOutput result = run_example(folder.write("selector.json", text).string());
  EXPECT_NE(0, result.status);
  EXPECT_THAT(result.text, HasSubstr("no model 'centroid'; it has: another, quadratic, kernel"));
}

}  // namespace
}  // namespace rightsize

// Proves that the example of an application with a runtime of its own does what its README says:
// the selector saves most runs of the dearest model at hardly any loss, a broken model costs no
// answer, and no ONNX Runtime is in the process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <sstream>

#include "tests/support.h"

namespace rightsize {
namespace {

using testing::HasSubstr;

struct Run {
  int status = -1;
  std::string text;
};

Run run(const std::string& arguments) {
  FILE* pipe = ::popen((std::string(OWN_RUNTIME_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
  Run result;
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

// The example's table by its first column, 22 characters wide.
std::map<std::string, Row> rows_of(const std::string& text) {
  std::map<std::string, Row> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.size() < 23) continue;
    std::istringstream in(line.substr(22));
    Row row;
    std::string percent;
    const bool good(in >> row.point >> row.right >> percent >> row.centroid >> row.quadratic >>
                    row.kernel >> row.answered >> row.us);
    if (good) rows[line.substr(0, line.find("  "))] = row;
  }
  return rows;
}

TEST(OwnRuntimeTest, SavesRunsOfTheDearestModelAndLosesNoAnswer) {
  const Run result = run((test::source_folder() / "examples/own_runtime/selector.json").string());
  ASSERT_EQ(0, result.status) << result.text;
  auto rows = rows_of(result.text);
  ASSERT_EQ(4U, rows.size()) << result.text;
  const Row best = rows["the best model"];
  EXPECT_EQ("baseline", best.point);
  EXPECT_EQ(3000, best.kernel);
  EXPECT_EQ(0, best.centroid + best.quadratic);
  EXPECT_GT(best.right, 90);

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
  const Run result = run((test::source_folder() / "examples/own_runtime/selector.json").string());
  EXPECT_THAT(result.text, HasSubstr("ONNX Runtime in this process: no"));
}

TEST(OwnRuntimeTest, ASelectorOfOtherModelsIsRefused) {
  const Run result = run((test::source_folder() / "zoo/efficientnet-lite/selector.json").string());
  EXPECT_NE(0, result.status);
  EXPECT_THAT(result.text, HasSubstr("'centroid'"));
}

}  // namespace
}  // namespace rightsize

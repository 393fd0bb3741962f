// Proves that lines of cost say what they should for short and long sentences, come back from a
// selector file as they were written, and are refused where they are damaged or do not belong.
#include "selector/cost_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "selector/selector_file.h"
#include "tests/support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr Nanoseconds kMs = std::chrono::milliseconds(1);

CostLine line() {
  return {.cpu = {1.0, 0.5}, .wall = {1.5, 0.5}, .upper = {2.0, 1.0}, .least = 4, .most = 20};
}

TEST(CostLineTest, GrowsWithTheSentence) {
  EXPECT_EQ(line().expected(10).cpu, 6 * kMs);
  EXPECT_EQ(line().expected(10).wall, 6.5 * kMs);
  EXPECT_EQ(line().longest(10), 12 * kMs);
  EXPECT_EQ(line().expected(1).cpu, line().expected(4).cpu);  // as the shortest one seen
  EXPECT_EQ(line().expected(40).cpu, 21 * kMs);               // longer than any seen
}

TEST(CostLineTest, TheLongestTimeIsNeverBelowTheExpectedOne) {
  CostLine crossing = line();
  crossing.upper = {2.0, 0.1};
  EXPECT_EQ(crossing.longest(20), crossing.expected(20).wall);
}

TEST(CostLineTest, ConstantIsTheSameForAll) {
  const CostLine flat = constant_line(2.0, 3.0);
  EXPECT_EQ(flat.expected(1).cpu, 2 * kMs);
  EXPECT_EQ(flat.expected(1000).wall, 3 * kMs);
  EXPECT_EQ(flat.longest(1000), 3 * kMs);
}

// A file of one translation memory.
SelectorFile file_with(std::optional<CostLine> line) {
  const Result<Zoo> zoo = parse_manifest(
      "format = \"rightsize-zoo\"\nversion = 1\nname = \"z\"\ntask = \"translation\"\n"
      "source_language = \"en\"\ntarget_language = \"de\"\n[[model]]\nname = \"memory\"\n"
      "file = \"m.rsmem\"\nsha256 = \"" +
          std::string(64, 'a') + "\"\n[model.translation]\nmemory = true\n",
      "zoo.toml");
  EXPECT_TRUE(zoo.ok()) << zoo.status().message();
  SelectorFile file;
  if (zoo.ok()) file.zoo = *zoo;
  file.figures.push_back({.quality = 0.5, .cpu_ms = 1, .wall_ms = 1, .line = line});
  OperatingPoint point{.name = "memory", .rule = fixed_rule(0)};
  point.shares = {1.0};
  file.points.push_back(point);
  return file;
}

std::string error(const json& document) {
  const Result<SelectorFile> file = parse_selector_file(document.dump(), "s.json");
  return file.ok() ? "no error" : file.status().message();
}

TEST(CostLineTest, ComesBackFromAFile) {
  for (const std::optional<CostLine>& wanted : {std::optional(line()), std::optional<CostLine>()}) {
    const std::string text = to_json_text(file_with(wanted));
    const Result<SelectorFile> back = parse_selector_file(text, "s.json");
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_EQ(back->figures[0].line, wanted);
    EXPECT_EQ(text, to_json_text(*back));
  }
}

TEST(CostLineTest, DamagedLinesAreRefusedByPlace) {
  const json good = json::parse(to_json_text(file_with(line())));
  const auto broken = [&](const char* key, const json& value) {
    json document = good;
    document["figures"][0]["line"][key] = value;
    return error(document);
  };
  EXPECT_EQ("no error", error(good));
  EXPECT_THAT(broken("cpu", {1.0}), HasSubstr("figures[0].line"));
  EXPECT_THAT(broken("cpu", {1.0, 2.0, 3.0}), HasSubstr("'cpu'"));
  EXPECT_THAT(broken("wall", {1.0, -0.1}), HasSubstr("not negative"));
  EXPECT_THAT(broken("upper", {1e300, 1.0}), HasSubstr("'upper'"));
  EXPECT_THAT(broken("upper", "fast"), HasSubstr("'upper'"));
  EXPECT_THAT(broken("pieces", {5, 4}), HasSubstr("'pieces'"));
  EXPECT_THAT(broken("pieces", {0.5, 4}), HasSubstr("'pieces'"));
  EXPECT_THAT(broken("other", 1), HasSubstr("other"));
  json document = good;
  document["figures"][0]["line"].erase("wall");
  EXPECT_THAT(error(document), HasSubstr("'wall'"));
  document["figures"][0]["line"] = 7;
  EXPECT_THAT(error(document), HasSubstr("'line'"));
}

TEST(CostLineTest, ImageModelsHaveNone) {
  SelectorFile file = file_with(line());
  file.zoo = test::colour_zoo();
  file.figures.resize(file.zoo.models.size(), file.figures[0]);
  file.points[0].shares.resize(file.zoo.models.size(), 0.0);
  EXPECT_THAT(error(json::parse(to_json_text(file))), HasSubstr("translation alone"));
}

}  // namespace
}  // namespace rightsize

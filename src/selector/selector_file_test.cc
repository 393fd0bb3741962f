// Proves that a selector file gives back to the last bit what was written, and that files which are
// damaged, of another version or made to do harm are refused with a message that names the place.
#include "selector/selector_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "core/file.h"
#include "core/manifest_json.h"
#include "tests/support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::StartsWith;

OperatingPoint point(const std::string& name, Signal signal, std::vector<CascadeStage> stages) {
  OperatingPoint made{.name = name,
                      .rule = CascadeRule{.signal = signal, .stages = std::move(stages)}};
  made.quality = {0.8125, 0.1 + 0.2, 0.9};
  made.difference = {-0.01, -0.02, 1.0 / 3};
  made.speedup = {2.5, 2.25, std::nextafter(3.0, 4.0)};
  made.cpu_ms = 12.345678901234567;
  made.wall_ms = 13.1;
  made.energy_mj = 0.3;
  made.shares = {0.25, 0.0, 1.0 / 3};
  made.shares.resize(test::colour_zoo().models.size());
  return made;
}

SelectorFile make_file() {
  SelectorFile file;
  file.zoo = test::colour_zoo();
  file.provenance = {"0123abcd",
                     "photos \"x\"",
                     "Some CPU (x86_64; avx2)",
                     "ONNX Runtime 1.32.0",
                     "2025-01-02T03:04:05Z",
                     "0.1.0"};
  file.inputs = 12345;
  file.criterion = "top-5";
  file.reference = "large";
  file.baseline = 2;
  file.decode_cpu_ms = 1.1;
  for (std::size_t i = 0; i < file.zoo.models.size(); ++i) {
    file.figures.push_back({0.1 * static_cast<double>(i), 1.0 / 3 + static_cast<double>(i), 7e-5});
  }
  file.points = {
      point("baseline", Signal::kMaxProbability, {{2, 0.0}}),
      point("no-loss", Signal::kEntropy, {{0, 0.1 + 0.7}, {2, 0.0}}),
      point("loss-1", Signal::kMargin, {{1, 1e-300}, {0, std::nextafter(0.5, 1)}, {2, 0}})};
  file.default_point = 1;
  return file;
}

Result<SelectorFile> parse(const json& document) {
  return parse_selector_file(document.dump(), "s.json");
}
std::string error(const json& document) {
  const Result<SelectorFile> file = parse(document);
  return file.ok() ? "no error" : file.status().message();
}

void expect_equal(const SelectorFile& a, const SelectorFile& b) {
  EXPECT_EQ(canonical_json(a.zoo), canonical_json(b.zoo));
  EXPECT_EQ(a.provenance, b.provenance);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.criterion, b.criterion);
  EXPECT_EQ(a.reference, b.reference);
  EXPECT_EQ(a.baseline, b.baseline);
  EXPECT_EQ(a.decode_cpu_ms, b.decode_cpu_ms);
  EXPECT_EQ(a.figures, b.figures);
  EXPECT_EQ(a.points, b.points);
  EXPECT_EQ(a.default_point, b.default_point);
}

TEST(SelectorFileTest, RoundTrip) {
  const SelectorFile file = make_file();
  const std::string text = to_json_text(file);
  const Result<SelectorFile> back = parse_selector_file(text, "s.json");
  ASSERT_TRUE(back.ok()) << back.status().message();
  expect_equal(file, *back);
  EXPECT_EQ(text, to_json_text(*back));
}

TEST(SelectorFileTest, TheInputsOfTheTrainingRoundTrip) {
  SelectorFile file = make_file();
  file.input_marks = {"-_-_0129", "AAAAAAAA", "abcdEFGH"};
  const std::string text = to_json_text(file);
  EXPECT_THAT(text, HasSubstr("\"items\": \"-_-_0129AAAAAAAAabcdEFGH\""));
  const Result<SelectorFile> back = parse_selector_file(text, "s.json");
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(file.input_marks, back->input_marks);
  json document = json::parse(text);
  for (const char* items : {"abc", "abcdEFG!", "bbbbbbbbaaaaaaaa"}) {
    document["trained_on"]["items"] = items;
    EXPECT_THAT(error(document), HasSubstr("'items'")) << items;
  }
}

// Lists of numbers go on one line; what only looks like one, in a text, stays as it is.
TEST(SelectorFileTest, TextsKeepEveryCharacter) {
  for (const char* text :
       {"C:\\photos\\", "\\", "a\\\"b", "\"[1,  2]\"", "\\\"[1,  2]", "[3,4 ,5]\\"}) {
    SelectorFile file = make_file();
    file.provenance.data = text;
    file.provenance.device = "[1,2   ,3] of [ 4 ]";
    file.points[0].name = text;
    file.points[0].looking_ms = 1.25;
    const Result<SelectorFile> back = parse_selector_file(to_json_text(file), "s.json");
    ASSERT_TRUE(back.ok()) << back.status().message();
    expect_equal(file, *back);
  }
}

TEST(SelectorFileTest, EveryKindOfCascadeRoundTrips) {
  SelectorFile file = make_file();
  const CascadeRule combined{.signal = Signal::kMargin,
                             .stages = {{.model = 0, .threshold = 0.1, .temperature = 1.5},
                                        {.model = 2, .weights = {0.25, 1.0 / 3}}}};
  const CascadeRule agreement{
      .confidence = Confidence::kAgreement,
      .stages = {{.model = 0, .threshold = 2}, {.model = 1, .threshold = 2}, {.model = 2}}};
  const CascadeRule deferral{
      .confidence = Confidence::kDeferral,
      .stages = {{.model = 0, .threshold = 0.1, .deferral = {1, -2.5, 0, 1e-9, 3, 4}},
                 {.model = 2}}};
  for (const CascadeRule& rule : {combined, agreement, deferral}) {
    OperatingPoint added = file.points[0];
    added.name = fmt::format("point {}", file.points.size());
    added.energy_mj.reset();
    added.rule = rule;
    file.points.push_back(added);
  }
  const json good = json::parse(to_json_text(file));
  const Result<SelectorFile> back = parse(good);
  ASSERT_TRUE(back.ok()) << back.status().message();
  expect_equal(file, *back);

  const auto broken = [&](const char* pointer, const json& value) {
    json document = good;
    document[json::json_pointer(pointer)] = value;
    return error(document);
  };
  EXPECT_THAT(broken("/points/3/rule/stages/1/weights", {1.0}), HasSubstr("2 'weights'"));
  EXPECT_THAT(broken("/points/3/rule/stages/1/weights", {1.0, -0.1}), HasSubstr("not negative"));
  EXPECT_THAT(broken("/points/3/rule/stages/1/weights", {0.0, 0.0}), HasSubstr("not all 0"));
  EXPECT_THAT(broken("/points/3/rule/stages/0/temperature", 0.0), HasSubstr("'temperature'"));
  EXPECT_THAT(broken("/points/4/rule/confidence", "hope"), HasSubstr("'hope'"));
  EXPECT_THAT(broken("/points/4/rule/signal", "margin"), HasSubstr("signal"));
  EXPECT_THAT(broken("/points/5/rule/stages/0/deferral", {1.0}), HasSubstr("'deferral'"));
}

// A point of one-nearest-neighbour on two features, over models 0 and 2.
OperatingPoint premodel_point(std::optional<ModelIndex> probe, std::optional<ModelIndex> fallback) {
  auto points = std::make_shared<PointSet>();
  *points = {.features = 2, .count = 3, .columns = {0.1F, 1, 0, 0, 0, 1}};
  PremodelRule rule{
      .models = {0, 2},
      .classifier = {.scaling = {{1, 5}, {0, 0}, {1, 1}},
                     .classifiers = {Knn{
                         .points = points, .labels = {0, 1, 2}, .classes = 3, .k = 1}},
                     .models = 2},
      .probe = probe,
      .fallback = fallback,
      .features = {.max_side = 0, .keypoint_threshold = 7}};
  if (probe) rule.features = {};
  OperatingPoint made{.name = "premodel", .rule = rule};
  made.shares = {0.5, 0, 0.5};
  made.shares.resize(test::colour_zoo().models.size());
  return made;
}

TEST(SelectorFileTest, PremodelsRoundTrip) {
  for (const std::optional<ModelIndex> probe : {std::optional<ModelIndex>(), {0}}) {
    for (const std::optional<ModelIndex> fallback : {std::optional<ModelIndex>(), {1}}) {
      SelectorFile file = make_file();
      file.points.push_back(premodel_point(probe, fallback));
      const std::string text = to_json_text(file);
      const Result<SelectorFile> back = parse_selector_file(text, "s.json");
      ASSERT_TRUE(back.ok()) << back.status().message();
      expect_equal(file, *back);
      EXPECT_EQ(text, to_json_text(*back));
    }
  }
}

TEST(SelectorFileTest, ANetworkOfThePremodelRoundTrips) {
  SelectorFile file = make_file();
  OperatingPoint point = premodel_point({}, 1);
  auto& rule = std::get<PremodelRule>(point.rule);
  rule.features = {};
  rule.network = file.zoo.models[0];
  rule.network->output.outputs = 3;
  rule.network->output.class_of_output.clear();
  file.points = {point};
  file.default_point = 0;
  const json good = json::parse(to_json_text(file));
  const Result<SelectorFile> back = parse(good);
  ASSERT_TRUE(back.ok()) << back.status().message();
  expect_equal(file, *back);
  json bad = good;
  bad["points"][0]["rule"]["network"]["output"]["outputs"] = 4;  // two models and "none" are three
  EXPECT_THAT(error(bad), HasSubstr("points[0].rule.network"));
  bad = good;
  bad["points"][0]["rule"]["features"] = json::object();
  EXPECT_THAT(error(bad), HasSubstr("must be null"));
}

TEST(SelectorFileTest, DamagedPremodelsAreRefused) {
  SelectorFile file = make_file();
  file.points = {premodel_point({}, 1)};
  file.default_point = 0;
  const json good = json::parse(to_json_text(file));
  const auto broken = [&](const char* pointer, const json& value) {
    json document = good;
    document[json::json_pointer(pointer)] = value;
    return error(document);
  };
  EXPECT_EQ("no error", error(good));
  EXPECT_THAT(broken("/points/0/rule/models", {"small", "small"}), HasSubstr("twice"));
  EXPECT_THAT(broken("/points/0/rule/models", json::array()), HasSubstr("must name 1 to"));
  EXPECT_THAT(broken("/points/0/rule/models", {"small"}), HasSubstr("chooses among 2 models"));
  EXPECT_THAT(broken("/points/0/rule/models/0", 3), HasSubstr("no model of this file"));
  EXPECT_THAT(broken("/points/0/rule/fallback", "huge"), HasSubstr("'huge' as 'fallback'"));
  EXPECT_THAT(broken("/points/0/rule/probe", "small"), HasSubstr("must be null"));
  EXPECT_THAT(broken("/points/0/rule/features/set", "image-30"), HasSubstr("image-30"));
  EXPECT_THAT(broken("/points/0/rule/features/max_side", 1), HasSubstr("max_side is 1"));
  EXPECT_THAT(broken("/points/0/rule/features/edge_low", 1e99), HasSubstr("edge_low"));
  EXPECT_THAT(broken("/points/0/rule/features", nullptr), HasSubstr("features"));
  EXPECT_THAT(broken("/points/0/rule/classifier", 1), HasSubstr("classifier"));
  EXPECT_THAT(broken("/points/0/shares/0/share", 1.5), HasSubstr("0 to 1 as 'share'"));
  EXPECT_THAT(broken("/points/0/shares/0/model", "huge"), HasSubstr("no model of this file"));
  EXPECT_THAT(broken("/points/0/rule/kind", "oracle"), HasSubstr("unknown"));
}

// A threshold that came back one bit off would decide otherwise where it lies on a signal.
TEST(SelectorFileTest, ThresholdsKeepEveryBit) {
  std::mt19937_64 random(1);
  SelectorFile file = make_file();
  std::vector<double> values = {0.0,
                                -0.0,
                                std::numeric_limits<double>::min(),
                                std::numeric_limits<double>::denorm_min(),
                                std::numeric_limits<double>::max(),
                                std::numeric_limits<double>::lowest(),
                                std::nextafter(1.0, 0.0)};
  while (values.size() < 2000) {
    const auto value = std::bit_cast<double>(random());
    if (std::isfinite(value)) values.push_back(value);
    values.push_back(std::uniform_real_distribution<double>(0, 1)(random));
  }
  file.points.clear();
  for (std::size_t i = 0; i + 2 <= 500; i += 2) {
    file.points.push_back(point("p" + std::to_string(i), Signal::kMargin,
                                {{0, values[i]}, {1, values[i + 1]}, {2, 0.0}}));
  }
  for (std::size_t begin = 0; begin + 500 <= values.size(); begin += 500) {
    for (std::size_t i = 0; i < file.points.size(); ++i) {
      std::get<CascadeRule>(file.points[i].rule).stages[0].threshold = values[begin + 2 * i];
      std::get<CascadeRule>(file.points[i].rule).stages[1].threshold = values[begin + 2 * i + 1];
    }
    const Result<SelectorFile> back = parse_selector_file(to_json_text(file), "s.json");
    ASSERT_TRUE(back.ok()) << back.status().message();
    for (std::size_t i = 0; i < file.points.size(); ++i) {
      for (std::size_t s = 0; s < 2; ++s) {
        EXPECT_EQ(std::bit_cast<std::uint64_t>(
                      std::get<CascadeRule>(file.points[i].rule).stages[s].threshold),
                  std::bit_cast<std::uint64_t>(
                      std::get<CascadeRule>(back->points[i].rule).stages[s].threshold));
      }
    }
  }
}

TEST(SelectorFileTest, AFileKnowsItsFolder) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_atomically(folder / "s.json", to_json_text(make_file())).ok());
  const Result<SelectorFile> file = read_selector_file(folder / "s.json");
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(folder.path(), file->zoo.folder);
}

TEST(SelectorFileTest, NamesNeedNotBeUtf8ToBeWritten) {
  SelectorFile file = make_file();
  file.provenance.data = "caf\xe9";
  const Result<SelectorFile> back = parse_selector_file(to_json_text(file), "s.json");
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ("caf\xef\xbf\xbd", back->provenance.data);
}

TEST(SelectorFileTest, MakesTheSelectorOfAPoint) {
  const SelectorFile file = make_file();
  EXPECT_EQ(1U, file.find_point("no-loss"));
  EXPECT_EQ(3U, file.find_point("no-such"));
  const std::unique_ptr<Selector> selector = make_selector(file.points[2].rule);
  EXPECT_THAT(std::vector(selector->models().begin(), selector->models().end()),
              testing::ElementsAre(1, 0, 2));
  EXPECT_STREQ("fixed", kind_of(file.points[0].rule));
  EXPECT_STREQ("cascade", kind_of(file.points[1].rule));
}

class SelectorDocumentTest : public testing::Test {
 protected:
  std::string with(const std::string& pointer, const json& value) const {
    json changed = document_;
    changed[json::json_pointer(pointer)] = value;
    return error(changed);
  }
  json at(const std::string& pointer) const { return document_[json::json_pointer(pointer)]; }

  json document_ = json::parse(to_json_text(make_file()));
};

TEST_F(SelectorDocumentTest, EveryKeyIsNeededAndNoOtherAllowed) {
  const std::vector<std::pair<std::string, std::string>> objects = {
      {"", "the file"},
      {"/trained_on", "trained_on"},
      {"/figures/1", "figures[1]"},
      {"/points/1", "points[1]"},
      {"/points/1/quality", "points[1].quality"},
      {"/points/1/difference", "points[1].difference"},
      {"/points/1/speedup", "points[1].speedup"},
      {"/points/1/rule/stages/0", "points[1].rule.stages[0]"},
      {"/zoo", "zoo"},
      {"/zoo/models/0/input", "zoo.models[0].input"}};
  for (const auto& [pointer, place] : objects) {
    const json object = at(pointer);
    for (const auto& [key, value] : object.items()) {
      if (key == "energy_mj") continue;  // not every run has it
      json less = object;
      less.erase(key);
      EXPECT_EQ("s.json: '" + place + "' lacks the key '" + key + "'", with(pointer, less));
    }
    json more = object;
    more["extra"] = 1;
    EXPECT_EQ("s.json: '" + place + "' has an unknown key 'extra'", with(pointer, more));
  }
}

TEST_F(SelectorDocumentTest, NoValueOfAnotherTypeIsTaken) {
  const std::vector<json> values = {nullptr,
                                    7,
                                    -1.5,
                                    true,
                                    "text",
                                    json::array(),
                                    json::object(),
                                    json::array({1, "x"}),
                                    json::array({json::array()})};
  // Of the whole document: every leaf, and every list and object.
  std::vector<std::string> pointers;
  const json flat = document_.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    for (std::size_t end = 1; end != std::string::npos; end = pointer.find('/', end + 1)) {
      if (end > 1) pointers.push_back(pointer.substr(0, end));
    }
    pointers.push_back(pointer);
  }
  std::sort(pointers.begin(), pointers.end());
  pointers.erase(std::unique(pointers.begin(), pointers.end()), pointers.end());
  ASSERT_GT(pointers.size(), 200U);
  for (const std::string& pointer : pointers) {
    const json before = at(pointer);
    for (const json& other : values) {
      const bool same = other.type() == before.type() || (other.is_number() && before.is_number());
      if (same && !(other.is_array() && !before.empty())) continue;
      const bool no_shares = pointer.ends_with("/shares") && other == json::array();
      if (no_shares) continue;  // where nothing was answered
      EXPECT_THAT(with(pointer, other), StartsWith("s.json: '")) << pointer << " as " << other;
    }
  }
}

TEST_F(SelectorDocumentTest, FormatAndVersion) {
  EXPECT_EQ("s.json: 'the file' has the format 'rightsize-zoo', 'rightsize-selector' is needed",
            with("/format", "rightsize-zoo"));
  for (const json& version : std::vector<json>{0, 1, 3, -1, INT64_MAX}) {
    const Result<SelectorFile> file = [&] {
      json changed = document_;
      changed["version"] = version;
      return parse(changed);
    }();
    ASSERT_FALSE(file.ok());
    EXPECT_EQ(StatusCode::kMismatch, file.status().code());
    EXPECT_THAT(file.status().message(), HasSubstr("is version " + version.dump() +
                                                   " of the format; this program reads "
                                                   "version 2: train it again"));
  }
  // Said before anything else: the other keys of a later version may be others.
  EXPECT_THAT(error({{"format", "rightsize-selector"}, {"version", 3}, {"new", 1}}),
              HasSubstr("is version 3"));
}

TEST_F(SelectorDocumentTest, Stages) {
  EXPECT_THAT(with("/points/1/rule/stages", json::array()),
              HasSubstr("'points[1].rule.stages' must list 1 to 16 stages"));
  EXPECT_THAT(
      with("/points/1/rule/stages", json(std::vector<json>(17, at("/points/1/rule/stages/0")))),
      HasSubstr("'points[1].rule.stages' must list 1 to 16 stages"));
  EXPECT_EQ("s.json: 'points[2].rule.stages[1]' runs a model for the second time",
            with("/points/2/rule/stages/1/model", at("/points/2/rule/stages/0/model")));
  EXPECT_EQ(
      "s.json: 'points[1].rule.stages[0]' names 'huge' as 'model', which is no model of this file",
      with("/points/1/rule/stages/0/model", "huge"));
  EXPECT_EQ("s.json: 'points[1].rule.stages[1]' has an unknown key 'threshold'",
            with("/points/1/rule/stages/1/threshold", 0.5))
      << "the last stage has none";
  EXPECT_THAT(with("/points/1/rule/kind", "fixed"),
              HasSubstr("is of kind 'fixed' but has 2 stages"));
  EXPECT_THAT(with("/points/0/rule/kind", "cascade"),
              HasSubstr("is of kind 'cascade' but has 1 stages"));
  EXPECT_THAT(with("/points/0/rule/kind", "premodel"), HasSubstr("lacks the key 'models'"));
  EXPECT_EQ("s.json: 'points[1].rule' has an unknown signal 'loudness'",
            with("/points/1/rule/signal", "loudness"));
}

TEST_F(SelectorDocumentTest, PointsAndFigures) {
  EXPECT_EQ("s.json: 'points' must list 1 to 1000 operating points",
            with("/points", json::array()));
  EXPECT_EQ("s.json: 'points' must list 1 to 1000 operating points",
            with("/points", json(std::vector<json>(1001, at("/points/0")))));
  EXPECT_EQ("s.json: 'points[1]' is the second point called 'baseline'",
            with("/points/1/name", "baseline"));
  EXPECT_EQ("s.json: 'default_point' is 'x', which is no point", with("/default_point", "x"));
  EXPECT_THAT(with("/baseline", "x"), HasSubstr("names 'x' as 'baseline'"));
  EXPECT_THAT(with("/figures", json::array()),
              HasSubstr("'figures' must have one entry per model"));
  EXPECT_EQ("s.json: 'figures[1]' must stand in the order of the zoo's models",
            with("/figures/1/model", at("/figures/0/model")));
  EXPECT_THAT(with("/trained_on/inputs", -1), HasSubstr("needs a count as 'inputs'"));
}

// Times that would overflow when they are made nanoseconds and added up.
TEST_F(SelectorDocumentTest, AbsurdTimes) {
  for (const char* pointer :
       {"/figures/0/cpu_ms", "/figures/0/wall_ms", "/points/0/cpu_ms", "/decode_cpu_ms"}) {
    for (const double value : {-1.0, -1e-9, 1e10, 1e300}) {
      EXPECT_THAT(with(pointer, value), HasSubstr("needs 0 to 1000000000 as '")) << pointer;
    }
    EXPECT_EQ("no error", with(pointer, 0)) << pointer;
    EXPECT_EQ("no error", with(pointer, 1e9)) << pointer;
  }
}

TEST_F(SelectorDocumentTest, NumbersThatAreNone) {
  const std::string text = document_.dump();
  const std::string threshold = "\"threshold\":";
  const std::size_t begin = text.find(threshold) + threshold.size();
  const std::size_t end = text.find_first_of(",}", begin);
  for (const char* bad : {"NaN", "nan", "Infinity", "-Infinity", "1e999", "-1e999", "0x10", "1.",
                          ".5", "+1", "1e", "--1", "1,5"}) {
    std::string changed = text;
    changed.replace(begin, end - begin, bad);
    EXPECT_FALSE(parse_selector_file(changed, "s.json").ok()) << bad;
  }
  std::string changed = text;
  changed.replace(begin, end - begin, std::string(100'000, '9'));
  EXPECT_FALSE(parse_selector_file(changed, "s.json").ok());
  changed = text;
  changed.replace(begin, end - begin, "0." + std::string(100'000, '0') + "1");
  EXPECT_TRUE(parse_selector_file(changed, "s.json").ok()) << "small numbers round to 0";
}

TEST_F(SelectorDocumentTest, EveryTruncationIsRefused) {
  const std::string text = to_json_text(make_file());
  for (std::size_t length = 0; length + 2 < text.size(); length += 7) {
    const Result<SelectorFile> file = parse_selector_file(text.substr(0, length), "s.json");
    ASSERT_FALSE(file.ok()) << length;
    EXPECT_EQ("s.json: is not valid JSON (truncated or damaged?)", file.status().message());
  }
}

TEST_F(SelectorDocumentTest, HostileText) {
  for (const std::string& bad :
       {std::string(5'000'000, '['), "{\"points\":" + std::string(5'000'000, '['),
        std::string(1000, '\0'), std::string("[]"), std::string("null"), std::string("\"text\""),
        std::string("{}"), std::string(1'000'000, '"'), std::string(1'000'000, '{')}) {
    EXPECT_FALSE(parse_selector_file(bad, "s.json").ok());
  }
  // A long list where an object is wanted.
  EXPECT_FALSE(parse_selector_file("[0" + std::string(2'000'000, ',') + "0]", "s.json").ok());
  EXPECT_THAT(error(std::vector<int>(100'000, 0)), HasSubstr("'the file' must be an object"));
}

TEST(ReadSelectorFileTest, MissingFolderTooLarge) {
  const TemporaryFolder folder;
  const Result<SelectorFile> missing = read_selector_file(folder / "s.json");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(StatusCode::kNotFound, missing.status().code());
  EXPECT_THAT(read_selector_file(folder.path()).status().message(), HasSubstr("is a folder"));
  folder.write("large.json", "");
  std::filesystem::resize_file(folder / "large.json", (64U << 20) + 1);
  const Result<SelectorFile> large = read_selector_file(folder / "large.json");
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(StatusCode::kLimitExceeded, large.status().code());
  EXPECT_THAT(large.status().message(), HasSubstr("is larger than 64 MiB"));
}

TEST(WriteSelectorFileTest, AFullDiskLeavesTheOldOne) {
  const TemporaryFolder folder;
  const std::string text = to_json_text(make_file());
  ASSERT_TRUE(write_atomically(folder / "s.json", text).ok());
  SelectorFile other = make_file();
  other.criterion = "top-1";
  {
    const test::FileSizeLimit full(text.size() / 2);
    EXPECT_FALSE(write_atomically(folder / "s.json", to_json_text(other)).ok());
  }
  const Result<SelectorFile> kept = read_selector_file(folder / "s.json");
  ASSERT_TRUE(kept.ok()) << kept.status().message();
  EXPECT_EQ("top-5", kept->criterion);
  EXPECT_THAT(folder.names(), testing::ElementsAre("s.json"));
}

}  // namespace
}  // namespace rightsize

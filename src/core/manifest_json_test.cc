// Proves that the canonical form of a zoo, which run.db and selector files carry, gives the zoo
// back to the last bit, and that damaged or hostile forms are refused by a message with their
// place.
#include "core/manifest_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Zoo full_zoo() {
  Zoo zoo;
  zoo.name = "names with \"quotes\", \\ and ü";
  zoo.task = "image-classification";
  zoo.classes = {{"a", "first\tclass"}, {"b", ""}, {"c", "third"}};
  ModelSpec plain{.name = "plain", .file = "plain.onnx", .sha256 = std::string(64, '0')};
  plain.input.height = 4096;
  plain.input.width = 1;
  plain.output.outputs = 3;
  ModelSpec other{.name = "other", .file = "sub/other.onnx", .sha256 = std::string(64, 'f')};
  other.input = {"images",
                 224,
                 192,
                 Layout::kNhwc,
                 ColourOrder::kBgr,
                 CropMode::kBothSides,
                 0.1 + 0.2,
                 Filter::kBilinear,
                 Filter::kBilinear,
                 {0.485F * 255, -1.0F / 3, 1e-30F},
                 {0.1F, 58.395F, 3e38F}};
  other.output = {"scores", OutputKind::kProbabilities, 4, {-1, 2, 0, 1}};
  other.session.exact_int8 = true;
  zoo.models = {plain, other};
  return zoo;
}

void expect_equal(const Zoo& a, const Zoo& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.task, b.task);
  EXPECT_EQ(a.classes, b.classes);
  EXPECT_EQ(a.models, b.models);
}

TEST(CanonicalJsonTest, RoundTrip) {
  const Zoo zoo = full_zoo();
  const std::string text = canonical_json(zoo);
  const Result<Zoo> back = zoo_from_json(text);
  ASSERT_TRUE(back.ok()) << back.status().message();
  expect_equal(zoo, *back);
  EXPECT_EQ(text, canonical_json(*back));
  EXPECT_EQ(std::string::npos, text.find('\n'));
}

TEST(CanonicalJsonTest, RealManifestsRoundTrip) {
  for (const char* name : {"tests/data/zoo.toml", "tests/data/translation/zoo.toml",
                           "zoo/efficientnet-lite/zoo.toml", "zoo/ten-models/zoo.toml"}) {
    const Result<Zoo> zoo = read_manifest(test::source_folder() / name);
    if (!zoo.ok() && zoo.status().code() == StatusCode::kNotFound) continue;  // made at set-up
    ASSERT_TRUE(zoo.ok()) << zoo.status().message();
    const Result<Zoo> back = zoo_from_json(canonical_json(*zoo));
    ASSERT_TRUE(back.ok()) << back.status().message();
    expect_equal(*zoo, *back);
  }
}

// Where files are is no fact about a zoo.
TEST(CanonicalJsonTest, DoesNotDependOnTheFolder) {
  Zoo zoo = full_zoo();
  const std::string text = canonical_json(zoo);
  zoo.folder = "/elsewhere";
  EXPECT_EQ(text, canonical_json(zoo));
  zoo.models[0].input.crop_fraction = std::nextafter(1.0, 0.0);
  EXPECT_NE(text, canonical_json(zoo)) << "but on every bit of the facts";
}

class ZooFromJsonTest : public testing::Test {
 protected:
  std::string error() const {
    const Result<Zoo> zoo = zoo_from_json(document_, "zoo");
    return zoo.ok() ? "no error" : zoo.status().message();
  }
  // The message where the value at `pointer` is another.
  std::string with(const std::string& pointer, const json& value) const {
    json changed = document_;
    changed[json::json_pointer(pointer)] = value;
    const Result<Zoo> zoo = zoo_from_json(changed, "zoo");
    return zoo.ok() ? "no error" : zoo.status().message();
  }

  json document_ = zoo_to_json(full_zoo());
};

TEST_F(ZooFromJsonTest, EveryKeyIsNeeded) {
  const std::vector<std::pair<std::string, std::string>> objects = {
      {"", "zoo"},
      {"/models/1", "zoo.models[1]"},
      {"/models/1/input", "zoo.models[1].input"},
      {"/models/1/output", "zoo.models[1].output"},
      {"/models/1/session", "zoo.models[1].session"}};
  int keys = 0;
  for (const auto& [pointer, place] : objects) {
    const json object = document_[json::json_pointer(pointer)];
    for (const auto& [key, value] : object.items()) {
      ++keys;
      json less = object;
      less.erase(key);
      EXPECT_EQ("'" + place + "' lacks the key '" + key + "'", with(pointer, less));
    }
    json more = object;
    more["extra"] = 1;
    EXPECT_EQ("'" + place + "' has an unknown key 'extra'", with(pointer, more));
  }
  EXPECT_EQ(4 + 6 + 10 + 4 + 1, keys);
}

TEST_F(ZooFromJsonTest, NoValueOfAnotherTypeIsTaken) {
  const std::vector<json> values = {nullptr,        7,        -1.5, true, "text", json::array(),
                                    json::object(), {1, "x"}, 1e300};
  const json flat = document_.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    for (const json& other : values) {
      if (other.type() == value.type() || (other.is_number() && value.is_number())) continue;
      // Empty lists appear as null in the flattened form.
      if (other == json::array() && value.is_null()) continue;
      const std::string message = with(pointer, other);
      EXPECT_NE("no error", message) << pointer << " as " << other;
      EXPECT_THAT(message, HasSubstr("'zoo")) << pointer;
    }
  }
}

TEST_F(ZooFromJsonTest, BadValues) {
  const std::string input = "/models/0/input/";
  const std::string output = "/models/1/output/";
  EXPECT_THAT(with("/task", "poetry"), HasSubstr("'zoo.task' is 'poetry'"));
  EXPECT_THAT(with("/models", json::array()), HasSubstr("'zoo.models' must list 1 to 256 models"));
  EXPECT_THAT(with("/models", json(std::vector<json>(257, document_["models"][0]))),
              HasSubstr("'zoo.models' must list 1 to 256 models"));
  EXPECT_THAT(with("/models/1", document_["models"][0]),
              HasSubstr("two models are called 'plain'"));
  EXPECT_THAT(with("/classes/0", {"a"}), HasSubstr("'zoo.classes' must hold [key, name] pairs"));
  EXPECT_THAT(with("/models/0/sha256", "0"), HasSubstr("'zoo.models[0]': model 'plain': 'sha256'"));
  EXPECT_THAT(with("/models/0/name", ""), HasSubstr("'zoo.models[0]': a model needs"));
  EXPECT_THAT(with(input + "layout", "CHW"),
              HasSubstr("'zoo.models[0].input' has 'CHW' as 'layout'"));
  for (const json& size : std::vector<json>{
           {8}, {8, 8, 8}, {0, 8}, {8, 4097}, {8, 1.5}, {8, -1}, {1e300, 8}, {8, "8"}}) {
    EXPECT_THAT(with(input + "size", size), HasSubstr("'zoo.models[0].input' needs")) << size;
  }
  EXPECT_THAT(with(input + "mean", {1, 2}), HasSubstr("needs three numbers as 'mean'"));
  EXPECT_THAT(with(input + "mean", {1, 2, 1e300}), HasSubstr("'mean' must be finite"));
  EXPECT_THAT(with(input + "std", {1, 2, 0}), HasSubstr("'std' must be above 0"));
  EXPECT_THAT(with(input + "crop_fraction", 0), HasSubstr("'crop_fraction'"));
  for (const json& outputs : std::vector<json>{0, -5, 1000001, INT64_MAX, INT64_MIN, UINT64_MAX}) {
    EXPECT_THAT(with(output + "outputs", outputs), HasSubstr("'outputs'")) << outputs;
  }
  for (const json& map : std::vector<json>{{-1, 3, 0, 1},
                                           {-2, 2, 0, 1},
                                           {0.5, 2, 0, 1},
                                           {1e300, 2, 0, 1},
                                           {-1, 2, 2, 1},
                                           {-1, 2, 0},
                                           {-1, -1, -1, -1},
                                           json::array()}) {
    EXPECT_NE("no error", with(output + "class_of_output", map)) << map;
  }
}

TEST_F(ZooFromJsonTest, TextThatIsNoJson) {
  const std::string text = canonical_json(full_zoo());
  for (std::size_t length = 0; length < text.size(); ++length) {
    const Result<Zoo> zoo = zoo_from_json(text.substr(0, length));
    ASSERT_FALSE(zoo.ok()) << length;
    EXPECT_THAT(zoo.status().message(), HasSubstr("the stored zoo"));
  }
}

}  // namespace
}  // namespace rightsize

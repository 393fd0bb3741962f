// Proves that a manifest is read as documented, with its defaults, and that everything that can be
// wrong with one is refused with a message that names file and line.
#include "core/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support.h"

namespace rightsize {
namespace {

using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
namespace fs = std::filesystem;

const std::string kDigest(64, 'a');

// Lines 1 to 5; what follows begins on line 6.
const std::string kHeader =
    "format = \"rightsize-zoo\"\nversion = 1\nname = \"z\"\ntask = \"image-classification\"\n"
    "classes = \"classes.tsv\"\n";
// Lines 6 to 11.
const std::string kModel = "[[model]]\nname = \"m\"\nfile = \"m.onnx\"\nsha256 = \"" + kDigest +
                           "\"\ninput = {size = [8, 6]}\noutput = {outputs = 3}\n";

class ManifestTest : public testing::Test {
 protected:
  ManifestTest() { folder_.write("classes.tsv", "a\tthe first\nb\tthe second\nc\n"); }

  Result<Zoo> read(const std::string& text) { return read_manifest(folder_.write("z.toml", text)); }
  // The message without the folder: "z.toml:7: ...".
  std::string error(const std::string& text) {
    const Result<Zoo> zoo = read(text);
    if (zoo.ok()) return "no error";
    const std::string message = zoo.status().message();
    const std::string folder = folder_.path().string() + "/";
    return message.starts_with(folder) ? message.substr(folder.size()) : message;
  }
  // Of a manifest with one model whose tables are these.
  static std::string with(const std::string& input, const std::string& output) {
    return kHeader + "[[model]]\nname = \"m\"\nfile = \"m.onnx\"\nsha256 = \"" + kDigest +
           "\"\n[model.input]\n" + input + "\n[model.output]\n" + output + "\n";
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t place = text.find(from);
    EXPECT_NE(std::string::npos, place) << from;
    return text.replace(place, from.size(), to);
  }

  TemporaryFolder folder_;
};

TEST_F(ManifestTest, ReadsWithDefaults) {
  const Result<Zoo> zoo = read(kHeader + kModel);
  ASSERT_TRUE(zoo.ok()) << zoo.status().message();
  EXPECT_EQ("z", zoo->name);
  EXPECT_EQ("image-classification", zoo->task);
  EXPECT_EQ(folder_.path(), zoo->folder);
  EXPECT_THAT(zoo->classes, ElementsAre(ClassSpec{"a", "the first"}, ClassSpec{"b", "the second"},
                                        ClassSpec{"c", "c"}));
  ASSERT_EQ(1U, zoo->models.size());
  ModelSpec expected{.name = "m", .file = "m.onnx", .sha256 = kDigest};
  expected.input.height = 8;
  expected.input.width = 6;
  expected.output.outputs = 3;
  EXPECT_EQ(expected, zoo->models[0]);
  // The defaults that the documentation promises.
  EXPECT_EQ("input", expected.input.name);
  EXPECT_EQ(Layout::kNchw, expected.input.layout);
  EXPECT_EQ(ColourOrder::kRgb, expected.input.colour);
  EXPECT_EQ(CropMode::kCentreSquare, expected.input.crop);
  EXPECT_EQ(1.0, expected.input.crop_fraction);
  EXPECT_EQ(Filter::kArea, expected.input.shrink);
  EXPECT_EQ(Filter::kBicubic, expected.input.enlarge);
  EXPECT_THAT(expected.input.mean, ElementsAre(0, 0, 0));
  EXPECT_THAT(expected.input.std, ElementsAre(1, 1, 1));
  EXPECT_EQ("logits", expected.output.name);
  EXPECT_EQ(OutputKind::kLogits, expected.output.kind);
  EXPECT_FALSE(expected.session.exact_int8);
}

TEST_F(ManifestTest, ReadsEveryKey) {
  folder_.write("map.txt", "c\n-\n0\nb\n");
  const Result<Zoo> zoo = read(kHeader + R"(
[defaults.input]
name = "images"
size = [10, 12]
layout = "NHWC"
colour = "BGR"
crop = "both-sides"
crop_fraction = 0.875
shrink = "bilinear"
enlarge = "bilinear"
mean = [1, 2.5, 3]
std = [4, 5, 6.5]
[defaults.output]
name = "scores"
kind = "probabilities"
outputs = 4
class_map = "map.txt"

[[model]]
name = "all by default"
file = "m.onnx"
sha256 = ")" + kDigest + R"("

[[model]]
name = "nothing by default"
file = "sub/m.onnx"
sha256 = ")" + kDigest + R"("
[model.input]
name = "x"
size = [1, 4096]
layout = "NCHW"
colour = "RGB"
crop = "centre-square"
crop_fraction = 1
shrink = "area"
enlarge = "bicubic"
mean = [0, 0, 0]
std = [1, 1, 1]
[model.output]
name = "y"
kind = "logits"
outputs = 5
drop = [0, 3]
[model.session]
exact_int8 = true
)");
  ASSERT_TRUE(zoo.ok()) << zoo.status().message();
  ASSERT_EQ(2U, zoo->models.size());
  const ModelSpec& first = zoo->models[0];
  EXPECT_EQ((InputSpec{"images",
                       10,
                       12,
                       Layout::kNhwc,
                       ColourOrder::kBgr,
                       CropMode::kBothSides,
                       0.875,
                       Filter::kBilinear,
                       Filter::kBilinear,
                       {1, 2.5F, 3},
                       {4, 5, 6.5F}}),
            first.input);
  EXPECT_EQ((OutputSpec{"scores", OutputKind::kProbabilities, 4, {2, -1, 0, 1}}), first.output);
  EXPECT_FALSE(first.session.exact_int8);
  const ModelSpec& second = zoo->models[1];
  EXPECT_EQ((InputSpec{"x",
                       1,
                       4096,
                       Layout::kNchw,
                       ColourOrder::kRgb,
                       CropMode::kCentreSquare,
                       1.0,
                       Filter::kArea,
                       Filter::kBicubic,
                       {0, 0, 0},
                       {1, 1, 1}}),
            second.input);
  EXPECT_EQ((OutputSpec{"y", OutputKind::kLogits, 5, {-1, 0, 1, -1, 2}}), second.output);
  EXPECT_TRUE(second.session.exact_int8);
}

TEST_F(ManifestTest, AModelCanUndoADefaultDrop) {
  const std::string text = kHeader +
                           "[defaults.output]\noutputs = 4\ndrop = [0]\n"
                           "[[model]]\nname = \"m\"\nfile = \"f\"\nsha256 = \"" +
                           kDigest + "\"\ninput = {size = [8, 8]}\n";
  const Result<Zoo> inherited = read(text);
  ASSERT_TRUE(inherited.ok()) << inherited.status().message();
  EXPECT_THAT(inherited->models[0].output.class_of_output, ElementsAre(-1, 0, 1, 2));
  const Result<Zoo> undone = read(text + "output = {outputs = 3, drop = []}\n");
  ASSERT_TRUE(undone.ok()) << undone.status().message();
  EXPECT_TRUE(undone->models[0].output.class_of_output.empty());
}

TEST_F(ManifestTest, UnknownKeysAreNamedWithTheirLine) {
  EXPECT_THAT(error(replaced(kHeader + kModel, "[[model]]", "colour = 1\n[[model]]")),
              StartsWith("z.toml:6: unknown key 'colour' in the manifest; known keys: format, "));
  EXPECT_THAT(error(kHeader + kModel + "fiel = \"x\"\n"),
              StartsWith("z.toml:12: unknown key 'fiel' in [[model]]; known keys: name, file, "));
  EXPECT_THAT(error(with("size = [8, 8]\ncolor = \"RGB\"", "outputs = 3")),
              StartsWith("z.toml:12: unknown key 'color' in an input table; known keys: name, "));
  EXPECT_THAT(error(with("size = [8, 8]", "outputs = 3\nclasses = 3")),
              StartsWith("z.toml:14: unknown key 'classes' in an output table; known keys: "));
  EXPECT_THAT(error(kHeader + kModel + "session = {threads = 2}\n"),
              StartsWith("z.toml:12: unknown key 'threads' in a session table"));
  EXPECT_THAT(error(kHeader + "[defaults]\nsession = {exact_int8 = true}\n" + kModel),
              StartsWith("z.toml:7: unknown key 'session' in [defaults]"));
}

TEST_F(ManifestTest, Header) {
  EXPECT_EQ("z.toml:1: the first line must be: format = \"rightsize-zoo\"", error("version = 1\n"));
  EXPECT_THAT(error(""), HasSubstr("the first line must be"));
  EXPECT_EQ("z.toml:2: version 2 of the format; this program reads version 1",
            error(replaced(kHeader, "version = 1", "version = 2")));
  EXPECT_EQ("z.toml:2: 'version' must be a whole number",
            error(replaced(kHeader, "version = 1", "version = \"1\"")));
  EXPECT_EQ(
      "z.toml:4: task 'poetry' is not known; this program knows "
      "\"image-classification\" and \"translation\"",
      error(replaced(kHeader, "image-classification", "poetry")));
  EXPECT_EQ("z.toml:3: 'name' must be a text in quotes",
            error(replaced(kHeader, "name = \"z\"", "name = 5")));
  for (const std::string key : {"name", "task", "classes"}) {
    const std::size_t begin = kHeader.find(key + " =");
    std::string text = kHeader;
    text.erase(begin, text.find('\n', begin) + 1 - begin);
    EXPECT_EQ("z.toml:1: the manifest needs the key '" + key + "'", error(text));
  }
  EXPECT_EQ("z.toml: lists no model; add a [[model]] table for each", error(kHeader));
  EXPECT_THAT(error(kHeader + "model = []\n"), HasSubstr("lists no model"));
  EXPECT_EQ("z.toml:6: [[model]] must be a table", error(kHeader + "model = [1]\n"));
  EXPECT_EQ("z.toml:6: 'defaults' must be a table", error(kHeader + "defaults = 3\n"));
}

TEST_F(ManifestTest, WhatIsNoToml) {
  EXPECT_THAT(error(kHeader + "name = \"twice\"\n"), StartsWith("z.toml:6: "));
  EXPECT_THAT(error(kHeader + "[[model\n"), StartsWith("z.toml:6: "));
  EXPECT_EQ("z.toml: is not UTF-8 text", error("\xff\xfe"));
  EXPECT_THAT(error("a = " + std::string(100'000, '[')), StartsWith("z.toml:1: "));
  const Result<Zoo> missing = read_manifest(folder_ / "no.toml");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(StatusCode::kNotFound, missing.status().code());
  EXPECT_THAT(missing.status().message(), HasSubstr((folder_ / "no.toml").string()));
}

// The parser has undefined behaviour on some of these, see core/toml_text.h.
TEST_F(ManifestTest, CharactersBeyondAsciiStandInQuotesAndComments) {
  for (const std::string bad :
       {"größe = 1\n", "a = é\n", "\xef\xbb\xbd = 1", "a\xc2\xa0= 1\n", "a = 1\"é\" = 3\n",
        "a = x{\"é\"", "a = tru\xef\xbb\xaf", "a = \"not closed\né\"\n", "a = 'closed\\'é\n"}) {
    EXPECT_THAT(error(bad), StartsWith("z.toml:")) << bad;
    EXPECT_THAT(error(kHeader + "b = 1\n" + bad), StartsWith("z.toml:")) << bad;
  }
  EXPECT_THAT(error(kHeader + "\"größe\" = 1\n"), StartsWith("z.toml:6: unknown key 'größe'"));
  EXPECT_EQ("z.toml:2: a private-use character", error("# é\n# \xf3\xb0\x83\xa9"));
  const Result<Zoo> zoo = read("\xef\xbb\xbf# Zoologisches für 猫 😀\n" +
                               replaced(kHeader, "\"z\"", "\"für 猫 \\u00fc \uFFFD😀\"") + kModel);
  ASSERT_TRUE(zoo.ok()) << zoo.status().message();
  EXPECT_EQ("für 猫 ü \uFFFD😀", zoo->name);
}

TEST_F(ManifestTest, ATableNameOfNothingIsRefused) {
  using namespace std::string_literals;
  for (const std::string& bad : {"[=]\n"s, "[[=]]\n"s, "[\0model]\n"s, "[#]\n"s}) {
    EXPECT_THAT(error(bad), StartsWith("z.toml:1: "));
  }
}

TEST_F(ManifestTest, BadValuesOfAnInput) {
  const auto input = [&](const std::string& text) { return error(with(text, "outputs = 3")); };
  // What is refused where it stands.
  const std::vector<std::pair<std::string, std::string>> by_line = {
      {"size = 8", "'size' must be a list of 2 numbers"},
      {"size = [8]", "'size' must be a list of 2 numbers"},
      {"size = [8, 8, 3]", "'size' must be a list of 2 numbers"},
      {"size = [8, \"8\"]", "'size' must be a list of 2 numbers"},
      {"size = [8, nan]", "'size' must be a list of 2 numbers"},
      {"layout = \"NCWH\"", "'layout' is 'NCWH'; it must be one of \"NCHW\", \"NHWC\""},
      {"layout = \"\"", "'layout' is ''; it must be one of \"NCHW\", \"NHWC\""},
      {"layout = 1", "'layout' must be a text in quotes"},
      {"colour = \"rgb\"", "'colour' is 'rgb'; it must be one of \"RGB\", \"BGR\""},
      {"crop = \"none\"", "'crop' is 'none'; it must be one of \"centre-square\", \"both-sides\""},
      {"crop_fraction = \"1\"", "'crop_fraction' must be a number"},
      {"crop_fraction = inf", "'crop_fraction' must be a number"},
      {"shrink = \"lanczos\"", "'shrink' is 'lanczos'; it must be one of \"area\", \"bilinear\""},
      {"mean = 127", "'mean' must be a list of 3 numbers"},
      {"mean = [1, 2]", "'mean' must be a list of 3 numbers"},
      {"std = [1, 2, nan]", "'std' must be a list of 3 numbers"},
      {"name = true", "'name' must be a text in quotes"}};
  for (const auto& [text, message] : by_line) {
    EXPECT_THAT(input(text), StartsWith("z.toml:11: " + message)) << text;
  }
  // What is refused of the model as a whole.
  const std::string size = "size = [8, 8]\n";
  const std::vector<std::pair<std::string, std::string>> by_model = {
      {"", "the key 'size' of its input must be [height, width], each 1 to 4096"},
      {"size = [0, 8]", "the key 'size'"},
      {"size = [8, 4097]", "the key 'size'"},
      {"size = [8, 8.5]", "the key 'size'"},
      {"size = [8, -8]", "the key 'size'"},
      {"size = [1e300, 8]", "the key 'size'"},
      {size + "crop_fraction = 0", "'crop_fraction' must be above 0 and at most 1"},
      {size + "crop_fraction = 1.01", "'crop_fraction' must be above 0 and at most 1"},
      {size + "crop_fraction = -1", "'crop_fraction' must be above 0 and at most 1"},
      {size + "shrink = \"bicubic\"", "'shrink' must be \"area\" or \"bilinear\""},
      {size + "enlarge = \"area\"", "'enlarge' must be \"bicubic\" or \"bilinear\""},
      {size + "mean = [0, 1e300, 0]", "'mean' must be finite"},
      {size + "std = [1, 0, 1]", "'std' must be above 0"},
      {size + "std = [1, 1, -1]", "'std' must be above 0"},
      {size + "std = [1, 1, 1e300]", "'std' must be above 0"}};
  for (const auto& [text, message] : by_model) {
    EXPECT_THAT(input(text), StartsWith("z.toml:6: model 'm': " + message)) << text;
  }
}

TEST_F(ManifestTest, BadValuesOfAnOutput) {
  const auto output = [&](const std::string& text) { return error(with("size = [8, 8]", text)); };
  const std::vector<std::pair<std::string, std::string>> by_line = {
      {"outputs = -1", "'outputs' must be 1 to 1000000"},
      {"outputs = 1000001", "'outputs' must be 1 to 1000000"},
      {"outputs = 3.0", "'outputs' must be a whole number"},
      {"kind = \"softmax\"", "'kind' is 'softmax'; it must be one of"},
      {"drop = [0]", "'drop' needs 'outputs' in this table or in [defaults.output]"},
      {"class_map = 3", "'class_map' must be a text in quotes"}};
  for (const auto& [text, message] : by_line) {
    EXPECT_THAT(output(text), StartsWith("z.toml:13: " + message)) << text;
  }
  for (const auto& [drop, message] : std::vector<std::pair<std::string, std::string>>{
           {"[4]", "'drop' lists 4; outputs are numbered 0 to 3"},
           {"[-1]", "'drop' lists -1; outputs are numbered 0 to 3"},
           {"[0.5]", "'drop' lists 0.5; outputs are numbered 0 to 3"},
           {"0", "'drop' must be a list of numbers"},
           {"[\"background\"]", "'drop' must be a list of numbers"}}) {
    EXPECT_EQ("z.toml:14: " + message, output("outputs = 4\ndrop = " + drop));
  }
  folder_.write("map.txt", "a\nb\nc\n");
  EXPECT_EQ("z.toml:14: give 'drop' or 'class_map', not both",
            output("outputs = 4\ndrop = [0]\nclass_map = \"map.txt\""));
  const std::vector<std::pair<std::string, std::string>> by_model = {
      {"", "the key 'outputs' of its output must be 1 to 1000000"},
      {"outputs = 0", "the key 'outputs' of its output must be 1 to 1000000"},
      {"outputs = 4",
       "has 4 outputs for 3 classes; say which output is which class with 'drop' or "
       "'class_map'"},
      {"outputs = 2", "has 2 outputs for 3 classes"},
      {"outputs = 5\ndrop = [0]", "an output is mapped to class 3, the zoo has 3 classes"},
      {"outputs = 2\ndrop = [0, 1]", "no output is a class"},
      {"outputs = 2\nclass_map = \"map.txt\"", "'class_map' has 3 lines for 2 outputs"}};
  for (const auto& [text, message] : by_model) {
    EXPECT_THAT(output(text), StartsWith("z.toml:6: model 'm': " + message)) << text;
  }
}

TEST_F(ManifestTest, ClassMaps) {
  const auto map = [&](const std::string& text) {
    folder_.write("map.txt", text);
    return error(with("size = [8, 8]", "outputs = 3\nclass_map = \"map.txt\""));
  };
  EXPECT_EQ("no error", map("c\nb\na\n"));
  EXPECT_EQ("no error", map("2\r\n-\r\n0"));
  EXPECT_EQ(
      "map.txt:2: 'd' is no class of the zoo; each line must be a class number, a class key "
      "or '-'",
      map("a\nd\nb\n"));
  EXPECT_THAT(map("a\n3\nb\n"), StartsWith("map.txt:2: '3' is no class"));
  EXPECT_THAT(map("a\n\nb\n"), StartsWith("map.txt:2: '' is no class"));
  EXPECT_THAT(map("a\n-1\nb\n"), StartsWith("map.txt:2: '-1' is no class"));
  EXPECT_THAT(map("a\nb\na\n"), HasSubstr("two outputs are mapped to class 0"));
  EXPECT_EQ("map.txt: holds no line; it needs one for each output", map(""));
}

TEST_F(ManifestTest, ClassMapsThatCannotBeRead) {
  for (const std::string name : {"no.txt", ""}) {
    EXPECT_THAT(error(with("size = [8, 8]", "outputs = 3\nclass_map = \"" + name + "\"")),
                StartsWith("z.toml:14: 'class_map': " + folder_.path().string() + "/" + name));
  }
}

TEST_F(ManifestTest, ClassLists) {
  const auto classes = [&](const std::string& text) {
    folder_.write("classes.tsv", text);
    return error(kHeader + kModel);
  };
  EXPECT_EQ("no error", classes("a\nb\nc"));
  EXPECT_EQ("no error", classes("a\tA\r\nb\tB\r\nc\tC\r\n"));
  EXPECT_EQ("classes.tsv:2: a class needs a key", classes("a\n\nc\n"));
  EXPECT_EQ("classes.tsv:2: a class needs a key", classes("a\n\tname\nc\n"));
  EXPECT_EQ("classes.tsv:3: the key 'a' stands for two classes; keys must be unique",
            classes("a\nb\na\n"));
  EXPECT_EQ("classes.tsv:2: is not UTF-8 text", classes("a\nb\tcaf\xe9\nc\n"));
  EXPECT_EQ("classes.tsv: holds no class", classes(""));
  fs::remove(folder_ / "classes.tsv");
  EXPECT_THAT(error(kHeader + kModel), StartsWith("z.toml:5: 'classes': "));
}

TEST_F(ManifestTest, BadModels) {
  const auto changed = [&](const std::string& from, const std::string& to) {
    return error(replaced(kHeader + kModel, from, to));
  };
  EXPECT_EQ("z.toml:6: a model needs the key 'name'", changed("name = \"m\"\n", ""));
  EXPECT_EQ("z.toml:6: a model needs the key 'name'", changed("name = \"m\"", "name = \"\""));
  EXPECT_EQ("z.toml:6: model 'm': the key 'file' is missing", changed("file = \"m.onnx\"\n", ""));
  const std::string digest =
      "z.toml:6: model 'm': 'sha256' must be the 64 lower-case hexadecimal digits that `sha256sum` "
      "prints";
  EXPECT_EQ(digest, changed("sha256 = \"" + kDigest + "\"\n", ""));
  EXPECT_EQ(digest, changed(kDigest, std::string(63, 'a')));
  EXPECT_EQ(digest, changed(kDigest, std::string(64, 'A')));
  EXPECT_EQ(digest, changed(kDigest, std::string(64, 'g')));
  EXPECT_EQ("z.toml:10: 'input' must be a table", changed("{size = [8, 6]}", "5"));
  EXPECT_EQ("z.toml:11: 'output' must be a table", changed("{outputs = 3}", "[3]"));
  EXPECT_EQ("z.toml:12: 'session' must be a table", error(kHeader + kModel + "session = 1\n"));
  EXPECT_EQ("z.toml:12: 'exact_int8' must be true or false",
            error(kHeader + kModel + "session = {exact_int8 = 1}\n"));
  EXPECT_EQ("z.toml:12: two models are called 'm'; names must be unique",
            error(kHeader + kModel + kModel));
}

TEST_F(ManifestTest, TooManyModels) {
  std::string text = kHeader;
  for (int i = 0; i < 257; ++i) text += "[[model]]\n";
  const Result<Zoo> zoo = read(text);
  ASSERT_FALSE(zoo.ok());
  EXPECT_EQ(StatusCode::kLimitExceeded, zoo.status().code());
  EXPECT_THAT(zoo.status().message(), HasSubstr("more than 256 models"));
}

TEST_F(ManifestTest, LabelsAreKeysOrNumbers) {
  Zoo zoo;
  zoo.classes = {{"cat", "a cat"}, {"2", "two"}, {"dog", "a dog"}};
  EXPECT_EQ(0, zoo.class_of_label("cat"));
  EXPECT_EQ(2, zoo.class_of_label("dog"));
  EXPECT_EQ(0, zoo.class_of_label("0"));
  EXPECT_EQ(1, zoo.class_of_label("2")) << "a key goes before a number";
  for (const char* bad :
       {"", "3", "-1", "+1", " 1", "1 ", "1.0", "a cat", "99999999999999999999"}) {
    EXPECT_EQ(-1, zoo.class_of_label(bad)) << bad;
  }
}

TEST_F(ManifestTest, FindsModelFiles) {
  const Result<Zoo> zoo = read(replaced(kHeader + kModel, "m.onnx", "sub/m.onnx"));
  ASSERT_TRUE(zoo.ok());
  const Result<fs::path> missing = locate(*zoo, zoo->models[0], {folder_ / "other"});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(StatusCode::kNotFound, missing.status().code());
  EXPECT_THAT(missing.status().message(),
              HasSubstr("model 'm': no file at " + (folder_ / "sub/m.onnx").string() + ", " +
                        (folder_ / "other/sub/m.onnx").string() + ", " +
                        (folder_ / "other/m.onnx").string()));
  folder_.write("third/m.onnx", "x");
  EXPECT_EQ(folder_ / "third/m.onnx",
            *locate(*zoo, zoo->models[0], {folder_ / "other", folder_ / "third"}));
  folder_.write("other/m.onnx", "x");
  EXPECT_EQ(folder_ / "other/m.onnx",
            *locate(*zoo, zoo->models[0], {folder_ / "other", folder_ / "third"}));
  folder_.write("sub/m.onnx", "x");
  EXPECT_EQ(folder_ / "sub/m.onnx", *locate(*zoo, zoo->models[0], {folder_ / "other"}));
}

}  // namespace
}  // namespace rightsize

// Proves what the program promises at its command line: exit codes 0, 1 and 2, data on stdout and
// words on stderr, JSON that can be read, help with examples, and for every kind of bad input a
// message that names what is wrong. Runs the built program on the small networks of tests/data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/checksum.h"
#include "lab/profile/sqlite.h"
#include "rightsize/version.h"
#include "selector/selector_file.h"
#include "tests/cli_support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;
using test::CliTest;
using test::Output;

// ---- Help and usage ----

TEST_F(CliTest, HelpOfEveryCommandShowsAnExample) {
  for (const char* command : {"zoo check", "profile", "merge", "train", "evaluate", "reproduce",
                              "labels", "classify", "features", "info"}) {
    const Output output = run(std::string(command) + " --help");
    EXPECT_EQ(0, output.code) << command;
    EXPECT_THAT(output.out, AllOf(HasSubstr("Example"),
                                  HasSubstr("\n  rightsize " + std::string(command) + " ")));
    EXPECT_EQ("", output.err);
  }
}

TEST_F(CliTest, HelpNamesTheCommandsAndTheExitCodes) {
  const Output output = run("--help");
  EXPECT_EQ(0, output.code);
  EXPECT_EQ("", output.err);
  for (const char* word :
       {"zoo", "profile", "merge", "train", "evaluate", "reproduce", "labels", "classify",
        "features", "info", "0 done, 1 failed, 2 wrong usage", "RIGHTSIZE_ONNXRUNTIME"}) {
    EXPECT_THAT(output.out, HasSubstr(word));
  }
  EXPECT_EQ(0, run("zoo --help").code);
}

TEST_F(CliTest, Version) {
  const Output output = run("--version");
  EXPECT_EQ(0, output.code);
  EXPECT_EQ(std::string("rightsize ") + kVersion + "\n", output.out);
  EXPECT_EQ("", output.err);
}

TEST_F(CliTest, WrongUsage) {
  for (const char* arguments : {"",
                                "fly",
                                "--fly",
                                "zoo",
                                "zoo fly",
                                "zoo check",
                                "info",
                                "info a b",
                                "info a --fly",
                                "classify",
                                "classify s.json",
                                "classify s.json a.png --max-pixels 0",
                                "classify s.json a.png --max-pixels -1",
                                "classify s.json a.png --max-pixels nan",
                                "classify s.json a.png --max-pixels inf",
                                "classify s.json a.png --max-pixels 1e300",
                                "classify s.json a.png --max-pixels many",
                                "classify s.json a.png --point",
                                "features",
                                "features a.png --max-side -1",
                                "features a.png --max-side 15",
                                "features a.png --max-side 16385",
                                "features a.png --max-side wide",
                                "features a.png --csv --json",
                                "profile z.toml data",
                                "profile z.toml -o run.db",
                                "profile z.toml d -o r --tolerance nan",
                                "profile z.toml d -o r --tolerance 0",
                                "profile z.toml d -o r --max-passes 0",
                                "profile z.toml d -o r --threads -1",
                                "profile z.toml d -o r --shard 0/2",
                                "profile z.toml d -o r --shard 3/2",
                                "profile z.toml d -o r --shard 1",
                                "profile z.toml d -o r --shard 1/2/3",
                                "profile z.toml d -o r --shard a/b",
                                "merge -o r",
                                "merge a.db",
                                "train run.db",
                                "train run.db -o s --folds 1",
                                "train run.db -o s --seed -1",
                                "train run.db -o s --criterion accuracy",
                                "evaluate",
                                "evaluate run.db --html"}) {
    const Output output = run(arguments);
    EXPECT_EQ(2, output.code) << arguments;
    EXPECT_EQ("", output.out) << arguments;
    EXPECT_THAT(output.err, Not(IsEmpty())) << arguments;
  }
}

// ---- Zoo ----

TEST_F(CliTest, ZooCheckOfAGoodZoo) {
  const Output output = run("zoo check " + kZoo);
  EXPECT_EQ(0, output.code) << output.err;
  EXPECT_EQ("", output.err);
  EXPECT_THAT(output.out, AllOf(HasSubstr("small"), HasSubstr("16x16"),
                                HasSubstr("colours: 8 models, 4 classes, ONNX Runtime"),
                                HasSubstr("all checks passed")));
  const json checked = document("zoo check --json " + kZoo);
  EXPECT_EQ("colours", checked["zoo"]);
  EXPECT_EQ(true, checked["ok"]);
  ASSERT_EQ(8U, checked["models"].size());
  for (const json& model : checked["models"]) {
    EXPECT_EQ(true, model["ok"]);
    EXPECT_EQ("", model["error"]);
    EXPECT_GT(model["cpu_ms"], 0.0);
  }
}

TEST_F(CliTest, ZooCheckOfBadModels) {
  const std::string wrong(64, '0');
  const auto check = [&](const std::string& expected) {
    const Output output = run("zoo check" + kModels + " zoo.toml");
    EXPECT_EQ(1, output.code);
    EXPECT_THAT(output.err, AllOf(StartsWith("rightsize: model 'it': "), HasSubstr(expected)));
    EXPECT_THAT(output.out, HasSubstr("CHECKS FAILED"));
    const Output as_json = run("zoo check zoo.toml --json" + kModels);
    EXPECT_EQ(1, as_json.code);
    const json parsed = json::parse(as_json.out);
    EXPECT_EQ(false, parsed["ok"]);
    EXPECT_THAT(parsed["models"][0]["error"].get<std::string>(), HasSubstr(expected));
  };
  write_zoo("large.onnx", wrong);
  check("its SHA-256 is " + digest_of("large.onnx") + ", " + wrong + " is expected");
  write_zoo("absent.onnx", wrong);
  check("no file at ");
  write_zoo("truncated.onnx", digest_of("truncated.onnx"));
  check("ONNX Runtime cannot load it");
  write_zoo("side_8.onnx", digest_of("side_8.onnx"));
  check("input 'input' has shape [1, 3, 8, 8], the manifest declares [1, 3, 16, 16]");
  write_zoo("background.onnx", digest_of("background.onnx"));
  check("output 'logits' has shape [1, 5], the manifest declares 4 outputs");
  write_zoo("nan.onnx", digest_of("nan.onnx"));
  check("holds a value that is not a number");
  write_zoo("large.onnx", digest_of("large.onnx"), "", "outputs = 4\nkind = \"probabilities\"\n");
  check("declared as probabilities");
}

TEST_F(CliTest, AManifestErrorNamesFileAndLine) {
  write_zoo("large.onnx", digest_of("large.onnx"), "colourr = \"RGB\"\n");
  for (const char* command :
       {"zoo check zoo.toml", "info zoo.toml", "profile zoo.toml data -o run.db"}) {
    EXPECT_THAT(error(command), HasSubstr("zoo.toml:12: unknown key 'colourr' in an input table"));
  }
  EXPECT_THAT(error("zoo check absent.toml"), HasSubstr("absent.toml: cannot be opened"));
  EXPECT_THAT(error("zoo check ."), HasSubstr("is a folder"));
}

TEST_F(CliTest, TheRuntimeCanBeNamed) {
  EXPECT_THAT(error("zoo check " + kZoo + " --runtime /nowhere/ort.so"),
              AllOf(HasSubstr("/nowhere/ort.so"), HasSubstr("RIGHTSIZE_ONNXRUNTIME")));
  EXPECT_THAT(error("zoo check " + kZoo, "export RIGHTSIZE_ONNXRUNTIME=/nowhere/variable.so"),
              HasSubstr("/nowhere/variable.so"));
}

TEST_F(CliTest, InfoOfAManifest) {
  const Output output = run("info " + kZoo);
  EXPECT_EQ(0, output.code);
  EXPECT_THAT(output.out,
              AllOf(StartsWith("zoo colours: image-classification, 4 classes, 8 models"),
                    HasSubstr("small.onnx")));
  const json parsed = document("info --json " + kZoo);
  EXPECT_EQ("zoo", parsed["kind"]);
  EXPECT_EQ(8U, parsed["zoo"]["models"].size());
}

TEST_F(CliTest, InfoOfWhatItDoesNotKnow) {
  EXPECT_THAT(error("info absent"), HasSubstr("absent: there is no such file"));
  EXPECT_THAT(error("info ."), HasSubstr("is a folder"));
  folder_.write("text", "hello");
  EXPECT_THAT(error("info text"), HasSubstr("text: is not valid JSON"));
  folder_.write("empty", "");
  EXPECT_THAT(error("info empty"), HasSubstr("empty: is not valid JSON"));
}

// ---- From images to a selector ----

TEST_F(CliTest, TheWholeWay) {
  write_images();
  const Output profiled =
      run("profile " + kZoo + " data -o run.db --max-passes 1 --timing-items 2");
  ASSERT_EQ(0, profiled.code) << profiled.err;
  EXPECT_EQ("", profiled.err) << "no bar where there is no terminal";
  EXPECT_THAT(profiled.out, HasSubstr("run.db: 8 inputs measured now, 0 were there already"));
  const json again =
      document("profile " + kZoo + " data -o run.db --max-passes 1 --timing-items 2 --json");
  EXPECT_EQ(0, again["made"]);
  EXPECT_EQ(8, again["found"]);
  EXPECT_EQ(8U, again["models"].size());
  EXPECT_EQ(8, again["models"][2]["top1"]) << "large is always right";

  const json run_info = document("info --json run.db");
  EXPECT_EQ("run", run_info["kind"]);
  EXPECT_TRUE(run_info["models"][2]["energy"].is_null());
  EXPECT_THAT(run_info["no_energy"].get<std::string>(), HasSubstr("no energy sensor"));
  EXPECT_EQ(fs::file_size(test::data_folder() / "large.onnx"), run_info["models"][2]["file_bytes"]);
  EXPECT_TRUE(run_info["models"][2]["memory_bytes"].is_number());
  EXPECT_GT(run_info["models"][2]["cpu_cores"], 0.0);
  EXPECT_EQ("image-29", run_info["features"]["set"]);
  EXPECT_EQ("edges", run_info["features"]["groups"][3]["group"]);
  EXPECT_GT(run_info["features"]["groups"][3]["cpu_ms"], 0.0);
  EXPECT_THAT(run("info run.db").out,
              testing::AllOf(HasSubstr("run of zoo colours on data: 8 inputs"),
                             HasSubstr("memory MiB"), HasSubstr("energy not measured: no energy")));

  const Output trained = run("train run.db -o selector.json --folds 2");
  ASSERT_EQ(0, trained.code) << trained.err;
  EXPECT_EQ("rightsize: selector written to selector.json\n", trained.err);
  EXPECT_THAT(trained.out, HasSubstr("selector for zoo colours"));
  const json selector = document("train run.db -o selector.json --folds 2 --json");
  EXPECT_EQ("rightsize-selector", selector["format"]);
  EXPECT_EQ(selector, json::parse(test::text_of(folder_ / "selector.json")));
  const json info = document("info --json selector.json");
  EXPECT_EQ("selector", info["kind"]);
  EXPECT_EQ(selector, info["selector"]);
  EXPECT_THAT(run("info selector.json").out, HasSubstr("baseline"));

  const Output evaluated =
      run("evaluate run.db selector.json --folds 2 --html report.html --plot plot.svg");
  ASSERT_EQ(0, evaluated.code) << evaluated.err;
  EXPECT_EQ("rightsize: report written to report.html\nrightsize: plot written to plot.svg\n",
            evaluated.err);
  EXPECT_THAT(evaluated.out, HasSubstr("selector file"));
  EXPECT_THAT(test::text_of(folder_ / "report.html"), HasSubstr("</html>"));
  EXPECT_THAT(test::text_of(folder_ / "plot.svg"), HasSubstr("</svg>"));
  EXPECT_TRUE(document("evaluate run.db --folds 2 --json").is_object());
  for (const std::string& name : folder_.names()) {
    EXPECT_THAT(name, Not(HasSubstr("run.db."))) << "nothing is left beside the run";
  }
}

TEST_F(CliTest, ShardsAreMerged) {
  write_images();
  for (const std::string shard : {"1", "2"}) {
    const Output output = run("profile " + kZoo + " data -o part" + shard + ".db --shard " + shard +
                              "/2 --max-passes 1");
    ASSERT_EQ(0, output.code) << output.err;
  }
  EXPECT_THAT(error("train part1.db -o s.json"), HasSubstr("part1.db: is shard 1 of 2"));
  const json merged = document("merge part1.db part2.db -o run.db --json");
  EXPECT_EQ(8, merged["items"]);
  EXPECT_EQ(0, merged["pending"]);
  EXPECT_EQ(0, run("train run.db -o s.json --folds 2").code);
  EXPECT_THAT(error("merge part1.db part2.db -o run.db"), HasSubstr("run.db"));
}

TEST_F(CliTest, BadDataSets) {
  const std::string profile = "profile " + kZoo + " data.csv -o run.db";
  write_images();
  const auto csv = [&](const std::string& lines) {
    folder_.write("data.csv", "path,label\ndata/red/a.png,red\n" + lines);
    const std::string message = error(profile);
    EXPECT_FALSE(fs::exists(folder_ / "run.db"));
    return message;
  };
  EXPECT_THAT(csv("data/absent.png,red\n"),
              AllOf(HasSubstr("data.csv:3"), HasSubstr("absent.png")));
  EXPECT_THAT(csv("data/blue/a.png,violet\n"), AllOf(HasSubstr("data.csv:3"), HasSubstr("violet")));
  EXPECT_THAT(csv("data/blue/a.png,4\n"), HasSubstr("data.csv:3"));
  EXPECT_THAT(csv("data/red/a.png,red\n"),
              AllOf(HasSubstr("data.csv:3"), HasSubstr("data/red/a.png")));
  EXPECT_THAT(error("profile " + kZoo + " absent -o run.db"), HasSubstr("absent"));
  EXPECT_FALSE(fs::exists(folder_ / "run.db"));
}

TEST_F(CliTest, AProfileOfBadModelsStartsNothing) {
  write_images();
  write_zoo("truncated.onnx", digest_of("truncated.onnx"));
  EXPECT_THAT(error("profile zoo.toml data -o run.db" + kModels), HasSubstr("cannot load it"));
  write_zoo("large.onnx", std::string(64, '0'));
  EXPECT_THAT(error("profile zoo.toml data -o run.db" + kModels), HasSubstr("SHA-256"));
  EXPECT_FALSE(fs::exists(folder_ / "run.db"));
}

TEST_F(CliTest, ARunOfAnotherZooOrVersion) {
  profile();
  write_zoo("large.onnx", digest_of("large.onnx"));
  EXPECT_THAT(error("profile zoo.toml data -o run.db" + kModels),
              AllOf(HasSubstr("differ in their zoo"), HasSubstr("small against it")));
  {
    Result<Database> database = Database::open(folder_ / "run.db", Database::Mode::kReadWrite);
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(database->execute("PRAGMA user_version = 99").ok());
  }
  for (const std::string& command :
       {std::string("info run.db"), std::string("train run.db -o s.json"),
        std::string("evaluate run.db"), "profile " + kZoo + " data -o run.db"}) {
    EXPECT_THAT(error(command), HasSubstr("run.db: has schema version 99")) << command;
  }
  EXPECT_FALSE(fs::exists(folder_ / "s.json"));
}

TEST_F(CliTest, WhatIsNoRun) {
  folder_.write("text.db", "hello");
  folder_.write("empty.db", "");
  folder_.write("cut.db", std::string("SQLite format 3\0", 16) + "rest");
  for (const std::string file : {"text.db", "empty.db", "cut.db", "absent.db"}) {
    EXPECT_THAT(error("train " + file + " -o s.json"), HasSubstr(file));
    EXPECT_THAT(error("evaluate " + file), HasSubstr(file));
  }
  EXPECT_THAT(error("info cut.db"), HasSubstr("cut.db"));
  EXPECT_FALSE(fs::exists(folder_ / "absent.db"));
}

TEST_F(CliTest, UnknownModelsOfARun) {
  profile();
  for (const std::string option : {"--baseline", "--reference"}) {
    EXPECT_THAT(error("evaluate run.db --folds 2 " + option + " huge"), HasSubstr("'huge'"));
  }
}

TEST_F(CliTest, WithoutLabelsTheDearestModelIsTheReference) {
  write_images();
  fs::create_directory(folder_ / "flat");
  for (const char* colour : {"red", "green", "blue", "grey"}) {
    fs::copy_file(folder_ / (std::string("data/") + colour + "/a.png"),
                  folder_ / (std::string("flat/") + colour + ".png"));
  }
  ASSERT_EQ(0, run("profile " + kZoo + " flat -o run.db --max-passes 1").code);
  const Output output = run("evaluate run.db --folds 2");
  EXPECT_EQ(0, output.code) << output.err;
  EXPECT_THAT(output.err, HasSubstr("how often they agree with those of "));
  EXPECT_THAT(error("evaluate run.db --folds 2 --reference labels"), HasSubstr("no labels"));
}

TEST_F(CliTest, ASelectorOfAnotherZoo) {
  train();
  const std::string text = test::text_of(folder_ / "selector.json");
  json other = json::parse(text);
  for (json& model : other["zoo"]["models"]) model["sha256"] = std::string(64, '0');
  folder_.write("other.json", other.dump());
  EXPECT_THAT(error("evaluate run.db other.json --folds 2"), HasSubstr("model"));
  EXPECT_THAT(error("classify other.json data" + kModels), HasSubstr("its SHA-256 is"));
  folder_.write("cut.json", text.substr(0, text.size() / 2));
  EXPECT_THAT(error("classify cut.json data"), HasSubstr("cut.json: is not valid JSON"));
  EXPECT_THAT(error("evaluate run.db cut.json"), HasSubstr("cut.json: is not valid JSON"));
  folder_.write("later.json", "{\"format\": \"rightsize-selector\", \"version\": 9}");
  EXPECT_THAT(error("info later.json"), HasSubstr("is version 9 of the format"));
}

// ---- Classify ----

class ClassifyTest : public CliTest {
 protected:
  // Runs small, and large where small is not sure.
  void SetUp() override {
    write_images();
    SelectorFile file;
    file.zoo = test::colour_zoo();
    file.baseline = test::index_in(file.zoo, "large");
    file.figures.assign(file.zoo.models.size(), {0.9, 1.0, 1.0});
    const ModelIndex small = test::index_in(file.zoo, "small");
    file.points.push_back({.name = "two",
                           .rule = CascadeRule{.stages = {{small, 0.75}, {file.baseline, 0.0}}},
                           .shares = {0.5, 0.5}});
    file.points.push_back({.name = "quick", .rule = fixed_rule(small), .shares = {1.0}});
    file.points.push_back({.name = "fragile",
                           .rule = fixed_rule(test::index_in(file.zoo, "fragile")),
                           .shares = {1.0}});
    folder_.write("s.json", to_json_text(file));
  }
};

TEST_F(ClassifyTest, Table) {
  const Output output = run("classify s.json data/red/a.png data/blue/a.png" + kModels);
  EXPECT_EQ(0, output.code) << output.err;
  EXPECT_EQ("", output.err);
  EXPECT_THAT(output.out, AllOf(HasSubstr("the colour red"), HasSubstr("the colour blue"),
                                HasSubstr("small > large"), HasSubstr("2 images in ")));
}

TEST_F(ClassifyTest, Json) {
  // The option may stand before the other arguments, and takes one folder.
  const json parsed = document("classify --json" + kModels + " s.json data");
  EXPECT_EQ("two", parsed["point"]);
  EXPECT_EQ("large", parsed["baseline"]);
  EXPECT_EQ(0, parsed["failed"]);
  ASSERT_EQ(8U, parsed["images"].size());
  EXPECT_EQ("data/blue/a.png", parsed["images"][0]["image"]) << "by name";
  const json& red = parsed["images"][6];
  EXPECT_EQ("data/red/a.png", red["image"]);
  EXPECT_EQ("red", red["key"]);
  EXPECT_EQ(0, red["class"]);
  EXPECT_EQ("small", red["model"]);
  EXPECT_EQ("confident", red["reason"]);
  EXPECT_EQ(0.75, red["threshold"]);
  EXPECT_GE(red["signal_value"], 0.75);
  EXPECT_EQ(1U, red["tried"].size());
  EXPECT_EQ(false, red["baseline_measured"]);
  const json& blue = parsed["images"][0];
  EXPECT_EQ("large", blue["model"]);
  EXPECT_EQ("last_stage", blue["reason"]);
  EXPECT_TRUE(blue["signal_value"].is_null());
}

TEST_F(ClassifyTest, PointCompareAndStdin) {
  const json quick = document("classify s.json data --json --compare --point quick" + kModels);
  EXPECT_EQ("quick", quick["point"]);
  for (const json& image : quick["images"]) {
    EXPECT_EQ("small", image["model"]);
    EXPECT_EQ(true, image["baseline_measured"]);
  }
  EXPECT_EQ("the colour blue", quick["images"][0]["baseline_name"]);
  const json both = document("classify s.json data --json --compare" + kModels);
  const auto same =
      std::count_if(both["images"].begin(), both["images"].end(),
                    [](const json& image) { return image["class"] == image["baseline_class"]; });
  EXPECT_THAT(run("classify s.json data --compare" + kModels).out,
              HasSubstr("the same answer as large on " + std::to_string(same) + " of 8 ("));
  const Output piped = run("classify s.json - --json" + kModels + " < data/green/a.png");
  ASSERT_EQ(0, piped.code) << piped.err;
  EXPECT_EQ("(stdin)", json::parse(piped.out)["images"][0]["image"]);
  EXPECT_EQ("green", json::parse(piped.out)["images"][0]["key"]);
  EXPECT_THAT(error("classify s.json data --point slow" + kModels),
              HasSubstr("has no operating point 'slow'; it has: two, quick, fragile"));
}

TEST_F(ClassifyTest, BadImagesDoNotStopTheOthers) {
  folder_.write("bad.png", "no image");
  const Output output = run("classify s.json bad.png absent.jpg data/red/a.png --json" + kModels);
  EXPECT_EQ(1, output.code);
  const json parsed = json::parse(output.out);
  EXPECT_EQ(2, parsed["failed"]);
  ASSERT_EQ(1U, parsed["images"].size());
  EXPECT_EQ("red", parsed["images"][0]["key"]);
  EXPECT_THAT(output.err, AllOf(HasSubstr("rightsize: bad.png: "), HasSubstr("absent.jpg: "),
                                HasSubstr("2 of 3 images could not be classified")));
  const Output none = run("classify s.json bad.png" + kModels);
  EXPECT_EQ(1, none.code);
  EXPECT_EQ("", none.out);
  const Output limited = run("classify s.json data/red/a.png --max-pixels 0.0001" + kModels);
  EXPECT_EQ(1, limited.code);
  fs::create_directory(folder_ / "nothing");
  const Output nothing = run("classify s.json nothing" + kModels);
  EXPECT_EQ(1, nothing.code);
  EXPECT_THAT(nothing.err, HasSubstr("nothing: holds no .jpg, .jpeg, .png or .webp file"));
}

TEST_F(ClassifyTest, AnAbstentionIsShown) {
  folder_.write("bright.png", test::png_text({255, 0, 0}));
  const Output output = run("classify s.json bright.png --point fragile" + kModels);
  EXPECT_EQ(0, output.code) << output.err;
  EXPECT_THAT(output.out, AllOf(HasSubstr("(no answer)"), HasSubstr("fragile (failed)")));
  const json parsed = document("classify s.json bright.png --point fragile --json" + kModels);
  EXPECT_EQ(false, parsed["images"][0]["answered"]);
  EXPECT_EQ("no_answer", parsed["images"][0]["reason"]);
}

// ---- Features ----

TEST_F(CliTest, FeaturesOfOneImage) {
  folder_.write("red.png", test::png_text(test::kRed));
  const Output output = run("features red.png");
  EXPECT_EQ(0, output.code) << output.err;
  EXPECT_EQ("", output.err);
  for (const char* line :
       {"n_keypoints +0  corners +keypoints\n", "avg_brightness +61  grey levels  brightness\n",
        "hue1 +1  1 +hue\n", "main object found in 0 of 1\n",
        "us of CPU an image: decoding [0-9]+,"}) {
    EXPECT_THAT(output.out, ContainsRegex(line));
  }
  const Output piped = run("features - < red.png");
  EXPECT_EQ(0, piped.code) << piped.err;
}

TEST_F(CliTest, FeaturesOfAFolder) {
  write_images();
  const Output output = run("features data");
  EXPECT_EQ(0, output.code) << output.err;
  EXPECT_THAT(output.out, AllOf(StartsWith("image  n_keypoints  avg_brightness "),
                                HasSubstr("\na.png "), HasSubstr("found in 0 of 8\n")));
  const json parsed = document("features --json --max-side 0 data");
  EXPECT_EQ("image-29", parsed["feature_set"]);
  EXPECT_EQ(0, parsed["max_side"]);
  ASSERT_EQ(29U, parsed["features"].size());
  EXPECT_EQ("n_keypoints", parsed["features"][0]["name"]);
  EXPECT_EQ("keypoints", parsed["features"][0]["group"]);
  EXPECT_TRUE(parsed["features"][0]["high"].is_null());
  EXPECT_EQ(255, parsed["features"][1]["high"]);
  ASSERT_EQ(8U, parsed["images"].size());
  EXPECT_EQ("data/blue/a.png", parsed["images"][0]["image"]);
  ASSERT_EQ(29U, parsed["images"][0]["values"].size());
  EXPECT_EQ(false, parsed["images"][0]["has_object"]);
  EXPECT_EQ(0, parsed["with_object"]);
  EXPECT_EQ(0, parsed["failed"]);
  for (const char* group : {"brightness", "hue", "keypoints", "edges", "object"}) {
    EXPECT_TRUE(parsed["mean_cpu_us"]["groups"][group].is_number()) << group;
  }
}

TEST_F(CliTest, FeaturesAsCsv) {
  folder_.write("a, \"b\".png", test::png_text(test::kGrey));
  const Output output = run("features --csv .");
  EXPECT_EQ(0, output.code) << output.err;
  EXPECT_THAT(output.out, StartsWith("image,n_keypoints,avg_brightness,"));
  EXPECT_THAT(output.out, HasSubstr(",hue7,has_object,decode_us,brightness_us,"));
  EXPECT_THAT(output.out, HasSubstr("\n\"./a, \"\"b\"\".png\",0,127,127,127,127,0,"));
  EXPECT_EQ(2, std::count(output.out.begin(), output.out.end(), '\n'));
}

TEST_F(CliTest, FeaturesOfBadImages) {
  folder_.write("bad.png", "no image");
  folder_.write("red.png", test::png_text(test::kRed));
  const Output output = run("features bad.png absent.jpg red.png --json");
  EXPECT_EQ(1, output.code);
  EXPECT_EQ(2, json::parse(output.out)["failed"]);
  EXPECT_EQ(1U, json::parse(output.out)["images"].size());
  EXPECT_THAT(output.err, AllOf(HasSubstr("rightsize: bad.png: "), HasSubstr("absent.jpg: "),
                                HasSubstr("2 of 3 images could not be read")));
  EXPECT_THAT(error("features bad.png"), HasSubstr("bad.png"));
  EXPECT_THAT(error("features red.png --max-pixels 0.0001"), HasSubstr("--max-pixels"));
}

// ---- A full disk ----

TEST_F(CliTest, LostOutputIsAFailure) {
  for (const std::string& arguments :
       {"info " + kZoo, "info --json " + kZoo, "zoo check " + kZoo}) {
    const Output output = run(arguments + " > /dev/full");
    EXPECT_EQ(1, output.code) << arguments;
    EXPECT_THAT(output.err, HasSubstr("the output cannot be written"));
  }
}

TEST_F(CliTest, AFullDiskLeavesNothingHalfWritten) {
  train();
  const std::string selector = test::text_of(folder_ / "selector.json");
  folder_.write("report.html", "old");
  const std::vector<std::string> before = folder_.names();
  // One block of 512 bytes a file.
  const std::string full = "trap '' XFSZ && ulimit -f 1";
  for (const std::string arguments :
       {"train run.db -o selector.json --folds 2 --seed 2", "train run.db -o new.json --folds 2",
        "evaluate run.db --folds 2 --html report.html",
        "evaluate run.db --folds 2 --plot new.svg"}) {
    EXPECT_THAT(error(arguments, full), HasSubstr("cannot be written: File too large"));
  }
  EXPECT_EQ(selector, test::text_of(folder_ / "selector.json"));
  EXPECT_EQ("old", test::text_of(folder_ / "report.html"));
  EXPECT_EQ(before, folder_.names());
}

TEST_F(CliTest, TargetsThatCannotBeWritten) {
  profile();
  EXPECT_THAT(error("train run.db --folds 2 -o absent/s.json"),
              HasSubstr("absent/s.json: cannot be written"));
  EXPECT_THAT(error("train run.db --folds 2 -o /dev/full"),
              HasSubstr("/dev/full: cannot be written: No space left"));
  EXPECT_THAT(error("evaluate run.db --folds 2 --html ."), HasSubstr("cannot be written"));
  EXPECT_THAT(error("profile " + kZoo + " data -o absent/run.db"), HasSubstr("absent/run.db"));
}

}  // namespace
}  // namespace rightsize

// Proves that premodels and the other kinds of selectors can be trained, used, evaluated and
// reproduced from the command line, and that what cannot be is refused with a message that helps.
#include <algorithm>
#include <sstream>

#include "tests/cli_support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using test::CliTest;
using test::Output;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;

class PremodelCliTest : public CliTest {
 protected:
  // Sixteen images of four classes, some of which the small models get wrong.
  void SetUp() override {
    write_images();
    for (int i = 0; i < 8; ++i) {
      const auto shade = [&](int step) { return static_cast<std::uint8_t>(40 + i * step % 200); };
      const char* folders[] = {"red", "green", "blue", "grey"};
      folder_.write("data/" + std::string(folders[i % 4]) + "/c" + std::to_string(i) + ".png",
                    test::png_text({shade(31), shade(57), shade(83)}, 20 + i));
    }
    const Output output =
        run("profile " + kZoo + " data -o run.db --max-passes 1 --timing-items 2");
    ASSERT_EQ(0, output.code) << output.err;
  }
};

TEST_F(PremodelCliTest, TrainedUsedAndEvaluated) {
  const Output trained =
      run("train run.db -o s.json --folds 2 --premodel knn-chain --fallback large");
  ASSERT_EQ(0, trained.code) << trained.err;
  EXPECT_THAT(trained.out, AllOf(HasSubstr("premodel"), HasSubstr("none: large")));

  const json used = document("classify s.json data --point premodel --json" + kModels);
  EXPECT_EQ("premodel", used["point"]);
  EXPECT_EQ(16U, used["images"].size());
  for (const json& image : used["images"]) {
    EXPECT_TRUE(image["answered"]) << image;
    EXPECT_EQ("chosen", image["reason"]) << image;
    EXPECT_EQ(1U, image["tried"].size());
    EXPECT_GT(image["features_cpu_ms"], 0.0);
  }

  const json evaluated = document("evaluate run.db s.json --folds 2 --premodel auto --json");
  std::vector<std::string> kinds;
  for (const json& kind : evaluated["kinds"]) kinds.push_back(kind["kind"]);
  EXPECT_THAT(kinds, testing::IsSupersetOf({"cascade", "premodel", "selector file"}));
}

TEST_F(PremodelCliTest, EveryKindIsComparedTrainedAndUsed) {
  const json evaluated = document("evaluate run.db --folds 2 --kinds all --json");
  std::vector<std::string> kinds;
  for (const json& kind : evaluated["kinds"]) kinds.push_back(kind["kind"]);
  EXPECT_THAT(kinds, testing::IsSupersetOf({"cascade", "calibrated", "combined", "averaged",
                                            "agreement", "deferral", "entry", "routing"}));
  for (const char* kind : {"deferral", "entry", "routing", "auto"}) {
    const Output trained = run("train run.db -o s.json --folds 2 --kind " + std::string(kind));
    ASSERT_EQ(0, trained.code) << trained.err;
    const json used = document("classify s.json data --json" + kModels);
    EXPECT_EQ(16U, used["images"].size());
    EXPECT_EQ(0, run("evaluate run.db s.json --folds 2").code);
  }
  const Output unknown = run("evaluate run.db --kinds routing,hope");
  EXPECT_EQ(2, unknown.code);
  EXPECT_THAT(unknown.err, HasSubstr("'hope' is no kind of selector"));
  EXPECT_EQ(2, run("train run.db -o t.json --kind hope").code);
}

TEST_F(PremodelCliTest, APremodelWithoutFallbackMayAbstain) {
  ASSERT_EQ(0, run("train run.db -o s.json --folds 2 --premodel svm --radius 0.5").code);
  const json used = document("classify s.json data --point premodel --json" + kModels);
  for (const json& image : used["images"]) {
    if (!image["answered"]) {
      EXPECT_EQ("none_suitable", image["reason"]);
    }
  }
}

TEST_F(PremodelCliTest, AProbeDecidesByWhatItSays) {
  const Output trained =
      run("train run.db -o s.json --folds 2 --premodel tree --probe small --fallback large");
  ASSERT_EQ(0, trained.code) << trained.err;
  EXPECT_THAT(trained.out, HasSubstr("what small says"));
  const json used = document("classify s.json data --point premodel --json" + kModels);
  for (const json& image : used["images"]) EXPECT_EQ("small", image["tried"][0]["model"]);
}

TEST_F(PremodelCliTest, WhatIsNoPremodel) {
  EXPECT_THAT(error("train run.db -o s.json --premodel guess"),
              AllOf(HasSubstr("--premodel"), HasSubstr("'guess'"), HasSubstr("naive-bayes")));
  EXPECT_THAT(error("train run.db -o s.json --premodel knn --fallback huge"), HasSubstr("'huge'"));
  EXPECT_THAT(error("train run.db -o s.json --premodel knn --probe huge"), HasSubstr("'huge'"));
  EXPECT_THAT(error("train run.db -o s.json --premodel knn --cost energy"),
              HasSubstr("energy cannot be the cost"));
  EXPECT_EQ(2, run("train run.db -o s.json --premodel knn --radius nan").code);
  EXPECT_EQ(2, run("train run.db -o s.json --premodel knn --neighbours 0").code);
  EXPECT_FALSE(fs::exists(folder_ / "s.json"));
}

// A "CNN premodel" made of the small network: red means small, green medium, blue large, grey none.
TEST_F(PremodelCliTest, ACnnChoosesOnTheDevice) {
  fs::copy_file(test::data_folder() / "small.onnx", folder_.write("cnn/cnn.onnx", ""),
                fs::copy_options::overwrite_existing);
  const json zoo = document("info " + kZoo + " --json")["zoo"];
  json card = {{"classes", {"small", "medium", "large", "none"}}};
  for (const json& model : zoo["models"]) {
    if (model["name"] != "small") continue;
    card["input"] = model["input"];
    card["output"] = model["output"];
  }
  folder_.write("cnn/card.json", card.dump());
  std::string predictions = "item,fold,small,medium,large,none\n";
  std::istringstream lines(run("labels run.db --folds 2").out);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::string item = line.substr(0, line.find(','));
    predictions +=
        item + (item.starts_with("red") ? ",0,0.7,0.1,0.1,0.1\n" : ",0,0.1,0.1,0.1,0.7\n");
  }
  folder_.write("cnn/predictions.csv", predictions);

  const Output trained = run("train run.db -o s.json --folds 2 --cnn cnn --fallback large");
  ASSERT_EQ(0, trained.code) << trained.err;
  EXPECT_THAT(trained.out, HasSubstr("what the network cnn.onnx says"));
  const json used = document(
      "classify s.json data/red/a.png data/blue/a.png data/grey/a.png "
      "--point cnn --json --models cnn" +
      kModels);
  EXPECT_EQ("small", used["images"][0]["model"]);
  EXPECT_EQ("large", used["images"][1]["model"]);
  EXPECT_EQ("large", used["images"][2]["model"]) << "the fallback";

  EXPECT_THAT(error("evaluate run.db s.json --folds 2"), HasSubstr("--cnn"));
  const json evaluated = document("evaluate run.db --folds 2 --cnn cnn --json");
  std::vector<std::string> kinds;
  for (const json& kind : evaluated["kinds"]) kinds.push_back(kind["kind"]);
  EXPECT_THAT(kinds, testing::Contains("cnn"));
  folder_.write("cnn/cnn.onnx", "something else");
  EXPECT_THAT(error("classify s.json data/red/a.png --point cnn --models cnn" + kModels),
              HasSubstr("SHA-256"));
}

TEST_F(PremodelCliTest, OptionsOfAPremodelNeedOne) {
  EXPECT_THAT(error("train run.db -o s.json --fallback large"),
              HasSubstr("--fallback is for a premodel"));
  EXPECT_THAT(error("evaluate run.db --probe small"), HasSubstr("--probe is for a premodel"));
}

TEST_F(PremodelCliTest, InputsAreNotOverwritten) {
  const std::string before = test::text_of(folder_ / "run.db");
  folder_.write("zoo.toml", "precious");
  for (const char* command :
       {"train run.db -o run.db", "labels run.db -o run.db", "evaluate run.db --html run.db",
        "evaluate run.db --plot ./run.db", "reproduce run.db --markdown run.db"}) {
    EXPECT_THAT(error(command), HasSubstr("would be overwritten")) << command;
  }
  EXPECT_THAT(error("train run.db -o zoo.toml"), HasSubstr("is not overwritten"));
  EXPECT_EQ(before, test::text_of(folder_ / "run.db"));
}

TEST_F(PremodelCliTest, FeaturesAreRecordedAsAskedFor) {
  ASSERT_EQ(0, run("profile " + kZoo +
                   " data -o other.db --max-passes 1 --timing-items 2 "
                   "--max-side 64 --edge-low 50")
                   .code);
  const json info = document("info other.db --json");
  EXPECT_EQ(64, info["features"]["max_side"]) << info["features"];
  EXPECT_EQ(50, info["features"]["edge_low"]);
  ASSERT_EQ(0, run("train run.db -o s.json --folds 2 --premodel knn").code);
  EXPECT_THAT(error("evaluate other.db s.json --folds 2"), HasSubstr("extracted in another way"));
}

TEST_F(PremodelCliTest, LabelsLeaveOutWhatIsTested) {
  const Output output = run("labels run.db --folds 4");
  ASSERT_EQ(0, output.code) << output.err;
  EXPECT_THAT(output.out, StartsWith("item,fold_0,fold_1,fold_2,fold_3,all\n"));
  std::istringstream lines(output.out);
  std::string line;
  std::getline(lines, line);
  int count = 0;
  while (std::getline(lines, line)) {
    ++count;
    EXPECT_EQ(5, std::count(line.begin(), line.end(), ','));
    std::size_t empty = 0;
    for (std::size_t at = line.find(",,"); at != std::string::npos; at = line.find(",,", at + 1)) {
      ++empty;
    }
    EXPECT_EQ(1U, empty) << line;
  }
  EXPECT_EQ(16, count);
  const Output written = run("labels run.db --folds 4 -o labels.csv");
  EXPECT_EQ("", written.out);
  EXPECT_EQ(output.out, test::text_of(folder_ / "labels.csv"));
  EXPECT_THAT(error("labels run.db --folds 40"), HasSubstr("too few for 40 folds"));
}

TEST_F(PremodelCliTest, Reproduces) {
  const Output output =
      run("reproduce run.db --compression run.db --folds 3 --html paper.html --markdown paper.md");
  ASSERT_EQ(0, output.code) << output.err;
  EXPECT_THAT(output.out, AllOf(HasSubstr("Time, energy and accuracy"), HasSubstr("The paper:")));
  EXPECT_THAT(output.err, HasSubstr("page written to paper.html"));
  EXPECT_THAT(test::text_of(folder_ / "paper.html"), HasSubstr("</html>"));
  EXPECT_THAT(test::text_of(folder_ / "paper.md"), HasSubstr("###"));
  EXPECT_EQ(16U, document("reproduce run.db --folds 3 --json")["exhibits"].size());
}

TEST_F(PremodelCliTest, AReproductionNeedsFeaturesAndAWholeCnn) {
  const std::string old = (test::source_folder() / "zoo/efficientnet-lite/outcomes/outcomes.db");
  EXPECT_THAT(error("reproduce '" + old + "' --folds 2"), HasSubstr("no features"));
  EXPECT_THAT(error("reproduce run.db --folds 3 --cnn nothing"), HasSubstr("predictions.csv"));
  folder_.write("cnn/predictions.csv", "item,fold,small\nred/a.png,0,much\n");
  EXPECT_THAT(error("reproduce run.db --folds 3 --cnn cnn"),
              HasSubstr("predictions.csv:2: 'much' is no number"));
}

}  // namespace
}  // namespace rightsize

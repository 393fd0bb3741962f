// Proves the promises of ImageClassifier on small real networks (tests/data): a selector file is
// opened only with the models that it was trained on; PNG bytes become an answer with the model,
// the class and the costs; failures, broken images, deadlines and unknown names are handled as
// said.
#include "rightsize/image_classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "core/checksum.h"
#include "core/file.h"
#include "engine/live_world.h"
#include "model/model_set.h"
#include "selector/selector_file.h"
#include "tests/png.h"
#include "tests/support.h"

namespace rightsize {
namespace {

using test::kBlue;
using test::kGreen;
using test::kGrey;
using test::kRed;
using test::png_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
namespace fs = std::filesystem;

std::vector<std::string> tried(const ImageClassifier& classifier, const Decision& decision) {
  std::vector<std::string> names;
  for (const Trial& trial : decision.trials()) names.push_back(classifier.model_name(trial.model));
  return names;
}

class ImageClassifierTest : public testing::Test {
 protected:
  ImageClassifierTest() {
    file_.zoo = test::colour_zoo();
    file_.baseline = test::index_in(file_.zoo, "large");
    for (std::size_t i = 0; i < file_.zoo.models.size(); ++i) {
      file_.figures.push_back({0.9, 1.0 + static_cast<double>(i), 2.0 + static_cast<double>(i)});
    }
    add_point("cascade", Signal::kMaxProbability, {{"small", 0.75}, {"medium", 0.9}, {"large", 0}});
    add_point("cheap", Signal::kEntropy, {{"small", 0.5}, {"large", 0}});
    add_point("baseline", Signal::kMaxProbability, {{"large", 0}});
    add_point("layouts", Signal::kMargin, {{"nhwc", 2}, {"softmax", 2}, {"background", 2}});
    add_point("fragile", Signal::kMargin, {{"fragile", 0.2}, {"small", 0}});
    add_point("only fragile", Signal::kMargin, {{"fragile", 0.2}});
  }

  void add_point(const std::string& name, Signal signal,
                 const std::vector<std::pair<std::string, double>>& stages) {
    CascadeRule rule{.signal = signal, .stages = {}};
    for (const auto& [model, threshold] : stages) {
      rule.stages.push_back({test::index_in(file_.zoo, model), threshold});
    }
    file_.points.push_back(
        {.name = name, .rule = rule, .shares = std::vector<double>(rule.stages.size())});
  }
  fs::path write() {
    const fs::path path = folder_ / "selector.json";
    const Status status = write_atomically(path, to_json_text(file_));
    EXPECT_TRUE(status.ok()) << status.message();
    return path;
  }
  // The models lie in another folder than the selector file.
  Result<ImageClassifier> open(ImageClassifierOptions options = {}) {
    if (options.models.empty()) options.models = {test::data_folder()};
    return ImageClassifier::open(write(), options);
  }
  std::string error(const ImageClassifierOptions& options = {}) {
    const Result<ImageClassifier> classifier = open(options);
    return classifier.ok() ? "no error" : classifier.status().message();
  }

  test::TemporaryFolder folder_;
  SelectorFile file_;
};

TEST_F(ImageClassifierTest, AnswersWithAsFewModelsAsNeeded) {
  Result<ImageClassifier> classifier = open();
  ASSERT_TRUE(classifier.ok()) << classifier.status().message();
  EXPECT_EQ("cascade", classifier->point());
  EXPECT_EQ("large", classifier->baseline());
  const std::vector<std::tuple<test::Colour, int, std::string, std::vector<std::string>>> expected =
      {{kRed, 0, "red", {"small"}},
       {kGreen, 1, "green", {"small", "medium"}},
       {kBlue, 2, "blue", {"small", "medium", "large"}},
       {kGrey, 3, "grey", {"small", "medium", "large"}}};
  for (const auto& [colour, label, key, models] : expected) {
    const Result<Classification> result = classifier->classify(png_of(colour));
    ASSERT_TRUE(result.ok()) << result.status().message();
    EXPECT_TRUE(result->answered);
    EXPECT_EQ(label, result->label);
    EXPECT_EQ(key, result->key);
    EXPECT_EQ("the colour " + key, result->name);
    EXPECT_EQ(models, tried(*classifier, result->decision)) << key;
    EXPECT_EQ(models.back(), result->model);
    EXPECT_EQ(result->confidence, result->decision.answer.signals[0]);
    EXPECT_GT(result->confidence, 0.25);
    EXPECT_LE(result->confidence, 1.0);
    for (const Trial& trial : result->decision.trials()) EXPECT_EQ(nullptr, trial.top);
  }
}

TEST_F(ImageClassifierTest, CountsWhatItCosts) {
  Result<ImageClassifier> classifier = open();
  ASSERT_TRUE(classifier.ok());
  const Result<Classification> result = classifier->classify(png_of(kBlue, 300));
  ASSERT_TRUE(result.ok());
  Nanoseconds models{0};
  for (const Trial& trial : result->decision.trials()) {
    EXPECT_GT(trial.cpu.count(), 0);
    EXPECT_GT(trial.wall.count(), 0);
    models += trial.cpu;
  }
  EXPECT_GT(result->decode_cpu.count(), 0);
  EXPECT_GE(result->decision.cpu, result->decode_cpu + models);
  EXPECT_GT(result->decision.wall.count(), 0);
  // The baseline ran: what it took, and decoding.
  EXPECT_EQ(result->decode_cpu + result->decision.answered_by().cpu, result->baseline_cpu);
}

// small is profiled at 1 ms, large at 3 ms, and small takes some microseconds here: what large is
// expected to take comes down with it.
TEST_F(ImageClassifierTest, EstimatesTheBaselineByTheSpeedOfThisMachine) {
  Result<ImageClassifier> classifier = open();
  ASSERT_TRUE(classifier.ok());
  EXPECT_EQ(1.0, classifier->slowdown("small"));
  Nanoseconds baseline{0};
  for (int i = 0; i < 100; ++i) {
    const Result<Classification> result = classifier->classify(png_of(kRed));
    ASSERT_TRUE(result.ok());
    ASSERT_EQ(1U, result->decision.tried_count);
    baseline = result->baseline_cpu - result->decode_cpu;
  }
  EXPECT_LT(classifier->slowdown("small"), 0.5);
  EXPECT_LT(classifier->slowdown("large"), 0.5);
  EXPECT_LT(baseline, std::chrono::microseconds(1500));
  EXPECT_EQ(1.0, classifier->slowdown("huge")) << "no such model";
}

TEST_F(ImageClassifierTest, EstimatesFromAbsurdFiguresFit) {
  for (ModelFigures& figures : file_.figures) figures = {0.9, 1e9, 1e9};
  file_.figures[test::index_in(file_.zoo, "small")].cpu_ms = 1e-6;
  Result<ImageClassifier> classifier = open();
  ASSERT_TRUE(classifier.ok());
  const Result<Classification> result = classifier->classify(png_of(kRed));
  ASSERT_TRUE(result.ok());
  EXPECT_GT(result->baseline_cpu.count(), 0);
}

TEST_F(ImageClassifierTest, EveryOperatingPoint) {
  for (const OperatingPoint& point : file_.points) {
    Result<ImageClassifier> classifier = open({.point = point.name});
    ASSERT_TRUE(classifier.ok()) << classifier.status().message();
    EXPECT_EQ(point.name, classifier->point());
    const Result<Classification> result = classifier->classify(png_of(kGreen));
    ASSERT_TRUE(result.ok());
    EXPECT_EQ("green", result->key) << point.name;
  }
}

TEST_F(ImageClassifierTest, LayoutsAndOutputsOfEveryKindAgree) {
  Result<ImageClassifier> classifier = open({.point = "layouts"});
  ASSERT_TRUE(classifier.ok()) << classifier.status().message();
  for (const test::Colour& colour : {kRed, kGreen, kBlue, kGrey}) {
    const Result<Classification> large = classifier->classify_with("large", png_of(colour));
    const Result<Classification> all = classifier->classify(png_of(colour));
    ASSERT_TRUE(large.ok() && all.ok());
    ASSERT_EQ(3U, all->decision.tried_count);
    for (const Trial& trial : all->decision.trials()) {
      EXPECT_EQ(large->label, trial.answer);
      for (std::size_t s = 0; s < kClassSignalCount; ++s) {
        EXPECT_NEAR(large->decision.answer.signals[s], trial.signals[s], 1e-5);
      }
    }
  }
}

TEST_F(ImageClassifierTest, AModelThatFailsOnAnInputIsPassedOver) {
  Result<ImageClassifier> classifier = open({.point = "fragile"});
  ASSERT_TRUE(classifier.ok()) << classifier.status().message();
  const Result<Classification> good = classifier->classify(png_of(kRed));
  ASSERT_TRUE(good.ok());
  EXPECT_EQ("fragile", good->model);
  const Result<Classification> failed = classifier->classify(png_of({255, 0, 0}));
  ASSERT_TRUE(failed.ok());
  EXPECT_TRUE(failed->answered);
  EXPECT_EQ("small", failed->model);
  EXPECT_EQ("red", failed->key);
  EXPECT_EQ(TrialStatus::kFailed, failed->decision.trials()[0].status);
}

TEST_F(ImageClassifierTest, AbstainsWhereEveryModelFails) {
  Result<ImageClassifier> classifier = open({.point = "only fragile"});
  ASSERT_TRUE(classifier.ok());
  const Result<Classification> result = classifier->classify(png_of({255, 0, 0}));
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->answered);
  EXPECT_EQ(-1, result->label);
  EXPECT_EQ("", result->model);
  EXPECT_EQ(Reason::kNoAnswer, result->decision.last().reason);
  EXPECT_THAT(result->failure, AllOf(StartsWith("model 'fragile': "), HasSubstr("not a number")));
}

TEST_F(ImageClassifierTest, ClassifyWithRunsOneModelAlone) {
  Result<ImageClassifier> classifier = open({.point = "cheap"});
  ASSERT_TRUE(classifier.ok());
  for (int repeat = 0; repeat < 2; ++repeat) {
    // medium is no part of the point and takes blue for grey.
    const Result<Classification> result = classifier->classify_with("medium", png_of(kBlue));
    ASSERT_TRUE(result.ok()) << result.status().message();
    EXPECT_EQ("medium", result->model);
    EXPECT_EQ("grey", result->key);
    EXPECT_EQ(1U, result->decision.tried_count);
  }
  const Result<Classification> unknown = classifier->classify_with("huge", png_of(kBlue));
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(StatusCode::kNotFound, unknown.status().code());
  EXPECT_THAT(unknown.status().message(), HasSubstr("'huge'"));
  // The point itself is as before.
  const Result<Classification> after = classifier->classify(png_of(kBlue));
  ASSERT_TRUE(after.ok());
  EXPECT_THAT(tried(*classifier, after->decision), testing::ElementsAre("small", "large"));
}

TEST_F(ImageClassifierTest, ClassifyWithAModelThatCannotBeOpened) {
  file_.zoo.models[test::index_in(file_.zoo, "medium")].sha256 = std::string(64, '0');
  Result<ImageClassifier> classifier = open({.point = "cheap"});
  ASSERT_TRUE(classifier.ok()) << "a model that the point does not need may be missing";
  for (int repeat = 0; repeat < 2; ++repeat) {
    const Result<Classification> result = classifier->classify_with("medium", png_of(kBlue));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(StatusCode::kMismatch, result.status().code());
  }
  EXPECT_TRUE(classifier->classify(png_of(kBlue)).ok());
}

TEST_F(ImageClassifierTest, ADeadlineEndsTheCascade) {
  for (ModelFigures& figures : file_.figures) figures.wall_ms = 60'000;
  Result<ImageClassifier> classifier = open();
  ASSERT_TRUE(classifier.ok());
  const Budget budget{.deadline = std::chrono::seconds(59)};
  const Result<Classification> result = classifier->classify(png_of(kBlue), budget);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(1U, result->decision.tried_count) << "the first answer is made, a late second is not";
  EXPECT_EQ(Reason::kDeadline, result->decision.last().reason);
  EXPECT_EQ("small", result->model);
  const Result<Classification> long_enough =
      classifier->classify(png_of(kBlue), {.deadline = std::chrono::minutes(10)});
  ASSERT_TRUE(long_enough.ok());
  EXPECT_EQ("large", long_enough->model);
  const Result<Classification> expired =
      classifier->classify(png_of(kBlue), {.deadline = Nanoseconds(0)});
  ASSERT_TRUE(expired.ok());
  EXPECT_TRUE(expired->answered);
}

TEST_F(ImageClassifierTest, BrokenImages) {
  Result<ImageClassifier> classifier = open({.max_pixels = 400});
  ASSERT_TRUE(classifier.ok());
  std::vector<std::byte> truncated = png_of(kRed);
  truncated.resize(truncated.size() / 2);
  for (const std::vector<std::byte>& bytes :
       {std::vector<std::byte>(), std::vector<std::byte>(100), truncated}) {
    const Result<Classification> result = classifier->classify(bytes);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(StatusCode::kInvalidInput, result.status().code());
    EXPECT_FALSE(result.status().message().empty());
    EXPECT_FALSE(classifier->classify_with("small", bytes).ok());
  }
  const Result<Classification> large = classifier->classify(png_of(kRed, 21));
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(StatusCode::kLimitExceeded, large.status().code());
  EXPECT_TRUE(classifier->classify(png_of(kRed, 20)).ok());
}

TEST_F(ImageClassifierTest, AnUnknownPointNamesTheOnesThereAre) {
  EXPECT_THAT(
      error({.point = "no-such"}),
      AllOf(StartsWith((folder_ / "selector.json").string()),
            HasSubstr("has no operating point 'no-such'; it has: cascade, cheap, baseline")));
}

TEST_F(ImageClassifierTest, MissingAndDamagedFiles) {
  EXPECT_EQ(StatusCode::kNotFound, ImageClassifier::open(folder_ / "none.json").status().code());
  folder_.write("bad.json", "{\"format\": \"rightsize-selector\"");
  EXPECT_EQ(StatusCode::kInvalidInput, ImageClassifier::open(folder_ / "bad.json").status().code());
  // Model files are looked for beside the selector file first.
  const Result<ImageClassifier> alone = ImageClassifier::open(write());
  ASSERT_FALSE(alone.ok());
  EXPECT_EQ(StatusCode::kNotFound, alone.status().code());
  EXPECT_THAT(alone.status().message(), AllOf(HasSubstr("model 'small': no file at "),
                                              HasSubstr((folder_ / "small.onnx").string())));
  for (const char* name : {"small", "medium", "large"}) {
    const std::string file = std::string(name) + ".onnx";
    fs::copy_file(test::data_folder() / file, folder_ / file);
  }
  EXPECT_TRUE(ImageClassifier::open(write()).ok());
}

TEST_F(ImageClassifierTest, AnotherModelThanTrainedOn) {
  for (const char* name : {"small", "medium", "large"}) {
    const std::string file = std::string(name) + ".onnx";
    fs::copy_file(test::data_folder() / file, folder_ / file);
  }
  fs::copy_file(test::data_folder() / "nhwc.onnx", folder_ / "medium.onnx",
                fs::copy_options::overwrite_existing);
  const Result<ImageClassifier> classifier = ImageClassifier::open(write());
  ASSERT_FALSE(classifier.ok());
  EXPECT_EQ(StatusCode::kMismatch, classifier.status().code());
  EXPECT_THAT(classifier.status().message(),
              AllOf(StartsWith("model 'medium': "), HasSubstr("its SHA-256 is")));
}

TEST_F(ImageClassifierTest, AModelThatGivesNoNumbersIsRefused) {
  ModelSpec& model = file_.zoo.models[test::index_in(file_.zoo, "medium")];
  model.file = "nan.onnx";
  model.sha256 = *sha256_of_file(test::data_folder() / "nan.onnx");
  EXPECT_THAT(error(),
              AllOf(StartsWith("model 'medium': warm-up run: "), HasSubstr("not a number")));
}

TEST_F(ImageClassifierTest, TheRuntimeIsMissing) {
  EXPECT_THAT(error({.runtime = "/nowhere/libonnxruntime.so.1"}),
              HasSubstr("ONNX Runtime cannot be loaded"));
}

TEST_F(ImageClassifierTest, CanBeMoved) {
  Result<ImageClassifier> first = open();
  ASSERT_TRUE(first.ok());
  ImageClassifier moved = std::move(*first);
  EXPECT_EQ("red", moved.classify(png_of(kRed))->key);
}

// --- budgets

class SteeredClassifierTest : public ImageClassifierTest {
 protected:
  SteeredClassifierTest() {
    figures("cascade", 0.9, -0.001, 2.0);
    figures("cheap", 0.8, -0.1, 1.2);
    figures("baseline", 0.901, 0.0, 3.0);
    std::erase_if(file_.points, [](const OperatingPoint& point) { return point.wall_ms == 0; });
    file_.default_point = 0;
  }
  void figures(const std::string& name, double quality, double difference, double wall_ms) {
    OperatingPoint& point = file_.points[file_.find_point(name)];
    point.quality.value = quality;
    point.difference.value = difference;
    point.wall_ms = wall_ms;
  }
};

TEST_F(SteeredClassifierTest, ABudgetChoosesThePoint) {
  Result<ImageClassifier> classifier = open({.steerable = true});
  ASSERT_TRUE(classifier.ok()) << classifier.status().message();
  const auto point_for = [&](const Budget& budget) {
    const Result<Classification> result = classifier->classify(png_of(kRed), budget);
    return result.ok() ? result->point : result.status().message();
  };
  EXPECT_EQ("cascade", point_for({}));
  EXPECT_EQ("cascade", point_for({.max_loss = 0.005}));
  EXPECT_EQ("cheap", point_for({.max_loss = 0.2}));
  EXPECT_EQ("baseline", point_for({.max_loss = 0.0}));
  EXPECT_EQ("cheap", point_for({.min_quality = 0.7}));
  EXPECT_EQ("baseline", point_for({.mean_latency = std::chrono::seconds(1)}));
  EXPECT_EQ("baseline", point_for({.deadline = std::chrono::seconds(100)}));
  EXPECT_THAT(point_for({.min_quality = 0.95}), HasSubstr("the nearest"));
  EXPECT_THAT(point_for({.max_energy_mj = 3}), HasSubstr("no energy"));
  EXPECT_THAT(point_for({.max_loss = 0.5, .proven = true}), HasSubstr("no certificate"));
}

TEST_F(SteeredClassifierTest, ADeadlineThatCannotBeMetIsRefusedOrAnsweredLate) {
  Result<ImageClassifier> classifier = open({.steerable = true});
  ASSERT_TRUE(classifier.ok());
  const Budget strict{.deadline = Nanoseconds(1)};
  const Result<Classification> refused = classifier->classify(png_of(kRed), strict);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(StatusCode::kUnreachable, refused.status().code());
  Budget lenient = strict;
  lenient.answer_late = true;
  const Result<Classification> late = classifier->classify(png_of(kRed), lenient);
  ASSERT_TRUE(late.ok()) << late.status().message();
  EXPECT_TRUE(late->answered);
  EXPECT_TRUE(late->late);
  EXPECT_EQ(1U, late->decision.tried_count);
}

TEST_F(SteeredClassifierTest, LimitsNeedASteerableClassifier) {
  Result<ImageClassifier> classifier = open();
  ASSERT_TRUE(classifier.ok());
  EXPECT_THAT(classifier->classify(png_of(kRed), {.max_loss = 0.1}).status().message(),
              HasSubstr("steerable"));
  const Budget deadline{.deadline = std::chrono::seconds(100)};
  EXPECT_TRUE(classifier->classify(png_of(kRed), deadline).ok());
}

// --- failures

TEST_F(ImageClassifierTest, AMissingModelIsAnErrorUnlessTolerated) {
  for (ModelSpec& model : file_.zoo.models) {
    if (model.name == "medium") model.file = "gone.onnx";
  }
  EXPECT_THAT(error(), HasSubstr("gone.onnx"));
  Result<ImageClassifier> classifier = open({.tolerate_missing = true});
  ASSERT_TRUE(classifier.ok()) << classifier.status().message();
  ASSERT_EQ(1U, classifier->missing().size());
  EXPECT_THAT(classifier->missing()[0], HasSubstr("gone.onnx"));
  const Result<Classification> result = classifier->classify(png_of(kBlue));
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->answered);
  for (const std::string& name : tried(*classifier, result->decision)) EXPECT_NE("medium", name);
}

TEST_F(ImageClassifierTest, NothingLeftOfThePointIsAnErrorAllTheSame) {
  for (ModelSpec& model : file_.zoo.models) model.file = "gone.onnx";
  EXPECT_THAT(error({.tolerate_missing = true}), HasSubstr("no model of the operating point"));
}

// `fragile` fails on white; whatever else is open answers.
TEST_F(ImageClassifierTest, AnotherOpenModelAnswersWhereAllOfThePointFail) {
  file_.default_point = file_.find_point("only fragile");
  Result<ImageClassifier> alone = open();
  ASSERT_TRUE(alone.ok());
  const test::Colour white = {255, 255, 255};
  const Result<Classification> lost = alone->classify(png_of(white));
  ASSERT_TRUE(lost.ok());
  EXPECT_FALSE(lost->answered) << "no other model is open";
  Result<ImageClassifier> classifier = open({.steerable = true});
  ASSERT_TRUE(classifier.ok());
  const Result<Classification> rescued = classifier->classify(png_of(white));
  ASSERT_TRUE(rescued.ok());
  EXPECT_TRUE(rescued->answered);
  EXPECT_TRUE(rescued->rescued);
  EXPECT_EQ("large", rescued->model) << "the baseline first";
}

// --- several classifiers in one process

// The file that the loader gave for the runtime, and a copy of it: another library to the loader.
fs::path runtime_file() {
  EXPECT_TRUE(load_onnx_runtime().ok());
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    if (path != std::string::npos && line.find("libonnxruntime") != std::string::npos) {
      return line.substr(path);
    }
  }
  return {};
}

TEST_F(ImageClassifierTest, AnotherRuntimeLibraryLeavesTheFirstOneAtWork) {
  Result<ImageClassifier> first = open();
  ASSERT_TRUE(first.ok()) << first.status().message();
  const fs::path copy = folder_ / "another-runtime.so";
  ASSERT_TRUE(fs::copy_file(runtime_file(), copy));
  {
    Result<ImageClassifier> second = open({.runtime = copy});
    ASSERT_TRUE(second.ok()) << second.status().message();
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ("blue", first->classify(png_of(kBlue))->key);
      EXPECT_EQ("green", second->classify(png_of(kGreen))->key);
    }
  }
  EXPECT_EQ("green", first->classify(png_of(kGreen))->key) << "the second one is closed";
  Result<ImageClassifier> third = open();
  ASSERT_TRUE(third.ok());
  EXPECT_EQ("red", third->classify(png_of(kRed))->key);
}

TEST_F(ImageClassifierTest, ManyThreadsOpenAtOnce) {
  const fs::path selector = write();
  const fs::path copy = folder_ / "another-runtime.so";
  ASSERT_TRUE(fs::copy_file(runtime_file(), copy));
  std::vector<std::string> answers(8);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < answers.size(); ++t) {
    threads.emplace_back([&, t] {
      ImageClassifierOptions options{.models = {test::data_folder()}};
      if (t % 2 == 1) options.runtime = copy;
      Result<ImageClassifier> classifier = ImageClassifier::open(selector, options);
      if (!classifier.ok()) {
        answers[t] = classifier.status().message();
        return;
      }
      const Result<Classification> result = classifier->classify(png_of(kGreen));
      answers[t] = result.ok() ? result->key : result.status().message();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& answer : answers) EXPECT_EQ("green", answer);
}

// --- drift

// Every model of the point fails; another one answers, so the user sees answers: the watch must see
// the failures.
TEST_F(ImageClassifierTest, ARescueHidesNothingFromTheDriftWatch) {
  file_.default_point = file_.find_point("only fragile");
  OperatingPoint& point = file_.points[file_.default_point];
  const DriftReference always{.inputs = 100'000,
                              .models = {{.model = models_of(point.rule)[0],
                                          .answered = 100'000,
                                          .edges = {0.0},
                                          .counts = {0, 100'000}}}};
  point.drift = always;
  Result<ImageClassifier> classifier = open({.steerable = true});
  ASSERT_TRUE(classifier.ok()) << classifier.status().message();
  for (int i = 0; i < 150; ++i) {
    const Result<Classification> result = classifier->classify(png_of({255, 255, 255}));
    ASSERT_TRUE(result.ok());
    EXPECT_TRUE(result->rescued);
    EXPECT_THAT(result->failure, StartsWith("model 'fragile': "));
  }
  EXPECT_THAT(classifier->drift(), AllOf(HasSubstr("only fragile"), HasSubstr("100.0 %")));
}

TEST_F(ImageClassifierTest, RetreatsToTheBaselineOnDrift) {
  OperatingPoint& point = file_.points[file_.find_point("cascade")];
  DriftReference reference{.inputs = 100'000};
  for (const ModelIndex model : models_of(point.rule)) {
    // In training every input stopped at `small`, and surer than anything is here.
    const bool first = reference.models.empty();
    reference.models.push_back({.model = model, .answered = first ? reference.inputs : 0});
    if (first) reference.models[0].edges = {0.999};
    reference.models.back().counts = {0};
    if (first) reference.models[0].counts = {0, reference.inputs};
  }
  point.drift = reference;
  for (const bool retreat : {false, true}) {
    Result<ImageClassifier> classifier = open({.retreat_on_drift = retreat});
    ASSERT_TRUE(classifier.ok()) << classifier.status().message();
    EXPECT_EQ("", classifier->drift());
    for (int i = 0; i < 150; ++i) ASSERT_TRUE(classifier->classify(png_of(kGrey)).ok());
    EXPECT_THAT(classifier->drift(), HasSubstr("cascade"));
    EXPECT_EQ(retreat ? "baseline" : "cascade", classifier->classify(png_of(kGrey))->point);
    classifier->reset_drift();
    EXPECT_EQ("", classifier->drift());
    EXPECT_EQ("cascade", classifier->classify(png_of(kGrey))->point);
  }
}

// What is not opened is never asked for: its cost says so, and asking anyway is a failed trial.
TEST(LiveWorldTest, ModelsThatAreNotOpenedAreUnavailable) {
  const Zoo zoo = test::colour_zoo();
  Result<std::shared_ptr<Runtime>> runtime = load_onnx_runtime();
  ASSERT_TRUE(runtime.ok());
  const std::vector<ModelIndex> wanted = {2};
  Result<ModelSet> set = ModelSet::open(zoo, wanted, {}, *runtime);
  ASSERT_TRUE(set.ok());
  LiveModels models;
  models.models.resize(zoo.models.size());
  models.costs.resize(zoo.models.size());
  models.models[2] = std::make_unique<ImageModel>(zoo.models[2], *set->session(2));
  models.costs[2] = {Nanoseconds(1), Nanoseconds(1)};
  LiveWorld world(models);
  EXPECT_FALSE(world.costs()[0].available());
  EXPECT_TRUE(world.costs()[2].available());
  EXPECT_EQ(TrialStatus::kFailed, world.run(2).status) << "before an image is decoded";
  ASSERT_TRUE(world.decode(png_of(kRed), {}).ok());
  EXPECT_EQ(TrialStatus::kFailed, world.run(0).status);
  EXPECT_EQ(TrialStatus::kFailed, world.run(999).status);
  const Trial trial = world.run(2);
  EXPECT_EQ(TrialStatus::kOk, trial.status);
  EXPECT_EQ(0, trial.answer);
  ASSERT_NE(nullptr, trial.top);
  EXPECT_EQ(4U, trial.top->count);
  const Decision decision =
      decide(Cascade({.signal = Signal::kMargin, .stages = {{0, 0.5}, {2, 0.0}}}), world);
  EXPECT_EQ(1U, decision.tried_count);
  EXPECT_TRUE(decision.answered());
  for (std::size_t i = 0; i < 2 * kMaxTrials; ++i) (void)world.run(2);
  EXPECT_EQ(TrialStatus::kFailed, world.run(2).status) << "after more runs than there are trials";
}

}  // namespace
}  // namespace rightsize

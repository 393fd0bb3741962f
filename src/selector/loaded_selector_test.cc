// Proves that an application which runs its models itself gets from the public face of a selector
// file what the library itself decides by: the same points, the same choice among them, the same
// signals from a raw output, and a defined way out where an output is no answer.
#include "rightsize/loaded_selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "core/classes.h"
#include "selector/selector_file.h"
#include "tests/count_allocations.h"
#include "tests/support.h"

namespace rightsize {
namespace {

using std::chrono::milliseconds;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

OperatingPoint point(const std::string& name, double quality, double ms,
                     std::vector<CascadeStage> stages) {
  OperatingPoint made{.name = name,
                      .rule = CascadeRule{.signal = Signal::kMargin, .stages = std::move(stages)}};
  made.quality.value = quality;
  made.difference.value = quality - 0.9;
  made.speedup.value = 30 / ms;
  made.cpu_ms = ms;
  made.wall_ms = ms + 1;
  made.shares.resize(test::colour_zoo().models.size());
  return made;
}

// Models 0, 1 and 2 take 2, 10 and 30 ms; the third is the baseline.
SelectorFile make_file() {
  SelectorFile file;
  file.zoo = test::colour_zoo();
  file.baseline = 2;
  file.figures.resize(file.zoo.models.size(), {.quality = 0.5, .cpu_ms = 50, .wall_ms = 50});
  file.figures[0] = {.quality = 0.6, .cpu_ms = 2, .wall_ms = 2};
  file.figures[1] = {.quality = 0.8, .cpu_ms = 10, .wall_ms = 10};
  file.figures[2] = {.quality = 0.9, .cpu_ms = 30, .wall_ms = 31};
  file.points = {point("baseline", 0.9, 30, {{.model = 2}}),
                 point("no-loss", 0.9, 15, {{.model = 0, .threshold = 0.5}, {.model = 2}}),
                 point("fast", 0.6, 2, {{.model = 0}})};
  file.default_point = 1;
  return file;
}

class LoadedSelectorTest : public testing::Test {
 protected:
  LoadedSelector open(const SelectorFile& file) {
    auto loaded = LoadedSelector::open(folder_.write("selector.json", to_json_text(file)));
    EXPECT_TRUE(loaded.ok()) << loaded.status().message();
    return std::move(*loaded);
  }

  TemporaryFolder folder_;
};

TEST_F(LoadedSelectorTest, SaysWhatIsInTheFile) {
  SelectorFile file = make_file();
  file.points[0].energy_mj = 12.5;
  file.points[1].proven = ProvenLoss{.loss = 0.02, .inputs = 100};
  const LoadedSelector loaded = open(file);

  ASSERT_EQ(file.zoo.models.size(), loaded.models().size());
  EXPECT_EQ(file.zoo.models[2].name, loaded.models()[2].name);
  EXPECT_EQ(file.zoo.models[2].file, loaded.models()[2].file);
  EXPECT_EQ(file.zoo.models[2].sha256, loaded.models()[2].sha256);
  EXPECT_EQ(static_cast<std::size_t>(file.zoo.models[2].output.outputs),
            loaded.models()[2].outputs);
  EXPECT_EQ(0.9, loaded.models()[2].quality);
  EXPECT_EQ(30, loaded.models()[2].cpu_ms);
  EXPECT_EQ(31, loaded.models()[2].wall_ms);
  EXPECT_EQ(2, loaded.baseline());
  EXPECT_EQ(2, *loaded.find_model(file.zoo.models[2].name));

  ASSERT_EQ(3U, loaded.points().size());
  const LoadedPoint& no_loss = loaded.points()[1];
  EXPECT_EQ("no-loss", no_loss.name);
  EXPECT_EQ(0.9, no_loss.quality);
  EXPECT_EQ(0.0, no_loss.difference);
  EXPECT_EQ(2.0, no_loss.speedup);
  EXPECT_EQ(15, no_loss.cpu_ms);
  EXPECT_EQ(16, no_loss.wall_ms);
  EXPECT_EQ(0.02, no_loss.proven_loss);
  EXPECT_EQ(std::nullopt, no_loss.energy_mj);
  EXPECT_EQ(12.5, loaded.points()[0].energy_mj);
  EXPECT_EQ(std::nullopt, loaded.points()[0].proven_loss);
  EXPECT_THAT(no_loss.models, ElementsAre(0, 2));
  EXPECT_FALSE(no_loss.uses_features);
  EXPECT_EQ(1U, loaded.default_point());
  EXPECT_EQ(2U, *loaded.find_point("fast"));

  EXPECT_EQ(file.zoo.classes.size(), loaded.class_count());
  EXPECT_EQ(file.zoo.classes[1].name, loaded.class_name(1));
  EXPECT_EQ(file.zoo.classes[1].key, loaded.class_key(1));
  EXPECT_EQ("", loaded.class_name(-1));
  EXPECT_EQ("", loaded.class_key(static_cast<std::int64_t>(loaded.class_count())));
}

TEST_F(LoadedSelectorTest, NamesThatThereAreNotAreRefusedWithThoseThereAre) {
  const LoadedSelector loaded = open(make_file());
  EXPECT_EQ(StatusCode::kNotFound, loaded.find_point("faster").status().code());
  EXPECT_THAT(loaded.find_point("faster").status().message(),
              HasSubstr("'faster'; it has: baseline, no-loss, fast"));
  EXPECT_EQ(StatusCode::kNotFound, loaded.find_model("huge").status().code());
  EXPECT_THAT(loaded.find_model("huge").status().message(), HasSubstr(loaded.models()[0].name));
}

TEST_F(LoadedSelectorTest, FilesThatCannotBeReadAreRefused) {
  EXPECT_EQ(StatusCode::kNotFound, LoadedSelector::open(folder_ / "none.json").status().code());
  const auto damaged = folder_.write("damaged.json", "{\"format\": 3}");
  const Status status = LoadedSelector::open(damaged).status();
  EXPECT_EQ(StatusCode::kInvalidInput, status.code());
  EXPECT_THAT(status.message(), HasSubstr("damaged.json"));
}

TEST_F(LoadedSelectorTest, ABudgetChoosesByProfiledOrByPresentCosts) {
  const LoadedSelector loaded = open(make_file());
  EXPECT_EQ(1U, *loaded.choose({}));
  EXPECT_EQ(1U, *loaded.choose({.max_loss = 0.0}));
  EXPECT_EQ(2U, *loaded.choose({.deadline = milliseconds(20)}));
  EXPECT_EQ(0U, *loaded.choose({.deadline = milliseconds(32)}));

  // Twice as slow as profiled: the baseline's 31 ms are 62 ms now.
  std::vector<Cost> slow(loaded.profiled_costs().begin(), loaded.profiled_costs().end());
  for (Cost& cost : slow) cost = {.cpu = 2 * cost.cpu, .wall = 2 * cost.wall};
  EXPECT_EQ(2U, *loaded.choose({.deadline = milliseconds(32)}, slow));
  EXPECT_EQ(2U, *loaded.choose({.deadline = milliseconds(32)}, {}, milliseconds(5)));

  const auto refused = loaded.choose({.deadline = milliseconds(1)});
  EXPECT_EQ(StatusCode::kUnreachable, refused.status().code());
  EXPECT_THAT(refused.status().message(), HasSubstr("'fast'"));
  slow.pop_back();
  EXPECT_EQ(StatusCode::kInvalidInput, loaded.choose({}, slow).status().code());
}

TEST_F(LoadedSelectorTest, InterpretGivesWhatTheLibraryItselfSees) {
  const LoadedSelector loaded = open(make_file());
  const std::vector<float> output = {0.5F, 3.0F, -1.0F, 1.25F};
  ASSERT_EQ(output.size(), loaded.models()[0].outputs);
  ClassOutcome expected;
  ASSERT_TRUE(interpret(output, test::colour_zoo().models[0].output, expected).ok());

  Trial trial{.cpu = milliseconds(3), .wall = milliseconds(4)};
  TopClasses top;
  const std::int64_t before = test::allocations;
  const Status status = loaded.interpret(0, output, trial, top);
  EXPECT_EQ(before, test::allocations);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(TrialStatus::kOk, trial.status);
  EXPECT_EQ(0, trial.model);
  EXPECT_EQ(1, trial.answer);
  EXPECT_EQ(expected.signals, trial.signals);
  EXPECT_EQ(&top, trial.top);
  EXPECT_EQ(expected.top.count, top.count);
  EXPECT_EQ(expected.top.classes[0].log_probability, top.classes[0].log_probability);
  EXPECT_EQ(milliseconds(3), trial.cpu);
  EXPECT_EQ(milliseconds(4), trial.wall);
}

TEST_F(LoadedSelectorTest, AnOutputThatIsNoAnswerIsAFailedTrialThatTheSelectorCopesWith) {
  const LoadedSelector loaded = open(make_file());
  const Selector& selector = loaded.selector(1);
  const std::string name = loaded.models()[0].name;
  for (const std::vector<float>& output :
       {std::vector<float>{0.5F, kNan, 0, 0}, std::vector<float>{1, 2}}) {
    TopClasses top;
    // What a trial said before must not stand.
    Trial trial{.status = TrialStatus::kOk, .signals = {1, 1, 0}, .answer = 3, .top = &top};
    const Status status = loaded.interpret(0, output, trial, top);
    EXPECT_EQ(StatusCode::kRuntimeError, status.code());
    EXPECT_THAT(status.message(), HasSubstr(name));
    EXPECT_EQ(TrialStatus::kFailed, trial.status);
    EXPECT_EQ(-1, trial.answer);
    EXPECT_EQ(nullptr, trial.top);

    const Step step =
        selector.next({.trials = {&trial, 1}, .costs = loaded.profiled_costs(), .budget = {}});
    EXPECT_EQ(Action::kRun, step.action);
    EXPECT_EQ(2, step.model);
    EXPECT_EQ(Reason::kModelFailed, step.reason);
  }
  Trial trial;
  TopClasses top;
  EXPECT_EQ(StatusCode::kInvalidInput,
            loaded.interpret(99, std::vector<float>(4), trial, top).code());
  EXPECT_EQ(TrialStatus::kFailed, trial.status);
}

// An application's own world.
class OwnWorld : public World {
 public:
  OwnWorld(const LoadedSelector& loaded, std::vector<std::vector<float>> outputs)
      : loaded_(loaded), outputs_(std::move(outputs)) {}
  Trial run(ModelIndex model) noexcept override {
    Trial trial;
    static_cast<void>(loaded_.interpret(model, outputs_[model], trial, tops_[model]));
    return trial;
  }
  std::span<const Cost> costs() const noexcept override { return loaded_.profiled_costs(); }
  Nanoseconds elapsed() const noexcept override { return Nanoseconds(0); }
  Nanoseconds cpu() const noexcept override { return Nanoseconds(0); }

 private:
  const LoadedSelector& loaded_;
  std::vector<std::vector<float>> outputs_;
  std::array<TopClasses, 3> tops_{};
};

TEST_F(LoadedSelectorTest, DecidesInAWorldOfTheApplicationsOwn) {
  const LoadedSelector opened = open(make_file());
  const Selector* selector = &opened.selector(1);
  OwnWorld sure(opened, {{9, 0, 0, 0}, {}, {0, 9, 0, 0}});
  const Decision quick = decide(*selector, sure);
  EXPECT_EQ(1U, quick.tried_count);
  EXPECT_EQ(0, quick.answer.value);

  OwnWorld unsure(opened, {{1, 0.9F, 0, 0}, {}, {0, 9, 0, 0}});
  const Decision careful = decide(*selector, unsure);
  EXPECT_EQ(2U, careful.tried_count);
  EXPECT_EQ(1, careful.answer.value);
  EXPECT_EQ(Reason::kLastStage, careful.last().reason);
}

TEST_F(LoadedSelectorTest, SelectorsStayWhereTheyAreWhenItIsMoved) {
  LoadedSelector first = open(make_file());
  const Selector* selector = &first.selector(1);
  const LoadedSelector second = std::move(first);
  EXPECT_EQ(selector, &second.selector(1));
  EXPECT_EQ(1U, *second.choose({.max_loss = 0.0}));
}

// A chooser between models 0 and 2 by two features; "none" leads to model 2.
PremodelRule premodel(std::optional<ModelIndex> probe) {
  auto points = std::make_shared<PointSet>();
  *points = {.features = 2, .count = 2, .columns = {0, 1, 0, 1}};
  return {
      .models = {0, 2},
      .classifier = {.scaling = {{0, 1}, {0, 0}, {1, 1}},
                     .classifiers = {Knn{.points = points, .labels = {0, 2}, .classes = 3, .k = 1}},
                     .models = 2},
      .probe = probe,
      .fallback = ModelIndex{2}};
}

TEST_F(LoadedSelectorTest, SaysWhichPointsUseFeaturesAndAnswersWithoutThem) {
  SelectorFile file = make_file();
  file.points[0].rule = premodel({});
  file.points[1].rule = premodel(ModelIndex{1});
  const LoadedSelector loaded = open(file);
  EXPECT_TRUE(loaded.points()[0].uses_features);
  EXPECT_FALSE(loaded.points()[1].uses_features);
  EXPECT_FALSE(loaded.points()[2].uses_features);

  OwnWorld without_features(loaded, {{9, 0, 0, 0}, {}, {0, 9, 0, 0}});
  const Decision decision = decide(loaded.selector(0), without_features);
  ASSERT_TRUE(decision.answered());
  EXPECT_EQ(2, decision.answered_by().model);
  EXPECT_EQ(1, decision.answer.value);
}

}  // namespace
}  // namespace rightsize

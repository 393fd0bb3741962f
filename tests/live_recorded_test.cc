// Proves that training and the device cannot disagree: on real outcomes of real networks the live
// world and the recorded world take identical decisions, step by step, and give identical answers,
// signals and class lists to the last bit; for every signal, with thresholds that lie exactly on a
// recorded value, and with models that fail. Once on the small networks of tests/data, and, where
// they are there, on the zoo and the photos that the set-up makes and on ImageNet's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "core/file.h"
#include "engine/live_world.h"
#include "lab/evaluate/train.h"
#include "lab/profile/profile_test_support.h"
#include "model/model_set.h"
#include "rightsize/image_classifier.h"
#include "tests/png.h"
#include "tests/support.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

// Not a number differs from itself, so bits are compared.
void expect_same_step(const Step& a, const Step& b) {
  EXPECT_EQ(a.action, b.action);
  EXPECT_STREQ(to_string(a.reason), to_string(b.reason));
  EXPECT_EQ(a.model, b.model);
  EXPECT_EQ(a.trial, b.trial);
  EXPECT_EQ(a.stage, b.stage);
  EXPECT_EQ(bits(a.value), bits(b.value));
  EXPECT_EQ(bits(a.threshold), bits(b.threshold));
}

void expect_same_classes(const TopClasses& a, const TopClasses& b) {
  ASSERT_EQ(a.count, b.count);
  EXPECT_EQ(bits(a.rest), bits(b.rest));
  for (std::size_t i = 0; i < a.count; ++i) {
    EXPECT_EQ(a.classes[i].label, b.classes[i].label);
    EXPECT_EQ(bits(a.classes[i].log_probability), bits(b.classes[i].log_probability));
  }
}

void expect_same(const Decision& live, const Decision& recorded) {
  ASSERT_EQ(live.step_count, recorded.step_count);
  for (std::size_t i = 0; i < live.step_count; ++i) {
    expect_same_step(live.path[i], recorded.path[i]);
  }
  EXPECT_EQ(live.answer.value, recorded.answer.value);
  for (std::size_t s = 0; live.answered() && s < kClassSignalCount; ++s) {
    EXPECT_EQ(bits(live.answer.signals[s]), bits(recorded.answer.signals[s]));
  }
  ASSERT_EQ(live.tried_count, recorded.tried_count);
  for (std::size_t i = 0; i < live.tried_count; ++i) {
    const Trial& a = live.tried[i];
    const Trial& b = recorded.tried[i];
    EXPECT_EQ(a.model, b.model);
    ASSERT_EQ(a.status, b.status);
    if (a.status != TrialStatus::kOk) continue;
    EXPECT_EQ(a.answer, b.answer);
    for (std::size_t s = 0; s < kClassSignalCount; ++s)
      EXPECT_EQ(bits(a.signals[s]), bits(b.signals[s]));
    // ImageClassifier does not give the lists away.
    if (a.top != nullptr) expect_same_classes(*a.top, *b.top);
  }
}

// Hands every step on and remembers it.
class Listening : public Selector {
 public:
  explicit Listening(const Selector& selector) : selector_(selector) {}
  Step next(const State& state) const noexcept override {
    steps.push_back(selector_.next(state));
    return steps.back();
  }
  std::span<const ModelIndex> models() const noexcept override { return selector_.models(); }
  mutable std::vector<Step> steps;

 private:
  const Selector& selector_;
};

// A profiled zoo: its recording, and the same models opened to run live.
class Worlds {
 public:
  Status make(const Zoo& zoo, const DataSet& data, const Reference& reference) {
    zoo_ = zoo;
    Result<std::shared_ptr<Runtime>> runtime = load_onnx_runtime();
    if (!runtime.ok()) return runtime.status();
    ProfileOptions options = test::make_options(folder_ / "run.db");
    options.timing = {.tolerance = 1.0, .max_passes = 1, .items = 1};
    const Result<ProfileSummary> summary = profile(zoo, data, *runtime, options, {});
    if (!summary.ok()) return summary.status();
    Result<OutcomeTable> table = read_table(folder_ / "run.db");
    if (!table.ok()) return table.status();
    table_ = std::move(*table);
    Result<Recording> recording = judge(table_, reference);
    if (!recording.ok()) return recording.status();
    recording_ = std::move(*recording);
    for (const DataItem& item : data.items) bytes_[item.name] = *read_bytes(item.path);
    return open_live(*runtime);
  }

  const OutcomeTable& table() const { return table_; }
  const Recording& recording() const { return recording_; }
  const std::vector<std::byte>& bytes(std::size_t item) const {
    return bytes_.at(table_.items[recording_.item[item]]);
  }
  Decision recorded(const Selector& selector, std::size_t item) {
    RecordedWorld world(recording_);
    world.select(item);
    return decide(selector, world);
  }

  // Decides on every item in both worlds; counts by how many models an item got.
  void compare(const Selector& selector, std::map<std::size_t, int>& by_runs) {
    RecordedWorld recorded_world(recording_);
    for (std::size_t i = 0; i < recording_.items(); ++i) {
      SCOPED_TRACE(table_.items[recording_.item[i]]);
      LiveWorld live_world(live_);
      ASSERT_TRUE(live_world.decode(bytes(i), {}).ok());
      recorded_world.select(i);
      // Routing weighs what models cost: both worlds are to say the same.
      const std::span<const Cost> costs = recorded_world.costs();
      live_.costs.assign(costs.begin(), costs.end());
      const Listening live(selector);
      const Listening recorded(selector);
      const Decision a = decide(live, live_world);
      const Decision b = decide(recorded, recorded_world);
      expect_same(a, b);
      ASSERT_EQ(live.steps.size(), recorded.steps.size());
      for (std::size_t s = 0; s < live.steps.size(); ++s) {
        expect_same_step(live.steps[s], recorded.steps[s]);
      }
      ++by_runs[a.tried_count];
    }
  }

  // Signals of a model on all items, in order; failures left out.
  std::vector<double> values(Signal signal, std::size_t model) const {
    std::vector<double> values;
    for (const std::size_t i : recording_.item) {
      const RecordedOutcome& cell = table_.at(i, model);
      if (cell.status != TrialStatus::kOk) continue;
      values.push_back(cell.outcome.signals[static_cast<std::size_t>(signal)]);
    }
    std::sort(values.begin(), values.end());
    return values;
  }

  // The trained selector, through its file and the class that applications use.
  void compare_trained(const EvaluateOptions& options, const fs::path& models) {
    const Result<Training> training = train(table_, options);
    ASSERT_TRUE(training.ok()) << training.status().message();
    const fs::path path = folder_ / "selector.json";
    ASSERT_TRUE(write_atomically(path, to_json_text(training->file)).ok());
    for (const OperatingPoint& point : training->file.points) {
      SCOPED_TRACE(point.name);
      Result<ImageClassifier> classifier =
          ImageClassifier::open(path, {.point = point.name, .models = {models}});
      ASSERT_TRUE(classifier.ok()) << classifier.status().message();
      const std::unique_ptr<Selector> selector = make_selector(point.rule);
      for (std::size_t i = 0; i < recording_.items(); ++i) {
        const Result<Classification> result = classifier->classify(bytes(i));
        ASSERT_TRUE(result.ok()) << result.status().message();
        const Decision wanted = recorded(*selector, i);
        expect_same(result->decision, wanted);
        ASSERT_EQ(wanted.answered(), result->answered);
        if (result->answered) {
          EXPECT_EQ(wanted.answer.value, result->label);
        }
      }
    }
  }

 private:
  Status open_live(const std::shared_ptr<Runtime>& runtime) {
    std::vector<ModelIndex> all;
    for (std::size_t m = 0; m < zoo_.models.size(); ++m) all.push_back(static_cast<ModelIndex>(m));
    Result<ModelSet> set = ModelSet::open(zoo_, all, {}, runtime);
    if (!set.ok()) return set.status();
    set_ = std::move(*set);
    Result<ImageFeatures> features = ImageFeatures::make(table_.feature_spec.options);
    if (!features.ok()) return features.status();
    features_ = std::move(*features);
    live_.features = &*features_;
    for (const ModelIndex m : all) {
      live_.models.push_back(std::make_unique<ImageModel>(zoo_.models[m], *set_->session(m)));
      live_.costs.push_back({Nanoseconds(1), Nanoseconds(1)});
    }
    return {};
  }

  test::Folder folder_;  // also that of the lock for which profiles on one machine wait
  Zoo zoo_;
  OutcomeTable table_;
  Recording recording_;
  std::map<std::string, std::vector<std::byte>> bytes_;
  std::optional<ModelSet> set_;
  std::optional<ImageFeatures> features_;
  LiveModels live_;
};

// Cascades of two models, with thresholds on recorded values of the first: the item that the value
// is from lies exactly on it.
void compare_pairs(Worlds& worlds, const std::vector<double>& quantiles) {
  for (const Signal signal : kClassSignals) {
    const std::vector<double> values = worlds.values(signal, 0);
    std::map<std::size_t, int> by_runs;
    for (const double quantile : quantiles) {
      const auto at = static_cast<std::size_t>(quantile * static_cast<double>(values.size() - 1));
      SCOPED_TRACE(std::string(to_string(signal)) + " at " + std::to_string(quantile));
      worlds.compare(Cascade({.signal = signal, .stages = {{0, values[at]}, {1, 0.0}}}), by_runs);
    }
    EXPECT_GT(by_runs[1], 0) << "some stop";
    EXPECT_GT(by_runs[2], 0) << "some go on";
  }
}

// Premodels of the shapes that people use, trained on all items; abstaining and not, on features
// and on a probe's answer.
void compare_premodels(Worlds& worlds, const std::string& probe) {
  std::vector<std::size_t> all(worlds.recording().items());
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (const char* shape : {"knn-chain", "tree", "svm", "forest", "logistic"}) {
    for (const bool probed : {false, true}) {
      SCOPED_TRACE(std::string(shape) + (probed ? " on a probe" : ""));
      PremodelOptions options{.shape = *PremodelShape::parse(shape), .folds = 2};
      options.probe = probed ? probe : "";
      options.fallback = probed ? "" : probe;
      const auto rule = train_premodel(worlds.recording(), all, options);
      ASSERT_TRUE(rule.ok()) << rule.status().message();
      std::map<std::size_t, int> by_runs;
      worlds.compare(Premodel(*rule), by_runs);
      EXPECT_FALSE(by_runs.empty());
    }
  }
}

// Cascades of every family, as the search finds them: calibrated, combined, agreeing, deferring.
void compare_families(Worlds& worlds) {
  const Recording& recording = worlds.recording();
  std::vector<std::size_t> all(recording.items());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const ModelIndex baseline = best_single_model(recording);
  std::int64_t dearest = 0;
  for (const std::size_t i : all) {
    dearest += recording.decode_cpu[i] + recording.cpu[baseline][i];
  }
  for (const Family family : kAllFamilies) {
    SCOPED_TRACE(to_string(family));
    const CascadeFrontier frontier =
        search_cascades(recording, all, baseline, {.family = family, .discount = 0});
    std::map<std::size_t, int> by_runs;
    for (const double share : {2.0, 1.0, 0.8, 0.6, 0.4}) {
      const auto found =
          frontier.within(static_cast<std::int64_t>(share * static_cast<double>(dearest)));
      if (found) worlds.compare(*make_selector(found->rule), by_runs);
    }
    EXPECT_FALSE(by_runs.empty());
  }
}

// Routing and entered cascades, as they are fitted for several targets; and the former on features
// of the input, which the fit does not use.
void compare_other_kinds(Worlds& worlds) {
  std::vector<std::size_t> all(worlds.recording().items());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const auto dearest = static_cast<ModelIndex>(worlds.recording().models() - 1);
  std::map<std::size_t, int> by_runs;
  for (const SelectorKind kind : {SelectorKind::kRouting, SelectorKind::kEntry}) {
    const FitPoint fit = fitter_of(kind)(worlds.recording(), all, dearest);
    for (const Target& target : comparison_targets()) {
      SCOPED_TRACE(std::string(to_string(kind)) + " " + target.name);
      worlds.compare(*make_selector(fit(target)), by_runs);
    }
  }
  RoutingRule routing{.features = {1, 5, 22, 28},
                      .models = {},
                      .price = 0.01,
                      .probe = {},
                      .extraction = worlds.table().feature_spec.options};
  EntryRule entry{.premodel = {}, .cascade = {.stages = {}}};
  for (std::size_t m = 0; m < worlds.recording().models(); ++m) {
    const auto model = static_cast<ModelIndex>(m);
    const double sign = m % 2 == 0 ? 1.0 : -1.0;
    routing.models.push_back({model, {0.3, sign, sign / 100, sign / 50, -sign}});
    entry.cascade.stages.push_back({.model = model, .threshold = 0.7});
  }
  worlds.compare(Routing(routing), by_runs);
  routing.features = {0, 2};
  routing.probe = 0;
  for (RoutedModel& routed : routing.models) routed.coefficients.resize(3);
  worlds.compare(Routing(routing), by_runs);
  const std::string probe = worlds.table().zoo.models.front().name;
  for (const bool probed : {false, true}) {
    PremodelOptions options{.shape = *PremodelShape::parse("tree"), .folds = 2};
    options.probe = probed ? probe : "";
    const auto premodel = train_premodel(worlds.recording(), all, options);
    ASSERT_TRUE(premodel.ok()) << premodel.status().message();
    entry.premodel = *premodel;
    worlds.compare(EnteredCascade(entry), by_runs);
  }
  EXPECT_FALSE(by_runs.empty());
}

Zoo only(const Zoo& zoo, const std::vector<std::string>& names) {
  Zoo part = zoo;
  part.models.clear();
  for (const std::string& name : names) part.models.push_back(*zoo.find(name));
  return part;
}

TEST(LiveRecordedTest, SmallNetworks) {
  const test::Folder images;
  DataSet data;
  data.name = "colours";
  for (int i = 0; i < 60; ++i) {
    // The brightest make `fragile` fail.
    const auto part = [&](int step) { return static_cast<std::uint8_t>(i * step % 256); };
    const std::string name = "image" + std::to_string(i) + ".png";
    test::write_file(images / name, test::png_text({part(37), part(91), part(53)}, 10 + i));
    data.items.push_back({name, images / name, i % 4, name});
  }
  Worlds worlds;
  const Zoo zoo = only(test::colour_zoo(), {"small", "fragile", "softmax", "background"});
  const Status status = worlds.make(zoo, data, {});
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_EQ(60U, worlds.recording().items());
  const std::vector<char>& ok = worlds.recording().ok[1];
  EXPECT_GT(std::count(ok.begin(), ok.end(), 0), 5) << "fragile fails on some";

  std::map<std::size_t, int> by_runs;
  const auto compare = [&](Signal signal, const std::vector<CascadeStage>& stages) {
    worlds.compare(Cascade({.signal = signal, .stages = stages}), by_runs);
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const Signal signal : kClassSignals) {
    for (const double quantile : {0.0, 0.3, 0.5, 0.9, 1.0}) {
      const auto threshold = [&](std::size_t model) {
        const std::vector<double> values = worlds.values(signal, model);
        return values[static_cast<std::size_t>(quantile * static_cast<double>(values.size() - 1))];
      };
      compare(signal, {{0, threshold(0)}, {1, threshold(1)}, {2, 0.0}});
      compare(signal, {{1, threshold(1)}, {3, threshold(3)}, {0, 0.0}});
      compare(signal, {{0, threshold(0)}, {1, 0.0}});
      compare(signal, {{1, threshold(1)}});
    }
    for (const double never : {kInfinity, -kInfinity, std::nan("")}) {
      compare(signal, {{2, never}, {1, never}, {0, never}});
    }
  }
  for (std::size_t runs = 1; runs <= 3; ++runs) EXPECT_GT(by_runs[runs], 0) << runs;
  compare_premodels(worlds, "small");
  compare_families(worlds);
  compare_other_kinds(worlds);
  worlds.compare_trained(
      {.premodel = PremodelOptions{.folds = 2}, .folds = {.folds = 3}, .resamples = 20},
      test::data_folder());
}

// The zoo that the set-up makes, with the two models that are fastest and quite good.
std::optional<Zoo> real_zoo() {
  const fs::path folder = test::source_folder() / "zoo/efficientnet-lite";
  const Result<Zoo> zoo = read_manifest(folder / "zoo.toml");
  EXPECT_TRUE(zoo.ok()) << zoo.status().message();
  for (const char* name : {"lite0_128", "lite0"}) {
    const ModelSpec* model = zoo->find(name);
    if (model == nullptr || !fs::exists(folder / model->file)) return std::nullopt;
  }
  return only(*zoo, {"lite0_128", "lite0"});
}

TEST(LiveRecordedTest, Photos) {
  const std::optional<Zoo> zoo = real_zoo();
  if (!zoo) GTEST_SKIP() << "the zoo is not made: run scripts/setup";
  const fs::path photos = test::source_folder() / "build/photos-hard";
  if (!fs::exists(photos)) GTEST_SKIP() << "no photos: run scripts/setup";
  const Result<DataSet> data = read_data_set(photos, *zoo);
  ASSERT_TRUE(data.ok()) << data.status().message();
  Worlds worlds;
  const Reference reference{.model = "lite0"};
  const Status status = worlds.make(*zoo, *data, reference);
  ASSERT_TRUE(status.ok()) << status.message();
  compare_pairs(worlds, {0.25, 0.75});
  compare_premodels(worlds, "lite0_128");
  compare_families(worlds);
  compare_other_kinds(worlds);
  worlds.compare_trained(
      {.baseline = "lite0", .reference = reference, .folds = {.folds = 2}, .resamples = 20},
      test::source_folder() / "zoo/efficientnet-lite/models");
}

TEST(LiveRecordedTest, ImageNet) {
  const std::optional<Zoo> zoo = real_zoo();
  if (!zoo) GTEST_SKIP() << "the zoo is not made: run scripts/setup";
  const fs::path labels = test::imagenet_folder() / "labels.csv";
  if (!fs::exists(labels)) GTEST_SKIP() << "no " << labels << ": set RIGHTSIZE_TEST_DATA";
  Result<DataSet> data = read_data_set(labels, *zoo);
  ASSERT_TRUE(data.ok()) << data.status().message();
  data->items.resize(std::min<std::size_t>(60, data->items.size()));
  Worlds worlds;
  const Status status = worlds.make(*zoo, *data, {});
  ASSERT_TRUE(status.ok()) << status.message();
  compare_pairs(worlds, {0.5});
  compare_premodels(worlds, "lite0_128");
  compare_families(worlds);
}

}  // namespace
}  // namespace rightsize

// Proves on real photos and real networks that the drift watch is silent on photos like those of
// its reference, and raises an alarm where they are strongly blurred, noisy or dark; and shows what
// becomes of mild shifts, which may go unnoticed. The reference is one half of the photos, the
// streams are drawn from the other half. Skipped where photos or networks are not there.
#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "core/file.h"
#include "image/classification.h"
#include "lab/profile/dataset.h"
#include "lab/replay/drift_reference.h"
#include "lab/replay/statistics.h"
#include "lab/synthetic_table.h"
#include "model/model_set.h"
#include "selector/cascade.h"
#include "tests/support.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

using Change = std::function<void(cv::Mat&)>;  // of 8-bit RGB

Change blur(double sigma) {  // pixels
  return [sigma](cv::Mat& image) { cv::GaussianBlur(image, image, {}, sigma); };
}
Change noise(double deviation) {  // of 255
  return [deviation](cv::Mat& image) {
    cv::Mat added(image.size(), CV_16SC3);
    cv::theRNG().state = 1;
    cv::randn(added, cv::Scalar::all(0), cv::Scalar::all(deviation));
    cv::add(image, added, image, cv::noArray(), CV_8UC3);
  };
}
Change darkness(double factor) {
  return [factor](cv::Mat& image) { image.convertTo(image, CV_8UC3, factor); };
}

class DriftImagesTest : public testing::Test {
 protected:
  void SetUp() override {
    const fs::path folder = test::source_folder() / "zoo/efficientnet-lite";
    const Result<Zoo> zoo = read_manifest(folder / "zoo.toml");
    ASSERT_TRUE(zoo.ok()) << zoo.status().message();
    zoo_ = *zoo;
    zoo_.models.clear();
    for (const char* name : {"lite0_128", "lite0_160"}) {
      const ModelSpec* model = zoo->find(name);
      ASSERT_NE(nullptr, model);
      if (!fs::exists(folder / model->file))
        GTEST_SKIP() << "the zoo is not made: run scripts/setup";
      zoo_.models.push_back(*model);
    }
    const fs::path labels = test::imagenet_folder() / "labels.csv";
    if (!fs::exists(labels)) GTEST_SKIP() << "no " << labels << ": set RIGHTSIZE_TEST_DATA";
    const Result<DataSet> data = read_data_set(labels, zoo_);
    ASSERT_TRUE(data.ok()) << data.status().message();
    open_models();
    for (const DataItem& item : data->items) {
      Result<Image> image = decode_image(*read_bytes(item.path));
      ASSERT_TRUE(image.ok()) << image.status().message();
      images_.push_back(std::move(*image));
      labels_.push_back(*item.label);
    }
    halves_ = shuffled_folds(images_.size(), 2, 1);
  }

  void open_models() {
    const Result<std::shared_ptr<Runtime>> runtime = load_onnx_runtime();
    ASSERT_TRUE(runtime.ok()) << runtime.status().message();
    const std::vector<ModelIndex> all = {0, 1};
    Result<ModelSet> set = ModelSet::open(zoo_, all, {}, *runtime);
    ASSERT_TRUE(set.ok()) << set.status().message();
    set_ = std::move(*set);
    for (const ModelIndex m : all) models_.emplace_back(zoo_.models[m], *set_->session(m));
  }

  // What the models say of the images, changed. Costs are made up.
  OutcomeTable outcomes(const std::vector<std::size_t>& items, const Change& change) {
    OutcomeTable table;
    table.zoo = zoo_;
    for (const std::size_t item : items) {
      Image image = images_[item];
      cv::Mat pixels(image.height, image.width, CV_8UC3, image.rgb.data());
      change(pixels);
      EXPECT_EQ(image.rgb.data(), pixels.data) << "changed in place";
      table.items.push_back(std::to_string(item));
      table.labels.push_back(labels_[item]);
      table.decode_cpu.emplace_back(1);
      table.decode_wall.emplace_back(1);
      for (ImageModel& model : models_) {
        RecordedOutcome& cell = table.cells.emplace_back();
        ImageModel::Times times;
        const Status status = model.classify(image, cell.outcome, times);
        if (status.ok()) cell.status = TrialStatus::kOk;
      }
    }
    return table;
  }

  Zoo zoo_;
  std::optional<ModelSet> set_;
  std::vector<ImageModel> models_;
  std::vector<Image> images_;
  std::vector<std::int32_t> labels_;
  std::vector<std::vector<std::size_t>> halves_;
};

std::vector<Decision> decisions_of(const Selector& selector, const Recording& recording) {
  RecordedWorld world(recording);
  std::vector<Decision> decisions;
  for (std::size_t i = 0; i < recording.items(); ++i) {
    world.select(i);
    decisions.push_back(decide(selector, world));
  }
  return decisions;
}

std::optional<DriftAlarm> watch_stream(const DriftReference& reference,
                                       const std::vector<Decision>& decisions) {
  DriftWatch watch(reference);
  test::Sequence random(1);
  for (int i = 0; i < 10'000; ++i) {
    const double draw = random.uniform() * static_cast<double>(decisions.size());
    watch.observe(decisions[static_cast<std::size_t>(draw)]);
  }
  return watch.alarm();
}

struct Shift {
  const char* name;
  Change change;
  std::uint64_t most;  // inputs until the alarm; 0: there must be none, 10,000: there may be one
};

TEST_F(DriftImagesTest, StrongShiftsRaiseAnAlarm) {
  const Cascade fixed({.signal = Signal::kMaxProbability, .stages = {{0, 0.0}}});
  const Cascade cascade({.signal = Signal::kMaxProbability, .stages = {{0, 0.7}, {1, 0.0}}});
  const OutcomeTable clean = outcomes(halves_[0], [](cv::Mat&) {});
  const Recording recorded = *judge(clean, {});
  std::vector<std::size_t> all(recorded.items());
  std::iota(all.begin(), all.end(), std::size_t{0});

  const std::vector<Shift> shifts = {
      {"none", [](cv::Mat&) {}, 0},        {"blur-1px", blur(1), 10'000},
      {"blur-2px", blur(2), 10'000},       {"blur-4px", blur(4), 1'000},
      {"noise-20", noise(20), 10'000},     {"noise-80", noise(80), 1'000},
      {"dark-0.5", darkness(0.5), 10'000}, {"dark-0.1", darkness(0.1), 1'000}};
  for (const Shift& shift : shifts) {
    const OutcomeTable table = outcomes(halves_[1], shift.change);
    const Recording recording = *judge(table, {});
    for (const Cascade* selector : {&fixed, &cascade}) {
      const bool is_fixed = selector == &fixed;
      SCOPED_TRACE(std::string(shift.name) + (is_fixed ? ", fixed" : ", cascade"));
      const DriftReference reference = make_drift_reference(*selector, recorded, all);
      const auto alarm = watch_stream(reference, decisions_of(*selector, recording));
      const std::string words =
          alarm ? describe(*alarm, zoo_.models[alarm->model].name) : "no alarm";
      RecordProperty(std::string(shift.name) + (is_fixed ? "-fixed" : "-cascade"), words);
      if (shift.most == 0) {
        EXPECT_FALSE(alarm) << words;
      } else if (shift.most < 10'000) {
        ASSERT_TRUE(alarm);
        EXPECT_LE(alarm->input, shift.most) << words;
      }
    }
  }
}

}  // namespace
}  // namespace rightsize

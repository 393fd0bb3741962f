// Proves that the reference of the drift watch holds what the selector does on the items, and that
// the watch stays silent on streams drawn from data that took no part in the reference: made-up
// outcomes, and the recorded outcomes of ten real networks on 700 photos, split in halves.
#include "lab/replay/drift_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "lab/profile/read_run.h"
#include "lab/replay/statistics.h"
#include "lab/synthetic_table.h"
#include "selector/cascade.h"
#include "selector/drift_json.h"
#include "tests/support.h"

namespace rightsize {
namespace {

// The first alarm on a stream of items drawn with replacement.
std::optional<DriftAlarm> alarm_on_draws(const DriftReference& reference, const Selector& selector,
                                         const Recording& recording,
                                         const std::vector<std::size_t>& items, int length,
                                         std::uint64_t seed) {
  RecordedWorld world(recording);
  std::vector<Decision> decisions;
  for (const std::size_t item : items) {
    world.select(item);
    decisions.push_back(decide(selector, world));
  }
  DriftWatch watch(reference);
  test::Sequence random(seed);
  for (int i = 0; i < length; ++i) {
    const double draw = random.uniform() * static_cast<double>(decisions.size());
    watch.observe(decisions[static_cast<std::size_t>(draw)]);
  }
  return watch.alarm();
}

TEST(DriftReferenceTest, HoldsWhatReplayShows) {
  const OutcomeTable table =
      test::synthetic_table({.items = 2000, .models = test::ladder(), .failures = 0.05, .seed = 3});
  const Recording recording = *judge(table, {});
  const Cascade cascade(
      {.signal = Signal::kMaxProbability, .stages = {{2, 0.8}, {0, 0.9}, {3, 0.0}}});
  const DriftReference reference =
      make_drift_reference(cascade, recording, all_but(recording.items(), {}));

  std::vector<std::uint64_t> answered(4), failed(4), runs(4);
  RecordedWorld world(recording);
  for (std::size_t i = 0; i < recording.items(); ++i) {
    world.select(i);
    const Decision decision = decide(cascade, world);
    for (const Trial& trial : decision.trials()) {
      ++(trial.status == TrialStatus::kOk ? runs : failed)[trial.model];
    }
    if (decision.answered()) ++answered[decision.answered_by().model];
  }
  EXPECT_EQ(2000U, reference.inputs);
  ASSERT_EQ(3U, reference.models.size());
  for (const DriftModel& model : reference.models) {
    EXPECT_EQ(answered[model.model], model.answered);
    EXPECT_EQ(failed[model.model], model.failed);
    EXPECT_EQ(runs[model.model], model.runs());
    EXPECT_GT(model.failed, 0U);
    ASSERT_EQ(31U, model.edges.size());
    for (const std::uint64_t count : model.counts) {
      EXPECT_NEAR(static_cast<double>(model.runs()) / 32, static_cast<double>(count), 3)
          << "bins are quantiles";
    }
  }
  EXPECT_EQ(2, reference.models[0].model);
}

TEST(DriftReferenceTest, EqualAndFewSignals) {
  OutcomeTable table =
      test::synthetic_table({.items = 100, .models = {{0.5, 1.0}}, .labelled = true});
  for (std::size_t i = 0; i < 100; ++i) {
    table.cells[i].outcome.signals[0] = i < 40 ? 0.5 : 1.0;
    if (i >= 90) table.cells[i].outcome.signals[0] = std::nan("");
  }
  const Recording recording = *judge(table, {});
  const Cascade fixed({.signal = Signal::kMaxProbability, .stages = {{0, 0.0}}});
  const DriftReference reference =
      make_drift_reference(fixed, recording, all_but(recording.items(), {}));
  const DriftModel& model = reference.models[0];
  EXPECT_EQ((std::vector<double>{0.5, 1.0}), model.edges);
  EXPECT_EQ((std::vector<std::uint64_t>{0, 40, 50}), model.counts);
  EXPECT_EQ(10U, model.failed);
  EXPECT_EQ(100U, model.answered) << "an answer all the same";
  const auto json = to_json(reference, table.zoo);
  EXPECT_EQ(reference, *drift_reference_from_json(json, "drift", table.zoo));
}

TEST(DriftReferenceTest, NoAlarmOnDisjointSyntheticData) {
  const OutcomeTable table = test::synthetic_table(
      {.items = 40'000, .models = test::ladder(), .failures = 0.01, .seed = 4});
  const Recording recording = *judge(table, {});
  const Cascade cascade(
      {.signal = Signal::kMaxProbability, .stages = {{0, 0.85}, {1, 0.8}, {3, 0.0}}});
  for (std::size_t stream = 0; stream < 20; ++stream) {
    const std::vector<std::size_t> items = all_but(recording.items(), {});
    const auto begin = items.begin() + static_cast<std::ptrdiff_t>(2000 * stream);
    const std::vector<std::size_t> sample(begin, begin + 700);
    const std::vector<std::size_t> rest(begin + 700, begin + 2000);
    const DriftReference reference = make_drift_reference(cascade, recording, sample);
    const auto alarm = alarm_on_draws(reference, cascade, recording, rest, 10'000, stream);
    EXPECT_FALSE(alarm) << describe(*alarm, std::to_string(alarm->model));
  }
}

// Both halves are small samples of the same photos; 20 splits, each with four selectors.
TEST(DriftReferenceTest, NoAlarmOnTheOtherHalfOfTheRecordedPhotos) {
  const Result<OutcomeTable> table =
      read_table(test::source_folder() / "zoo/ten-models/outcomes/outcomes.db");
  ASSERT_TRUE(table.ok()) << table.status().message();
  const Recording recording = *judge(*table, {});
  ASSERT_EQ(700U, recording.items());
  const std::vector<std::vector<CascadeStage>> cascades = {
      {{3, 0.0}}, {{0, 0.5}, {9, 0.0}}, {{2, 0.8}, {9, 0.0}}, {{1, 0.6}, {5, 0.7}, {8, 0.0}}};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto halves = shuffled_folds(recording.items(), 2, seed);
    for (const std::vector<CascadeStage>& stages : cascades) {
      const Cascade cascade({.signal = Signal::kMaxProbability, .stages = stages});
      const DriftReference reference = make_drift_reference(cascade, recording, halves[0]);
      const auto alarm = alarm_on_draws(reference, cascade, recording, halves[1], 10'000, seed);
      EXPECT_FALSE(alarm) << describe(*alarm, table->zoo.models[alarm->model].name);
    }
  }
}

TEST(DriftReferenceTest, HarderPhotosRaiseAnAlarm) {
  const Result<OutcomeTable> table =
      read_table(test::source_folder() / "zoo/ten-models/outcomes/outcomes.db");
  ASSERT_TRUE(table.ok()) << table.status().message();
  const Recording recording = *judge(*table, {});
  const Cascade cascade({.signal = Signal::kMaxProbability, .stages = {{2, 0.8}, {9, 0.0}}});
  const auto halves = shuffled_folds(recording.items(), 2, 1);
  std::vector<std::size_t> hard;
  for (const std::size_t item : halves[1]) {
    if (recording.right[2][item] == 0) hard.push_back(item);
  }
  const DriftReference reference = make_drift_reference(cascade, recording, halves[0]);
  const auto alarm = alarm_on_draws(reference, cascade, recording, hard, 10'000, 1);
  ASSERT_TRUE(alarm);
  EXPECT_LE(alarm->input, 1'000U);
}

}  // namespace
}  // namespace rightsize

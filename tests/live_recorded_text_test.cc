// Proves for translations what live_recorded_test proves for images: the live and the recorded
// world take the same decisions, step by step, and give the same translations, with thresholds that
// lie exactly on a recorded value. On the small zoo of tests/data/translation.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "engine/text_world.h"
#include "lab/profile/profile.h"
#include "lab/profile/profile_test_support.h"
#include "lab/profile/store.h"
#include "lab/replay/recording.h"
#include "selector/cascade.h"
#include "tests/translation_support.h"

namespace rightsize {
namespace {

class LiveRecordedText : public testing::Test {
 protected:
  void SetUp() override {
    runtime_ = test::onnx_runtime();
    ASSERT_NE(nullptr, runtime_);
    zoo_ = test::translation_zoo();
    profile_sentences();
    opened_.emplace(zoo_, std::vector<std::filesystem::path>(), runtime_);
    for (const ModelSpec& model : zoo_.models) {
      const auto m = static_cast<ModelIndex>(&model - zoo_.models.data());
      ASSERT_TRUE(opened_->open(m).ok());
      live_.models.push_back(std::move(*opened_->make(m)));
    }
  }

  // Known sentences among unknown ones, so that the memory answers some.
  void profile_sentences() {
    std::vector<std::string> sentences = test::test_sentences();
    sentences.resize(20);
    for (const std::string& line : test::lines_of(test::translation_folder() / "known.en")) {
      if (sentences.size() < 30) sentences.push_back(line);
    }
    std::string text;
    for (const std::string& sentence : sentences) text += sentence + "\n";
    test::write_file(folder_ / "data.en", text);
    test::write_file(folder_ / "data.de", text);
    const auto data = read_data_set(folder_ / "data.en", zoo_);
    ASSERT_TRUE(data.ok()) << data.status().message();
    ProfileOptions options{.output = folder_ / "run.db", .threads = 1};
    options.timing = {.tolerance = 10, .max_passes = 1, .items = 3};
    options.energy.open_sensor = [] { return SensorResult(not_found("none in this test")); };
    const auto summary = profile(zoo_, *data, runtime_, options, [](const Progress&) {});
    ASSERT_TRUE(summary.ok()) << summary.status().message();
    auto table = read_table(options.output);
    ASSERT_TRUE(table.ok()) << table.status().message();
    table_ = std::move(*table);
    auto recording = judge(table_, {.criterion = Criterion::kBleu});
    ASSERT_TRUE(recording.ok()) << recording.status().message();
    recording_ = std::move(*recording);
  }

  ModelIndex place(const char* name) const {
    return static_cast<ModelIndex>(zoo_.find(name) - zoo_.models.data());
  }

  void compare(const Selector& selector, std::size_t item, std::vector<std::size_t>& by_runs) {
    RecordedWorld recorded(recording_);
    recorded.select(item);
    const Decision want = decide(selector, recorded);
    TextWorld world(live_);
    ASSERT_TRUE(world.read(table_.text.sources[recording_.item[item]]).ok());
    const std::vector<Cost> costs(zoo_.models.size(), {Nanoseconds(1), Nanoseconds(1)});
    world.set_costs(costs);
    const Decision got = decide(selector, world);
    ASSERT_EQ(want.step_count, got.step_count);
    for (std::size_t s = 0; s < want.step_count; ++s) {
      EXPECT_EQ(want.path[s].action, got.path[s].action);
      EXPECT_EQ(want.path[s].model, got.path[s].model);
      EXPECT_EQ(want.path[s].reason, got.path[s].reason);
      EXPECT_EQ(std::bit_cast<std::uint64_t>(want.path[s].value),
                std::bit_cast<std::uint64_t>(got.path[s].value));
    }
    for (std::size_t t = 0; t < want.tried_count; ++t) {
      EXPECT_EQ(want.tried[t].status, got.tried[t].status);
      EXPECT_EQ(want.tried[t].doubtful, got.tried[t].doubtful);
      EXPECT_NE(TrialStatus::kFailed, got.tried[t].status);
    }
    ++by_runs[want.tried_count];
    ASSERT_EQ(want.answered(), got.answered());
    if (!want.answered()) return;
    EXPECT_EQ(want.answer.value, got.answer.value);
    const ModelIndex model = got.answered_by().model;
    EXPECT_EQ(table_.text_at(recording_.item[item], model).text, world.run_of(model)->outcome.text);
  }

  test::Folder folder_;
  std::shared_ptr<Runtime> runtime_;
  Zoo zoo_;
  OutcomeTable table_;
  Recording recording_;
  std::optional<TextModels> opened_;
  LiveTextModels live_;
};

TEST_F(LiveRecordedText, EveryWayOfDecodingIsTheSame) {
  for (std::size_t m = 0; m < zoo_.models.size(); ++m) {
    SCOPED_TRACE(zoo_.models[m].name);
    const Cascade alone({.stages = {{static_cast<ModelIndex>(m), 0.0}}});
    std::vector<std::size_t> by_runs(3, 0);
    for (std::size_t i = 0; i < recording_.items(); ++i) compare(alone, i, by_runs);
    EXPECT_EQ(recording_.items(), by_runs[1]);
  }
}

TEST_F(LiveRecordedText, CascadesStopAtTheSameSentences) {
  const ModelIndex memory = place("memory");
  const ModelIndex gru = place("gru");
  const ModelIndex block = place("block");
  std::size_t stopped = 0;
  for (const auto& [signal, first] :
       {std::pair{Signal::kSimilarity, memory}, std::pair{Signal::kMeanLogProbability, gru},
        std::pair{Signal::kMinLogProbability, gru}, std::pair{Signal::kMargin, gru},
        std::pair{Signal::kLengthRatio, gru}}) {
    SCOPED_TRACE(to_string(signal));
    std::vector<double> values;
    for (std::size_t i = 0; i < recording_.items(); ++i) {
      if (recording_.sound[first][i] == 0) continue;  // stops nothing, whatever the threshold
      values.push_back(
          table_.at(recording_.item[i], first).outcome.signals[static_cast<std::size_t>(signal)]);
    }
    if (values.empty()) continue;
    std::sort(values.begin(), values.end());
    const double threshold = values[values.size() * 4 / 5];
    const Cascade cascade({.signal = signal, .stages = {{first, threshold}, {block, 0.0}}});
    std::vector<std::size_t> by_runs(3, 0);
    for (std::size_t i = 0; i < recording_.items(); ++i) compare(cascade, i, by_runs);
    EXPECT_GT(by_runs[1], 0U) << "some stop";
    EXPECT_GT(by_runs[2], 0U) << "some go on";
    stopped += by_runs[1];
  }
  EXPECT_GT(stopped, 0U);
}

TEST_F(LiveRecordedText, AMemoryWithoutTheSentenceAnswersAtNoThreshold) {
  const ModelIndex memory = place("memory");
  const Cascade cascade(
      {.signal = Signal::kSimilarity, .stages = {{memory, -1.0}, {place("block"), 0.0}}});
  std::vector<std::size_t> by_runs(3, 0);
  for (std::size_t i = 0; i < recording_.items(); ++i) {
    compare(cascade, i, by_runs);
    EXPECT_EQ(i < 20 ? TrialStatus::kNoAnswer : TrialStatus::kOk, table_.at(i, memory).status);
  }
  EXPECT_EQ(10U, by_runs[1]);
  EXPECT_EQ(20U, by_runs[2]);
}

// Until version 3 the nearest entry was an answer, however little it was like the sentence.
TEST_F(LiveRecordedText, NearAnswersOfOlderRunsAreNone) {
  {
    auto store = RunStore::open(folder_ / "run.db");
    ASSERT_TRUE(store.ok()) << store.status().message();
    const std::string of = " WHERE model = " + std::to_string(place("memory"));
    for (const std::string& change :
         {"UPDATE translations SET similarity = 0.9" + of + " AND item = 21",
          "UPDATE translations SET similarity = 0.98" + of + " AND item = 22",
          std::string("UPDATE sentences SET source = 'Three words only' WHERE item = 23"),
          std::string("UPDATE outcomes SET status = 1 WHERE status = 2"),
          std::string("PRAGMA user_version = 3")}) {
      ASSERT_TRUE(store->database().execute(change).ok()) << change;
    }
  }
  const auto table = read_table(folder_ / "run.db");
  ASSERT_TRUE(table.ok()) << table.status().message();
  const ModelIndex memory = place("memory");
  for (const std::size_t item : {21U, 22U, 23U}) {
    EXPECT_EQ(TrialStatus::kNoAnswer, table->at(item, memory).status) << item;
    EXPECT_EQ("", table->text_at(item, memory).text);
  }
  EXPECT_EQ(TrialStatus::kOk, table->at(24, memory).status);
  EXPECT_EQ(table_.text_at(24, memory).text, table->text_at(24, memory).text);
}

}  // namespace
}  // namespace rightsize

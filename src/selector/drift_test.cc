// Proves what DriftWatch promises, on made-up streams: no alarm while the inputs are like those of
// the reference, however that was sampled; false alarms no more often than configured, and not
// absurdly less often; drifts of every watched kind are noticed, the sooner the greater they are;
// tolerated ones are not. And that its JSON form is strict. Replaces the global operator new.
#include "selector/drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string_view>

#include "core/json_reader.h"
#include "selector/drift_json.h"
#include "tests/count_allocations.h"

namespace rightsize {
namespace {

using testing::HasSubstr;

constexpr double kThreshold = 0.6;

// What the inputs are like: a cascade of model 3, which stops at kThreshold, and model 5.
struct Nature {
  std::function<double(double)> sureness = [](double u) { return u; };  // of model 3
  double failures = 0.0;                                                // of model 3
  double breakdowns = 0.0;                                              // of both models
};

class Stream {
 public:
  Stream(Nature nature, std::uint64_t seed) : nature_(std::move(nature)), random_(seed) {}

  Decision next() {
    Decision decision;
    const bool breakdown = uniform() < nature_.breakdowns;
    run(decision, 3, nature_.sureness(uniform()), breakdown || uniform() < nature_.failures);
    const Trial& trial = decision.tried[0];
    const bool sure = trial.status == TrialStatus::kOk && trial.signals[0] >= kThreshold;
    if (!sure) run(decision, 5, uniform(), breakdown);
    Step& last = decision.path[decision.step_count++];
    last.trial = static_cast<std::uint16_t>(decision.tried_count - 1);
    last.action = breakdown ? Action::kAbstain : Action::kAnswer;
    return decision;
  }

 private:
  static void run(Decision& decision, ModelIndex model, double sureness, bool fails) {
    Trial trial{.model = model};
    if (!fails) trial.status = TrialStatus::kOk;
    if (!fails) trial.signals = {sureness, sureness, 0.0};
    decision.tried[decision.tried_count++] = trial;
  }
  // [0, 1), the same on every platform.
  double uniform() { return static_cast<double>(random_() >> 11) * 0x1.0p-53; }

  Nature nature_;
  std::mt19937_64 random_;
};

constexpr std::array<ModelIndex, 2> kModels = {3, 5};

// Bins of equal width, and nothing in them.
DriftReference empty_reference() {
  DriftReference reference;
  for (const ModelIndex model : kModels) {
    DriftModel& part = reference.models.emplace_back();
    part.model = model;
    for (int i = 1; i < 32; ++i) part.edges.push_back(i / 32.0);
    part.counts.assign(32, 0);
  }
  return reference;
}

// A sample of a stream.
DriftReference sampled(Stream stream, std::uint64_t inputs) {
  DriftReference reference = empty_reference();
  reference.inputs = inputs;
  for (std::uint64_t i = 0; i < inputs; ++i) {
    const Decision decision = stream.next();
    for (const Trial& trial : decision.trials()) {
      DriftModel& model = reference.models[trial.model == kModels[0] ? 0 : 1];
      if (trial.status != TrialStatus::kOk) {
        ++model.failed;
      } else {
        ++model.counts[static_cast<std::size_t>(trial.signals[0] * 32)];
      }
    }
    if (decision.answered()) ++reference.models[decision.answered_by().model == 3 ? 0 : 1].answered;
  }
  return reference;
}

// The truth of an undrifted stream: as good as infinitely many training inputs.
DriftReference exact() {
  constexpr std::uint64_t kMany = 1'000'000'000;
  DriftReference reference = empty_reference();
  reference.inputs = kMany;
  reference.models[0].answered = kMany * 4 / 10;
  reference.models[0].counts.assign(32, kMany / 32);
  reference.models[1].answered = kMany * 6 / 10;
  reference.models[1].counts.assign(32, kMany * 6 / 10 / 32);
  return reference;
}

// Inputs until the alarm; `most` if there is none.
std::uint64_t delay(DriftWatch& watch, Stream stream, std::uint64_t most) {
  for (std::uint64_t i = 0; i < most && !watch.alarm(); ++i) watch.observe(stream.next());
  return watch.alarm() ? watch.alarm()->input : most;
}

// A share of the inputs looks like nothing that model 3 knows.
Nature shifted(double share) {
  return {.sureness = [share](double u) { return u < share ? 0.0 : (u - share) / (1 - share); }};
}

TEST(DriftWatchTest, NoAlarmOnInputsLikeTheReference) {
  for (const std::uint64_t inputs : {50U, 350U, 700U, 10'000U}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      DriftWatch watch(sampled(Stream({}, 1000 + seed), inputs));
      Stream stream({}, 2000 + seed);
      for (int i = 0; i < 10'000; ++i) watch.observe(stream.next());
      ASSERT_FALSE(watch.alarm()) << inputs << ' ' << seed << ' ' << describe(*watch.alarm(), "");
    }
  }
}

std::uint64_t false_alarms(DriftWatch& watch, Stream stream, std::uint64_t inputs) {
  std::uint64_t alarms = 0;
  for (std::uint64_t i = 0; i < inputs; ++i) {
    watch.observe(stream.next());
    if (!watch.alarm()) continue;
    ++alarms;
    watch.reset();
  }
  return alarms;
}

// One in 2,000 inputs is allowed and a million is watched, so 500 alarms are expected at most. With
// the truth as reference and nothing tolerated, some there must be.
TEST(DriftWatchTest, FalseAlarmsAreBounded) {
  DriftOptions options{.inputs_per_false_alarm = 2'000, .tolerated = 0, .tolerated_failures = 0};
  DriftWatch truth(exact(), options);
  const std::uint64_t most = false_alarms(truth, Stream({}, 1), 1'000'000);
  EXPECT_LE(most, 500U);
  EXPECT_GE(most, 25U) << "the bounds are far too wide";
  RecordProperty("false_alarms_of_500", std::to_string(most));
  options.tolerated = 0.05;
  DriftWatch tolerant(exact(), options);
  EXPECT_LE(false_alarms(tolerant, Stream(shifted(0.05), 2), 1'000'000), 500U);
  DriftWatch usual(sampled(Stream({}, 3), 700));
  EXPECT_EQ(0U, false_alarms(usual, Stream({}, 4), 1'000'000));
}

TEST(DriftWatchTest, ToleratedDriftIsNone) {
  DriftWatch watch(exact());
  EXPECT_EQ(0U, false_alarms(watch, Stream(shifted(0.02), 5), 1'000'000));
  Nature nature;
  nature.failures = 0.01;
  DriftWatch failures(exact());
  EXPECT_EQ(0U, false_alarms(failures, Stream(nature, 6), 300'000));
}

TEST(DriftWatchTest, GreaterDriftsAreNoticedSooner) {
  struct Case {
    double share;
    std::uint64_t inputs;  // of the reference
    std::uint64_t most;    // of the delay
  };
  for (const Case& c : {Case{0.8, 350, 100}, Case{0.6, 350, 100}, Case{0.6, 10'000, 100},
                        Case{0.4, 350, 1'000}, Case{0.3, 350, 1'000}, Case{0.25, 700, 10'000},
                        Case{0.2, 10'000, 1'000}, Case{0.12, 10'000, 10'000}}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      DriftWatch watch(sampled(Stream({}, 100 + seed), c.inputs));
      EXPECT_LE(delay(watch, Stream(shifted(c.share), 200 + seed), 20'000), c.most)
          << c.share << " seed " << seed;
      ASSERT_TRUE(watch.alarm());
    }
  }
}

TEST(DriftWatchTest, LessSureInputs) {
  DriftWatch watch(sampled(Stream({}, 1), 1000));
  EXPECT_LE(delay(watch, Stream(shifted(0.5), 2), 2'000), 1'000U);
  const DriftAlarm& alarm = *watch.alarm();
  EXPECT_STREQ("sureness", to_string(alarm.kind));
  EXPECT_EQ(3, alarm.model);
  EXPECT_EQ(alarm.block, alarm.sample);
  EXPECT_GT(alarm.observed, alarm.limit);
  EXPECT_GT(alarm.limit, alarm.expected);
  EXPECT_NEAR(alarm.at, alarm.expected, 0.06) << "sureness is uniform";
}

TEST(DriftWatchTest, SurerInputs) {
  DriftWatch watch(sampled(Stream({}, 1), 1000));
  const Nature nature{.sureness = [](double u) { return 1 - u * u / 2; }};
  EXPECT_LE(delay(watch, Stream(nature, 2), 2'000), 1'000U);
  const DriftAlarm& alarm = *watch.alarm();
  EXPECT_EQ(3, alarm.model);
  EXPECT_LT(alarm.limit, alarm.expected);
  EXPECT_LT(alarm.observed, alarm.limit);
}

TEST(DriftWatchTest, FailuresAndInputsWithoutAnswer) {
  struct Case {
    Nature nature;
    DriftKind kind;
    std::uint64_t most;
  };
  Nature dead, sick, breakdown;
  dead.failures = 1.0;
  sick.failures = 0.06;
  breakdown.breakdowns = 0.15;
  for (const Case& c :
       {Case{dead, DriftKind::kFailures, 100}, Case{sick, DriftKind::kFailures, 1'000}}) {
    DriftWatch watch(sampled(Stream({}, 1), 1000));
    EXPECT_LE(delay(watch, Stream(c.nature, 2), 2'000), c.most);
    ASSERT_TRUE(watch.alarm());
    EXPECT_STREQ(to_string(c.kind), to_string(watch.alarm()->kind));
    EXPECT_EQ(3, watch.alarm()->model);
  }
  // Every input without an answer is a failure of both models too; without those there is the
  // share of inputs.
  DriftWatch watch(sampled(Stream({}, 1), 1000), {.tolerated_failures = 0.9});
  EXPECT_LE(delay(watch, Stream(breakdown, 2), 2'000), 1'000U);
  ASSERT_TRUE(watch.alarm());
  EXPECT_STREQ("no-answer", to_string(watch.alarm()->kind));
}

TEST(DriftWatchTest, OtherModelsAnswer) {
  // Signals stay as they are, but the threshold is another.
  DriftWatch watch(sampled(Stream({}, 1), 1000));
  Stream stream({}, 2);
  for (int i = 0; i < 1000 && !watch.alarm(); ++i) {
    Decision decision = stream.next();
    decision.path[decision.step_count - 1].trial = 0;  // model 3 always answers
    watch.observe(decision);
  }
  ASSERT_TRUE(watch.alarm());
  EXPECT_STREQ("answers", to_string(watch.alarm()->kind));
}

TEST(DriftWatchTest, SignalsThatAreNoNumbersAreFailures) {
  DriftWatch watch(sampled(Stream({}, 1), 1000));
  const Nature nature{.sureness = [](double) { return std::nan(""); }};
  EXPECT_EQ(100U, delay(watch, Stream(nature, 2), 2'000));
  EXPECT_STREQ("failures", to_string(watch.alarm()->kind));
  EXPECT_EQ(1.0, watch.alarm()->observed);
}

TEST(DriftWatchTest, OddSignalsDoNoHarm) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double odd : {-kInfinity, -1.0, 2.0, kInfinity}) {
    DriftWatch watch(sampled(Stream({}, 1), 1000));
    const Nature nature{.sureness = [odd](double) { return odd; }};
    EXPECT_EQ(100U, delay(watch, Stream(nature, 2), 2'000));
  }
}

TEST(DriftWatchTest, TheFirstAlarmStaysUntilReset) {
  DriftWatch watch(exact());
  Stream bad(shifted(0.8), 1);
  for (int i = 0; i < 150; ++i) watch.observe(bad.next());
  ASSERT_TRUE(watch.alarm());
  EXPECT_EQ(100U, watch.alarm()->input);
  watch.reset();
  EXPECT_FALSE(watch.alarm());
  EXPECT_EQ(150U, watch.observed());
  for (int i = 0; i < 99; ++i) watch.observe(bad.next());
  EXPECT_FALSE(watch.alarm()) << "all blocks begin anew";
  watch.observe(bad.next());
  ASSERT_TRUE(watch.alarm());
  EXPECT_EQ(250U, watch.alarm()->input);
  watch.reset();
  EXPECT_EQ(0U, false_alarms(watch, Stream({}, 2), 20'000)) << "nothing of the drift is left";
}

TEST(DriftWatchTest, ModelsThatNeverRanInTheReference) {
  DriftReference reference = exact();
  reference.models[0].answered += reference.models[1].answered;
  reference.models[1] = {.model = 5, .edges = {}, .counts = {0}};
  DriftWatch watch(reference);
  EXPECT_LE(delay(watch, Stream({}, 1), 2'000), 100U) << "model 5 now answers";
  EXPECT_STREQ("answers", to_string(watch.alarm()->kind));
}

TEST(DriftWatchTest, DecisionsOfOtherModelsArePassedOver) {
  DriftWatch watch(exact());
  Decision decision = Stream({}, 1).next();
  decision.tried[0].model = 4;
  for (int i = 0; i < 500; ++i) watch.observe(decision);
  EXPECT_EQ(0U, watch.observed());
  EXPECT_FALSE(watch.alarm());
}

TEST(DriftWatchTest, AllocatesNothing) {
  DriftWatch watch(exact());
  Stream good({}, 1);
  Stream bad(shifted(0.9), 2);
  std::vector<Decision> decisions;
  for (int i = 0; i < 10'000; ++i) decisions.push_back(good.next());
  for (int i = 0; i < 200; ++i) decisions.push_back(bad.next());
  const std::int64_t before = test::allocations;
  for (const Decision& decision : decisions) watch.observe(decision);
  EXPECT_TRUE(watch.alarm());
  watch.reset();
  EXPECT_EQ(before, test::allocations);
}

TEST(DriftWatchTest, AlarmsInWords) {
  DriftAlarm alarm{.kind = DriftKind::kSureness,
                   .model = 3,
                   .input = 3000,
                   .block = 1000,
                   .sample = 998,
                   .at = 0.4375,
                   .observed = 0.71,
                   .expected = 0.402,
                   .limit = 0.61};
  EXPECT_EQ(
      "after 3000 inputs: 'lite0' gave its answer a probability below 0.4375 in 71.0 % of its 998 "
      "runs of the last 1000 inputs; on the training inputs it was 40.2 %, and chance explains "
      "61.0 % at most",
      describe(alarm, "lite0"));
  alarm.kind = DriftKind::kAnswers;
  alarm.observed = 0.2;
  alarm.limit = 0.3;
  EXPECT_EQ(
      "after 3000 inputs: 'lite0' answered 20.0 % of the last 1000 inputs; on the training inputs "
      "it was 40.2 %, and chance explains 30.0 % at least",
      describe(alarm, "lite0"));
  alarm.kind = DriftKind::kNoAnswer;
  EXPECT_THAT(describe(alarm, "lite0"), HasSubstr("no model answered 20.0 % of the last 1000"));
  alarm.kind = DriftKind::kFailures;
  EXPECT_THAT(describe(alarm, "lite0"), HasSubstr("'lite0' failed in 20.0 % of its 998 runs"));
}

// --- the JSON form

Zoo zoo_of_six() {
  Zoo zoo;
  for (int m = 0; m < 6; ++m) zoo.models.emplace_back().name = "m" + std::to_string(m);
  return zoo;
}

TEST(DriftJsonTest, SurvivesWritingAndReading) {
  const Zoo zoo = zoo_of_six();
  Nature nature;
  nature.failures = 0.1;
  nature.breakdowns = 0.1;
  DriftReference reference = sampled(Stream(nature, 1), 700);
  reference.models.push_back({.model = 1, .edges = {}, .counts = {0}});
  const std::string text = to_json(reference, zoo).dump();
  EXPECT_LT(text.size(), 2'000U);
  const auto again = drift_reference_from_json(*parse_json(text, "file"), "drift", zoo);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(reference, *again);
}

TEST(DriftJsonTest, DamagedOnesAreRefused) {
  const Zoo zoo = zoo_of_six();
  const nlohmann::json good = nlohmann::json::parse(R"({"inputs": 10, "models": [
    {"model": "m3", "answered": 5, "failed": 1, "edges": [0.25, 0.5], "counts": [2, 3, 4]},
    {"model": "m5", "answered": 4, "failed": 0, "edges": [], "counts": [5]}]})");
  ASSERT_TRUE(drift_reference_from_json(good, "drift", zoo).ok());
  const auto error = [&](const std::string& pointer, const std::string& value) {
    nlohmann::json bad = good;
    bad[nlohmann::json::json_pointer(pointer)] = nlohmann::json::parse(value);
    const auto read = drift_reference_from_json(bad, "drift", zoo);
    return read.ok() ? "accepted" : read.status().message();
  };
  EXPECT_EQ("'drift' has an unknown key 'more'", error("/more", "1"));
  EXPECT_EQ("'drift' needs at least 1 as 'inputs'", error("/inputs", "0"));
  EXPECT_THAT(error("/inputs", "-1"), HasSubstr("needs 0 to 1000000000000 as 'inputs'"));
  EXPECT_THAT(error("/inputs", "1.5"), HasSubstr("needs a whole number as 'inputs'"));
  EXPECT_THAT(error("/inputs", "9"), HasSubstr("'drift.models[0]' has more runs than there are"));
  EXPECT_EQ("'drift.models' must list 1 to 16 models", error("/models", "[]"));
  EXPECT_THAT(error("/models", "{}"), HasSubstr("needs a list as 'models'"));
  EXPECT_THAT(error("/models/1", "7"), HasSubstr("'drift.models[1]' must be an object"));
  EXPECT_THAT(error("/models/1/model", "\"m9\""), HasSubstr("names 'm9' as 'model'"));
  EXPECT_THAT(error("/models/1/model", "\"m3\""), HasSubstr("names a model for the second time"));
  EXPECT_THAT(error("/models/0/answered", "11"), HasSubstr("has more answers than runs"));
  EXPECT_EQ("'drift' has more answers than inputs", error("/models/0/answered", "7"));
  EXPECT_THAT(error("/models/0/failed", "2"), HasSubstr("has more runs than there are inputs"));
  EXPECT_THAT(error("/models/0/more", "2"), HasSubstr("unknown key 'more'"));
  for (const char* edges : {"[0.5, 0.25]", "[0.5, 0.5]", "[-0.5, 0.5]", "[0.5, 1.5]"}) {
    EXPECT_THAT(error("/models/0/edges", edges), HasSubstr("in ascending order as 'edges'"));
  }
  EXPECT_THAT(error("/models/0/edges", "[0.5, null]"), HasSubstr("list of finite numbers"));
  EXPECT_THAT(error("/models/0/edges", "[0.5]"), HasSubstr("needs one entry more in 'counts'"));
  EXPECT_THAT(error("/models/0/counts", "[]"), HasSubstr("needs one entry more in 'counts'"));
  for (const char* counts : {"[1, 1, -1]", "[1, 1, 0.5]", "[1, 1, 18446744073709551615]",
                             "[1, 1, 1e300]", "[1, 1, \"1\"]", "[1, 1, 1000000000001]"}) {
    EXPECT_THAT(error("/models/0/counts", counts), HasSubstr("list of counts as 'counts'"));
  }
  const nlohmann::json many(33, 0);
  EXPECT_THAT(error("/models/0/counts", many.dump()), HasSubstr("has more than 32 entries"));
  EXPECT_FALSE(drift_reference_from_json(nlohmann::json(), "drift", zoo).ok());
}

// Bytes of a good document changed at random: refused with a message, or fit for a watch.
TEST(DriftJsonTest, HostileBytesDoNoHarm) {
  const Zoo zoo = zoo_of_six();
  const std::string good = to_json(sampled(Stream({}, 1), 50), zoo).dump();
  std::mt19937_64 random(1);
  int accepted = 0;
  for (int i = 0; i < 5'000; ++i) {
    std::string text = good;
    for (std::size_t n = 0; n <= random() % 3; ++n) {
      constexpr std::string_view kBytes = "0123456789-.eE,:[]{}\"\\ mx\xff";
      text[random() % text.size()] = kBytes[random() % kBytes.size()];
    }
    const Result<nlohmann::json> document = parse_json(text, "file");
    if (!document.ok()) continue;
    const auto reference = drift_reference_from_json(*document, "drift", zoo);
    if (!reference.ok()) {
      EXPECT_FALSE(reference.status().message().empty());
      continue;
    }
    ++accepted;
    DriftWatch watch(*reference);
    Stream stream({}, 2);
    for (int input = 0; input < 100; ++input) watch.observe(stream.next());
    EXPECT_EQ(*reference, *drift_reference_from_json(to_json(*reference, zoo), "drift", zoo));
  }
  EXPECT_GT(accepted, 10);
}

}  // namespace
}  // namespace rightsize

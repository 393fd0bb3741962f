// The vocabulary of a decision: what a selector sees (State), says (Step) and what came of it
// (Decision). None of it needs an inference runtime.
//
// Units: times are integer nanoseconds, so that sums over many inputs do not depend on their order.
// Probabilities lie in [0, 1], logarithms are natural, entropies are in nats.
//
// Threading: plain values.
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace rightsize {

using Nanoseconds = std::chrono::nanoseconds;

// Stands for "infinite": an unset deadline, or the cost of a model that cannot be run.
inline constexpr Nanoseconds kNever = Nanoseconds::max();

// Position of a model in the list of the selector (and of the zoo it was made from).
using ModelIndex = std::uint16_t;

// A selector never tries more models than this on one input.
inline constexpr std::size_t kMaxTrials = 16;

// Features are cheap numbers of an input. They come in groups that are computed together; what they
// are is said by the feature set of the task (see docs/features.md).
inline constexpr std::size_t kMaxFeatures = 64;
inline constexpr std::size_t kMaxFeatureGroups = 8;
using FeatureGroups = std::bitset<kMaxFeatureGroups>;

inline constexpr double kNoLimit = std::numeric_limits<double>::infinity();

// What the user wants of one request, in his own units. It chooses an operating point;
// nothing is trained anew. Of the points within all limits: with a limit on quality
// the one that takes the least time, else the one that answers best.
struct Budget {
  // Wall time from the start of this request to its answer; also watched while the request runs.
  Nanoseconds deadline = kNever;
  bool answer_late = false;  // where no point can meet the deadline: answer as soon as possible
                             // instead of refusing

  // Means over many inputs, as held-out data showed them.
  double max_loss = kNoLimit;         // of quality against the baseline; 0.005: half a point
  double min_quality = 0.0;           // share of inputs answered right, 0 to 1
  Nanoseconds mean_latency = kNever;  // wall time, at the machine's present speed
  double max_energy_mj = kNoLimit;
  bool proven = false;  // max_loss is about what the point's certificate proves, not its estimate

  bool operator==(const Budget&) const = default;
  bool limits_quality() const { return max_loss != kNoLimit || min_quality > 0; }
  bool chooses_point() const {
    return limits_quality() || deadline != kNever || mean_latency != kNever ||
           max_energy_mj != kNoLimit;
  }
};

// What running a model on this input is expected to cost now. A missing or broken model costs
// kNever.
struct Cost {
  Nanoseconds cpu = kNever;   // for mean budgets and ratios
  Nanoseconds wall = kNever;  // for deadlines: rather too much than too little
  bool available() const { return wall != kNever; }
};

// How sure a model is of its own answer. A task has some of them; the others are 0.
enum class Signal : std::uint8_t {
  kMaxProbability,  // largest class probability, [0, 1]; larger is surer
  kMargin,   // largest minus second largest probability, [0, 1]; larger is surer. Translation: the
             // mean over the tokens of a greedy decoding, NaN for a beam
  kEntropy,  // of the class distribution, nats, [0, ln classes]; smaller is surer
  // Translation; the end mark counts as a token.
  kMeanLogProbability,  // of the tokens, at most 0; larger is surer. Of a memory: NaN
  kMinLogProbability,   // of the least likely token, at most 0; larger is surer. Of a memory: NaN
  kLengthRatio,         // |ln(tokens of the translation / pieces of the source)|; smaller is surer
  kSimilarity,  // of a memory's entry to the source, [0, 1]; larger is surer. Of a network: 0
};
inline constexpr std::size_t kSignalCount = 7;
inline constexpr std::array<Signal, kSignalCount> kAllSignals = {
    Signal::kMaxProbability,    Signal::kMargin,
    Signal::kEntropy,           Signal::kMeanLogProbability,
    Signal::kMinLogProbability, Signal::kLengthRatio,
    Signal::kSimilarity};

// Those of a task: the first ones are classification's.
inline constexpr std::size_t kClassSignalCount = 3;
inline constexpr std::array<Signal, kClassSignalCount> kClassSignals = {
    Signal::kMaxProbability, Signal::kMargin, Signal::kEntropy};
inline constexpr std::array<Signal, 5> kTranslationSignals = {
    Signal::kMeanLogProbability, Signal::kMinLogProbability, Signal::kMargin, Signal::kLengthRatio,
    Signal::kSimilarity};

using Signals = std::array<double, kSignalCount>;  // indexed by Signal

// Is a smaller value surer?
constexpr bool small_is_sure(Signal signal) {
  return signal == Signal::kEntropy || signal == Signal::kLengthRatio;
}

// The signal, turned round where needed so that larger always means surer.
inline double sureness(const Signals& signals, Signal signal) {
  const double value = signals[static_cast<std::size_t>(signal)];
  return small_is_sure(signal) ? -value : value;
}

// The classes with the largest probability, surest first, ties by class number. Calibrated and
// combined answers are defined on this truncated list, live and recorded.
struct ClassScore {
  std::int32_t label = -1;
  float log_probability = 0.0F;
};
inline constexpr std::size_t kTopClasses = 32;
struct TopClasses {
  std::array<ClassScore, kTopClasses> classes{};
  std::uint32_t count = 0;  // classes in use: min(32, classes of the model)
  float rest = 0.0F;        // probability mass of all other classes
};

enum class TrialStatus : std::uint8_t {
  kOk,
  kFailed,    // the model could not be run or gave something that is no answer (NaN)
  kNoAnswer,  // the model ran and knows no answer: a memory without the sentence
};

// One model run on this input.
struct Trial {
  ModelIndex model = 0;
  TrialStatus status = TrialStatus::kFailed;
  Nanoseconds cpu{0};
  Nanoseconds wall{0};
  bool doubtful = false;            // a check found something lost in the answer (a placeholder, a
                                    // number): no stage stops on it, however sure its model is
  Signals signals{};                // meaningless where there is no answer
  std::int64_t answer = -1;         // two trials agree if and only if these are equal; image
                                    // classification: the class, from 0
  const TopClasses* top = nullptr;  // owned by the world, valid until its next input; may be null
};

// All a selector may look at.
struct State {
  std::span<const Trial> trials;    // in the order they were run, failures included
  std::span<const Cost> costs;      // one per model of the selector, for this input
  std::span<const float> features;  // of the input; valid as far as their groups are ready
  FeatureGroups ready;              // groups that were extracted
  FeatureGroups failed;             // groups that could not be
  Nanoseconds elapsed{0};           // wall time since the request began
  Budget budget;
};

enum class Action : std::uint8_t {
  kExtract,
  kRun,
  kAnswer,   // with the answer of a trial
  kCombine,  // with an answer combined from several trials: Selector::combine
  kAbstain
};

// Why a step was taken; with Step's stage, value and threshold this is machine-readable.
enum class Reason : std::uint8_t {
  kFirstStage,    // run: the selector's entry
  kNotConfident,  // run: the signal of the previous stage missed its threshold
  kModelFailed,   // run: the previous stage gave no answer
  kDoubtful,      // run: a check doubts the previous stage's answer; answer: it doubts that of
                  // the last stage, and an earlier one answers that it does not doubt
  kUnavailable,   // run: one or more stages were passed over because their model cannot be run
  kConfident,     // answer: the signal reached its threshold
  kLastStage,     // answer: no later stage is left
  kDeadline,      // answer: the next stage would not finish in time
  kLaterFailed,   // answer: every later stage failed or cannot be run, an earlier one answers
  kNoAnswer,      // abstain: no model gave an answer
  kFeatures,      // extract: the premodel needs this group
  kProbe,         // run: the premodel decides by what this model says
  kChosen,        // run: the premodel chose this model; answer: it answered
  kNoneSuitable,  // abstain, or run the fallback: the premodel expects no model to be right
  kNoFeatures,    // run the fallback: the features that the premodel needs cannot be had
};

struct Step {
  Action action = Action::kAbstain;
  Reason reason = Reason::kNoAnswer;
  ModelIndex model = 0;     // kRun: the model to run
  std::uint8_t group = 0;   // kExtract: the group of features to extract
  std::uint16_t trial = 0;  // kAnswer: the index of the trial whose answer it is; kCombine: of the
                            // latest that takes part
  std::uint16_t stage = 0;  // the stage that the reason speaks of
  double value = std::numeric_limits<double>::quiet_NaN();      // signal seen, where one was
  double threshold = std::numeric_limits<double>::quiet_NaN();  // what it was compared with
};

// The answer to an input, of one model or combined from several.
struct Answer {
  std::int64_t value = -1;  // as Trial::answer
  Signals signals{};
  TopClasses top;  // count 0 where the task has none
};

// A decision extracts, runs and ends in at most so many steps.
inline constexpr std::size_t kMaxSteps = kMaxTrials + kMaxFeatureGroups + 1;

// What became of one input.
struct Decision {
  std::array<Step, kMaxSteps> path;  // every step taken, in order
  std::size_t step_count = 0;
  std::array<Trial, kMaxTrials> tried;
  std::size_t tried_count = 0;
  Answer answer;                // only if answered()
  FeatureGroups extracted;      // of the input's features
  Nanoseconds features_cpu{0};  // for extracting them; part of `cpu`
  Nanoseconds cpu{0};           // everything: decoding, features, inference, deciding
  Nanoseconds wall{0};

  std::span<const Step> steps() const { return {path.data(), step_count}; }
  const Step& last() const { return path[step_count - 1]; }  // kAnswer, kCombine or kAbstain
  std::span<const Trial> trials() const { return {tried.data(), tried_count}; }
  bool answered() const { return last().action != Action::kAbstain; }
  // The trial that answered; of a combined answer the latest that took part. Only if answered().
  const Trial& answered_by() const { return tried[last().trial]; }
};

const char* to_string(Signal signal);
const char* to_string(Action action);
const char* to_string(Reason reason);

}  // namespace rightsize

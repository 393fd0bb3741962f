// The drift watch: do the inputs still look like those that the selector was trained on? It
// compares how sure the models are, which model answers and how often models fail with the same
// figures of the training inputs, in constant memory. docs/drift.md says what an alarm means and
// what the watch cannot see.
//
// Method. The stream is cut into blocks of several lengths; at a block's end every statistic is
// compared with the reference. The distribution of a model's max_probability: by the
// Kolmogorov-Smirnov distance, with the bound of Dvoretzky, Kiefer and Wolfowitz and Massart's
// constant ("The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality", Annals of
// Probability 18, 1990). Shares: by Chernoff's bound (Annals of Mathematical Statistics 23, 1952;
// Hoeffding, JASA 58, 1963, theorem 1). The reference is a sample too: its own deviation, by the
// same bounds, is part of every threshold.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rightsize/decision.h"

namespace rightsize {

inline constexpr std::size_t kMaxDriftBins = 32;

// What one model did on the training inputs, under one operating point.
struct DriftModel {
  ModelIndex model = 0;
  std::uint64_t answered = 0;  // inputs whose answer is this model's
  std::uint64_t failed = 0;    // runs without an answer, or whose signal was not a number
  // All other runs by their max_probability: bin i holds [edges[i - 1], edges[i]), the outer bins
  // are open. Edges ascend; counts has one entry more.
  std::vector<double> edges;
  std::vector<std::uint64_t> counts;
  bool operator==(const DriftModel&) const = default;

  std::uint64_t runs() const noexcept;  // without those that failed
};

// What an operating point did on the training inputs. `make_drift_reference` of the laboratory
// makes it, selector files hold it.
struct DriftReference {
  std::uint64_t inputs = 0;
  std::vector<DriftModel> models;  // those that the point may run: 1 to kMaxTrials, distinct
  bool operator==(const DriftReference&) const = default;
};

struct DriftOptions {
  // While nothing has drifted, one false alarm is expected in so many inputs at most. At least 1.
  double inputs_per_false_alarm = 1e6;
  // That holds unless the training inputs were an unlikely sample, which has this probability at
  // most. Between 0 and 1.
  double reference_risk = 1e-3;
  // Drifts up to this size count as none: of a share, and of the share of runs that are less sure
  // than any given max_probability. 0 to 1.
  double tolerated = 0.02;
  double tolerated_failures = 0.01;  // the same for the share of a model's runs that fail
  std::array<std::uint32_t, 3> blocks = {100, 1'000, 10'000};  // inputs; each at least 1
};

enum class DriftKind : std::uint8_t {
  kSureness,  // share of a model's runs with max_probability below `at`
  kAnswers,   // share of inputs that a model answered
  kNoAnswer,  // share of inputs without an answer
  kFailures,  // share of a model's runs that failed
};
const char* to_string(DriftKind kind);

struct DriftAlarm {
  DriftKind kind = DriftKind::kSureness;
  ModelIndex model = 0;      // unless kNoAnswer
  std::uint64_t input = 0;   // inputs observed when the alarm was raised
  std::uint32_t block = 0;   // the length of the block that raised it
  std::uint64_t sample = 0;  // inputs or runs of that block that the share is of
  double at = 0.0;           // kSureness: where the distributions are furthest apart
  double observed = 0.0;     // share in the block
  double expected = 0.0;     // share in the reference
  double limit = 0.0;        // the alarm is raised where the observed share is beyond this
};

// In words, a sentence without a full stop; `model` is the name of alarm.model.
std::string describe(const DriftAlarm& alarm, const std::string& model);

// One per thread. Allocates on construction only; observing costs a few additions per input and a
// few microseconds at the end of a block.
class DriftWatch {
 public:
  // `reference` is valid as selector files promise it (asserted).
  explicit DriftWatch(const DriftReference& reference, const DriftOptions& options = {});

  // After every input that was decided by the operating point of the reference under the budget
  // that it was made for (a deadline that cuts decisions short looks like drift). Decisions with
  // models that the reference does not have are passed over.
  void observe(const Decision& decision) noexcept;

  // The first alarm since the beginning or `reset`; nothing is watched after it until `reset`. Of
  // several at once it is the one that is furthest beyond its limit.
  const std::optional<DriftAlarm>& alarm() const noexcept { return alarm_; }
  // Forgets the alarm and begins all blocks anew; `observed` goes on.
  void reset() noexcept;

  std::uint64_t observed() const noexcept { return observed_; }

 private:
  // Where the true share may lie while nothing has drifted.
  struct Range {
    double expected = 0.0;
    double low = 0.0;
    double high = 1.0;
  };
  struct Watched {
    ModelIndex model = 0;
    std::vector<double> edges;
    std::vector<double> below;  // reference share of runs below each edge
    double deviation = 1.0;     // of those shares, while nothing has drifted
    Range answered, failed;
  };
  struct ModelCounts {
    std::array<std::uint32_t, kMaxDriftBins + 1> runs{};  // by bin; the last: those that failed
    std::uint32_t answered = 0;
  };
  struct Block {
    std::uint32_t length = 0;
    double log_chance = 0.0;  // ln(2 / chance that one comparison may raise a false alarm)
    std::uint32_t seen = 0;
    std::uint32_t unanswered = 0;
    std::vector<ModelCounts> models;
  };

  // A decision, as the blocks count it.
  struct Run {
    std::size_t place = 0;  // of the model
    std::size_t bin = 0;
  };
  struct Seen {
    std::array<Run, kMaxTrials> runs;
    std::size_t count = 0;
    std::optional<std::size_t> answered;  // place of the model
  };

  Range range_of(std::uint64_t hits, std::uint64_t inputs, double tolerated) const noexcept;
  std::size_t place_of(ModelIndex model) const noexcept;
  std::size_t bin_of(const Trial& trial, std::size_t place) const noexcept;
  // Nothing if it has a model that is not watched.
  std::optional<Seen> look_at(const Decision& decision) const noexcept;
  static void add(const Seen& seen, Block& block) noexcept;
  static void clear(Block& block) noexcept;
  void close(Block& block) noexcept;
  void compare_sureness(const Block& block, std::size_t place) noexcept;
  void compare_share(const Block& block, DriftAlarm candidate, std::uint64_t hits,
                     const Range& range) noexcept;
  void raise(const DriftAlarm& candidate) noexcept;

  double log_reference_;  // as Block::log_chance, for the reference
  std::vector<Watched> models_;
  Range unanswered_;
  std::vector<Block> blocks_;
  std::uint64_t observed_ = 0;
  std::optional<DriftAlarm> alarm_;
};

}  // namespace rightsize

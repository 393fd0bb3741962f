// A recording: the outcomes of a table judged against a reference, laid out for replay. And the
// recorded world, in which `decide` meets it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "lab/table.h"
#include "lab/text/metrics.h"
#include "rightsize/selector.h"

namespace rightsize {

// How answers are judged. Of images an answer is right or not. Of translations it has a worth, by a
// metric of whole corpora (see lab/text/metrics.h), and is suitable where its sentence's metric
// alone reaches a threshold; what is said of right answers elsewhere is said of suitable ones then.
enum class Criterion : std::uint8_t { kTop1, kTop5, kBleu, kChrf, kRougeL, kTokenF1, kPaperF1 };
const char* to_string(Criterion criterion);  // "top-1", "BLEU", ...
inline constexpr std::array kAllCriteria = {
    Criterion::kTop1,   Criterion::kTop5,    Criterion::kBleu,   Criterion::kChrf,
    Criterion::kRougeL, Criterion::kTokenF1, Criterion::kPaperF1};
// Nothing for images.
std::optional<TextMetric> metric_of(Criterion criterion);

// What "cheap" means.
enum class CostKind : std::uint8_t { kTime, kEnergy };
const char* to_string(CostKind kind);

inline constexpr double kSuitable = 0.4;

// What counts as right: the label or given translation (empty `model`), or the answer of a
// reference model.
struct Reference {
  std::string model;
  Criterion criterion = Criterion::kTop1;
  double suitable = kSuitable;  // a sentence's metric from which a translation is
  std::string name() const { return model.empty() ? "labels" : model; }
};

// Judged outcomes of the items that have a reference. Arrays are model-major: [model][item].
struct Recording {
  const OutcomeTable* table = nullptr;  // must outlive the recording
  std::vector<std::size_t> item;        // position in the table of each judged item
  std::vector<std::int32_t> wanted;     // the class that counts as right, per item
  Criterion criterion = Criterion::kTop1;
  std::vector<std::vector<char>> right;
  // What an answer is worth, in 1/unit: of images 1 for a right one; of translations what it adds
  // to the metric of the corpus, times the number of items, in millionths: linearised at the best
  // single model (see `gradient` in lab/text/metrics.h), so only differences mean something.
  std::vector<std::vector<std::int32_t>> worth;
  std::int64_t unit = 1;
  std::optional<TextMetric> metric;               // of translations; then:
  std::vector<std::vector<TextCounts>> counts;    // against the reference
  std::vector<TextCounts> unanswered;             // [item]: of an empty translation
  std::vector<std::int32_t> worth_of_nothing;     // [item]: likewise
  std::vector<std::vector<char>> ok;              // the model gave an answer
  std::vector<std::vector<char>> sound;           // ... that no check doubts
  std::vector<std::vector<std::int64_t>> cpu;     // nanoseconds: pre-processing and inference
  std::vector<std::int64_t> decode_cpu;           // nanoseconds, per item
  std::vector<std::vector<std::int64_t>> energy;  // nanojoules; empty where the run has none
  CostKind cost_kind = CostKind::kTime;
  std::size_t skipped = 0;  // items without a reference

  std::size_t items() const { return item.size(); }
  std::size_t models() const { return right.size(); }
  std::int64_t energy_of(std::size_t model, std::size_t i) const {
    return energy.empty() ? 0 : energy[model][i];
  }
  // Nanojoules of decoding an item and, if wanted, of extracting its features; 0 where they are not
  // recorded.
  std::int64_t overhead_energy(bool features) const {
    if (energy.empty()) return 0;
    return table->decode_energy_nj.value_or(0) +
           (features ? table->feature_energy_nj.value_or(0) : 0);
  }
  // Of no answer at all; where a model failed, its own worth is that too.
  std::int32_t worth_of_none(std::size_t i) const {
    return worth_of_nothing.empty() ? 0 : worth_of_nothing[i];
  }
  bool is_graded() const { return metric.has_value(); }
  // Is this answer of classes to an item right?
  bool is_right(const TopClasses& answer, std::size_t i) const;
  // What a model costs on an item, in the unit of `cost_kind`.
  std::int64_t cost(std::size_t model, std::size_t i) const {
    return cost_kind == CostKind::kTime ? cpu[model][i] : energy[model][i];
  }
  double mean_decode_ms() const;  // CPU time
  // Larger is surer; -infinity where the model gave no answer or the signal is not a number.
  double sureness(Signal signal, std::size_t model, std::size_t i) const;
};

// What the model answered, as `decide` sees it.
void set_recorded_answer(const OutcomeTable& table, std::size_t item, std::size_t model,
                         Trial& trial);

// The signals that tell something in a task.
std::vector<Signal> signals_of(const Zoo& zoo);

// Fails if nothing has the reference (no labels, unknown model), or if energy is to be the cost and
// the run has none.
Result<Recording> judge(const OutcomeTable& table, const Reference& reference,
                        CostKind cost = CostKind::kTime);

// One item at a time of a recording.
class RecordedWorld : public World {
 public:
  explicit RecordedWorld(const Recording& recording);

  void select(std::size_t item);  // 0 to recording.items() - 1

  Trial run(ModelIndex model) noexcept override;
  // Charges also the groups that the recorded cost of this one leaves work to.
  bool extract(std::size_t group) noexcept override;
  std::span<const float> features() const noexcept override;
  std::span<const Cost> costs() const noexcept override {
    return {costs_.data() + item_ * models_, models_};
  }
  Nanoseconds elapsed() const noexcept override { return wall_; }
  Nanoseconds cpu() const noexcept override { return cpu_; }

 private:
  const Recording& recording_;
  std::size_t models_;
  std::vector<Cost> costs_;  // item-major
  std::size_t item_ = 0;
  FeatureGroups paid_;  // groups of features whose cost is in cpu_ and wall_
  Nanoseconds cpu_{0};
  Nanoseconds wall_{0};
};

// What a selector did on some items of a recording, in their order.
struct ReplayedItem {
  bool answered = false;
  bool right = false;
  ModelIndex model = 0;  // that answered; of a combined answer the latest
  std::int64_t answer = -1;
  std::int64_t cpu = 0;                // nanoseconds, decoding and features included
  std::int64_t wall = 0;               // nanoseconds of all of it
  std::int64_t features_cpu = 0;       // nanoseconds of `cpu`, for features
  std::int64_t energy = 0;             // nanojoules of all of it; 0 where it is not recorded
  const TextCounts* counts = nullptr;  // of a translation, in the recording
};
std::vector<ReplayedItem> replay(const Selector& selector, const Recording& recording,
                                 const std::vector<std::size_t>& items);

}  // namespace rightsize

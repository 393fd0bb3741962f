// Ways of choosing a model, item by item, and their figures with bootstrap intervals.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/evaluate/mix.h"
#include "lab/replay/recording.h"
#include "selector/selector_file.h"

namespace rightsize {

// One way of choosing, item by item, in the order of the recording.
struct Strategy {
  std::string name;
  std::vector<ReplayedItem> items;
};

Strategy single_model(const Recording& recording, std::size_t model);
// The cheapest right model of `allowed`; the cheapest of all where none is right.
Strategy oracle(const Recording& recording, std::string name,
                const std::vector<std::size_t>& allowed);

// How one way of choosing did. Intervals are 95 %, paired bootstrap over the inputs.
struct StrategyFigures {
  std::string name;
  Estimate quality;        // share of all inputs answered right; abstentions count as not right. Of
                           // translations the corpus's metric
  double abstained = 0.0;  // share of all inputs
  Estimate cpu_ms;         // mean per input, decoding and pre-processing included
  Estimate difference;     // quality minus the baseline's
  Estimate speedup;        // the baseline's mean CPU time divided by this one's
  Estimate over_mix;       // quality minus that of the best random mix of single models that takes
                           // the same mean time (the content-blind hull)
  // Where a model's answers are the reference and some inputs have labels as well: top-1 against
  // the labels of those, minus the baseline's.
  std::optional<Estimate> by_labels;
  double wall_ms = 0.0;             // mean per input, as cpu_ms
  std::optional<double> energy_mj;  // the same; nothing where the run has none
  std::vector<double> shares;       // per model of the zoo: share of inputs it answered
  std::vector<double> by_metric;    // of translations: every metric of kAllTextMetrics
  double suitable = 0.0;            // likewise: share of inputs answered suitably
};

// Resamples the inputs, all strategies together, and derives their figures.
class Resampling {
 public:
  // The first `models` strategies are the single models, in the zoo's order.
  // `metric`: of translations, whose quality is that of the corpus.
  Resampling(const std::vector<Strategy>& strategies, std::size_t models, std::size_t baseline,
             std::optional<TextMetric> metric = {});
  // Labels beside the reference, in the order of the recording, -1 for none: for
  // StrategyFigures::by_labels.
  void judge_by_labels(std::vector<std::int32_t> labels);

  void run(std::size_t n, std::size_t resamples, std::uint64_t seed);
  StrategyFigures figures(std::size_t strategy) const;

 private:
  struct Derived {
    double quality, cpu_ms, difference, speedup, over_mix, by_labels;
  };

  double accuracy(const Strategy& strategy, const std::vector<std::uint32_t>* times) const;
  std::vector<Derived> derive(const std::vector<std::uint32_t>* times) const;
  Estimate estimate(std::size_t strategy, double Derived::*figure) const;

  const std::vector<Strategy>& strategies_;
  std::size_t models_;
  std::size_t baseline_;
  std::optional<TextMetric> metric_;
  std::vector<std::int32_t> labels_;  // empty: none
  std::vector<Mix> mixes_;            // what each strategy must beat, the same in every resample
  std::vector<Derived> values_;
  std::vector<std::vector<Derived>> samples_;
};

}  // namespace rightsize

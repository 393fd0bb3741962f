// The recorded translations of a run, judged against their references, and what a premodel of
// sentences is to learn from them.
//
// Threading: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lab/premodel/model_choice.h"
#include "lab/table.h"
#include "lab/text/metrics.h"

namespace rightsize {

// Sentences with a reference, in the table's order. Arrays are model-major: [model][sentence].
struct TextOutcomes {
  std::vector<std::size_t> item;  // position in the table
  std::vector<std::vector<TextCounts>> counts;
  std::vector<std::vector<double>> value;         // the sentence's own metric, [0, 1]
  std::vector<std::vector<std::int64_t>> cpu;     // nanoseconds: reading the sentence, translating
  std::vector<std::vector<std::int64_t>> energy;  // nanojoules; empty where not all was measured
  std::vector<TextCounts> unanswered;             // [sentence]: of an empty translation
  std::size_t skipped = 0;                        // sentences without a reference

  std::size_t items() const { return item.size(); }
  std::size_t models() const { return counts.size(); }
};
// A model that failed on a sentence has given an empty translation, for the time it took. Fails
// where the run is not of the task "translation" or no sentence has a reference.
Result<TextOutcomes> judge_texts(const OutcomeTable& table, TextMetric metric);

// When is a translation good enough? The paper does not say. Ours: its metric is at least
// `none_below`, and at most `tolerance` below the best that any of the models in question reached
// on this sentence.
struct TextLabelOptions {
  double tolerance = 0.01;  // of the metric, [0, 1]
  double none_below = 0.1;  // [0, 1]
  // Labels by the paper's other criterion, BLEU-PS: of the models that reach `none_below` the one
  // with the greatest metric x metric / time, instead of the cheapest good enough.
  bool per_time = false;
};

// Per row the position in `models` of the cheapest good enough (of equals the first), or
// models.size(), "none", where even the best is below `none_below`.
std::vector<std::uint16_t> text_labels(const TextOutcomes& outcomes,
                                       const std::vector<std::size_t>& rows,
                                       const std::vector<ModelIndex>& models,
                                       const TextLabelOptions& options);

// Algorithm 1 of the paper (lab/premodel/model_choice.h) on the rows, where a model is right if its
// translation is good enough among all models'. `table` is the one the outcomes were judged from.
std::vector<ModelIndex> choose_text_models(const OutcomeTable& table, const TextOutcomes& outcomes,
                                           const std::vector<std::size_t>& rows,
                                           const TextLabelOptions& labels,
                                           const ModelChoiceOptions& options);

}  // namespace rightsize

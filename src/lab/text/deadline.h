// Deadline mode by replay: what choosing a model per sentence by its predicted time is worth, over
// a range of deadlines, against the best that a single model can do.
//
// Every sentence is answered by one model. It is late where that model took longer than the
// deadline in the run; its translation then counts as lost: empty, or what the cheapest model said
// (DeadlineOptions::late_text). Lines of cost are fitted, and models are ranked by quality, on the
// training folds alone. The clock is the thread's CPU time or wall time; a replay is by one of
// them, and what came late in the other is counted beside it.
//
// Threading: pure functions.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lab/table.h"
#include "lab/text/cost_fit.h"
#include "lab/text/metrics.h"
#include "selector/selector_file.h"  // Estimate

namespace rightsize {

enum class DeadlineClock : std::uint8_t { kCpu, kWall };
enum class LateText : std::uint8_t { kEmpty, kCheapest };

struct DeadlineOptions {
  // Deadlines are these quantiles of the best model's times.
  std::vector<double> quantiles = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95};
  DeadlineClock clock = DeadlineClock::kCpu;
  LateText late_text = LateText::kEmpty;
  TextMetric metric = TextMetric::kBleu;
  double most_late = 0.01;       // share of sentences, of what counts as on time
  double upper_quantile = 0.97;  // of runs that the upper line of cost covers
  std::size_t folds = 10;
  std::size_t resamples = 1000;  // 0: no intervals
  std::uint64_t seed = 1;
};

// What one way of choosing came to, over all sentences, held out.
struct DeadlineResult {
  double value = 0.0;          // the corpus's metric, late translations lost
  double late = 0.0;           // share of sentences, by the clock of the replay
  double late_other = 0.0;     // the same by the other clock
  double mean_ms = 0.0;        // by the clock of the replay
  std::vector<double> shares;  // [model] of sentences that it was chosen for
};

struct DeadlineRow {
  double quantile = 0.0;
  double deadline_ms = 0.0;
  // Per model, alone for every sentence.
  std::vector<DeadlineResult> single;
  // The model that was best on the training folds among those with at most `most_late` late there;
  // where none was, the one with the least. Chosen fold by fold.
  DeadlineResult static_on_time;
  // The same, however many are late.
  DeadlineResult static_best;
  DeadlineResult mode;    // the best whose upper line fits; where none does, the quickest
  DeadlineResult oracle;  // the best of the run that was in time, knowing times and translations
  // mode - static_on_time, and mode - static_best, of the metric, with 95 % intervals from a paired
  // bootstrap over sentences.
  Estimate over_on_time;
  Estimate over_best;
};

struct DeadlineEvaluation {
  std::vector<std::string> models;
  std::string metric;
  std::size_t sentences = 0;
  std::size_t best = 0;       // the model that is best without a deadline
  std::vector<CostFit> fits;  // [model], on all sentences
  DeadlineOptions options;
  std::vector<DeadlineRow> rows;
};

// Fails where the table has no text, no references or no times.
Result<DeadlineEvaluation> evaluate_deadlines(const OutcomeTable& table,
                                              const DeadlineOptions& options);

nlohmann::ordered_json to_json(const DeadlineEvaluation& evaluation);
std::string to_markdown(const DeadlineEvaluation& evaluation);

}  // namespace rightsize

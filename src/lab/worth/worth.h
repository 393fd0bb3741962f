// Verdict before effort: what adaptive selection can give on a zoo and data, from recorded outcomes
// alone, before anybody trains or deploys; and what it would give under changed costs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/evaluate/evaluate.h"
#include "lab/evaluate/figure_text.h"
#include "lab/worth/drop.h"
#include "lab/worth/labels_needed.h"
#include "lab/worth/subset.h"

namespace rightsize {

struct WorthOptions {
  EvaluateOptions evaluate;  // of it: baseline, reference, max_loss, folds, resamples
  SubsetLimits limits;
};

// The inputs that show a loss of at most `limit` with 95 % confidence; nothing: none would.
struct LossProof {
  double limit = 0.0;
  std::optional<std::size_t> inputs;
};

// Everything about one table.
struct Worth {
  Evaluation evaluation;
  // The point that the verdict names, held out; nothing where no point is faster than the baseline.
  std::optional<StrategyFigures> point;
  double mix_at_oracle = 0.0;    // quality of the random mix that takes the oracle's time
  double mix_at_point = 0.0;     // and of that which takes the point's
  double head_room_taken = 0.0;  // of the time that the oracle would save, the part it saves
  PairedCounts discordance;      // of the point and the baseline
  std::vector<LossProof> proofs;
  DropAnalysis drops;
  SubsetChoice subset;

  const std::string& name(std::size_t model) const { return evaluation.model_names[model]; }
  const StrategyFigures& baseline() const { return evaluation.models[evaluation.baseline]; }
};
Result<Worth> assess(const OutcomeTable& table, const WorthOptions& options);

struct WorthReport {
  SubsetLimits limits;
  Worth now;
  std::string change;                       // what is changed, in words
  std::optional<Worth> then;                // under changed costs
  std::vector<std::string> recommendation;  // at most three sentences
};
// `then` may be null.
Result<WorthReport> worth_report(const OutcomeTable& now, const OutcomeTable* then,
                                 const std::string& change, const WorthOptions& options);

// What to do, in at most three sentences.
std::vector<std::string> recommend(const WorthReport& report);

std::string worth_text(const WorthReport& report);
std::string worth_json(const WorthReport& report);

}  // namespace rightsize

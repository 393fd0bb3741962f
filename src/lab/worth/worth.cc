#include "lab/worth/worth.h"

#include <algorithm>

#include "lab/certify/comparison.h"
#include "lab/replay/statistics.h"
#include "lab/worth/among.h"

namespace rightsize {
namespace {

constexpr std::array kLossLimits = {0.005, 0.01, 0.02};

const StrategyFigures& no_loss_of(const Evaluation& evaluation) {
  const std::vector<StrategyFigures>& cascades = evaluation.kinds.front().points;
  const auto found = std::find_if(cascades.begin(), cascades.end(),
                                  [](const StrategyFigures& p) { return p.name == kNoLoss; });
  return found == cascades.end() ? cascades.front() : *found;
}

void fill_head_room(Worth& worth) {
  const StrategyFigures& oracle = worth.evaluation.oracle_zoo;
  worth.no_loss = no_loss_of(worth.evaluation);
  worth.mix_at_oracle = oracle.quality.value - oracle.over_mix.value;
  worth.mix_at_no_loss = worth.no_loss.quality.value - worth.no_loss.over_mix.value;
  const double base = worth.baseline().cpu_ms.value;
  const double room = base - oracle.cpu_ms.value;
  worth.head_room_taken = room > 0 ? (base - worth.no_loss.cpu_ms.value) / room : 0.0;
}

}  // namespace

Result<Worth> assess(const OutcomeTable& table, const WorthOptions& options) {
  Result<Evaluation> evaluation = evaluate(table, nullptr, options.evaluate);
  if (!evaluation.ok()) return evaluation.status();
  const Result<Recording> recording = judge(table, options.evaluate.reference);
  if (!recording.ok()) return recording.status();
  const FoldOptions& folds = options.evaluate.folds;
  const std::size_t resamples = options.evaluate.resamples;
  const auto baseline = static_cast<ModelIndex>(evaluation->baseline);

  // First, for it can fail.
  Result<SubsetChoice> subset =
      choose_subset(*recording, baseline, options.limits, folds, resamples);
  if (!subset.ok()) return subset.status();
  Worth worth{.evaluation = std::move(*evaluation), .subset = std::move(*subset)};
  fill_head_room(worth);
  const std::vector<PooledPoint> no_loss =
      cross_validate(*recording, baseline, {{kNoLoss, 0.0}}, fit_cascades, folds);
  worth.discordance = paired_counts(*recording, all_but(recording->items(), {}),
                                    no_loss.front().items, baseline, {});
  for (const double limit : kLossLimits) {
    worth.proofs.push_back({limit, labels_needed(worth.discordance, limit)});
  }
  worth.drops = analyse_drops(*recording, baseline, folds, resamples);
  return worth;
}

Result<WorthReport> worth_report(const OutcomeTable& now, const OutcomeTable* then,
                                 const std::string& change, const WorthOptions& options) {
  Result<Worth> here = assess(now, options);
  if (!here.ok()) return here.status();
  WorthReport report{.limits = options.limits, .now = std::move(*here), .change = change};
  if (then != nullptr) {
    Result<Worth> there = assess(*then, options);
    if (!there.ok()) return there.status().with_context(change);
    report.then = std::move(*there);
  }
  report.recommendation = recommend(report);
  return report;
}

}  // namespace rightsize

#include "lab/worth/worth.h"

#include <algorithm>

#include "lab/certify/comparison.h"
#include "lab/replay/statistics.h"
#include "lab/worth/among.h"

namespace rightsize {
namespace {

constexpr std::array kLossLimits = {0.005, 0.01, 0.02};

void fill_head_room(Worth& worth) {
  const StrategyFigures& oracle = worth.evaluation.oracle_zoo;
  worth.mix_at_oracle = oracle.quality.value - oracle.over_mix.value;
  const StrategyFigures* point = worth.evaluation.judged_point();
  if (point == nullptr) return;
  worth.point = *point;
  worth.mix_at_point = point->quality.value - point->over_mix.value;
  const double base = worth.baseline().cpu_ms.value;
  const double room = base - oracle.cpu_ms.value;
  worth.head_room_taken = room > 0 ? (base - point->cpu_ms.value) / room : 0.0;
}

// How the point and the baseline differ, and how many inputs prove that it loses little.
void fill_proofs(const Recording& recording, const FoldOptions& folds, Worth& worth) {
  if (!worth.point) return;
  const auto baseline = static_cast<ModelIndex>(worth.evaluation.baseline);
  for (const Target& target : default_targets(recording.is_graded())) {
    if (target.name != worth.point->name) continue;
    const auto held_out = cross_validate(recording, baseline, {target}, fit_cascades, folds);
    worth.discordance = paired_counts(recording, all_but(recording.items(), {}),
                                      held_out.front().items, baseline, {});
  }
  for (const double limit : kLossLimits) {
    worth.proofs.push_back({limit, labels_needed(worth.discordance, limit)});
  }
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
  fill_proofs(*recording, folds, worth);
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

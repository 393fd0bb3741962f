#include "lab/evaluate/train.h"

#include <algorithm>
#include <numeric>

namespace rightsize {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr const char* kBaselinePoint = "baseline";

OperatingPoint make_point(std::string name, Signal signal, std::vector<CascadeStage> stages,
                          const StrategyFigures& figures) {
  OperatingPoint point{.name = std::move(name),
                       .signal = signal,
                       .stages = std::move(stages),
                       .quality = figures.quality,
                       .difference = figures.difference,
                       .speedup = figures.speedup,
                       .cpu_ms = figures.cpu_ms.value};
  return point;
}

// Shares of the answers on the items it was fitted to: held-out ones are of other cascades.
void fill_shares(const Recording& recording, const std::vector<std::size_t>& items,
                 OperatingPoint& point) {
  point.shares.assign(point.stages.size(), 0.0);
  const std::unique_ptr<Selector> selector = point.selector();
  for (const ReplayedItem& item : replay(*selector, recording, items)) {
    for (std::size_t s = 0; s < point.stages.size(); ++s) {
      if (item.answered && item.model == point.stages[s].model) {
        point.shares[s] += 1.0 / static_cast<double>(items.size());
      }
    }
  }
}

bool same_rule(const OperatingPoint& a, const OperatingPoint& b) {
  return a.stages == b.stages && (a.signal == b.signal || a.stages.size() == 1);
}

void add_points(const Recording& recording, const Evaluation& evaluation, SelectorFile& file) {
  std::vector<std::size_t> all(recording.items());
  std::iota(all.begin(), all.end(), std::size_t{0});
  file.points.push_back(make_point(kBaselinePoint, Signal::kMaxProbability, {{file.baseline, 0.0}},
                                   evaluation.models[file.baseline]));
  const FitPoint fit = fit_cascades(recording, all, file.baseline);
  const std::vector<Target> targets = default_targets();
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const CascadeCandidate candidate = fit(targets[t]);
    OperatingPoint point = make_point(targets[t].name, candidate.signal, candidate.stages,
                                      evaluation.kinds.front().points[t]);
    const bool known = std::any_of(file.points.begin(), file.points.end(),
                                   [&](const OperatingPoint& p) { return same_rule(p, point); });
    if (!known) file.points.push_back(std::move(point));
  }
  for (OperatingPoint& point : file.points) fill_shares(recording, all, point);
}

void add_figures(const Recording& recording, const Evaluation& evaluation, SelectorFile& file) {
  const auto n = static_cast<double>(recording.items());
  for (std::size_t m = 0; m < recording.models(); ++m) {
    ModelFigures figures{.quality = evaluation.models[m].quality.value};
    for (const std::size_t i : recording.item) {
      const RecordedOutcome& cell = recording.table->at(i, m);
      figures.cpu_ms += static_cast<double>(cell.cpu.count()) / kNsPerMs / n;
      figures.wall_ms += static_cast<double>(cell.wall.count()) / kNsPerMs / n;
    }
    file.figures.push_back(figures);
  }
  file.decode_cpu_ms = evaluation.decode_cpu_ms;
}

}  // namespace

Result<Training> train(const OutcomeTable& table, const EvaluateOptions& options) {
  Result<Evaluation> evaluation = evaluate(table, nullptr, options);
  if (!evaluation.ok()) return evaluation.status();
  const Result<Recording> recording = judge(table, options.reference);
  if (!recording.ok()) return recording.status();
  Training training{.file = {}, .evaluation = std::move(*evaluation)};
  SelectorFile& file = training.file;
  file.zoo = table.zoo;
  file.provenance = table.provenance;
  file.inputs = recording->items();
  file.criterion = to_string(options.reference.criterion);
  file.reference = options.reference.name();
  file.baseline = static_cast<ModelIndex>(training.evaluation.baseline);
  add_figures(*recording, training.evaluation, file);
  add_points(*recording, training.evaluation, file);
  const std::size_t no_loss = file.find_point(kNoLoss);
  const bool pays = training.evaluation.verdict.kind == VerdictKind::kPays;
  file.default_point = pays && no_loss < file.points.size() ? no_loss : 0;
  return training;
}

}  // namespace rightsize

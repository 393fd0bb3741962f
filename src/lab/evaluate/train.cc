#include "lab/evaluate/train.h"

#include "core/clock.h"
#include "lab/evaluate/training_inputs.h"
#include "lab/replay/drift_reference.h"
#include "lab/replay/statistics.h"
#include "lab/text/cost_fit.h"

#include <algorithm>

namespace rightsize {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr const char* kBaselinePoint = "baseline";

OperatingPoint make_point(std::string name, Rule rule, const StrategyFigures& figures) {
  OperatingPoint point{.name = std::move(name),
                       .rule = std::move(rule),
                       .quality = figures.quality,
                       .difference = figures.difference,
                       .speedup = figures.speedup,
                       .cpu_ms = figures.cpu_ms.value,
                       .wall_ms = figures.wall_ms,
                       .energy_mj = figures.energy_mj,
                       .shares = figures.shares};
  return point;
}

// A memory alone says nothing of most sentences: no point for anybody.
bool is_memory_alone(const Rule& rule, const Zoo& zoo) {
  const std::vector<ModelIndex> models = models_of(rule);
  return std::all_of(models.begin(), models.end(),
                     [&](ModelIndex m) { return zoo.models[m].translation.memory; });
}

// Those at the corners of the hull: the best choices where a deadline leaves time for one model.
void add_single_models(const Evaluation& evaluation, SelectorFile& file) {
  for (const std::size_t m : evaluation.hull) {
    const Rule rule = fixed_rule(static_cast<ModelIndex>(m));
    if (m == file.baseline || is_memory_alone(rule, file.zoo)) continue;
    file.points.push_back(
        make_point("only-" + evaluation.model_names[m], rule, evaluation.models[m]));
  }
}

void add_points(const Recording& recording, const Evaluation& evaluation,
                const std::optional<SelectorKind>& kind, SelectorFile& file) {
  const std::vector<std::size_t> all = all_but(recording.items(), {});
  file.points.push_back(
      make_point(kBaselinePoint, fixed_rule(file.baseline), evaluation.models[file.baseline]));
  const Fitter fitter = kind ? fitter_of(*kind) : Fitter(fit_chosen_kind);
  const FitPoint fit = fitter(recording, all, file.baseline);
  const std::vector<Target> targets = default_targets(recording.is_graded());
  for (std::size_t t = 0; t < targets.size(); ++t) {
    OperatingPoint point =
        make_point(targets[t].name, fit(targets[t]), evaluation.kinds.front().points[t]);
    const bool known = std::any_of(file.points.begin(), file.points.end(),
                                   [&](const OperatingPoint& p) { return p.rule == point.rule; });
    if (!known && !is_memory_alone(point.rule, file.zoo)) file.points.push_back(std::move(point));
  }
  add_single_models(evaluation, file);
  std::stable_sort(file.points.begin(), file.points.end(),
                   [](const auto& a, const auto& b) { return a.cpu_ms > b.cpu_ms; });
}

const StrategyFigures& figures_of(const Evaluation& evaluation, const char* kind) {
  const auto named = [&](const KindFigures& figures) { return figures.kind == kind; };
  return std::find_if(evaluation.kinds.begin(), evaluation.kinds.end(), named)->points.front();
}

// The premodel is fitted to all inputs; its figures come from its cross-validation.
Status add_premodel(const Recording& recording, const Evaluation& evaluation,
                    const PremodelOptions& options, SelectorFile& file) {
  const std::vector<std::size_t> all = all_but(recording.items(), {});
  auto rule = train_premodel(recording, all, options);
  if (!rule.ok()) return rule.status();
  file.points.push_back(
      make_point(kPremodelKind, std::move(*rule), figures_of(evaluation, kPremodelKind)));
  return {};
}

// The network was trained elsewhere; its figures are those of its held-out predictions.
Status add_cnn(const Recording& recording, const Evaluation& evaluation,
               const EvaluateOptions& options, SelectorFile& file) {
  auto rule = rule_of(recording, *options.cnn, options.cnn_fallback);
  if (!rule.ok()) return rule.status();
  file.points.push_back(make_point(kCnnKind, std::move(*rule), figures_of(evaluation, kCnnKind)));
  return {};
}

// What the drift watch compares with: a CNN premodel's decisions cannot be replayed, and of
// translation nothing watches.
void add_drift_references(const Recording& recording, SelectorFile& file) {
  if (recording.is_graded()) return;
  const std::vector<std::size_t> all = all_but(recording.items(), {});
  for (OperatingPoint& point : file.points) {
    if (network_of(point.rule) != nullptr) continue;
    point.drift = make_drift_reference(*make_selector(point.rule), recording, all);
  }
}

// The mean of what the rules take to look at an input. Features are computed by one thread, so CPU
// time is wall time.
void add_looking_times(const Recording& recording, const std::optional<CnnPremodel>& cnn,
                       SelectorFile& file) {
  const std::vector<std::size_t> all = all_but(recording.items(), {});
  for (OperatingPoint& point : file.points) {
    if (network_of(point.rule) != nullptr) {
      point.looking_ms = to_ms(cnn->cpu);
    } else if (image_features_of(point.rule) != nullptr) {
      double sum = 0.0;
      for (const ReplayedItem& item : replay(*make_selector(point.rule), recording, all)) {
        sum += static_cast<double>(item.features_cpu);
      }
      point.looking_ms = sum / kNsPerMs / static_cast<double>(all.size());
    }
  }
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
    if (recording.is_graded()) {
      const auto fit = fit_cost(cost_samples(*recording.table, m, recording.item));
      if (fit.ok()) figures.line = fit->line;
    }
    file.figures.push_back(figures);
  }
  file.decode_cpu_ms = evaluation.decode_cpu_ms;
}

}  // namespace

Result<Training> train(const OutcomeTable& table, const EvaluateOptions& options) {
  Result<Evaluation> evaluation = evaluate(table, nullptr, options);
  if (!evaluation.ok()) return evaluation.status();
  const Result<Recording> recording = judge(table, options.reference, options.cost);
  if (!recording.ok()) return recording.status();
  Training training{.file = {}, .evaluation = std::move(*evaluation)};
  SelectorFile& file = training.file;
  file.zoo = table.zoo;
  file.provenance = table.provenance;
  file.inputs = recording->items();
  file.input_marks = marks_of(table, recording->item);
  file.criterion = to_string(options.reference.criterion);
  file.reference = options.reference.name();
  file.baseline = static_cast<ModelIndex>(training.evaluation.baseline);
  add_figures(*recording, training.evaluation, file);
  add_points(*recording, training.evaluation, options.kind, file);
  if (options.premodel) {
    const Status status = add_premodel(*recording, training.evaluation, *options.premodel, file);
    if (!status.ok()) return status;
  }
  if (options.cnn) {
    const Status status = add_cnn(*recording, training.evaluation, options, file);
    if (!status.ok()) return status;
  }
  add_drift_references(*recording, file);
  add_looking_times(*recording, options.cnn, file);
  const Verdict& verdict = training.evaluation.verdict;
  const bool shown = verdict.kind == VerdictKind::kPays || verdict.kind == VerdictKind::kAgrees;
  const bool of_this_kind = verdict.selector == training.evaluation.kinds.front().kind;
  const std::size_t wanted =
      shown && of_this_kind ? file.find_point(verdict.point) : file.points.size();
  file.default_point = wanted < file.points.size() ? wanted : file.find_point(kBaselinePoint);
  return training;
}

}  // namespace rightsize

#include "lab/evaluate/train.h"

#include "core/clock.h"
#include "lab/evaluate/halves.h"
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

// The intervals hold for all points together: the quantile of four (Bonferroni) in place of one's.
void hold_together(OperatingPoint& point) {
  constexpr double kWider = 2.5 / 1.96;
  for (Estimate* figure : {&point.quality, &point.difference, &point.speedup}) {
    figure->low = figure->value - kWider * (figure->value - figure->low);
    figure->high = figure->value + kWider * (figure->high - figure->value);
  }
}

// A memory alone says nothing of most sentences: no point for anybody.
bool is_memory_alone(const Rule& rule, const Zoo& zoo) {
  const std::vector<ModelIndex> models = models_of(rule);
  return std::all_of(models.begin(), models.end(),
                     [&](ModelIndex m) { return zoo.models[m].translation.memory; });
}

// Those at the corners of the hull: the best choices where a deadline leaves time for one model.
std::vector<OperatingPoint> single_models(const Evaluation& evaluation, const SelectorFile& file) {
  std::vector<OperatingPoint> points;
  for (const std::size_t m : evaluation.hull) {
    const Rule rule = fixed_rule(static_cast<ModelIndex>(m));
    if (m == file.baseline || is_memory_alone(rule, file.zoo)) continue;
    points.push_back(make_point("only-" + evaluation.model_names[m], rule, evaluation.models[m]));
  }
  return points;
}

// Fitted to all inputs, with what the same fitting to half of them showed on the other half.
std::vector<OperatingPoint> fitted_points(const Recording& recording, const SelectorFile& file,
                                          const EvaluateOptions& options) {
  const Fitter fitter = options.kind ? fitter_of(*options.kind) : Fitter(fit_chosen_kind);
  const FitPoint fit = fitter(recording, all_but(recording.items(), {}), file.baseline);
  const std::vector<Target> targets = default_targets(recording.is_graded());
  const std::vector<StrategyFigures> figures =
      judge_by_halves(recording, file.baseline, targets, fitter, options.folds.seed);
  std::vector<OperatingPoint> points;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    OperatingPoint point = make_point(targets[t].name, fit(targets[t]), figures[t]);
    const bool is_baseline = point.rule == Rule(fixed_rule(file.baseline));
    if (!is_baseline && !is_memory_alone(point.rule, file.zoo)) points.push_back(std::move(point));
  }
  return points;
}

// Adds those of `wanted`, the most wanted first, that are a step of speed away from what is there
// and neither beat nor are beaten. So the points go from careful to fast, each faster and worse
// than the one before; the baseline, which others are compared with, is there whatever beats it.
void add_steps(const std::vector<OperatingPoint>& wanted, SelectorFile& file) {
  constexpr double kStep = 1.1;
  constexpr double kEqual = 1e-6;  // what sums in another order may differ by
  for (const OperatingPoint& point : wanted) {
    const bool fits =
        std::all_of(file.points.begin() + 1, file.points.end(), [&](const OperatingPoint& p) {
          const bool faster = point.speedup.value >= kStep * p.speedup.value;
          const bool slower = p.speedup.value >= kStep * point.speedup.value;
          if (p.rule == point.rule) return false;
          return (faster && point.quality.value < p.quality.value - kEqual) ||
                 (slower && point.quality.value > p.quality.value + kEqual);
        });
    const bool first = file.points.size() == 1;
    if (fits && (first || point.speedup.value >= kStep)) file.points.push_back(point);
  }
}

// The points are chosen by rules that were fixed before any data are seen.
void add_points(const Recording& recording, const Evaluation& evaluation,
                const EvaluateOptions& options, SelectorFile& file) {
  file.points.push_back(
      make_point(kBaselinePoint, fixed_rule(file.baseline), evaluation.models[file.baseline]));
  const std::vector<OperatingPoint> singles = single_models(evaluation, file);
  std::vector<OperatingPoint> wanted = fitted_points(recording, file, options);
  if (recording.is_graded()) {  // a deadline of a sentence may leave time for any of them
    add_steps(wanted, file);
    for (const OperatingPoint& single : singles) {
      const bool is_beaten =
          std::any_of(file.points.begin() + 1, file.points.end(), [&](const OperatingPoint& p) {
            return p.rule == single.rule || (p.speedup.value >= single.speedup.value &&
                                             p.quality.value >= single.quality.value);
          });
      if (!is_beaten) file.points.push_back(single);
    }
  } else {
    // The hull goes from cheap to dear: the least that a deadline may leave time for.
    if (!singles.empty() && !wanted.empty()) wanted.insert(wanted.begin() + 1, singles.front());
    add_steps(wanted.empty() ? singles : wanted, file);
  }
  for (OperatingPoint& point : file.points) hold_together(point);
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

// The point of which the verdict speaks, or the most careful one where the file does without it.
std::size_t default_point(const Evaluation& evaluation, const SelectorFile& file) {
  const Verdict& verdict = evaluation.verdict;
  const bool shown = verdict.kind == VerdictKind::kPays || verdict.kind == VerdictKind::kAgrees;
  if (shown && verdict.selector == evaluation.kinds.front().kind) {
    for (const std::string& name : {verdict.point, std::string(kBest), std::string(kNoLoss)}) {
      const std::size_t point = file.find_point(name);
      if (point < file.points.size()) return point;
    }
  }
  return file.find_point(kBaselinePoint);
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
  add_points(*recording, training.evaluation, options, file);
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
  file.default_point = default_point(training.evaluation, file);
  return training;
}

}  // namespace rightsize

#include "lab/worth/among.h"

#include <algorithm>
#include <memory>

#include "lab/replay/statistics.h"

namespace rightsize {

namespace {

// What falls back to a baseline outside of the models has not reached its target.
bool runs_only(const Rule& rule, const std::vector<ModelIndex>& models) {
  const std::vector<ModelIndex> run = models_of(rule);
  return std::all_of(run.begin(), run.end(), [&](ModelIndex model) {
    return std::find(models.begin(), models.end(), model) != models.end();
  });
}

}  // namespace

std::optional<Rule> fit_among(const std::vector<ModelIndex>& models, const Recording& recording,
                              const std::vector<std::size_t>& items, ModelIndex baseline,
                              const Target& target) {
  Rule rule = fit_cascades_among(models, recording, items, baseline)(target);
  if (!runs_only(rule, models)) return {};
  return rule;
}

Fitter fitter_among(const std::vector<ModelIndex>& models) {
  return [models](const Recording& recording, const std::vector<std::size_t>& items,
                  ModelIndex baseline) -> FitPoint {
    const FitPoint fit = fit_cascades_among(models, recording, items, baseline);
    const ModelIndex best = best_single_model(recording, items, models);
    return [=](const Target& target) -> Rule {
      Rule rule = fit(target);
      return runs_only(rule, models) ? rule : fixed_rule(best);
    };
  };
}

std::vector<PooledPoint> fit_and_judge(const Recording& recording, ModelIndex baseline,
                                       const std::vector<Target>& targets, const Fitter& fitter,
                                       const FoldOptions& options) {
  if (options.folds > 0) return cross_validate(recording, baseline, targets, fitter, options);
  const std::vector<std::size_t> all = all_but(recording.items(), {});
  const FitPoint fit = fitter(recording, all, baseline);
  std::vector<PooledPoint> points;
  points.reserve(targets.size());
  for (const Target& target : targets) {
    points.push_back({target, replay(*make_selector(fit(target)), recording, all)});
  }
  return points;
}

std::size_t affordable_searches(std::size_t items, std::size_t models) {
  // A search sweeps thresholds over all pairs and triples; some 2.5 million inputs times sets of
  // models a second.
  constexpr std::size_t kSteps = 25'000'000;
  const std::size_t pairs = models * (models - 1) / 2;
  const std::size_t sets = models + pairs + (models > 2 ? pairs * (models - 2) / 3 : 0);
  return kSteps / std::max<std::size_t>(1, items * sets);
}

std::vector<ModelIndex> all_models(const Recording& recording) {
  return all_models_but(recording, {});
}

std::vector<ModelIndex> all_models_but(const Recording& recording,
                                       const std::vector<ModelIndex>& left_out) {
  std::vector<ModelIndex> models;
  for (std::size_t m = 0; m < recording.models(); ++m) {
    const auto model = static_cast<ModelIndex>(m);
    if (std::find(left_out.begin(), left_out.end(), model) == left_out.end()) {
      models.push_back(model);
    }
  }
  return models;
}

}  // namespace rightsize

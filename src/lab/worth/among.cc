#include "lab/worth/among.h"

#include <algorithm>
#include <memory>

#include "lab/replay/statistics.h"

namespace rightsize {

std::optional<Rule> fit_among(const std::vector<ModelIndex>& models, const Recording& recording,
                              const std::vector<std::size_t>& items, ModelIndex baseline,
                              const Target& target) {
  // What falls back to a baseline outside of the models has not reached the target.
  Rule rule = fit_cascades_among(models, recording, items, baseline)(target);
  for (const ModelIndex model : models_of(rule)) {
    if (std::find(models.begin(), models.end(), model) == models.end()) return {};
  }
  return rule;
}

ModelIndex best_among(const std::vector<ModelIndex>& models, const Recording& recording,
                      const std::vector<std::size_t>& items) {
  struct Totals {
    std::int64_t right = 0;
    std::int64_t cpu = 0;
  };
  const auto totals_of = [&](ModelIndex model) {
    Totals totals;
    for (const std::size_t i : items) {
      totals.right += recording.right[model][i];
      totals.cpu += recording.cpu[model][i];
    }
    return totals;
  };
  ModelIndex best = models.front();
  Totals held = totals_of(best);
  for (const ModelIndex model : models) {
    const Totals totals = totals_of(model);
    if (totals.right < held.right || (totals.right == held.right && totals.cpu >= held.cpu)) {
      continue;
    }
    best = model;
    held = totals;
  }
  return best;
}

Fitter fitter_among(const std::vector<ModelIndex>& models) {
  return [models](const Recording& recording, const std::vector<std::size_t>& items,
                  ModelIndex baseline) -> FitPoint {
    const FitPoint fit = fit_cascades_among(models, recording, items, baseline);
    const ModelIndex best = best_among(models, recording, items);
    return [=](const Target& target) -> Rule {
      Rule rule = fit(target);
      for (const ModelIndex model : models_of(rule)) {
        if (std::find(models.begin(), models.end(), model) == models.end()) {
          return fixed_rule(best);
        }
      }
      return rule;
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

Discordance discordance_of(const Recording& recording, ModelIndex baseline,
                           const std::vector<ReplayedItem>& items) {
  Discordance counts{.inputs = items.size()};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool base = recording.right[baseline][i] != 0;
    if (base && !items[i].right) ++counts.lost;
    if (items[i].right && !base) ++counts.won;
  }
  return counts;
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

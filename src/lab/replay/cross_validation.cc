#include "lab/replay/cross_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <numeric>

#include "lab/replay/statistics.h"

namespace rightsize {

Totals totals_of(const Recording& recording, const std::vector<std::size_t>& items,
                 std::size_t model) {
  Totals totals{.unit = recording.unit};
  for (const std::size_t i : items) {
    totals.worth += recording.worth[model][i];
    totals.cpu += recording.cpu[model][i] + recording.decode_cpu[i];
  }
  return totals;
}

std::optional<CascadeCandidate> find(const CascadeFrontier& frontier, const Target& target,
                                     const Totals& baseline, std::size_t n) {
  if (target.speedup > 0) {
    return frontier.within(
        static_cast<std::int64_t>(static_cast<double>(baseline.cpu) / target.speedup));
  }
  return frontier.cheapest(wanted_worth(target, baseline, n), kTrustDiscount);
}

double units(const Totals& totals) {
  return static_cast<double>(totals.worth) / static_cast<double>(totals.unit);
}

double wanted_worth(const Target& target, const Totals& baseline, std::size_t n) {
  const double loss = target.loss * static_cast<double>(n);
  // Of right answers a whole number.
  return units(baseline) - (baseline.unit == 1 ? std::floor(loss + 1e-9) : loss);
}

std::vector<Target> default_targets(bool graded) {
  std::vector<Target> targets;
  if (graded) targets.push_back({.name = kBest, .speedup = 1.0});
  targets.push_back({.name = kNoLoss});
  for (const double speedup : {1.25, 1.5, 2.0, 3.0}) {
    targets.push_back({.name = fmt::format("{}x", speedup), .speedup = speedup});
  }
  return targets;
}

FitPoint fit_cascades(const Recording& recording, const std::vector<std::size_t>& items,
                      ModelIndex baseline) {
  return fit_cascades_among({}, recording, items, baseline);
}

FitPoint fit_cascades_among(const std::vector<ModelIndex>& models, const Recording& recording,
                            const std::vector<std::size_t>& items, ModelIndex baseline) {
  return fit_cascades_by({.models = models}, recording, items, baseline);
}

FitPoint fit_cascades_by(const SearchOptions& options, const Recording& recording,
                         const std::vector<std::size_t>& items, ModelIndex baseline) {
  const Totals base = totals_of(recording, items, baseline);
  auto frontier =
      std::make_shared<CascadeFrontier>(search_cascades(recording, items, baseline, options));
  return [=, n = items.size()](const Target& target) {
    auto found = find(*frontier, target, base, n);
    return found ? std::move(found->rule) : fixed_rule(baseline);
  };
}

FitPoint fit_fixed(const Recording& recording, const std::vector<std::size_t>& items,
                   ModelIndex baseline) {
  std::vector<Totals> totals;
  for (std::size_t m = 0; m < recording.models(); ++m) {
    totals.push_back(totals_of(recording, items, m));
  }
  return [totals, baseline, n = items.size()](const Target& target) {
    const double wanted = wanted_worth(target, totals[baseline], n);
    ModelIndex best = baseline;
    bool found = false;
    for (std::size_t m = 0; m < totals.size(); ++m) {
      const bool fits = target.speedup > 0 ? static_cast<double>(totals[m].cpu) * target.speedup <=
                                                 static_cast<double>(totals[baseline].cpu)
                                           : units(totals[m]) >= wanted;
      if (!fits) continue;
      const bool better = target.speedup > 0 ? totals[m].worth > totals[best].worth
                                             : totals[m].cpu < totals[best].cpu;
      if (!found || better) best = static_cast<ModelIndex>(m);
      found = true;
    }
    return fixed_rule(best);
  };
}

FitPoint fit_majority(const Recording& recording, const std::vector<std::size_t>& items,
                      ModelIndex /*baseline*/) {
  std::vector<std::size_t> optimal(recording.models(), 0);
  for (const std::size_t i : items) {
    std::size_t best = recording.models();
    for (std::size_t m = 0; m < recording.models(); ++m) {
      if (recording.right[m][i] == 0) continue;
      if (best == recording.models() || recording.cost(m, i) < recording.cost(best, i)) best = m;
    }
    if (best < recording.models()) ++optimal[best];
  }
  const auto model =
      static_cast<ModelIndex>(std::max_element(optimal.begin(), optimal.end()) - optimal.begin());
  return [model](const Target&) { return fixed_rule(model); };
}

std::vector<PooledPoint> cross_validate(const Recording& recording, ModelIndex baseline,
                                        const std::vector<Target>& targets, const Fitter& fitter,
                                        const FoldOptions& options) {
  std::vector<PooledPoint> pooled;
  for (const Target& target : targets) {
    pooled.push_back({target, std::vector<ReplayedItem>(recording.items())});
  }
  for (const auto& test : shuffled_folds(recording.items(), options.folds, options.seed)) {
    const std::vector<std::size_t> train = all_but(recording.items(), test);
    const FitPoint fit = fitter(recording, train, baseline);
    for (PooledPoint& point : pooled) {
      const std::unique_ptr<Selector> selector = make_selector(fit(point.target));
      const std::vector<ReplayedItem> results = replay(*selector, recording, test);
      for (std::size_t i = 0; i < test.size(); ++i) point.items[test[i]] = results[i];
    }
  }
  return pooled;
}

namespace {

// Of a translation model the metric itself: linear worths are those of small changes, and a memory
// that says next to nothing is far from the model that they are taken at.
double quality_of(const Recording& recording, const std::vector<std::size_t>& items,
                  ModelIndex model, const Totals& totals) {
  if (!recording.is_graded()) return static_cast<double>(totals.worth);
  TextCounts sum;
  for (const std::size_t i : items) sum += recording.counts[model][i];
  return corpus_value(sum, *recording.metric);
}

}  // namespace

ModelIndex best_single_model(const Recording& recording, const std::vector<std::size_t>& items,
                             const std::vector<ModelIndex>& models) {
  ModelIndex best = models.front();
  std::int64_t best_cpu = 0;
  double best_quality = -std::numeric_limits<double>::infinity();
  for (const ModelIndex model : models) {
    const Totals totals = totals_of(recording, items, model);
    const double quality = quality_of(recording, items, model, totals);
    const bool better =
        quality > best_quality || (quality == best_quality && totals.cpu < best_cpu);
    if (better) {
      best = model;
      best_cpu = totals.cpu;
      best_quality = quality;
    }
  }
  return best;
}

ModelIndex best_single_model(const Recording& recording, const std::vector<std::size_t>& items) {
  std::vector<ModelIndex> all(recording.models());
  std::iota(all.begin(), all.end(), ModelIndex{0});
  return best_single_model(recording, items, all);
}

ModelIndex best_single_model(const Recording& recording) {
  return best_single_model(recording, all_but(recording.items(), {}));
}

}  // namespace rightsize

// Fitting operating points, and judging the fitting by k-fold cross-validation: everything is
// chosen inside the training fold, and what is reported was measured on items that took no part in
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lab/replay/recording.h"
#include "lab/replay/search.h"
#include "selector/rule.h"

namespace rightsize {

// What a model comes to on items.
struct Totals {
  std::int64_t worth = 0;  // in 1/unit
  std::int64_t unit = 1;
  std::int64_t cpu = 0;  // nanoseconds, decoding included
};

double units(const Totals& totals);

// What an operating point aims at on the training items: the best quality at no more than a share
// of the baseline's mean CPU time, or the least time at no more than a loss of quality against it.
struct Target {
  std::string name;
  double loss = 0.0;     // share of inputs: 0.01 is one point; negative asks for a gain
  double speedup = 0.0;  // above 0: the baseline's mean CPU time by the point's, instead of a loss
};

// No loss; 1.25 to 3 times the baseline's speed. Few, and fixed before any data are seen: of many
// points some look better than they are. A speed can be kept, a loss of so many points cannot.
// Of translations, whose quality is more than right or wrong, first "best": the best quality at no
// more than the baseline's time, since a memory may gain in both.
std::vector<Target> default_targets(bool graded);
inline constexpr const char* kBest = "best";
inline constexpr const char* kNoLoss = "no-loss";

// What answers to n items must be worth to meet the target, given the baseline's worth, in units
// (see Recording): right answers, of images. What a setting got counts less kTrustDiscount standard
// errors of its difference to the baseline.
double wanted_worth(const Target& target, const Totals& baseline, std::size_t n);
inline constexpr double kTrustDiscount = 1.0;

Totals totals_of(const Recording& recording, const std::vector<std::size_t>& items,
                 std::size_t model);

// The candidate that meets a target, given what the baseline comes to on `n` items.
std::optional<CascadeCandidate> find(const CascadeFrontier& frontier, const Target& target,
                                     const Totals& baseline, std::size_t n);

// How a point is fitted to items of a recording. A kind that cannot reach a target falls back to
// the baseline.
using FitPoint = std::function<Rule(const Target&)>;
// Prepares the fitting of all targets to these training items.
using Fitter = std::function<FitPoint(const Recording&, const std::vector<std::size_t>& items,
                                      ModelIndex baseline)>;

FitPoint fit_cascades(const Recording& recording, const std::vector<std::size_t>& items,
                      ModelIndex baseline);
// The same among these models alone; the baseline, to fall back to, need not be one of them.
FitPoint fit_cascades_among(const std::vector<ModelIndex>& models, const Recording& recording,
                            const std::vector<std::size_t>& items, ModelIndex baseline);
// The same as these options say.
FitPoint fit_cascades_by(const SearchOptions& options, const Recording& recording,
                         const std::vector<std::size_t>& items, ModelIndex baseline);
// The cheapest single model that meets the target.
FitPoint fit_fixed(const Recording& recording, const std::vector<std::size_t>& items,
                   ModelIndex baseline);
// The single model that is right at the least cost most often, whatever the target: what a premodel
// that has learned nothing would choose.
FitPoint fit_majority(const Recording& recording, const std::vector<std::size_t>& items,
                      ModelIndex baseline);

// One target's held-out results, pooled over the folds, in the order of the recording.
struct PooledPoint {
  Target target;
  std::vector<ReplayedItem> items;
};

struct FoldOptions {
  std::size_t folds = 10;
  std::uint64_t seed = 1;
};

std::vector<PooledPoint> cross_validate(const Recording& recording, ModelIndex baseline,
                                        const std::vector<Target>& targets, const Fitter& fitter,
                                        const FoldOptions& options);

// The model that answers most of these inputs right (the cheaper one of equals), of some or of all.
ModelIndex best_single_model(const Recording& recording, const std::vector<std::size_t>& items,
                             const std::vector<ModelIndex>& models);
ModelIndex best_single_model(const Recording& recording, const std::vector<std::size_t>& items);
ModelIndex best_single_model(const Recording& recording);

}  // namespace rightsize

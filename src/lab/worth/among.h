// Cascades among some of a run's models: the questions which models are needed, and which few are
// best, are this one asked many times.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/evaluate/strategy.h"
#include "lab/replay/cross_validation.h"
#include "lab/worth/labels_needed.h"

namespace rightsize {

// The cheapest cascade among `models` that reaches the target against `baseline`, which need not be
// one of them, on these items; nothing where none does.
std::optional<Rule> fit_among(const std::vector<ModelIndex>& models, const Recording& recording,
                              const std::vector<std::size_t>& items, ModelIndex baseline,
                              const Target& target);

// Fits cascades among `models`; where they do not reach a target, the best of them on its own.
Fitter fitter_among(const std::vector<ModelIndex>& models);

// Cross-validation, or with no folds judged on the inputs that it was fitted to.
std::vector<PooledPoint> fit_and_judge(const Recording& recording, ModelIndex baseline,
                                       const std::vector<Target>& targets, const Fitter& fitter,
                                       const FoldOptions& options);

// The searches of a cascade over `items` inputs and `models` models that a question may take: what
// a core does in some ten seconds.
std::size_t affordable_searches(std::size_t items, std::size_t models);

std::vector<ModelIndex> all_models(const Recording& recording);
std::vector<ModelIndex> all_models_but(const Recording& recording,
                                       const std::vector<ModelIndex>& left_out);

}  // namespace rightsize

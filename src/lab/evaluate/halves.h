// What a fitted point may promise of inputs that nobody has seen.
#pragma once

#include <cstdint>
#include <vector>

#include "lab/evaluate/strategy.h"
#include "lab/replay/cross_validation.h"

namespace rightsize {

// Fits every target to a random half of the inputs and judges what comes of it on the other half,
// `rounds` times both ways round. The figures are means over all halves; their intervals reach 1.96
// standard deviations of the halves' figures to either side: the delete-half jackknife (Shao and
// Wu, "A general theory for jackknife variance estimation", 1989).
//
// The mean of half of n inputs, drawn without replacement, scatters about that of all as the mean
// of n new inputs about the truth; so the spread is that of the inputs and of the fitting together.
// Of one cross-validation a bootstrap sees the inputs alone, and its interval is too narrow. And a
// rule learned from half the inputs seldom does better than the one from all, which is what the
// file gets: the figures rather say too little.
std::vector<StrategyFigures> judge_by_halves(const Recording& recording, ModelIndex baseline,
                                             const std::vector<Target>& targets,
                                             const Fitter& fitter, std::uint64_t seed,
                                             std::size_t rounds = 25);

}  // namespace rightsize

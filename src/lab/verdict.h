// The verdict: is adaptive selection worth it on this zoo and data, and how sure is that?
#pragma once

#include "lab/evaluate.h"

namespace rightsize {

// A gain that is smaller than this is not worth a selector: half a point of quality.
inline constexpr double kWorthwhileGain = 0.005;

// `gain` is the cascade's quality over the random mix at equal cost, mean over its points; a gain
// whose interval contains 0 is called none. `no_loss` is its point that aims at no loss.
Verdict judge_verdict(const Estimate& gain, const StrategyFigures& no_loss,
                      const Evaluation& evaluation);

}  // namespace rightsize

// The verdict: is adaptive selection worth it on this zoo and data, and how sure is that?
#pragma once

#include "lab/evaluate/evaluate.h"

namespace rightsize {

// A gain that is smaller than this is not worth a selector: half a point of quality.
inline constexpr double kWorthwhileGain = 0.005;

// `no_loss` is the cascade that aims at no loss, held out: the point that would be used. It pays if
// it answers better than a random mix of single models at equal time; a gain whose interval
// contains 0 is called none.
Verdict judge_verdict(const StrategyFigures& no_loss, const Evaluation& evaluation);

}  // namespace rightsize

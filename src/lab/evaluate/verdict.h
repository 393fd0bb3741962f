// The verdict: is adaptive selection worth it on this zoo and data, and how sure is that?
#pragma once

#include "lab/evaluate/evaluate.h"

namespace rightsize {

// A gain that is smaller than this is not worth a selector: half a point of quality.
inline constexpr double kWorthwhileGain = 0.005;

inline constexpr const char* kVerdictPoint = "1.5x";  // where no loss is the baseline itself

// `point` is a cascade, held out: the one that aims at no loss, or kVerdictPoint. It pays if it
// answers better than a random mix of single models at equal time by as much as that; a gain whose
// interval contains 0 is called none.
Verdict judge_verdict(const StrategyFigures& point, const Evaluation& evaluation);

}  // namespace rightsize

// The verdict: is adaptive selection worth it on this zoo and data, and how sure is that?
#pragma once

#include "lab/evaluate/evaluate.h"

namespace rightsize {

// A held-out point *meets* what is asked where its 95 % intervals, as they are printed, show
// three things:
//   - it is faster than the baseline, by kWorthwhileSpeedup;
//   - it loses no more than `max_loss`: the difference's interval reaches that, and excludes that
//     the loss is kUnnoticedLoss more;
//   - it is better than a random mix of single models that takes the same time.
// It *fails* where they exclude one of them; against the mix, where they exclude a gain of
// kWorthwhileGain. Else, and with fewer than kFewestInputs, the inputs are too few to tell.
inline constexpr double kWorthwhileSpeedup = 1.01;
inline constexpr double kUnnoticedLoss = 0.01;
inline constexpr double kWorthwhileGain = 0.005;
// A loss of kUnnoticedLoss has a chance of 5 % to show on none of so many inputs: the rule of
// three.
inline constexpr std::size_t kFewestInputs = 300;

// Of all held-out points. It pays (without labels: a faster point agrees) where one meets what is
// asked: the first one of the first kind where no loss is allowed, else that whose gain over the
// mix is surest. It does not where all fail. Else the inputs are too few, and it says about how
// many would settle it.
Verdict judge_verdict(const Evaluation& evaluation);

}  // namespace rightsize

// Fits routing: for every model the probability that it is right, and for every target the price of
// time.
#pragma once

#include "lab/replay/cross_validation.h"

namespace rightsize {

// What is decided on the training items: the probe, whether it chooses among all models that none
// other beats or between itself and one of them, and the price, in geometric steps. Settings are
// valued as the search for cascades values them: right answers, half as they were and half as
// predicted, less two standard errors of the difference to the baseline; single models are among
// them.
FitPoint fit_routing(const Recording& recording, const std::vector<std::size_t>& items,
                     ModelIndex baseline);

}  // namespace rightsize

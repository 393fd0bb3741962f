// Fits cascades that a premodel enters: the cascade by the plain search, the premodel by what
// entering at each stage would have given.
#pragma once

#include "lab/replay/cross_validation.h"

namespace rightsize {

// With the cascade that the plain search finds for a target, and with cheaper ones, small trees are
// tried as premodels, on what the first model says and, where the run has them, on features of the
// input. A premodel learns the entry that is answered right at the least cost; it is valued by
// choices that were held out inside the training items, and used where it beats the plain cascade.
FitPoint fit_entries(const Recording& recording, const std::vector<std::size_t>& items,
                     ModelIndex baseline);

}  // namespace rightsize

// From recorded outcomes to what the drift watch compares with.
#pragma once

#include <vector>

#include "lab/replay/recording.h"
#include "selector/drift.h"

namespace rightsize {

// What `selector` does on these items (at least one) of the recording, by replay. Take the items
// that it was trained on, or better, ones that it was not: thresholds fit their own items a little
// too well.
DriftReference make_drift_reference(const Selector& selector, const Recording& recording,
                                    const std::vector<std::size_t>& items);

}  // namespace rightsize

// A premodel's held-out results: models, labels, features, scaling and classifiers are all chosen
// anew inside each training fold.
#pragma once

#include <vector>

#include "lab/premodel/trainer.h"
#include "lab/replay/cross_validation.h"

namespace rightsize {

// Pooled over the folds, in the order of the recording.
Result<std::vector<ReplayedItem>> cross_validate_premodel(const Recording& recording,
                                                          const PremodelOptions& options,
                                                          const FoldOptions& folds);

}  // namespace rightsize

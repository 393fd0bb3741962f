#include "lab/premodel/cross_validation.h"

#include "lab/replay/statistics.h"

namespace rightsize {

Result<std::vector<ReplayedItem>> cross_validate_premodel(const Recording& recording,
                                                          const PremodelOptions& options,
                                                          const FoldOptions& folds) {
  std::vector<ReplayedItem> pooled(recording.items());
  for (const auto& test : shuffled_folds(recording.items(), folds.folds, folds.seed)) {
    auto rule = train_premodel(recording, all_but(recording.items(), test), options);
    if (!rule.ok()) return rule.status();
    const Premodel premodel(std::move(*rule));
    const std::vector<ReplayedItem> results = replay(premodel, recording, test);
    for (std::size_t i = 0; i < test.size(); ++i) pooled[test[i]] = results[i];
  }
  return pooled;
}

}  // namespace rightsize

// The best few models of a zoo: the set within a limit whose no-loss cascade takes the least time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/evaluate/strategy.h"
#include "lab/replay/cross_validation.h"
#include "lab/worth/labels_needed.h"

namespace rightsize {

struct SubsetLimits {
  std::optional<std::size_t> models;  // at most so many, at least 1
  std::optional<std::int64_t> bytes;  // in memory

  bool any() const { return models || bytes; }
};

// What models take in memory: as recorded, or, where it is not, the size of their file. Models of
// the same file share it, and count once (the largest of them).
class ModelSizes {
 public:
  explicit ModelSizes(const OutcomeTable& table);

  // Nothing where the run knows neither memory nor file of one of them.
  std::optional<std::int64_t> bytes_of(const std::vector<ModelIndex>& models) const;
  // Models whose memory was not recorded: their file's size stands for it.
  std::size_t estimated() const { return estimated_; }

 private:
  std::vector<std::optional<std::int64_t>> bytes_;  // [model]
  std::vector<std::size_t> file_;                   // [model]: the first model of the same file
  std::size_t estimated_ = 0;
};

struct SubsetChoice {
  bool exhaustive = true;             // else greedy: one model after the other
  std::vector<ModelIndex> models;     // chosen on all inputs, in the order they run
  std::optional<std::int64_t> bytes;  // of them together
  std::size_t estimated = 0;          // models of the zoo whose file's size stands for their memory
  // Where no set within the limits reaches the baseline's quality: no loss is then measured against
  // the best single model within the limits, which was this one on all inputs.
  std::optional<ModelIndex> instead;
  StrategyFigures figures;   // held out: the set was chosen inside the folds too
  PairedCounts discordance;  // of the same items
  std::size_t folds = 0;
  std::size_t agreeing = 0;  // folds that chose the same set
};

// Sets of more models than a cascade has stages are never faster at one operating point, so none is
// looked at. Fails where no model is within the limits, or where sizes are wanted and not known.
Result<SubsetChoice> choose_subset(const Recording& recording, ModelIndex baseline,
                                   const SubsetLimits& limits, const FoldOptions& folds,
                                   std::size_t resamples);

}  // namespace rightsize

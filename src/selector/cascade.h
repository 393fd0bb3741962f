// The confidence cascade: models from cheap to dear, stop at the first that is sure of its answer.
// With a single stage it is a fixed model.
//
// Source of the idea: Viola and Jones, "Rapid object detection using a boosted cascade of simple
// features", CVPR 2001; for networks that were trained apart: Wang et al., "IDK cascades", UAI
// 2018.
#pragma once

#include <vector>

#include "rightsize/selector.h"

namespace rightsize {

struct CascadeStage {
  ModelIndex model = 0;
  // Stop here if the signal is at least this sure: >= for max_probability and margin, <= for
  // entropy. In the signal's own unit; unused in the last stage, which always answers.
  double threshold = 0.0;
  bool operator==(const CascadeStage&) const = default;
};

// What happens when something goes wrong: a stage whose model is unavailable is passed over; a
// failed trial and a signal that is not a number count as "not sure"; if no later stage gives an
// answer, the latest answer there is stands; a stage that would not finish before the deadline is
// not begun, unless there is no answer yet.
class ConfidenceCascade : public Selector {
 public:
  // At least one stage, at most kMaxTrials, models distinct (asserted; selector files are checked).
  ConfidenceCascade(Signal signal, std::vector<CascadeStage> stages);

  Step next(const State& state) const noexcept override;
  std::span<const ModelIndex> models() const noexcept override { return models_; }

 private:
  std::size_t stage_of(ModelIndex model) const noexcept;
  // What the latest trial, of `stage`, calls for: its answer, or a further run and why.
  Step after_trial(std::span<const Trial> trials, std::size_t stage) const noexcept;

  Signal signal_;
  std::vector<CascadeStage> stages_;
  std::vector<ModelIndex> models_;
};

}  // namespace rightsize

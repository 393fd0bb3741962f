// A cascade that a premodel enters: the premodel looks at the input, or at what the cascade's first
// model says of it, and picks the stage to begin with; from there the cascade goes on. Stages that
// would not be sure are not paid for.
//
// It joins the premodel of Marco et al., ACM TECS 19(1), 2020, to the cascade of Wang et al., "IDK
// cascades", UAI 2018.
#pragma once

#include "selector/cascade.h"
#include "selector/premodel.h"

namespace rightsize {

struct EntryRule {
  // Its `models` are those of the cascade from which it may start; "none" is the last stage. It has
  // no fallback and no network; its probe, if any, is the cascade's first model.
  PremodelRule premodel;
  CascadeRule cascade;
  bool operator==(const EntryRule&) const = default;
};

// What happens when something goes wrong: where the features cannot be had, the probe fails or
// cannot be run, or the chosen stage's model is unavailable or would not finish before the deadline
// while there is an answer, nothing is chosen, and the cascade does what it would do on its own,
// from its first stage or after the probe. Once entered, it handles failures as every cascade does;
// it never goes back to a stage before the entry.
class EnteredCascade : public Selector {
 public:
  explicit EnteredCascade(EntryRule rule);

  Step next(const State& state) const noexcept override;
  std::span<const ModelIndex> models() const noexcept override { return cascade_.models(); }
  void combine(std::span<const Trial> trials, Answer& answer) const noexcept override {
    cascade_.combine(trials, answer);
  }

 private:
  std::optional<ModelIndex> probe_;
  Cascade cascade_;
  Premodel premodel_;  // with the cascade's last stage as fallback
};

}  // namespace rightsize

// Selectors and the decision loop.
//
// A Selector says the next step for one input. A World carries steps out: the live world runs
// models, the recorded world reads what they did. `decide` is the one loop that both share, so
// training, evaluation and the device cannot disagree.
#pragma once

#include <span>

#include "rightsize/decision.h"

namespace rightsize {

// One operating point of a selection rule. Immutable after construction; `next` may be called from
// any number of threads at once, does not allocate and cannot throw.
class Selector {
 public:
  virtual ~Selector() = default;

  // The next step, given all that is known. Called again after every kRun, with the new trial, and
  // after every kExtract, with the group ready or failed; a selector that asks for a model or group
  // twice, or for one that there is not, is stopped by `decide`.
  virtual Step next(const State& state) const noexcept = 0;

  // The models that this selector may run, in the order it would try them.
  virtual std::span<const ModelIndex> models() const noexcept = 0;

  // The answer that these trials give together, asked for after a kCombine step. At least one of
  // them has an answer. The same threading rule as `next`.
  virtual void combine(std::span<const Trial> trials, Answer& answer) const noexcept;
};

// Where steps are carried out, for one input at a time. Not thread-safe: one world per thread.
class World {
 public:
  virtual ~World() = default;

  // Runs a model on the input. Never throws; a failure is a Trial with status kFailed.
  virtual Trial run(ModelIndex model) noexcept = 0;
  // Extracts a group of the input's features into `features()`; false where it cannot be done.
  virtual bool extract(std::size_t /*group*/) noexcept { return false; }
  // Of the input, in the order of its feature set; the same memory for all of one input.
  virtual std::span<const float> features() const noexcept { return {}; }
  // One entry per model of the selector.
  virtual std::span<const Cost> costs() const noexcept = 0;
  // Wall and CPU time since the request began, decoding included.
  virtual Nanoseconds elapsed() const noexcept = 0;
  virtual Nanoseconds cpu() const noexcept = 0;
};

// Asks the selector and lets the world act until there is an answer or an abstention. Ends after at
// most kMaxTrials runs whatever the selector says.
Decision decide(const Selector& selector, World& world, const Budget& budget = {}) noexcept;

}  // namespace rightsize

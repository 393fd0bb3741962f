// From a model's raw output to an answer and its signals.
#pragma once

#include <span>

#include "core/manifest.h"
#include "rightsize/decision.h"
#include "rightsize/status.h"

namespace rightsize {

// What one model says of one input: the truncated class distribution and how sure it is.
struct ClassOutcome {
  TopClasses top;
  Signals signals{};
  std::int32_t label() const { return top.count > 0 ? top.classes[0].label : -1; }
};

// Makes a trial one with this answer; `outcome` must live as long as the trial's `top` is looked
// at.
void set_answer(const ClassOutcome& outcome, Trial& trial);

// Is `wanted` among the `k` surest classes?
bool hit(const TopClasses& top, std::int32_t wanted, std::uint32_t k);

// Softmax (or, for probabilities, normalisation) over the outputs that are classes, then the
// largest kTopClasses of them and the signals over all of them. Computed in double precision, in
// one fixed order, so that equal raw outputs give equal bits. Fails where `output` has the wrong
// length, holds a NaN or infinity, or where declared probabilities do not add up to 1 (within 1 %).
// No allocation.
Status interpret(std::span<const float> output, const OutputSpec& spec, ClassOutcome& outcome);

}  // namespace rightsize

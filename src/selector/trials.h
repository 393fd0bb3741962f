// Looking through the trials of an input; what every selector and the decision loop need.
#pragma once

#include <span>

#include "rightsize/decision.h"

namespace rightsize {

inline constexpr std::size_t kNoTrial = kMaxTrials;

// Position of the trial of a model; kNoTrial if it was not tried.
inline std::size_t trial_of(std::span<const Trial> trials, ModelIndex model) noexcept {
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (trials[i].model == model) return i;
  }
  return kNoTrial;
}

// May selection end with this trial, if it is sure enough?
inline bool is_sound(const Trial& trial) noexcept {
  return trial.status == TrialStatus::kOk && !trial.doubtful;
}

// Position of the trial that answers where none is sure: the latest answer that is not doubtful,
// else the latest one; kNoTrial if there is none.
inline std::size_t latest_answer(std::span<const Trial> trials) noexcept {
  std::size_t doubtful = kNoTrial;
  for (std::size_t i = trials.size(); i-- > 0;) {
    if (is_sound(trials[i])) return i;
    if (trials[i].status == TrialStatus::kOk && doubtful == kNoTrial) doubtful = i;
  }
  return doubtful;
}

// May this model be run now? That is, is it there and was not tried.
inline bool can_run(const State& state, ModelIndex model) noexcept {
  return model < state.costs.size() && state.costs[model].available() &&
         trial_of(state.trials, model) == kNoTrial;
}

// Would this model, begun now, finish before the deadline?
inline bool in_time(const State& state, ModelIndex model) noexcept {
  const Nanoseconds deadline = state.budget.deadline;
  return deadline == kNever ||
         (state.elapsed < deadline && state.costs[model].wall <= deadline - state.elapsed);
}

// Answers with a trial.
inline Step answer(std::size_t trial, Reason reason, std::size_t stage = 0) noexcept {
  return {.action = Action::kAnswer,
          .reason = reason,
          .trial = static_cast<std::uint16_t>(trial),
          .stage = static_cast<std::uint16_t>(stage)};
}

}  // namespace rightsize

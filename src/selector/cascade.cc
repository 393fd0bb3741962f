#include "selector/cascade.h"

#include <cassert>
#include <utility>

#include "selector/trials.h"

namespace rightsize {

ConfidenceCascade::ConfidenceCascade(Signal signal, std::vector<CascadeStage> stages)
    : signal_(signal), stages_(std::move(stages)) {
  assert(!stages_.empty() && stages_.size() <= kMaxTrials);
  for (const CascadeStage& stage : stages_) models_.push_back(stage.model);
}

std::size_t ConfidenceCascade::stage_of(ModelIndex model) const noexcept {
  std::size_t stage = 0;
  while (stage < stages_.size() && stages_[stage].model != model) ++stage;
  return stage;
}

Step ConfidenceCascade::after_trial(std::span<const Trial> trials,
                                    std::size_t stage) const noexcept {
  const Trial& last = trials.back();
  if (last.status != TrialStatus::kOk) {
    return {.action = Action::kRun, .reason = Reason::kModelFailed};
  }
  if (stage + 1 >= stages_.size()) return answer(trials.size() - 1, Reason::kLastStage, stage);
  const double threshold = stages_[stage].threshold;
  const double value = last.signals[static_cast<std::size_t>(signal_)];
  const bool sure = signal_ == Signal::kEntropy ? value <= threshold : value >= threshold;
  Step step = sure ? answer(trials.size() - 1, Reason::kConfident, stage)
                   : Step{.action = Action::kRun, .reason = Reason::kNotConfident};
  step.value = value;
  step.threshold = threshold;
  return step;
}

Step ConfidenceCascade::next(const State& state) const noexcept {
  Step step{.action = Action::kRun, .reason = Reason::kFirstStage};
  std::size_t stage = 0;
  if (!state.trials.empty()) {
    const std::size_t done = stage_of(state.trials.back().model);
    step = after_trial(state.trials, done);
    if (step.action == Action::kAnswer) return step;
    stage = done + 1;
  }
  const auto available = [&](std::size_t i) {
    return stages_[i].model < state.costs.size() && state.costs[stages_[i].model].available();
  };
  while (stage < stages_.size() && !available(stage)) {
    step.reason = Reason::kUnavailable;
    ++stage;
  }
  const std::size_t fallback = latest_answer(state.trials);
  if (stage >= stages_.size()) {
    return fallback == kNoTrial ? Step{}
                                : answer(fallback, Reason::kLaterFailed, stages_.size() - 1);
  }
  const Budget& budget = state.budget;
  const bool late = budget.deadline != kNever &&
                    (state.elapsed >= budget.deadline ||
                     state.costs[stages_[stage].model].wall > budget.deadline - state.elapsed);
  if (fallback != kNoTrial && late) return answer(fallback, Reason::kDeadline, stage);
  step.model = stages_[stage].model;
  step.stage = static_cast<std::uint16_t>(stage);
  return step;
}

}  // namespace rightsize

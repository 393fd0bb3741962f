#include "rightsize/selector.h"
#include "selector/trials.h"

namespace rightsize {
namespace {

// `answer` is as it is made.
void take_answer(const Trial& trial, Answer& answer) noexcept {
  answer.value = trial.answer;
  answer.signals = trial.signals;
  if (trial.top != nullptr) answer.top = *trial.top;
}

// Fills in the answer that `step` ends with.
void conclude(const Selector& selector, const Step& step, Decision& decision) noexcept {
  if (step.action == Action::kCombine) {
    selector.combine(decision.trials(), decision.answer);
  } else if (step.action == Action::kAnswer) {
    take_answer(decision.tried[step.trial], decision.answer);
  }
}

// The safe way out when a selector breaks the rules: the latest answer there is.
Step latest_answer_or_abstain(std::span<const Trial> trials) noexcept {
  const std::size_t latest = latest_answer(trials);
  return latest == kNoTrial ? Step{} : answer(latest, Reason::kLaterFailed);
}

// All that is known of the input so far, apart from the trials.
struct Known {
  FeatureGroups ready;
  FeatureGroups failed;
};

bool allowed(const Step& step, const Decision& decision, const Known& known,
             std::size_t models) noexcept {
  switch (step.action) {
    case Action::kExtract:
      return step.group < kMaxFeatureGroups && !known.ready[step.group] &&
             !known.failed[step.group];
    case Action::kRun:
      return decision.tried_count < kMaxTrials && step.model < models &&
             trial_of(decision.trials(), step.model) == kNoTrial;
    case Action::kAnswer:
    case Action::kCombine:
      return step.trial < decision.tried_count &&
             decision.tried[step.trial].status == TrialStatus::kOk;
    case Action::kAbstain:
      return true;
  }
  return false;
}

void extract(World& world, std::size_t group, Known& known, Decision& decision) noexcept {
  const Nanoseconds before = world.cpu();
  (world.extract(group) ? known.ready : known.failed).set(group);
  decision.features_cpu += world.cpu() - before;
}

}  // namespace

void Selector::combine(std::span<const Trial> trials, Answer& answer) const noexcept {
  answer = {};
  take_answer(trials[latest_answer(trials)], answer);
}

Decision decide(const Selector& selector, World& world, const Budget& budget) noexcept {
  Decision decision;
  Known known;
  for (;;) {
    const std::span<const Cost> costs = world.costs();
    Step step = selector.next({.trials = decision.trials(),
                               .costs = costs,
                               .features = world.features(),
                               .ready = known.ready,
                               .failed = known.failed,
                               .elapsed = world.elapsed(),
                               .budget = budget});
    if (!allowed(step, decision, known, costs.size())) {
      step = latest_answer_or_abstain(decision.trials());
    }
    decision.path[decision.step_count++] = step;
    if (step.action == Action::kExtract) {
      extract(world, step.group, known, decision);
    } else if (step.action == Action::kRun) {
      decision.tried[decision.tried_count] = world.run(step.model);
      decision.tried[decision.tried_count].model = step.model;
      ++decision.tried_count;
    } else {
      conclude(selector, step, decision);
      decision.extracted = known.ready;
      decision.cpu = world.cpu();
      decision.wall = world.elapsed();
      return decision;
    }
  }
}

}  // namespace rightsize

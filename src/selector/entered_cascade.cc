#include "selector/entered_cascade.h"

#include <cassert>
#include <utility>

#include "selector/trials.h"

namespace rightsize {
namespace {

PremodelRule falling_back(PremodelRule premodel, ModelIndex last) {
  premodel.fallback = last;
  return premodel;
}

}  // namespace

EnteredCascade::EnteredCascade(EntryRule rule)
    : probe_(rule.premodel.probe),
      cascade_(rule.cascade),
      premodel_(falling_back(std::move(rule.premodel), rule.cascade.stages.back().model)) {
  assert(!probe_ || *probe_ == cascade_.models().front());
}

Step EnteredCascade::next(const State& state) const noexcept {
  const bool after_probe = probe_ && state.trials.size() == 1 && state.trials[0].model == *probe_ &&
                           state.trials[0].status == TrialStatus::kOk;
  if (!state.trials.empty() && !after_probe) return cascade_.next(state);
  Step step = premodel_.next(state);
  if (step.action == Action::kExtract) return step;
  if (step.action == Action::kRun) {
    step.stage = static_cast<std::uint16_t>(cascade_.stage_of(step.model));
    if (step.reason == Reason::kProbe) return step;
    const bool chosen = step.reason == Reason::kChosen || step.reason == Reason::kNoneSuitable;
    const bool late = after_probe && !in_time(state, step.model);
    if (chosen && !late) return step;
  }
  return cascade_.next(state);
}

}  // namespace rightsize

#include "selector/routing.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/clock.h"
#include "selector/feature_groups.h"
#include "selector/trials.h"

namespace rightsize {

Routing::Routing(RoutingRule rule) : rule_(std::move(rule)) {
  assert(!rule_.models.empty() && rule_.models.size() <= kMaxPremodelModels);
  if (rule_.probe) order_.push_back(*rule_.probe);
  for (const RoutedModel& routed : rule_.models) {
    assert(routed.coefficients.size() == rule_.features.size() + 1);
    if (routed.model != rule_.probe) order_.push_back(routed.model);
  }
  if (!rule_.probe) groups_ = groups_of(rule_.features, rule_.feature_set());
}

double Routing::probability(std::size_t place, std::span<const float> raw) const noexcept {
  const std::vector<double>& coefficients = rule_.models[place].coefficients;
  double sum = coefficients[0];
  for (std::size_t f = 0; f < rule_.features.size(); ++f) {
    const float value = raw[rule_.features[f]];
    if (std::isfinite(value)) sum += coefficients[f + 1] * static_cast<double>(value);
  }
  return std::isnan(sum) ? 0.0 : 1.0 / (1.0 + std::exp(-sum));
}

Step Routing::next(const State& state) const noexcept {
  if (state.trials.empty()) {
    if (rule_.probe) {
      if (!can_run(state, *rule_.probe)) return run_dearest(state, Reason::kNoFeatures);
      return {.action = Action::kRun, .reason = Reason::kProbe, .model = *rule_.probe};
    }
    if (any_failed(groups_, state)) return run_dearest(state, Reason::kNoFeatures);
    const std::optional<Step> extraction = next_extraction(groups_, state);
    return extraction ? *extraction : choose(state, Reason::kChosen);
  }
  const bool probed = rule_.probe && state.trials.front().model == *rule_.probe;
  const Trial& last = state.trials.back();
  const bool failed = last.status != TrialStatus::kOk;
  if (probed && state.trials.size() == 1 && !failed) return choose(state, Reason::kChosen);
  if (is_sound(last)) return answer(state.trials.size() - 1, Reason::kChosen);
  const Reason why = failed ? Reason::kModelFailed : Reason::kDoubtful;
  const bool known = rule_.probe ? probed && state.trials.front().status == TrialStatus::kOk
                                 : !any_failed(groups_, state);
  return known ? choose(state, why) : run_dearest(state, why);
}

Step Routing::choose(const State& state, Reason reason) const noexcept {
  std::array<float, kMaxFeatures> of_probe{};
  if (rule_.probe) probe_features(state.trials.front(), of_probe);
  const std::span<const float> raw =
      rule_.probe ? std::span<const float>(of_probe) : state.features;
  const std::size_t latest = latest_answer(state.trials);
  bool late = false;  // was a model passed over because of the deadline?
  std::size_t best = rule_.models.size();
  double best_value = 0.0;
  double best_cost = 0.0;
  for (std::size_t place = 0; place < rule_.models.size(); ++place) {
    const ModelIndex model = rule_.models[place].model;
    const std::size_t trial = trial_of(state.trials, model);
    const bool answered = trial != kNoTrial && is_sound(state.trials[trial]);
    if (!answered && !can_run(state, model)) continue;
    if (!answered && latest != kNoTrial && !in_time(state, model)) {
      late = true;
      continue;
    }
    const double cost = answered ? 0.0 : to_ms(state.costs[model].cpu);
    const double value = probability(place, raw) - rule_.price * cost;
    const bool better = best == rule_.models.size() || value > best_value ||
                        (value == best_value && cost < best_cost);
    if (!better) continue;
    best = place;
    best_value = value;
    best_cost = cost;
  }
  if (best == rule_.models.size()) {
    if (latest == kNoTrial) return {};
    return answer(latest, late ? Reason::kDeadline : Reason::kLaterFailed);
  }
  const ModelIndex model = rule_.models[best].model;
  const std::size_t trial = trial_of(state.trials, model);
  Step step{.action = Action::kRun, .reason = reason, .model = model};
  if (trial != kNoTrial) step = answer(trial, Reason::kChosen);
  step.stage = static_cast<std::uint16_t>(best);
  step.value = best_value;
  return step;
}

Step Routing::run_dearest(const State& state, Reason reason) const noexcept {
  const ModelIndex* dearest = nullptr;
  for (const ModelIndex& model : order_) {
    if (!can_run(state, model)) continue;
    if (dearest == nullptr || state.costs[model].cpu > state.costs[*dearest].cpu) dearest = &model;
  }
  if (dearest != nullptr) return {.action = Action::kRun, .reason = reason, .model = *dearest};
  const std::size_t latest = latest_answer(state.trials);
  return latest == kNoTrial ? Step{} : answer(latest, Reason::kLaterFailed);
}

}  // namespace rightsize

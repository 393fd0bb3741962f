#include "selector/premodel.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <utility>

#include "selector/feature_groups.h"
#include "selector/trials.h"

namespace rightsize {
namespace {

constexpr std::size_t kProbeClasses = 5;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

const FeatureSet& probe_feature_set() {
  static constexpr std::array<const char*, 1> kGroups = {"probe"};
  static constexpr const char* kLog = "natural logarithm of the probability of the n-th class";
  static constexpr std::array<FeatureInfo, kClassSignalCount + kProbeClasses> kFeatures = {{
      {"max_probability", 0, "1", 0, 1, "largest class probability"},
      {"margin", 0, "1", 0, 1, "largest minus second largest class probability"},
      {"entropy", 0, "nats", 0, kInfinity, "entropy of the class distribution"},
      {"log_p1", 0, "nats", -kInfinity, 0, kLog},
      {"log_p2", 0, "nats", -kInfinity, 0, kLog},
      {"log_p3", 0, "nats", -kInfinity, 0, kLog},
      {"log_p4", 0, "nats", -kInfinity, 0, kLog},
      {"log_p5", 0, "nats", -kInfinity, 0, kLog},
  }};
  static const FeatureSet set{"probe-8", kFeatures, kGroups};
  return set;
}

const FeatureSet& network_feature_set() {
  static constexpr std::array<const char*, 1> kGroups = {"network"};
  static const auto features = [] {
    std::array<FeatureInfo, kMaxClasses> all{};
    all.fill({"log_p", 0, "nats", -kInfinity, 0, "log-probability of the n-th class"});
    return all;
  }();
  static const FeatureSet set{"network", features, kGroups};
  return set;
}

void probe_features(const Trial& trial, std::span<float> features) noexcept {
  constexpr float kLeast = -30.0F;  // nats; no network is surer than that of anything
  for (std::size_t i = 0; i < kClassSignalCount; ++i) {
    features[i] = static_cast<float>(trial.signals[i]);
  }
  for (std::size_t c = 0; c < kProbeClasses; ++c) {
    const bool known = trial.top != nullptr && c < trial.top->count;
    features[kClassSignalCount + c] =
        known ? std::max(trial.top->classes[c].log_probability, kLeast) : kLeast;
  }
}

Premodel::Premodel(PremodelRule rule) : rule_(std::move(rule)), order_(rule_.models) {
  assert(!rule_.models.empty() && rule_.models.size() <= kMaxPremodelModels);
  for (const auto& more : {rule_.probe, rule_.fallback}) {
    if (more && std::find(order_.begin(), order_.end(), *more) == order_.end()) {
      order_.push_back(*more);
    }
  }
  if (rule_.probe) return;
  groups_ = groups_of(rule_.classifier.scaling.features, rule_.feature_set());
}

Step Premodel::next(const State& state) const noexcept {
  if (!state.trials.empty()) {
    const Trial& last = state.trials.back();
    const bool is_probe = rule_.probe && last.model == *rule_.probe && state.trials.size() == 1;
    if (last.status != TrialStatus::kOk) return rescue(state, Reason::kModelFailed);
    if (is_probe) return choose(state);
    return run_or_answer(state, last.model, Reason::kChosen);
  }
  if (rule_.probe) {
    if (!can_run(state, *rule_.probe)) return rescue(state, Reason::kNoFeatures);
    return {.action = Action::kRun, .reason = Reason::kProbe, .model = *rule_.probe};
  }
  if (any_failed(groups_, state)) return rescue(state, Reason::kNoFeatures);
  const std::optional<Step> extraction = next_extraction(groups_, state);
  return extraction ? *extraction : choose(state);
}

Step Premodel::choose(const State& state) const noexcept {
  std::array<float, kMaxFeatures> of_probe{};
  if (rule_.probe) probe_features(state.trials.front(), of_probe);
  const PremodelClassifier::Choice choice =
      rule_.classifier.choose(rule_.probe ? std::span<const float>(of_probe) : state.features);
  const bool none = choice.chosen >= rule_.models.size();
  Step step;
  if (none && !rule_.fallback) {
    step.reason = Reason::kNoneSuitable;
  } else {
    step = run_or_answer(state, none ? *rule_.fallback : rule_.models[choice.chosen],
                         none ? Reason::kNoneSuitable : Reason::kChosen);
  }
  step.stage = static_cast<std::uint16_t>(choice.level);
  step.value = choice.score;
  return step;
}

// The model may have been run, as the probe is; a doubtful answer is the last resort.
Step Premodel::run_or_answer(const State& state, ModelIndex model, Reason reason) const noexcept {
  const std::size_t trial = trial_of(state.trials, model);
  if (trial != kNoTrial) {
    return state.trials[trial].doubtful ? rescue(state, Reason::kDoubtful) : answer(trial, reason);
  }
  if (!can_run(state, model)) return rescue(state, Reason::kUnavailable);
  return {.action = Action::kRun, .reason = reason, .model = model};
}

Step Premodel::rescue(const State& state, Reason reason) const noexcept {
  const auto run = [&](ModelIndex model) {
    return Step{.action = Action::kRun, .reason = reason, .model = model};
  };
  if (rule_.fallback && can_run(state, *rule_.fallback)) return run(*rule_.fallback);
  for (const ModelIndex model : rule_.models) {
    if (can_run(state, model)) return run(model);
  }
  const std::size_t latest = latest_answer(state.trials);
  if (latest == kNoTrial) return {};
  return answer(latest, reason == Reason::kDoubtful ? reason : Reason::kLaterFailed);
}

}  // namespace rightsize

#include "selector/cascade.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

#include "selector/class_pool.h"
#include "selector/trials.h"

namespace rightsize {
namespace {

constexpr double kMaxLogOdds = 9.2;
constexpr double kLeastMargin = 1e-3;
constexpr double kLeastProbability = 1e-6;

double log_odds(const Trial& trial) noexcept {
  const double p = trial.signals[static_cast<std::size_t>(Signal::kMaxProbability)];
  return std::clamp(std::log(p) - std::log(1.0 - p), -kMaxLogOdds, kMaxLogOdds);
}

// That a trial gives to a class; of an unlisted one, a share of the rest.
double log_probability(const Trial& trial, std::int64_t label) noexcept {
  if (trial.top == nullptr) return std::log(kLeastProbability);
  for (std::uint32_t i = 0; i < trial.top->count; ++i) {
    if (trial.top->classes[i].label == label) return trial.top->classes[i].log_probability;
  }
  return std::log(std::max(trial.top->rest / double{kTopClasses}, kLeastProbability));
}

// Between the sorted log-probabilities at `place` and the next; 0 where there are not as many.
double gap(const Trial& trial, std::size_t place) noexcept {
  if (trial.top == nullptr || trial.top->count < place + 2) return 0.0;
  return trial.top->classes[place].log_probability - trial.top->classes[place + 1].log_probability;
}

}  // namespace

const char* to_string(Confidence confidence) {
  switch (confidence) {
    case Confidence::kSignal:
      return "signal";
    case Confidence::kAgreement:
      return "agreement";
    case Confidence::kDeferral:
      return "deferral";
  }
  return "?";
}

Cascade::Cascade(CascadeRule rule) : rule_(std::move(rule)) {
  assert(!rule_.stages.empty() && rule_.stages.size() <= kMaxTrials);
  for (const CascadeStage& stage : rule_.stages) models_.push_back(stage.model);
}

std::size_t Cascade::stage_of(ModelIndex model) const noexcept {
  std::size_t stage = 0;
  while (stage < models_.size() && models_[stage] != model) ++stage;
  return stage;
}

void Cascade::combine(std::span<const Trial> trials, Answer& answer) const noexcept {
  const std::size_t latest = latest_answer(trials);
  const std::size_t stage = latest == kNoTrial ? models_.size() : stage_of(trials[latest].model);
  if (stage >= models_.size()) return Selector::combine(trials, answer);
  const std::vector<double>& weights = rule_.stages[stage].weights;
  ClassPool pool;
  for (std::size_t i = 0; i <= latest && !weights.empty(); ++i) {
    const std::size_t s = stage_of(trials[i].model);
    if (trials[i].status != TrialStatus::kOk || trials[i].top == nullptr || s > stage) continue;
    pool.add(*trials[i].top, rule_.stages[s].temperature, weights[s]);
  }
  if (pool.empty() && trials[latest].top != nullptr) {
    pool.add(*trials[latest].top, rule_.stages[stage].temperature, 1.0);
  }
  if (pool.empty()) return Selector::combine(trials, answer);
  pool.finish(answer);
}

void Cascade::deferral_features(std::span<const Trial> trials, std::size_t stage,
                                std::span<double> x) const noexcept {
  const Trial& last = trials.back();
  std::fill(x.begin(), x.end(), 0.0);
  x[0] = 1.0;
  x[1] = log_odds(last);
  x[2] = std::log(std::max(last.signals[static_cast<std::size_t>(Signal::kMargin)], kLeastMargin));
  x[3] = -last.signals[static_cast<std::size_t>(Signal::kEntropy)];
  x[4] = gap(last, 0);
  x[5] = gap(last, 1);
  for (const Trial& trial : trials.first(trials.size() - 1)) {
    const std::size_t earlier = stage_of(trial.model);
    if (trial.status != TrialStatus::kOk || earlier >= stage) continue;
    const std::span<double> of = x.subspan(deferral_features_at(earlier));
    of[0] = trial.answer == last.answer ? 1.0 : 0.0;
    of[1] = log_probability(trial, last.answer);
    of[2] = log_odds(trial);
    of[3] = log_probability(last, trial.answer);
  }
}

double Cascade::confidence(std::span<const Trial> trials, std::size_t stage) const noexcept {
  const CascadeStage& at = rule_.stages[stage];
  if (rule_.confidence == Confidence::kDeferral) {
    std::array<double, kMaxDeferralFeatures> x;
    deferral_features(trials, stage, std::span(x).first(at.deferral.size()));
    const double sum = std::inner_product(at.deferral.begin(), at.deferral.end(), x.begin(), 0.0);
    return 1.0 / (1.0 + std::exp(-sum));
  }
  if (rule_.confidence == Confidence::kAgreement) {
    const auto agrees = [&](const Trial& trial) {
      return trial.status == TrialStatus::kOk && trial.answer == trials.back().answer;
    };
    return static_cast<double>(std::count_if(trials.begin(), trials.end(), agrees));
  }
  const auto signal = static_cast<std::size_t>(rule_.signal);
  if (at.is_plain()) return trials.back().signals[signal];
  Answer answer;
  combine(trials, answer);
  return answer.signals[signal];
}

bool Cascade::is_sure(double confidence, std::size_t stage) const noexcept {
  const double threshold = rule_.stages[stage].threshold;
  return rule_.small_is_sure() ? confidence <= threshold : confidence >= threshold;
}

Step Cascade::conclude(std::span<const Trial> trials, std::size_t trial, Reason reason,
                       std::size_t stage) const noexcept {
  Step step = answer(trial, reason, stage);
  const std::size_t from = stage_of(trials[trial].model);
  if (from < models_.size() && !rule_.stages[from].is_plain()) step.action = Action::kCombine;
  return step;
}

Step Cascade::after_trial(std::span<const Trial> trials, std::size_t stage) const noexcept {
  const std::size_t last = trials.size() - 1;
  if (trials[last].status != TrialStatus::kOk) {
    return {.action = Action::kRun, .reason = Reason::kModelFailed};
  }
  if (stage + 1 >= models_.size()) {
    const std::size_t best = latest_answer(trials);
    return conclude(trials, best, best == last ? Reason::kLastStage : Reason::kDoubtful, stage);
  }
  if (trials[last].doubtful) return {.action = Action::kRun, .reason = Reason::kDoubtful};
  const double value = confidence(trials, stage);
  Step step = is_sure(value, stage) ? conclude(trials, last, Reason::kConfident, stage)
                                    : Step{.action = Action::kRun, .reason = Reason::kNotConfident};
  step.value = value;
  step.threshold = rule_.stages[stage].threshold;
  return step;
}

Step Cascade::next(const State& state) const noexcept {
  Step step{.action = Action::kRun, .reason = Reason::kFirstStage};
  std::size_t stage = 0;
  if (!state.trials.empty()) {
    const std::size_t done = stage_of(state.trials.back().model);
    step = after_trial(state.trials, done);
    if (step.action != Action::kRun) return step;
    stage = done + 1;
  }
  const auto available = [&](std::size_t i) {
    return models_[i] < state.costs.size() && state.costs[models_[i]].available();
  };
  while (stage < models_.size() && !available(stage)) {
    step.reason = Reason::kUnavailable;
    ++stage;
  }
  const std::size_t fallback = latest_answer(state.trials);
  if (stage >= models_.size()) {
    return fallback == kNoTrial
               ? Step{}
               : conclude(state.trials, fallback, Reason::kLaterFailed, models_.size() - 1);
  }
  if (fallback != kNoTrial && !in_time(state, models_[stage])) {
    return conclude(state.trials, fallback, Reason::kDeadline, stage);
  }
  step.model = models_[stage];
  step.stage = static_cast<std::uint16_t>(stage);
  return step;
}

}  // namespace rightsize

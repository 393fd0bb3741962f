#include "lab/replay/judge.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/replay/logistic.h"
#include "selector/class_pool.h"
#include "selector/trials.h"

namespace rightsize {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastProbability = 1e-6;  // of a wanted class that a model does not list
constexpr double kDeferralPenalty = 1.0;
constexpr int kMixtureSteps = 100;

// Of the class that counts as right, after a temperature.
double probability_of_wanted(const Recording& recording, std::size_t model, std::size_t i,
                             double temperature) {
  const TopClasses& top = recording.table->at(recording.item[i], model).outcome.top;
  if (recording.ok[model][i] == 0 || top.count == 0) return kLeastProbability;
  const Tempered all = tempered(top, temperature);
  double found = 0.0;
  for (std::uint32_t c = 0; c < top.count; ++c) {
    if (top.classes[c].label == recording.wanted[i]) found = all.classes[c];
  }
  return std::max(found / all.total, kLeastProbability);
}

// Trials without the heap.
class TrialList {
 public:
  void push_back(const Trial& trial) { trials_[count_++] = trial; }
  const Trial& back() const { return trials_[count_ - 1]; }
  operator std::span<const Trial>() const { return {trials_.data(), count_}; }

 private:
  std::array<Trial, 3> trials_;
  std::size_t count_ = 0;
};

// As the recorded world gives it.
Trial trial_of(const Recording& recording, ModelIndex model, std::size_t i) {
  const RecordedOutcome& cell = recording.table->at(recording.item[i], model);
  Trial trial{.model = model, .status = cell.status};
  if (cell.status == TrialStatus::kOk) {
    set_recorded_answer(*recording.table, recording.item[i], model, trial);
  }
  return trial;
}

TrialList trials_of(const Recording& recording, Judge::Chain chain, std::size_t i) {
  TrialList trials;
  for (const ModelIndex model : chain) trials.push_back(trial_of(recording, model, i));
  return trials;
}

}  // namespace

const char* to_string(Family family) {
  switch (family) {
    case Family::kSignal:
      return "signal";
    case Family::kCalibrated:
      return "calibrated";
    case Family::kCombined:
      return "combined";
    case Family::kAveraged:
      return "averaged";
    case Family::kAgreement:
      return "agreement";
    case Family::kDeferral:
      return "deferral";
  }
  return "?";
}

double fit_temperature(const Recording& recording, const std::vector<std::size_t>& items,
                       std::size_t model) {
  const auto loss = [&](double log_temperature) {
    double sum = 0.0;
    for (const std::size_t i : items) {
      sum -= std::log(probability_of_wanted(recording, model, i, std::exp(log_temperature)));
    }
    return sum;
  };
  constexpr double kGolden = 0.6180339887498949;
  double low = std::log(0.25);
  double high = std::log(8.0);
  double left = high - kGolden * (high - low);
  double right = low + kGolden * (high - low);
  double at_left = loss(left);
  double at_right = loss(right);
  while (high - low > 0.005) {
    if (at_left <= at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - kGolden * (high - low);
      at_left = loss(left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + kGolden * (high - low);
      at_right = loss(right);
    }
  }
  return std::exp((low + high) / 2);
}

std::vector<double> fit_mixture(const std::vector<std::span<const double>>& probabilities) {
  const std::size_t parts = probabilities.size();
  const std::size_t n = probabilities.front().size();
  std::vector<double> weights(parts, 1.0 / static_cast<double>(parts));
  for (int step = 0; step < kMixtureSteps; ++step) {
    std::vector<double> next(parts, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0.0;
      for (std::size_t m = 0; m < parts; ++m) sum += weights[m] * probabilities[m][i];
      for (std::size_t m = 0; m < parts; ++m) next[m] += weights[m] * probabilities[m][i] / sum;
    }
    for (double& weight : next) weight /= static_cast<double>(n);
    weights = std::move(next);
  }
  return weights;
}

Judge::Judge(const Recording& recording, std::vector<std::size_t> items, ModelIndex baseline,
             Family family, std::vector<Signal> signals)
    : recording_(recording),
      items_(std::move(items)),
      baseline_(baseline),
      family_(family),
      signals_(std::move(signals)),
      temperatures_(recording.models(), 1.0) {
  const bool by_signal = family != Family::kAgreement && family != Family::kDeferral;
  if (!by_signal) signals_ = {Signal::kMaxProbability};
  if (signals_.empty()) signals_ = signals_of(recording.table->zoo);
  const bool calibrates = family == Family::kCalibrated || combines();
  for (std::size_t m = 0; calibrates && m < recording.models(); ++m) {
    temperatures_[m] = fit_temperature(recording, items_, m);
  }
  for (std::size_t m = 0; family == Family::kCombined && m < recording.models(); ++m) {
    auto& probabilities = of_wanted_.emplace_back();
    for (const std::size_t i : items_) {
      probabilities.push_back(probability_of_wanted(recording, m, i, temperatures_[m]));
    }
  }
}

bool Judge::combines() const {
  return family_ == Family::kCombined || family_ == Family::kAveraged;
}

Judge::Key Judge::last_or_all(Chain chain, bool alone) const {
  const std::vector<char>& sound = recording_.sound[chain.back()];
  const bool always_sound =
      std::all_of(items_.begin(), items_.end(), [&](std::size_t i) { return sound[i] != 0; });
  if (alone && always_sound) return {chain.back()};
  return {chain.begin(), chain.end()};
}

Judge::Key Judge::view_key(Chain chain) const {
  return last_or_all(chain, family_ == Family::kSignal || family_ == Family::kCalibrated);
}

Judge::Key Judge::answer_key(Chain chain) const { return last_or_all(chain, !combines()); }

std::vector<double> Judge::weights(Chain chain) const {
  if (chain.size() < 2) return {};
  if (family_ == Family::kAveraged) {
    return std::vector<double>(chain.size(), 1.0 / static_cast<double>(chain.size()));
  }
  std::vector<double>& fitted = fitted_[{chain.begin(), chain.end()}];
  if (fitted.empty()) {
    std::vector<std::span<const double>> parts;
    for (const ModelIndex model : chain) parts.emplace_back(of_wanted_[model]);
    fitted = fit_mixture(parts);
  }
  return fitted;
}

std::vector<double> Judge::deferral(Chain chain) const {
  std::vector<double>& fitted = fitted_[{chain.begin(), chain.end()}];
  if (!fitted.empty()) return fitted;
  const std::size_t stage = chain.size() - 1;
  const std::size_t features = deferral_features_at(stage);
  const Cascade cascade(untested_rule(Signal::kMaxProbability, chain));
  std::vector<double> rows;
  std::vector<char> targets;
  std::vector<double> x(features);
  for (const std::size_t i : items_) {
    const TrialList trials = trials_of(recording_, chain, i);
    if (trials.back().status != TrialStatus::kOk) continue;
    cascade.deferral_features(trials, stage, x);
    rows.insert(rows.end(), x.begin(), x.end());
    targets.push_back(recording_.right[baseline_][i] != 0 &&
                      recording_.right[chain.back()][i] == 0);
  }
  if (targets.empty()) return fitted = std::vector<double>(features, 0.0);
  return fitted = fit_logistic(rows, features, targets, kDeferralPenalty);
}

CascadeRule Judge::untested_rule(Signal signal, Chain chain) const {
  CascadeRule rule{.signal = signal};
  if (family_ == Family::kAgreement) rule.confidence = Confidence::kAgreement;
  if (family_ == Family::kDeferral) rule.confidence = Confidence::kDeferral;
  for (std::size_t s = 0; s < chain.size(); ++s) {
    CascadeStage stage{.model = chain[s], .temperature = temperatures_[chain[s]]};
    if (combines()) stage.weights = weights(chain.first(s + 1));
    rule.stages.push_back(std::move(stage));
  }
  return rule;
}

CascadeRule Judge::rule(Signal signal, Chain chain, std::span<const double> thresholds) const {
  CascadeRule rule = untested_rule(signal, chain);
  const bool turn = rule.small_is_sure();
  for (std::size_t s = 0; s + 1 < chain.size(); ++s) {
    rule.stages[s].threshold = turn ? -thresholds[s] : thresholds[s];
    if (rule.confidence == Confidence::kDeferral) {
      rule.stages[s].deferral = deferral(chain.first(s + 1));
    }
  }
  return rule;
}

std::int32_t Judge::worth(const Cascade& cascade, const CascadeRule& rule,
                          std::span<const Trial> trials, std::size_t item) const {
  const std::size_t latest = latest_answer(trials);
  if (latest == kNoTrial) return recording_.worth_of_none(item);
  if (rule.stages[latest].is_plain()) return recording_.worth[trials[latest].model][item];
  Answer answer;
  cascade.combine(trials, answer);
  return recording_.is_right(answer.top, item) ? 1 : 0;
}

std::vector<std::int32_t> Judge::worth(Chain chain) const {
  const CascadeRule rule = untested_rule(Signal::kMaxProbability, chain);
  const Cascade cascade(rule);
  std::vector<std::int32_t> result;
  result.reserve(items_.size());
  for (const std::size_t i : items_) {
    result.push_back(worth(cascade, rule, trials_of(recording_, chain, i), i));
  }
  return result;
}

Judge::View Judge::view(Chain chain) const {
  View view{.sureness = {}, .worth = worth(chain)};
  for (const Signal signal : signals()) {
    auto& sureness = view.sureness.emplace_back();
    sureness.reserve(items_.size());
    CascadeRule rule = untested_rule(signal, chain);
    if (family_ == Family::kDeferral) rule.stages.back().deferral = deferral(chain);
    const bool turn = rule.small_is_sure();
    const Cascade cascade(std::move(rule));
    for (const std::size_t i : items_) {
      const TrialList trials = trials_of(recording_, chain, i);
      const bool sound = is_sound(trials.back());
      const double value = sound ? cascade.confidence(trials, chain.size() - 1) : kNan;
      sureness.push_back(std::isnan(value) ? -kInfinity : turn ? -value : value);
    }
  }
  return view;
}

}  // namespace rightsize

// What a cascade's stages were compared with.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "selector/explain_parts.h"
#include "selector/trials.h"

namespace rightsize {
namespace {

constexpr std::size_t kShownFactors = 3;

Factor deferral_feature(const Asked& asked, const CascadeRule& rule, std::size_t i) {
  switch (i) {
    case 1:
      return {.name = "log odds of its largest probability"};
    case 2:
      return {.name = "logarithm of its margin"};
    case 3:
      return {.name = "its entropy, negative", .unit = "nats"};
    case 4:
      return {.name = "lead of its first class over the second, in log-probability"};
    case 5:
      return {.name = "lead of its second class over the third, in log-probability"};
    default:
      break;
  }
  const std::size_t of_earlier = i - kDeferralFeaturesOfLatest;
  const std::string model = asked.name(rule.stages[of_earlier / kDeferralFeaturesOfEarlier].model);
  switch (of_earlier % kDeferralFeaturesOfEarlier) {
    case 0:
      return {.name = fmt::format("the same answer as {} (1: yes, 0: no)", model)};
    case 1:
      return {.name = fmt::format("log-probability that {} gives to this answer", model)};
    case 2:
      return {.name = fmt::format("log odds of the largest probability of {}", model)};
    default:
      return {.name = fmt::format("log-probability that it gives to the answer of {}", model)};
  }
}

std::vector<Factor> deferral_factors(const Asked& asked, const CascadeRule& rule,
                                     const Cascade& cascade, std::span<const Trial> trials,
                                     std::size_t stage) {
  const std::vector<double>& coefficients = rule.stages[stage].deferral;
  std::array<double, kMaxDeferralFeatures> x;
  cascade.deferral_features(trials, stage, std::span(x).first(coefficients.size()));
  std::vector<Factor> factors;
  for (std::size_t i = 1; i < coefficients.size(); ++i) {
    Factor factor = deferral_feature(asked, rule, i);
    factor.value = x[i];
    factor.contribution = coefficients[i] * x[i];
    factors.push_back(std::move(factor));
  }
  keep_greatest(factors, kShownFactors);
  return factors;
}

// The step that followed the run of trial `t`.
const Step& step_after(const Decision& decision, std::size_t t) {
  std::size_t runs = 0;
  for (std::size_t i = 0; i + 1 < decision.step_count; ++i) {
    if (decision.path[i].action == Action::kRun && runs++ == t) return decision.path[i + 1];
  }
  return decision.last();
}

void fill_agreement(const Asked& asked, std::span<const Trial> trials, StageTest& comparison) {
  for (const Trial& trial : trials) {
    if (trial.status != TrialStatus::kOk) continue;
    const bool agrees = trial.answer == trials.back().answer;
    (agrees ? comparison.agreed : comparison.disagreed).push_back(asked.name(trial.model));
  }
}

}  // namespace

bool lacks_lists(const Rule& rule, std::span<const Trial> trials) {
  bool looks = false;
  if (const CascadeRule* cascade = cascade_of(rule)) {
    looks = cascade->confidence == Confidence::kDeferral ||
            std::any_of(cascade->stages.begin(), cascade->stages.end(),
                        [](const CascadeStage& stage) { return !stage.is_plain(); });
  }
  const auto of_probe = [](const LooksAt& at) {
    return at.probe && std::any_of(at.features.begin(), at.features.end(),
                                   [](std::uint16_t f) { return f >= kClassSignalCount; });
  };
  if (const PremodelRule* premodel = premodel_of(rule)) {
    looks = looks || of_probe(looks_at(*premodel));
  } else if (const auto* routing = std::get_if<RoutingRule>(&rule)) {
    looks = of_probe(looks_at(*routing));
  }
  return looks && std::any_of(trials.begin(), trials.end(), [](const Trial& trial) {
           return trial.status == TrialStatus::kOk && trial.top == nullptr;
         });
}

std::optional<StageTest> comparison_of(const Asked& asked, const CascadeRule& rule, std::size_t t) {
  const Cascade cascade(rule);
  const std::span<const Trial> trials = asked.decision.trials().first(t + 1);
  const std::size_t stage = cascade.stage_of(trials.back().model);
  if (!is_sound(trials.back()) || stage + 1 >= rule.stages.size()) return {};
  const bool listless = lacks_lists(rule, trials);
  if (chooses(step_after(asked.decision, t))) return {};  // an entry was chosen: nothing compared
  // Steps that end for another reason do not say what was compared before.
  const Step& next = step_after(asked.decision, t);
  const bool recorded = !std::isnan(next.threshold);
  if (!recorded && listless) return {};

  const CascadeStage& at = rule.stages[stage];
  StageTest comparison{.kind = rule.confidence, .signal = rule.signal};
  const bool is_signal = rule.confidence == Confidence::kSignal;
  comparison.combined = is_signal && trials.size() > 1 && !at.weights.empty();
  comparison.calibrated = is_signal && !comparison.combined && at.temperature != 1.0;
  comparison.value = recorded ? next.value : cascade.confidence(trials, stage);
  comparison.threshold = at.threshold;
  comparison.small_is_sure = rule.small_is_sure();
  comparison.sure = comparison.small_is_sure ? comparison.value <= comparison.threshold
                                             : comparison.value >= comparison.threshold;
  comparison.change = comparison.threshold - comparison.value;
  comparison.otherwise =
      asked.name(next.action == Action::kRun ? next.model : rule.stages[stage + 1].model);
  if (rule.confidence == Confidence::kAgreement) fill_agreement(asked, trials, comparison);
  if (rule.confidence == Confidence::kDeferral && !listless) {
    comparison.factors = deferral_factors(asked, rule, cascade, trials, stage);
  }
  return comparison;
}

}  // namespace rightsize

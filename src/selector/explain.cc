#include "selector/explain.h"

#include <algorithm>
#include <cmath>

#include "selector/explain_parts.h"
#include "selector/trials.h"

namespace rightsize {
namespace {

constexpr auto kProbability = static_cast<std::size_t>(Signal::kMaxProbability);

// As Translation::confidence has it.
double confidence_of(const Signals& signals, bool memory) {
  return memory ? signals[static_cast<std::size_t>(Signal::kSimilarity)]
                : std::exp(signals[static_cast<std::size_t>(Signal::kMeanLogProbability)]);
}

bool contains(const std::vector<ModelIndex>& models, ModelIndex model) {
  return std::find(models.begin(), models.end(), model) != models.end();
}

// The models that a cascade wanted after its first `runs` trials and before model `next` (or to the
// end), in order; none of them could be run.
std::vector<ModelIndex> passed_over(const CascadeRule& rule, std::span<const Trial> runs,
                                    std::optional<ModelIndex> next) {
  std::vector<ModelIndex> models;
  for (const CascadeStage& stage : rule.stages) {
    if (next && stage.model == *next) break;
    if (!runs.empty() && stage.model == runs.back().model) {
      models.clear();
      continue;
    }
    if (trial_of(runs, stage.model) == kNoTrial) models.push_back(stage.model);
  }
  return models;
}

// The same of a premodel that had to do without its choice.
std::vector<ModelIndex> passed_over(const Asked& asked, const PremodelRule& rule,
                                    std::span<const Trial> runs, const Step& step) {
  const bool abstains = step.action == Action::kAbstain && step.reason == Reason::kNoAnswer;
  const bool rescued = step.reason == Reason::kUnavailable || step.reason == Reason::kModelFailed ||
                       step.reason == Reason::kNoFeatures || step.reason == Reason::kDoubtful ||
                       step.reason == Reason::kLaterFailed;
  if (!abstains && !rescued) return {};
  std::vector<ModelIndex> wanted;
  if (rule.probe) wanted.push_back(*rule.probe);
  std::string why;
  if (step.reason == Reason::kUnavailable) {
    if (const auto raw = chooser_input(asked, looks_at(rule), why)) {
      const std::size_t chosen = rule.classifier.choose(*raw).chosen;
      if (chosen < rule.models.size()) wanted.push_back(rule.models[chosen]);
    }
  }
  if (rule.fallback) wanted.push_back(*rule.fallback);
  wanted.insert(wanted.end(), rule.models.begin(), rule.models.end());
  std::vector<ModelIndex> models;
  for (const ModelIndex model : wanted) {
    if (step.action == Action::kRun && model == step.model) break;
    if (trial_of(runs, model) == kNoTrial && !contains(models, model)) models.push_back(model);
  }
  return models;
}

std::vector<std::string> names_passed_over(const Asked& asked, std::span<const Trial> runs,
                                           const Step& step) {
  std::vector<ModelIndex> models;
  if (const CascadeRule* cascade = cascade_of(asked.rule())) {
    if (chooses(step)) return {};  // stages before an entry are not wanted
    const bool late = step.reason == Reason::kDeadline && step.stage < cascade->stages.size();
    std::optional<ModelIndex> next;
    if (step.action == Action::kRun) next = step.model;
    if (late) next = cascade->stages[step.stage].model;
    const bool searched = step.action == Action::kRun || late ||
                          step.reason == Reason::kLaterFailed || step.reason == Reason::kNoAnswer;
    if (searched) models = passed_over(*cascade, runs, next);
  } else if (const PremodelRule* premodel = premodel_of(asked.rule())) {
    models = passed_over(asked, *premodel, runs, step);
  }
  std::vector<std::string> names;
  names.reserve(models.size());
  for (const ModelIndex model : models) names.push_back(asked.name(model));
  return names;
}

const char* group_name(const Rule& rule, std::size_t group) {
  const PremodelRule* premodel = premodel_of(rule);
  const FeatureSet& set = premodel != nullptr ? premodel->feature_set() : image_feature_set();
  return group < set.groups.size() ? set.groups[group] : "?";
}

ExplainedStep explain_run(const Asked& asked, const Step& step, std::size_t t, bool rescue) {
  const Trial& trial = asked.decision.tried[t];
  ExplainedStep run{.action = Action::kRun,
                    .reason = step.reason,
                    .model = asked.name(step.model),
                    .ok = trial.status == TrialStatus::kOk,
                    .no_answer = trial.status == TrialStatus::kNoAnswer,
                    .doubtful = trial.doubtful,
                    .cpu_ms = to_ms(trial.cpu)};
  run.cpu_so_far_ms = to_ms(asked.decision.features_cpu);
  for (std::size_t i = 0; i <= t; ++i) run.cpu_so_far_ms += to_ms(asked.decision.tried[i].cpu);
  if (run.ok) run.said = asked.said(trial.answer, trial.signals);
  if (rescue) return run;
  run.passed_over = names_passed_over(asked, asked.decision.trials().first(t), step);
  if (const CascadeRule* cascade = cascade_of(asked.rule())) {
    run.comparison = comparison_of(asked, *cascade, t);
  }
  return run;
}

std::vector<ExplainedStep> explain_steps(const Asked& asked, bool rescue) {
  std::vector<ExplainedStep> steps;
  std::size_t trial = 0;
  for (const Step& step : asked.decision.steps()) {
    if (step.action == Action::kExtract) {
      steps.push_back(
          {.action = Action::kExtract,
           .reason = step.reason,
           .group = group_name(asked.rule(), step.group),
           .ok = step.group < kMaxFeatureGroups && asked.decision.extracted[step.group]});
    } else if (step.action == Action::kRun && trial < asked.decision.tried_count) {
      steps.push_back(explain_run(asked, step, trial++, rescue));
    }
  }
  return steps;
}

// Shares of the trials that a combined answer is made of.
std::vector<Weight> weights_of(const Asked& asked, const CascadeRule& rule, std::size_t last) {
  const Cascade cascade(rule);
  const std::size_t stage = cascade.stage_of(asked.decision.tried[last].model);
  if (stage >= rule.stages.size() || rule.stages[stage].weights.empty()) return {};
  const std::vector<double>& weights = rule.stages[stage].weights;
  std::vector<Weight> shares;
  double sum = 0.0;
  for (const Trial& trial : asked.decision.trials().first(last + 1)) {
    const std::size_t s = cascade.stage_of(trial.model);
    if (trial.status != TrialStatus::kOk || s > stage || !(weights[s] > 0)) continue;
    shares.push_back({asked.name(trial.model), weights[s]});
    sum += weights[s];
  }
  for (Weight& share : shares) share.share /= sum;
  return shares;
}

ExplainedAnswer explain_answer(const Asked& asked, bool rescue) {
  const Decision& decision = asked.decision;
  const Step& last = decision.last();
  ExplainedAnswer answer{.answered = decision.answered(), .reason = last.reason};
  const CascadeRule* cascade = cascade_of(asked.rule());
  if (!rescue) answer.passed_over = names_passed_over(asked, decision.trials(), last);
  if (!answer.answered) return answer;
  answer.model = asked.name(decision.answered_by().model);
  answer.said = asked.said(decision.answer.value, decision.answer.signals);
  if (cascade == nullptr || rescue) return answer;
  if (last.action == Action::kCombine) answer.weights = weights_of(asked, *cascade, last.trial);
  answer.combined = answer.weights.size() > 1;
  if (last.reason == Reason::kDeadline && last.stage < cascade->stages.size()) {
    const ModelIndex model = cascade->stages[last.stage].model;
    answer.not_begun = asked.name(model);
    const bool known = model < asked.costs.size() && asked.costs[model].available();
    answer.not_begun_wall_ms =
        known ? to_ms(asked.costs[model].wall) : asked.file.figures[model].wall_ms;
  }
  return answer;
}

// The translation that this answer stands for, of the first trial that gave it.
Said said_text_of(const Asked& asked, std::int64_t answer) {
  Said said{.text = ""};
  const std::span<const Trial> trials = asked.decision.trials();
  for (std::size_t t = 0; t < std::min(trials.size(), asked.texts.size()); ++t) {
    if (trials[t].status != TrialStatus::kOk || trials[t].answer != answer) continue;
    said.text = asked.texts[t];
    const ModelSpec& model = asked.file.zoo.models[trials[t].model];
    said.by_memory = model.translation.memory;
    said.probability = confidence_of(trials[t].signals, said.by_memory);
    break;
  }
  return said;
}

ModelCost cost_of(const Asked& asked, ModelIndex model) {
  const std::size_t trial = trial_of(asked.decision.trials(), model);
  const std::string name = asked.name(model);
  if (trial != kNoTrial && asked.decision.tried[trial].status == TrialStatus::kOk) {
    return {name, to_ms(asked.decision.tried[trial].cpu), ModelCost::Source::kMeasured};
  }
  if (model < asked.costs.size() && asked.costs[model].cpu != kNever) {
    return {name, to_ms(asked.costs[model].cpu), ModelCost::Source::kExpected};
  }
  return {name, asked.file.figures[model].cpu_ms, ModelCost::Source::kProfiled};
}

ExplainedCosts explain_costs(const Asked& asked) {
  const Decision& decision = asked.decision;
  ExplainedCosts costs{.features_ms = to_ms(decision.features_cpu),
                       .baseline = asked.name(asked.file.baseline)};
  for (std::size_t m = 0; m < asked.file.zoo.models.size(); ++m) {
    costs.models.push_back(cost_of(asked, static_cast<ModelIndex>(m)));
  }
  for (const Trial& trial : decision.trials()) costs.runs_ms += to_ms(trial.cpu);
  costs.rest_ms = std::max(0.0, to_ms(decision.cpu) - costs.spent_ms());
  costs.baseline_ms = costs.models[asked.file.baseline].cpu_ms;
  return costs;
}

}  // namespace

Said Asked::said(std::int64_t label, const Signals& signals) const {
  if (!texts.empty()) return said_text_of(*this, label);
  const double probability = signals[kProbability];
  const bool named = label >= 0 && static_cast<std::size_t>(label) < file.zoo.classes.size();
  return {.label = label,
          .name = named ? file.zoo.classes[static_cast<std::size_t>(label)].name : "",
          .probability = probability};
}

void keep_greatest(std::vector<Factor>& factors, std::size_t count) {
  std::stable_sort(factors.begin(), factors.end(), [](const Factor& a, const Factor& b) {
    return std::abs(a.contribution) > std::abs(b.contribution);
  });
  if (factors.size() > count) factors.resize(count);
}

Explanation explain(const SelectorFile& file, std::size_t point, const Decision& decision,
                    std::span<const Cost> costs, std::span<const float> features,
                    std::span<const std::string> texts) {
  const Asked asked{file, point, decision, costs, features, texts};
  const std::vector<ModelIndex> own = models_of(asked.rule());
  Explanation explanation{.point = file.points[point].name, .kind = kind_of(asked.rule())};
  explanation.text = file.zoo.task == kTranslation;
  for (const Trial& trial : decision.trials()) {
    explanation.rescue = explanation.rescue || !contains(own, trial.model);
  }
  explanation.steps = explain_steps(asked, explanation.rescue);
  explanation.answer = explain_answer(asked, explanation.rescue);
  explanation.costs = explain_costs(asked);
  if (explanation.rescue) return explanation;
  if (const PremodelRule* premodel = premodel_of(asked.rule())) {
    const auto raw = chooser_input(asked, looks_at(*premodel), explanation.choice_unknown);
    if (raw) explanation.premodel = premodel_choice(asked, *premodel, *raw);
  }
  if (const auto* routing = std::get_if<RoutingRule>(&asked.rule())) {
    const auto raw = chooser_input(asked, looks_at(*routing), explanation.choice_unknown);
    if (raw) explanation.predicted = predictions_of(asked, *routing, *raw);
    explanation.price = routing->price;
  }
  explanation.others = other_points(asked);
  return explanation;
}

}  // namespace rightsize

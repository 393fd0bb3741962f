#include <cmath>
#include <nlohmann/json.hpp>

#include "selector/explain.h"

namespace rightsize {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFormat = "rightsize-explanation";
constexpr int kVersion = 1;

// Not-a-number and infinity become null.
ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json();
}

ordered_json part(const Factor& factor);
ordered_json part(const ExplainedStep& step);
ordered_json part(const Weight& weight);
ordered_json part(const Score& score);
ordered_json part(const Condition& condition);
ordered_json part(const FeatureChange& change);
ordered_json part(const OtherPoint& other);
ordered_json part(const ModelCost& cost);

template <typename T>
ordered_json list(const std::vector<T>& values) {
  ordered_json array = ordered_json::array();
  for (const T& value : values) array.push_back(part(value));
  return array;
}

ordered_json part(const Said& said) {
  if (said.text) {
    return {{"text", *said.text},
            {said.by_memory ? "similarity" : "confidence", number(said.probability)}};
  }
  return {{"class", said.label}, {"name", said.name}, {"probability", number(said.probability)}};
}

ordered_json part(const Factor& factor) {
  return {{"name", factor.name},
          {"meaning", factor.meaning},
          {"value", number(factor.value)},
          {"unit", factor.unit},
          {"contribution", number(factor.contribution)}};
}

ordered_json part(const StageTest& comparison) {
  const bool is_signal = comparison.kind == Confidence::kSignal;
  return {{"kind", to_string(comparison.kind)},
          {"signal", is_signal ? ordered_json(to_string(comparison.signal)) : ordered_json()},
          {"combined", comparison.combined},
          {"calibrated", comparison.calibrated},
          {"value", number(comparison.value)},
          {"threshold", number(comparison.threshold)},
          {"small_is_sure", comparison.small_is_sure},
          {"sure", comparison.sure},
          {"change", number(comparison.change)},
          {"otherwise", comparison.otherwise},
          {"factors", list(comparison.factors)},
          {"agreed", comparison.agreed},
          {"disagreed", comparison.disagreed}};
}

ordered_json part(const ExplainedStep& step) {
  ordered_json object = {{"action", to_string(step.action)}, {"reason", to_string(step.reason)}};
  if (step.action == Action::kExtract) {
    object["group"] = step.group;
    object["ok"] = step.ok;
    return object;
  }
  object["model"] = step.model;
  object["ok"] = step.ok;
  if (step.no_answer) object["no_answer"] = true;
  if (step.cut) object["cut"] = true;
  if (step.doubtful) object["doubts"] = step.doubts;
  object["said"] = step.said ? part(*step.said) : ordered_json();
  object["cpu_ms"] = number(step.cpu_ms);
  object["cpu_so_far_ms"] = number(step.cpu_so_far_ms);
  object["passed_over"] = step.passed_over;
  object["comparison"] = step.comparison ? part(*step.comparison) : ordered_json();
  return object;
}

ordered_json part(const Weight& weight) {
  return {{"model", weight.model}, {"share", number(weight.share)}};
}

ordered_json part(const ExplainedAnswer& answer) {
  ordered_json object = {{"answered", answer.answered}, {"reason", to_string(answer.reason)}};
  if (answer.answered) {
    object["said"] = part(answer.said);
    object["model"] = answer.model;
    object["combined"] = answer.combined;
    object["weights"] = list(answer.weights);
  }
  if (!answer.not_begun.empty()) {
    object["not_begun"] = {{"model", answer.not_begun},
                           {"wall_ms", number(answer.not_begun_wall_ms)}};
  }
  object["passed_over"] = answer.passed_over;
  return object;
}

// "None" is null.
ordered_json model_or_none(const std::string& model) {
  return model.empty() ? ordered_json() : ordered_json(model);
}

ordered_json part(const Score& score) {
  return {{"model", model_or_none(score.model)}, {"score", number(score.score)}};
}

ordered_json part(const Condition& condition) {
  return {{"feature", part(condition.feature)},
          {"at_most", condition.at_most},
          {"bound", number(condition.bound)}};
}

ordered_json part(const FeatureChange& change) {
  return {{"feature", part(change.feature)},
          {"to", number(change.to)},
          {"of_range", number(change.of_range)},
          {"chosen", model_or_none(change.chosen)}};
}

ordered_json part(const PremodelChoice& choice) {
  return {{"chosen", model_or_none(choice.chosen)}, {"score", number(choice.score)},
          {"kind", to_string(choice.kind)},         {"chain", choice.chain},
          {"probe", model_or_none(choice.probe)},   {"scores", list(choice.scores)},
          {"features", list(choice.features)},      {"path", list(choice.path)},
          {"neighbours", choice.neighbours},        {"changes", list(choice.changes)}};
}

ordered_json part(const OtherPoint& other) {
  return {{"point", other.name},
          {"known", other.known},
          {"same", other.same},
          {"answered", other.answered},
          {"said", other.answered ? part(other.said) : ordered_json()},
          {"model", model_or_none(other.model)},
          {"unknown_why", other.unknown_why},
          {"cpu_ms", number(other.cpu_ms)}};
}

const char* word_of(ModelCost::Source source) {
  switch (source) {
    case ModelCost::Source::kMeasured:
      return "measured";
    case ModelCost::Source::kExpected:
      return "expected";
    case ModelCost::Source::kProfiled:
      return "profiled";
  }
  return "?";
}

ordered_json part(const ModelCost& cost) {
  return {{"model", cost.model}, {"cpu_ms", number(cost.cpu_ms)}, {"source", word_of(cost.source)}};
}

ordered_json part(const ExplainedCosts& costs) {
  return {{"models", list(costs.models)},
          {"features_ms", number(costs.features_ms)},
          {"runs_ms", number(costs.runs_ms)},
          {"rest_ms", number(costs.rest_ms)},
          {"spent_ms", number(costs.spent_ms())},
          {"baseline", costs.baseline},
          {"baseline_ms", number(costs.baseline_ms)},
          {"saved_ms", number(costs.saved_ms())}};
}

}  // namespace

ordered_json to_json(const Explanation& explanation) {
  ordered_json document = {{"format", kFormat},
                           {"version", kVersion},
                           {"point", explanation.point},
                           {"kind", explanation.kind},
                           {"rescue", explanation.rescue},
                           {"steps", list(explanation.steps)},
                           {"answer", part(explanation.answer)}};
  const bool routing = explanation.kind == "routing";
  if (routing) {
    document["predicted"] = list(explanation.predicted);
    document["price"] = number(explanation.price);
  } else if (explanation.kind == "premodel" || explanation.kind == "entry") {
    document["premodel"] = explanation.premodel ? part(*explanation.premodel) : ordered_json();
  }
  if (routing || document.contains("premodel")) {
    document["choice_unknown"] = explanation.choice_unknown;
  }
  document["other_points"] = list(explanation.others);
  document["costs"] = part(explanation.costs);
  return document;
}

}  // namespace rightsize

// Cascades in selector files.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "selector/rule_json.h"

namespace rightsize {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::array kAllConfidences = {Confidence::kSignal, Confidence::kAgreement,
                                        Confidence::kDeferral};

// The member of `all` that the text under `key` names.
template <typename Names>
typename Names::value_type read_name(JsonReader& in, const char* key, const Names& all) {
  std::string name;
  in.read(key, name);
  const auto named = [&](auto value) { return name == to_string(value); };
  const auto* found = std::find_if(all.begin(), all.end(), named);
  if (found != all.end()) return *found;
  in.fail(fmt::format("has an unknown {} '{}'", key, name));
  return all.front();
}

void read_weights(JsonReader& in, std::size_t stage, std::vector<double>& weights) {
  if (!in.has("weights")) return;
  in.read("weights", weights);
  const bool negative = std::any_of(weights.begin(), weights.end(), [](double w) { return w < 0; });
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (weights.size() != stage + 1 || negative || !(sum > 0) || !std::isfinite(sum)) {
    in.fail(fmt::format("needs {} 'weights', one for each stage so far, not negative, not all 0",
                        stage + 1));
  }
}

CascadeStage read_stage(JsonReader& in, std::size_t place, bool last, const CascadeRule& rule,
                        const Zoo& zoo) {
  CascadeStage stage;
  stage.model = read_model_name(in, "model", zoo);
  if (!last) in.read("threshold", stage.threshold);
  if (in.has("temperature")) in.read("temperature", stage.temperature);
  if (!(stage.temperature >= 0.01 && stage.temperature <= 100)) {
    in.fail("needs 0.01 to 100 as 'temperature'");
  }
  read_weights(in, place, stage.weights);
  if (rule.confidence == Confidence::kDeferral && !last) {
    in.read("deferral", stage.deferral);
    if (stage.deferral.size() != deferral_features_at(place)) {
      in.fail(fmt::format("needs {} numbers as 'deferral'", deferral_features_at(place)));
    }
  }
  return stage;
}

}  // namespace

void add_cascade(const CascadeRule& rule, const Zoo& zoo, ordered_json& document) {
  ordered_json stages = ordered_json::array();
  for (std::size_t i = 0; i < rule.stages.size(); ++i) {
    const CascadeStage& at = rule.stages[i];
    ordered_json stage = {{"model", zoo.models[at.model].name}};
    if (i + 1 < rule.stages.size()) stage["threshold"] = at.threshold;
    if (at.temperature != 1.0) stage["temperature"] = at.temperature;
    if (!at.weights.empty()) stage["weights"] = at.weights;
    if (!at.deferral.empty()) stage["deferral"] = at.deferral;
    stages.push_back(std::move(stage));
  }
  document["confidence"] = to_string(rule.confidence);
  if (rule.confidence == Confidence::kSignal) document["signal"] = to_string(rule.signal);
  document["stages"] = stages;
}

Result<CascadeRule> read_cascade(JsonReader& in, const Zoo& zoo) {
  CascadeRule rule;
  rule.confidence = read_name(in, "confidence", kAllConfidences);
  if (rule.confidence == Confidence::kSignal) rule.signal = read_name(in, "signal", kAllSignals);
  const json* stages = in.array("stages");
  if (!in.status().ok()) return in.status();
  const std::string path = in.path() + ".stages";
  if (stages->empty() || stages->size() > kMaxTrials) {
    return invalid_input(fmt::format("'{}' must list 1 to {} stages", path, kMaxTrials));
  }
  std::set<ModelIndex> seen;
  for (std::size_t i = 0; i < stages->size(); ++i) {
    JsonReader stage((*stages)[i], fmt::format("{}[{}]", path, i));
    rule.stages.push_back(read_stage(stage, i, i + 1 == stages->size(), rule, zoo));
    if (!seen.insert(rule.stages.back().model).second) {
      stage.fail("runs a model for the second time");
    }
    if (Status status = stage.finish(); !status.ok()) return status;
  }
  return rule;
}

}  // namespace rightsize

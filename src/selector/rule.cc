#include "selector/rule.h"

namespace rightsize {

CascadeRule fixed_rule(ModelIndex model) { return {.stages = {{.model = model}}}; }

std::unique_ptr<Selector> make_selector(const Rule& rule) {
  if (const auto* premodel = std::get_if<PremodelRule>(&rule)) {
    return std::make_unique<Premodel>(*premodel);
  }
  return std::make_unique<Cascade>(std::get<CascadeRule>(rule));
}

const char* kind_of(const Rule& rule) {
  if (std::holds_alternative<PremodelRule>(rule)) return "premodel";
  return std::get<CascadeRule>(rule).stages.size() == 1 ? "fixed" : "cascade";
}

std::vector<ModelIndex> models_of(const Rule& rule) {
  const auto selector = make_selector(rule);
  return {selector->models().begin(), selector->models().end()};
}

Rule renumbered(Rule rule, const std::vector<ModelIndex>& places) {
  if (auto* cascade = std::get_if<CascadeRule>(&rule)) {
    for (CascadeStage& stage : cascade->stages) stage.model = places[stage.model];
    return rule;
  }
  auto& premodel = std::get<PremodelRule>(rule);
  for (ModelIndex& model : premodel.models) model = places[model];
  if (premodel.probe) premodel.probe = places[*premodel.probe];
  if (premodel.fallback) premodel.fallback = places[*premodel.fallback];
  return rule;
}

}  // namespace rightsize

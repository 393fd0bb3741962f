#include "selector/rule.h"

namespace rightsize {
namespace {

void renumber(CascadeRule& rule, const std::vector<ModelIndex>& places) {
  for (CascadeStage& stage : rule.stages) stage.model = places[stage.model];
}

void renumber(PremodelRule& rule, const std::vector<ModelIndex>& places) {
  for (ModelIndex& model : rule.models) model = places[model];
  if (rule.probe) rule.probe = places[*rule.probe];
  if (rule.fallback) rule.fallback = places[*rule.fallback];
}

void renumber(EntryRule& rule, const std::vector<ModelIndex>& places) {
  renumber(rule.premodel, places);
  renumber(rule.cascade, places);
}

void renumber(RoutingRule& rule, const std::vector<ModelIndex>& places) {
  for (RoutedModel& routed : rule.models) routed.model = places[routed.model];
  if (rule.probe) rule.probe = places[*rule.probe];
}

std::unique_ptr<Selector> make(const CascadeRule& rule) { return std::make_unique<Cascade>(rule); }
std::unique_ptr<Selector> make(const PremodelRule& rule) {
  return std::make_unique<Premodel>(rule);
}
std::unique_ptr<Selector> make(const EntryRule& rule) {
  return std::make_unique<EnteredCascade>(rule);
}
std::unique_ptr<Selector> make(const RoutingRule& rule) { return std::make_unique<Routing>(rule); }

}  // namespace

CascadeRule fixed_rule(ModelIndex model) { return {.stages = {{.model = model}}}; }

std::unique_ptr<Selector> make_selector(const Rule& rule) {
  return std::visit([](const auto& one) { return make(one); }, rule);
}

const char* kind_of(const Rule& rule) {
  if (std::holds_alternative<PremodelRule>(rule)) return "premodel";
  if (std::holds_alternative<EntryRule>(rule)) return "entry";
  if (std::holds_alternative<RoutingRule>(rule)) return "routing";
  return std::get<CascadeRule>(rule).stages.size() == 1 ? "fixed" : "cascade";
}

std::vector<ModelIndex> models_of(const Rule& rule) {
  const auto selector = make_selector(rule);
  return {selector->models().begin(), selector->models().end()};
}

Rule renumbered(Rule rule, const std::vector<ModelIndex>& places) {
  std::visit([&](auto& one) { renumber(one, places); }, rule);
  return rule;
}

const CascadeRule* cascade_of(const Rule& rule) {
  if (const auto* entry = std::get_if<EntryRule>(&rule)) return &entry->cascade;
  return std::get_if<CascadeRule>(&rule);
}

const PremodelRule* premodel_of(const Rule& rule) {
  if (const auto* entry = std::get_if<EntryRule>(&rule)) return &entry->premodel;
  return std::get_if<PremodelRule>(&rule);
}

const ImageFeatureOptions* image_features_of(const Rule& rule) {
  if (const auto* routing = std::get_if<RoutingRule>(&rule)) {
    return routing->probe ? nullptr : &routing->extraction;
  }
  const PremodelRule* premodel = premodel_of(rule);
  if (premodel == nullptr || premodel->probe || premodel->network) return nullptr;
  return &premodel->features;
}

const ModelSpec* network_of(const Rule& rule) {
  const PremodelRule* premodel = premodel_of(rule);
  return premodel != nullptr && premodel->network ? &*premodel->network : nullptr;
}

}  // namespace rightsize

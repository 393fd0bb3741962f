// Cascades with an entry in selector files.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "selector/rule_json.h"

namespace rightsize {

using nlohmann::json;
using nlohmann::ordered_json;

void add_entry(const EntryRule& rule, const Zoo& zoo, ordered_json& document) {
  ordered_json premodel = ordered_json::object();
  add_premodel(rule.premodel, zoo, premodel);
  premodel.erase("fallback");
  ordered_json cascade = ordered_json::object();
  add_cascade(rule.cascade, zoo, cascade);
  document["premodel"] = std::move(premodel);
  document["cascade"] = std::move(cascade);
}

namespace {

Status check_entry(const EntryRule& rule, const std::string& path, const Zoo& zoo) {
  const std::vector<CascadeStage>& stages = rule.cascade.stages;
  if (stages.size() < 2) {
    return invalid_input(fmt::format("'{}.cascade' needs two or more stages to enter", path));
  }
  const auto is_stage = [&](ModelIndex model) {
    return std::any_of(stages.begin(), stages.end(),
                       [&](const CascadeStage& stage) { return stage.model == model; });
  };
  for (const ModelIndex model : rule.premodel.models) {
    if (is_stage(model)) continue;
    return invalid_input(
        fmt::format("'{}.premodel.models' names '{}', which is no stage of '{}.cascade'", path,
                    zoo.models[model].name, path));
  }
  if (rule.premodel.network) {
    return invalid_input(fmt::format(
        "'{}.premodel' has a network; an entry is chosen by features or a probe", path));
  }
  if (rule.premodel.probe && *rule.premodel.probe != stages.front().model) {
    return invalid_input(
        fmt::format("'{}.premodel' needs the cascade's first model as 'probe', or null", path));
  }
  return {};
}

}  // namespace

Result<EntryRule> read_entry(JsonReader& in, const Zoo& zoo) {
  const json* premodel = in.object("premodel");
  const json* cascade = in.object("cascade");
  if (!in.status().ok()) return in.status();
  EntryRule rule;
  JsonReader of_premodel(*premodel, in.path() + ".premodel");
  Result<PremodelRule> read = read_premodel(of_premodel, zoo, Fallback::kNone);
  if (!read.ok()) return read.status();
  if (Status status = of_premodel.finish(); !status.ok()) return status;
  rule.premodel = std::move(*read);
  JsonReader of_cascade(*cascade, in.path() + ".cascade");
  Result<CascadeRule> stages = read_cascade(of_cascade, zoo);
  if (!stages.ok()) return stages.status();
  if (Status status = of_cascade.finish(); !status.ok()) return status;
  rule.cascade = std::move(*stages);
  if (Status status = check_entry(rule, in.path(), zoo); !status.ok()) return status;
  return rule;
}

}  // namespace rightsize

#include "selector/rule_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace rightsize {

using nlohmann::json;
using nlohmann::ordered_json;

ModelIndex read_model_name(JsonReader& in, const char* key, const Zoo& zoo) {
  std::string name;
  in.read(key, name);
  if (const ModelSpec* model = zoo.find(name)) {
    return static_cast<ModelIndex>(model - zoo.models.data());
  }
  in.fail(fmt::format("names '{}' as '{}', which is no model of this file", name, key));
  return 0;
}

std::optional<ModelIndex> read_optional_model(JsonReader& in, const char* key, const Zoo& zoo) {
  const json* name = in.value(key);
  if (name == nullptr || name->is_null()) return std::nullopt;
  return read_model_name(in, key, zoo);
}

ordered_json name_or_null(const std::optional<ModelIndex>& model, const Zoo& zoo) {
  return model ? ordered_json(zoo.models[*model].name) : nullptr;
}

ordered_json to_json(const Rule& rule, const Zoo& zoo) {
  ordered_json document = {{"kind", kind_of(rule)}};
  if (const auto* cascade = std::get_if<CascadeRule>(&rule)) add_cascade(*cascade, zoo, document);
  if (const auto* premodel = std::get_if<PremodelRule>(&rule)) {
    add_premodel(*premodel, zoo, document);
  }
  if (const auto* entry = std::get_if<EntryRule>(&rule)) add_entry(*entry, zoo, document);
  if (const auto* routing = std::get_if<RoutingRule>(&rule)) add_routing(*routing, zoo, document);
  return document;
}

Result<Rule> rule_from_json(const json& object, const std::string& path, const Zoo& zoo) {
  JsonReader in(object, path);
  std::string kind;
  in.read("kind", kind);
  Result<Rule> rule = Rule{};
  const auto take = [&](auto read) {
    if (read.ok())
      rule = Rule(std::move(*read));
    else
      rule = read.status();
  };
  if (kind == "premodel")
    take(read_premodel(in, zoo));
  else if (kind == "cascade" || kind == "fixed")
    take(read_cascade(in, zoo));
  else if (kind == "entry")
    take(read_entry(in, zoo));
  else if (kind == "routing")
    take(read_routing(in, zoo));
  else
    in.fail(fmt::format("is of an unknown kind '{}'", kind));
  if (!rule.ok()) return rule;
  if (Status status = in.finish(); !status.ok()) return status;
  if (kind != kind_of(*rule)) {
    return invalid_input(fmt::format(
        "'{}' is of kind '{}' but has {} stages; 'fixed' has one, 'cascade' has two or more", path,
        kind, models_of(*rule).size()));
  }
  return rule;
}

}  // namespace rightsize

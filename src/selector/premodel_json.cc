// Premodels in selector files.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/image_feature_json.h"
#include "core/manifest_json.h"
#include "selector/classifier_json.h"
#include "selector/rule_json.h"

namespace rightsize {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

Status read_model_list(const json& list, const std::string& path, const Zoo& zoo,
                       std::vector<ModelIndex>& models) {
  for (const json& name : list) {
    const ModelSpec* model = name.is_string() ? zoo.find(name.get<std::string>()) : nullptr;
    if (model == nullptr)
      return invalid_input(fmt::format("'{}' names no model of this file", path));
    const auto index = static_cast<ModelIndex>(model - zoo.models.data());
    if (std::find(models.begin(), models.end(), index) != models.end()) {
      return invalid_input(fmt::format("'{}' names the model '{}' twice", path, model->name));
    }
    models.push_back(index);
  }
  if (models.empty() || models.size() > kMaxPremodelModels) {
    return invalid_input(fmt::format("'{}' must name 1 to {} models", path, kMaxPremodelModels));
  }
  return {};
}

// A network whose classes are the models and "none".
Status read_network(const json& object, const std::string& path, PremodelRule& rule) {
  Zoo classes;
  classes.classes.resize(rule.models.size() + 1);
  Result<ModelSpec> network = model_from_json(object, path, classes);
  if (!network.ok()) return network.status();
  rule.network = std::move(*network);
  return {};
}

}  // namespace

void add_premodel(const PremodelRule& rule, const Zoo& zoo, ordered_json& document) {
  ordered_json models = ordered_json::array();
  for (const ModelIndex model : rule.models) models.push_back(zoo.models[model].name);
  document["models"] = models;
  document["fallback"] = name_or_null(rule.fallback, zoo);
  document["probe"] = name_or_null(rule.probe, zoo);
  if (rule.network) document["network"] = model_to_json(*rule.network);
  document["features"] =
      rule.probe || rule.network ? ordered_json(nullptr) : to_json(rule.features);
  document["classifier"] = to_json(rule.classifier);
}

Result<PremodelRule> read_premodel(JsonReader& in, const Zoo& zoo, Fallback fallback) {
  PremodelRule rule;
  const json* models = in.array("models");
  if (fallback == Fallback::kKey) rule.fallback = read_optional_model(in, "fallback", zoo);
  rule.probe = read_optional_model(in, "probe", zoo);
  const json* network = in.has("network") ? in.object("network") : nullptr;
  const bool given = rule.probe || network != nullptr;  // the features come from elsewhere
  const json* features = given ? in.value("features") : in.object("features");
  const json* classifier = in.object("classifier");
  if (!in.status().ok()) return in.status();
  if (given && !features->is_null()) {
    in.fail("has a probe or a network, so its 'features' must be null");
    return in.status();
  }
  Status status = read_model_list(*models, in.path() + ".models", zoo, rule.models);
  if (status.ok() && network != nullptr) {
    status = read_network(*network, in.path() + ".network", rule);
  }
  if (status.ok() && !given) {
    const auto read = image_features_from_json(*features, in.path() + ".features");
    if (!read.ok()) return read.status();
    rule.features = *read;
  }
  if (!status.ok()) return status;
  const std::string where = in.path() + ".classifier";
  Result<PremodelClassifier> read =
      premodel_from_json(*classifier, where, rule.feature_set().features.size());
  if (!read.ok()) return read.status();
  if (read->models != rule.models.size()) {
    return invalid_input(fmt::format("'{}' chooses among {} models, the point has {}", where,
                                     read->models, rule.models.size()));
  }
  rule.classifier = std::move(*read);
  return rule;
}

}  // namespace rightsize

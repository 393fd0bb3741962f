#include "selector/operating_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/image_feature_json.h"
#include "core/manifest_json.h"
#include "selector/classifier_json.h"

namespace rightsize {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr double kMaxMs = 1e9;  // 11 days; sums of them fit into Nanoseconds

ordered_json to_json(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

Status read_estimate(const json& object, const std::string& path, Estimate& estimate) {
  JsonReader in(object, path);
  in.read("value", estimate.value);
  in.read("low", estimate.low);
  in.read("high", estimate.high);
  return in.finish();
}

// --- cascades

void add_cascade(const CascadeRule& rule, const OperatingPoint& point, const Zoo& zoo,
                 ordered_json& document) {
  ordered_json stages = ordered_json::array();
  for (std::size_t i = 0; i < rule.stages.size(); ++i) {
    ordered_json stage = {{"model", zoo.models[rule.stages[i].model].name}};
    if (i + 1 < rule.stages.size()) stage["threshold"] = rule.stages[i].threshold;
    stage["share"] = point.shares[i];
    stages.push_back(std::move(stage));
  }
  document["signal"] = to_string(rule.signal);
  document["stages"] = stages;
}

Status read_stages(const json& list, const std::string& path, const Zoo& zoo, CascadeRule& rule,
                   std::vector<double>& shares) {
  if (list.empty() || list.size() > kMaxTrials) {
    return invalid_input(fmt::format("'{}' must list 1 to {} stages", path, kMaxTrials));
  }
  std::set<ModelIndex> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader in(list[i], fmt::format("{}[{}]", path, i));
    CascadeStage stage;
    double share = 0.0;
    stage.model = read_model_name(in, "model", zoo);
    in.read("share", share);
    if (i + 1 < list.size()) in.read("threshold", stage.threshold);
    if (!seen.insert(stage.model).second) in.fail("runs a model for the second time");
    if (Status status = in.finish(); !status.ok()) return status;
    rule.stages.push_back(stage);
    shares.push_back(share);
  }
  return {};
}

Status read_cascade(JsonReader& in, const Zoo& zoo, OperatingPoint& point) {
  CascadeRule rule;
  std::string signal;
  in.read("signal", signal);
  const json* stages = in.array("stages");
  const auto named = [&](Signal s) { return signal == to_string(s); };
  const auto* found = std::find_if(kAllSignals.begin(), kAllSignals.end(), named);
  if (found == kAllSignals.end())
    in.fail(fmt::format("has an unknown signal '{}'", signal));
  else
    rule.signal = *found;
  if (!in.status().ok()) return in.status();
  Status status = read_stages(*stages, in.path() + ".stages", zoo, rule, point.shares);
  point.rule = std::move(rule);
  return status;
}

// --- premodels

void add_premodel(const PremodelRule& rule, const OperatingPoint& point, const Zoo& zoo,
                  ordered_json& document) {
  ordered_json models = ordered_json::array();
  for (const ModelIndex model : rule.models) models.push_back(zoo.models[model].name);
  ordered_json shares = ordered_json::array();
  const std::vector<ModelIndex> order = models_of(point.rule);
  for (std::size_t i = 0; i < order.size(); ++i) {
    shares.push_back({{"model", zoo.models[order[i]].name}, {"share", point.shares[i]}});
  }
  document["models"] = models;
  document["fallback"] = rule.fallback ? ordered_json(zoo.models[*rule.fallback].name) : nullptr;
  document["probe"] = rule.probe ? ordered_json(zoo.models[*rule.probe].name) : nullptr;
  if (rule.network) document["network"] = model_to_json(*rule.network);
  document["features"] =
      rule.probe || rule.network ? ordered_json(nullptr) : to_json(rule.features);
  document["classifier"] = to_json(rule.classifier);
  document["shares"] = shares;
}

std::optional<ModelIndex> read_optional_model(JsonReader& in, const char* key, const Zoo& zoo) {
  const json* name = in.value(key);
  if (name == nullptr || name->is_null()) return std::nullopt;
  return read_model_name(in, key, zoo);
}

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

Status read_shares(const json& list, const std::string& path, const Zoo& zoo,
                   OperatingPoint& point) {
  const std::vector<ModelIndex> order = models_of(point.rule);
  if (list.size() != order.size()) {
    return invalid_input(fmt::format("'{}' must have one entry per model of the point", path));
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader in(list[i], fmt::format("{}[{}]", path, i));
    double share = 0.0;
    const ModelIndex model = read_model_name(in, "model", zoo);
    in.read("share", share);
    if (in.status().ok() && model != order[i]) in.fail("stands at another model's place");
    if (Status status = in.finish(); !status.ok()) return status;
    point.shares.push_back(share);
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

Status read_premodel(JsonReader& in, const Zoo& zoo, OperatingPoint& point) {
  PremodelRule rule;
  const json* models = in.array("models");
  rule.fallback = read_optional_model(in, "fallback", zoo);
  rule.probe = read_optional_model(in, "probe", zoo);
  const json* network = in.has("network") ? in.object("network") : nullptr;
  const bool given = rule.probe || network != nullptr;  // the features come from elsewhere
  const json* features = given ? in.value("features") : in.object("features");
  const json* classifier = in.object("classifier");
  const json* shares = in.array("shares");
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
  point.rule = std::move(rule);
  return read_shares(*shares, in.path() + ".shares", zoo, point);
}

}  // namespace

void read_ms(JsonReader& in, const char* key, double& ms) {
  in.read(key, ms);
  if (!(ms >= 0 && ms <= kMaxMs)) in.fail(fmt::format("needs 0 to {:.0f} as '{}'", kMaxMs, key));
}

ModelIndex read_model_name(JsonReader& in, const char* key, const Zoo& zoo) {
  std::string name;
  in.read(key, name);
  if (const ModelSpec* model = zoo.find(name)) {
    return static_cast<ModelIndex>(model - zoo.models.data());
  }
  in.fail(fmt::format("names '{}' as '{}', which is no model of this file", name, key));
  return 0;
}

ordered_json to_json(const OperatingPoint& point, const Zoo& zoo) {
  ordered_json document = {{"name", point.name}, {"kind", kind_of(point.rule)}};
  if (const auto* cascade = std::get_if<CascadeRule>(&point.rule)) {
    add_cascade(*cascade, point, zoo, document);
  } else {
    add_premodel(std::get<PremodelRule>(point.rule), point, zoo, document);
  }
  document["quality"] = to_json(point.quality);
  document["difference"] = to_json(point.difference);
  document["speedup"] = to_json(point.speedup);
  document["cpu_ms"] = point.cpu_ms;
  return document;
}

Result<OperatingPoint> point_from_json(const json& object, const std::string& path,
                                       const Zoo& zoo) {
  JsonReader in(object, path);
  OperatingPoint point;
  std::string kind;
  in.read("name", point.name);
  in.read("kind", kind);
  read_ms(in, "cpu_ms", point.cpu_ms);
  const json* quality = in.object("quality");
  const json* difference = in.object("difference");
  const json* speedup = in.object("speedup");
  const bool known = kind == "fixed" || kind == "cascade" || kind == "premodel";
  if (!known) in.fail(fmt::format("is of an unknown kind '{}'", kind));
  if (!in.status().ok()) return in.status();
  Status status = kind == "premodel" ? read_premodel(in, zoo, point) : read_cascade(in, zoo, point);
  if (!status.ok()) return status;
  if (status = in.finish(); !status.ok()) return status;
  if (kind != kind_of(point.rule)) {
    return invalid_input(fmt::format(
        "'{}' is of kind '{}' but has {} stages; 'fixed' has one, 'cascade' has two or more", path,
        kind, point.shares.size()));
  }
  for (const auto& [part, name, target] : {std::tuple{quality, "quality", &point.quality},
                                           std::tuple{difference, "difference", &point.difference},
                                           std::tuple{speedup, "speedup", &point.speedup}}) {
    status = read_estimate(*part, path + "." + name, *target);
    if (!status.ok()) return status;
  }
  return point;
}

}  // namespace rightsize

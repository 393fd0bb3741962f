// Routing in selector files.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/image_feature_json.h"
#include "selector/rule_json.h"

namespace rightsize {

using nlohmann::json;
using nlohmann::ordered_json;

void add_routing(const RoutingRule& rule, const Zoo& zoo, ordered_json& document) {
  ordered_json models = ordered_json::array();
  for (const RoutedModel& routed : rule.models) {
    models.push_back(
        {{"model", zoo.models[routed.model].name}, {"coefficients", routed.coefficients}});
  }
  document["probe"] = name_or_null(rule.probe, zoo);
  document["extraction"] = rule.probe ? ordered_json(nullptr) : to_json(rule.extraction);
  document["features"] = rule.features;
  document["price"] = rule.price;
  document["models"] = std::move(models);
}

namespace {

// Positions in the rule's feature set, ascending.
Status read_features(const json& list, const std::string& path, RoutingRule& rule) {
  const std::size_t raw = rule.probe ? probe_feature_set().features.size() : kImageFeatures;
  for (const json& position : list) {
    const std::int64_t at = position.is_number_integer() ? position.get<std::int64_t>() : -1;
    const bool fits = at >= 0 && at < static_cast<std::int64_t>(raw);
    const auto feature = static_cast<std::uint16_t>(fits ? at : 0);
    if (!fits || (!rule.features.empty() && feature <= rule.features.back())) {
      return invalid_input(fmt::format("'{}' must be ascending positions below {}", path, raw));
    }
    rule.features.push_back(feature);
  }
  return {};
}

Status read_models(const json& list, const std::string& path, const Zoo& zoo, RoutingRule& rule) {
  if (list.empty() || list.size() > kMaxPremodelModels) {
    return invalid_input(fmt::format("'{}' must list 1 to {} models", path, kMaxPremodelModels));
  }
  std::set<ModelIndex> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader in(list[i], fmt::format("{}[{}]", path, i));
    RoutedModel routed;
    routed.model = read_model_name(in, "model", zoo);
    in.read("coefficients", routed.coefficients);
    const std::size_t wanted = rule.features.size() + 1;
    if (routed.coefficients.size() != wanted) {
      in.fail(fmt::format("needs {} numbers as 'coefficients'", wanted));
    }
    if (!seen.insert(routed.model).second) in.fail("names a model for the second time");
    if (Status status = in.finish(); !status.ok()) return status;
    rule.models.push_back(std::move(routed));
  }
  return {};
}

}  // namespace

Result<RoutingRule> read_routing(JsonReader& in, const Zoo& zoo) {
  RoutingRule rule;
  rule.probe = read_optional_model(in, "probe", zoo);
  const json* extraction = rule.probe ? in.value("extraction") : in.object("extraction");
  const json* features = in.array("features");
  const json* models = in.array("models");
  in.read("price", rule.price);
  if (!in.status().ok()) return in.status();
  if (!(rule.price >= 0)) in.fail("needs a 'price' that is not negative");
  if (rule.probe && !extraction->is_null()) {
    in.fail("has a probe, so its 'extraction' must be null");
  }
  if (!in.status().ok()) return in.status();
  if (!rule.probe) {
    const auto read = image_features_from_json(*extraction, in.path() + ".extraction");
    if (!read.ok()) return read.status();
    rule.extraction = *read;
  }
  Status status = read_features(*features, in.path() + ".features", rule);
  if (status.ok()) status = read_models(*models, in.path() + ".models", zoo, rule);
  if (!status.ok()) return status;
  return rule;
}

}  // namespace rightsize

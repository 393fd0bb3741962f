#include "selector/operating_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "selector/drift_json.h"
#include "selector/rule_json.h"

namespace rightsize {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr double kMaxMs = 1e9;  // 11 days; sums of them fit into Nanoseconds

Status read_estimate(const json& object, const std::string& path, Estimate& estimate) {
  JsonReader in(object, path);
  in.read("value", estimate.value);
  in.read("low", estimate.low);
  in.read("high", estimate.high);
  return in.finish();
}

// Models that answered nothing are left out.
ordered_json shares_to_json(const OperatingPoint& point, const Zoo& zoo) {
  ordered_json shares = ordered_json::array();
  for (std::size_t m = 0; m < point.shares.size(); ++m) {
    if (point.shares[m] <= 0) continue;
    shares.push_back({{"model", zoo.models[m].name}, {"share", point.shares[m]}});
  }
  return shares;
}

Status read_shares(const json& list, const std::string& path, const Zoo& zoo,
                   OperatingPoint& point) {
  point.shares.assign(zoo.models.size(), 0.0);
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader in(list[i], fmt::format("{}[{}]", path, i));
    double share = 0.0;
    const ModelIndex model = read_model_name(in, "model", zoo);
    in.read("share", share);
    if (!(share >= 0 && share <= 1)) in.fail("needs 0 to 1 as 'share'");
    if (Status status = in.finish(); !status.ok()) return status;
    point.shares[model] = share;
  }
  return {};
}

ordered_json to_json(const ProvenLoss& proven) {
  return {{"loss", proven.loss},
          {"delta", proven.delta},
          {"inputs", proven.inputs},
          {"against", proven.against}};
}

Status read_proven(const json& object, const std::string& path, OperatingPoint& point) {
  JsonReader in(object, path);
  ProvenLoss& proven = point.proven.emplace();
  std::int64_t inputs = 0;
  in.read("loss", proven.loss);
  in.read("delta", proven.delta);
  in.read("inputs", inputs);
  in.read("against", proven.against);
  if (!(proven.loss >= -1 && proven.loss <= 1)) in.fail("needs -1 to 1 as 'loss'");
  if (!(proven.delta > 0 && proven.delta < 1)) in.fail("needs more than 0, less than 1 as 'delta'");
  if (inputs < 1) in.fail("needs a count above 0 as 'inputs'");
  proven.inputs = static_cast<std::size_t>(std::max<std::int64_t>(inputs, 0));
  return in.finish();
}

Status read_drift(const json& object, const std::string& path, const Zoo& zoo,
                  OperatingPoint& point) {
  Result<DriftReference> reference = drift_reference_from_json(object, path, zoo);
  if (!reference.ok()) return reference.status();
  for (const DriftModel& model : reference->models) {
    const std::vector<ModelIndex> models = models_of(point.rule);
    if (std::find(models.begin(), models.end(), model.model) == models.end()) {
      return invalid_input(
          fmt::format("'{}' watches the model '{}', which the point's rule does "
                      "not run",
                      path, zoo.models[model.model].name));
    }
  }
  point.drift = std::move(*reference);
  return {};
}

}  // namespace

ordered_json to_json(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

void read_ms(JsonReader& in, const char* key, double& ms) {
  in.read(key, ms);
  if (!(ms >= 0 && ms <= kMaxMs)) in.fail(fmt::format("needs 0 to {:.0f} as '{}'", kMaxMs, key));
}

ordered_json to_json(const OperatingPoint& point, const Zoo& zoo) {
  ordered_json document = {{"name", point.name},
                           {"quality", to_json(point.quality)},
                           {"difference", to_json(point.difference)},
                           {"speedup", to_json(point.speedup)},
                           {"cpu_ms", point.cpu_ms},
                           {"wall_ms", point.wall_ms}};
  if (point.looking_ms) document["looking_ms"] = *point.looking_ms;
  if (point.energy_mj) document["energy_mj"] = *point.energy_mj;
  if (point.proven) document["proven"] = to_json(*point.proven);
  document["shares"] = shares_to_json(point, zoo);
  document["rule"] = to_json(point.rule, zoo);
  if (point.drift) document["drift"] = to_json(*point.drift, zoo);
  return document;
}

Result<OperatingPoint> point_from_json(const json& object, const std::string& path,
                                       const Zoo& zoo) {
  JsonReader in(object, path);
  OperatingPoint point;
  in.read("name", point.name);
  read_ms(in, "cpu_ms", point.cpu_ms);
  read_ms(in, "wall_ms", point.wall_ms);
  if (in.has("looking_ms")) read_ms(in, "looking_ms", point.looking_ms.emplace());
  if (in.has("energy_mj")) in.read("energy_mj", point.energy_mj.emplace());
  const json* quality = in.object("quality");
  const json* difference = in.object("difference");
  const json* speedup = in.object("speedup");
  const json* shares = in.array("shares");
  const json* rule = in.object("rule");
  const json* proven = in.has("proven") ? in.object("proven") : nullptr;
  const json* drift = in.has("drift") ? in.object("drift") : nullptr;
  if (Status status = in.finish(); !status.ok()) return status;
  for (const auto& [part, name, target] : {std::tuple{quality, "quality", &point.quality},
                                           std::tuple{difference, "difference", &point.difference},
                                           std::tuple{speedup, "speedup", &point.speedup}}) {
    if (Status status = read_estimate(*part, path + "." + name, *target); !status.ok()) {
      return status;
    }
  }
  if (Status status = read_shares(*shares, path + ".shares", zoo, point); !status.ok()) {
    return status;
  }
  Result<Rule> read = rule_from_json(*rule, path + ".rule", zoo);
  if (!read.ok()) return read.status();
  point.rule = std::move(*read);
  if (proven != nullptr) {
    if (Status status = read_proven(*proven, path + ".proven", point); !status.ok()) return status;
  }
  if (drift != nullptr) {
    Status status = read_drift(*drift, path + ".drift", zoo, point);
    if (!status.ok()) return status;
  }
  return point;
}

}  // namespace rightsize

#include "lab/profile/feature_spec.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/json_reader.h"

namespace rightsize {

std::string to_json_text(const FeatureSpec& spec) {
  if (spec.set.empty()) return "{}";
  const ImageFeatureOptions& options = spec.options;
  return nlohmann::ordered_json{{"set", spec.set},
                                {"max_side", options.max_side},
                                {"keypoint_threshold", options.keypoint_threshold},
                                {"edge_low", options.edge_low},
                                {"edge_high", options.edge_high}}
      .dump();
}

Result<FeatureSpec> feature_spec_from_json(const std::string& text) {
  const Result<nlohmann::json> json = parse_json(text, "features");
  if (!json.ok()) return json.status();
  FeatureSpec spec;
  if (json->is_object() && json->empty()) return spec;
  JsonReader reader(*json, "features");
  reader.read("set", spec.set);
  const auto read = [&](const char* key, int& value) {
    std::int64_t wide = 0;
    reader.read(key, wide);
    value = static_cast<int>(wide);
  };
  read("max_side", spec.options.max_side);
  read("keypoint_threshold", spec.options.keypoint_threshold);
  read("edge_low", spec.options.edge_low);
  read("edge_high", spec.options.edge_high);
  if (Status status = reader.finish(); !status.ok()) return status;
  if (spec.set != image_feature_set().name) {
    return mismatch(fmt::format("are of the set '{}', this program knows '{}'", spec.set,
                                image_feature_set().name));
  }
  return spec;
}

}  // namespace rightsize

#include "lab/profile/feature_spec.h"

#include <nlohmann/json.hpp>

#include "core/image_feature_json.h"
#include "core/json_reader.h"

namespace rightsize {

std::string to_json_text(const FeatureSpec& spec) {
  return spec.set.empty() ? "{}" : to_json(spec.options).dump();
}

Result<FeatureSpec> feature_spec_from_json(const std::string& text) {
  const Result<nlohmann::json> json = parse_json(text, "features");
  if (!json.ok()) return json.status();
  if (json->is_object() && json->empty()) return FeatureSpec();
  const Result<ImageFeatureOptions> options = image_features_from_json(*json, "features");
  if (!options.ok()) return options.status();
  return FeatureSpec{.set = image_feature_set().name, .options = *options};
}

}  // namespace rightsize

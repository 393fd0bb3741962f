#include "core/image_feature_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/json_reader.h"

namespace rightsize {

nlohmann::ordered_json to_json(const ImageFeatureOptions& options) {
  return {{"set", image_feature_set().name},
          {"max_side", options.max_side},
          {"keypoint_threshold", options.keypoint_threshold},
          {"edge_low", options.edge_low},
          {"edge_high", options.edge_high}};
}

Result<ImageFeatureOptions> image_features_from_json(const nlohmann::json& object,
                                                     const std::string& path) {
  JsonReader in(object, path);
  ImageFeatureOptions options;
  std::string set;
  in.read("set", set);
  if (in.status().ok() && set != image_feature_set().name) {
    return mismatch(fmt::format("'{}' is of the set '{}', this program knows '{}'", path, set,
                                image_feature_set().name));
  }
  for (const auto& [key, target] :
       {std::pair{"max_side", &options.max_side},
        std::pair{"keypoint_threshold", &options.keypoint_threshold},
        std::pair{"edge_low", &options.edge_low}, std::pair{"edge_high", &options.edge_high}}) {
    std::int64_t value = 0;
    in.read(key, value);
    *target = static_cast<int>(std::clamp<std::int64_t>(value, INT32_MIN, INT32_MAX));
  }
  if (Status status = in.finish(); !status.ok()) return status;
  if (Status status = check(options); !status.ok()) return status.with_context(path);
  return options;
}

}  // namespace rightsize

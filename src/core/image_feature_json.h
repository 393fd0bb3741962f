// How the features of an image are computed, as JSON: in selector files and in run.db.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/image_feature_set.h"

namespace rightsize {

// With the name of the set.
nlohmann::ordered_json to_json(const ImageFeatureOptions& options);
// Strict; `path` is the object's place in the document. Fails for another set of features.
Result<ImageFeatureOptions> image_features_from_json(const nlohmann::json& object,
                                                     const std::string& path);

}  // namespace rightsize

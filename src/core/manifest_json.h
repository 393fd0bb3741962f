// The zoo inside larger JSON documents, such as the selector file.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/manifest.h"

namespace rightsize {

nlohmann::json model_to_json(const ModelSpec& model,
                             const std::string& task = kImageClassification);
// Of `zoo` the classes count: the model must fit them.
Result<ModelSpec> model_from_json(const nlohmann::json& object, const std::string& path,
                                  const Zoo& zoo);
nlohmann::json zoo_to_json(const Zoo& zoo);
// `path` is the object's place in the document, for messages.
Result<Zoo> zoo_from_json(const nlohmann::json& object, const std::string& path);

}  // namespace rightsize

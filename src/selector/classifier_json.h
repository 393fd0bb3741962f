// The JSON form of a premodel's classifier, a part of the selector file. Numbers survive writing
// and reading to the last bit. Reading is strict and safe on hostile documents.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "rightsize/status.h"
#include "selector/premodel_classifier.h"

namespace rightsize {

// Points that several nearest-neighbour classifiers share are written once.
nlohmann::ordered_json to_json(const PremodelClassifier& premodel);

// `path` names the object in messages; `raw_features` is how many there are to choose from. Points
// that are written once are shared.
Result<PremodelClassifier> premodel_from_json(const nlohmann::json& object, const std::string& path,
                                              std::size_t raw_features);

}  // namespace rightsize

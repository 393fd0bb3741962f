// The JSON form of a drift reference, a part of the selector file. Reading is strict and safe on
// hostile documents.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/manifest.h"
#include "rightsize/status.h"
#include "selector/drift.h"

namespace rightsize {

// {"inputs": 700, "models": [{"model": "lite0", "answered": 412, "failed": 0, "edges": [0.1, ...],
// "counts": [12, ...]}, ...]}
nlohmann::ordered_json to_json(const DriftReference& reference, const Zoo& zoo);

// `path` names the object in messages.
Result<DriftReference> drift_reference_from_json(const nlohmann::json& object,
                                                 const std::string& path, const Zoo& zoo);

}  // namespace rightsize

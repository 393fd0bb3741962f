// An evaluation as JSON: every field, under stable keys with their units.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/provenance.h"
#include "lab/evaluate/evaluate.h"

namespace rightsize {

// Quality, differences and shares are shares of all inputs (0 to 1, -1 to 1); times are
// milliseconds of CPU time. A figure that is no finite number is null.
std::string evaluation_json(const Evaluation& evaluation);

// Where figures come from, as part of such a document.
nlohmann::ordered_json provenance_json(const Provenance& provenance);

}  // namespace rightsize

// A run's FeatureSpec as text, for the meta table of run.db.
#pragma once

#include <string>

#include "lab/table.h"
#include "rightsize/status.h"

namespace rightsize {

// "{}" where there are none.
std::string to_json_text(const FeatureSpec& spec);
// Fails for a feature set that this program does not know.
Result<FeatureSpec> feature_spec_from_json(const std::string& text);

}  // namespace rightsize

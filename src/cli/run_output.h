// The summary of a run.db as JSON and as text.
#pragma once

#include <nlohmann/json.hpp>

#include "lab/profile/read_run.h"

namespace rightsize::cli {

nlohmann::ordered_json to_json(const RunSummary& run);
void print_run(const RunSummary& run);

}  // namespace rightsize::cli

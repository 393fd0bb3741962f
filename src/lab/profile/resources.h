// What a model needs besides time and energy: the size of its file and the memory it takes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lab/profile/progress.h"
#include "lab/profile/store.h"
#include "lab/table.h"
#include "model/runtime.h"
#include "rightsize/status.h"

namespace rightsize {

// Anonymous resident memory of this process in bytes, freed memory given back to the system before;
// nothing where the system does not tell.
std::optional<std::int64_t> private_memory();
// The same from the text of /proc/self/smaps_rollup.
std::optional<std::int64_t> anonymous_bytes(const std::string& smaps);

// Opens every model that has no resources in the file yet once more, runs it once on some input
// and records by how much the private memory grew, which is what a process that holds the model
// pays for it. No other thread may allocate meanwhile. `zoo` is that of the run and knows its
// folder; `search` as for `open_model`.
Status record_resources(RunStore& store, const Zoo& zoo,
                        const std::vector<std::filesystem::path>& search,
                        const std::shared_ptr<Runtime>& runtime, ProgressMeter& progress);

// [model]; empty entries in a file of schema version 1. The CPU use is not in this table.
Result<std::vector<ModelResources>> read_resources(RunStore& store);

}  // namespace rightsize

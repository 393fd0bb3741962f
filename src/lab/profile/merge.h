// Joins runs that were profiled in parts, such as the shards of one profile.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

struct MergeSummary {
  std::size_t items = 0;     // of the data set
  std::size_t pending = 0;   // without outcomes in any input; `profile` on the result makes them
  std::size_t repeated = 0;  // items that several inputs had, with equal answers
  bool timing_complete = false;  // were latencies measured to the end in all inputs?
};

// Writes a new run.db that holds the union of the inputs' outcomes and samples and counts as shard
// 1 of 1. All inputs must have the same zoo, items, device, runtime and schema version; an item
// that occurs in several must have the same file and answers in all. `output` must not exist; it is
// written under another name and renamed when complete.
Result<MergeSummary> merge_runs(const std::vector<std::filesystem::path>& inputs,
                                const std::filesystem::path& output);

}  // namespace rightsize

// Which items of a run are timed, in which order, and their files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lab/profile/dataset.h"
#include "lab/profile/store.h"
#include "rightsize/status.h"

namespace rightsize {

// A number that looks random but depends on the item and the salt alone: the draw and the order of
// items are the same after an interruption and on every platform.
std::uint64_t rank_of(std::int64_t item, int salt);
void sort_by_rank(std::vector<std::int64_t>& items, int salt);

// The items that are timed, of those of the shard that were decoded. Every shard draws the part of
// the unsharded draw that it owns, and more. In random order.
std::vector<std::int64_t> draw_timed_items(std::span<const StoredItem> items,
                                           const RunHeader& header, int wanted);

// The same bytes that the outcomes of the item were made from, or a failure.
Result<std::vector<std::byte>> read_unchanged(const DataSet& data,
                                              std::span<const StoredItem> items, std::int64_t item);

}  // namespace rightsize

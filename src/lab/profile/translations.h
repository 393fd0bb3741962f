// The translations in a run.db, and what they cost.
#pragma once

#include <cstddef>
#include <vector>

#include "core/clock.h"
#include "lab/profile/store.h"
#include "lab/table.h"
#include "rightsize/status.h"

namespace rightsize {

// Fills the table's text, and its cells' signals; `rows` gives the table's row of each item id, -1
// for none. The statuses of the cells are there.
Status read_translations(RunStore& store, const std::vector<std::ptrdiff_t>& rows,
                         OutcomeTable& table);

// What a model costs on every row: as measured where it was, `measured[row]`, else estimated by
// least squares from those that were, as time is linear in the pieces of the source and the tokens
// of the translation.
std::vector<Elapsed> times_by_length(const OutcomeTable& table, std::size_t model,
                                     const std::vector<std::optional<Elapsed>>& measured);

}  // namespace rightsize

// rightsize reproduce of a run of translations.
#pragma once

#include "cli/commands.h"
#include "lab/table.h"

namespace rightsize::cli {

int reproduce_translation(const ReproduceArgs& args, const OutcomeTable& table);

}  // namespace rightsize::cli

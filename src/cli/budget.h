// A budget from the command line.
#pragma once

#include "cli/commands.h"
#include "rightsize/decision.h"

namespace rightsize::cli {

Budget budget_of(const BudgetArgs& args);

}  // namespace rightsize::cli

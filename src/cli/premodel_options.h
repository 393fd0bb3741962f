// The command line's words on premodels, for train, evaluate and labels.
#pragma once

#include "cli/commands.h"
#include "lab/premodel/trainer.h"

namespace rightsize::cli {

// Nothing where no premodel is wanted.
Result<std::optional<PremodelOptions>> premodel_options(const PremodelArgs& args);

// The arguments that differ from their defaults, as the user would type them.
std::vector<std::string> arguments_of(const PremodelArgs& args, const std::string& cost);

CostKind cost_kind(const std::string& name);

}  // namespace rightsize::cli

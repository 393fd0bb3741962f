// The command line's words on premodels, for train, evaluate and labels.
#pragma once

#include "cli/commands.h"
#include "lab/premodel/trainer.h"

namespace rightsize::cli {

// Nothing where no premodel is wanted.
Result<std::optional<PremodelOptions>> premodel_options(const PremodelArgs& args);

CostKind cost_kind(const std::string& name);

}  // namespace rightsize::cli

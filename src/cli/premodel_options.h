// The command line's words on premodels, for train, evaluate and labels.
#pragma once

#include "cli/commands.h"
#include "lab/premodel/trainer.h"

namespace rightsize::cli {

// Nothing where no premodel is wanted; then no other of its options may be given, but for the
// fallback where there is a CNN premodel.
Result<std::optional<PremodelOptions>> premodel_options(const PremodelArgs& args, bool cnn);

// The arguments that differ from their defaults, as the user would type them.
std::vector<std::string> arguments_of(const PremodelArgs& args, const std::string& cost);

CostKind cost_kind(const std::string& name);

}  // namespace rightsize::cli

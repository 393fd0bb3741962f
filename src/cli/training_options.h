// From the command line to what training and evaluation are told.
#pragma once

#include "cli/commands.h"
#include "lab/evaluate/evaluate.h"

namespace rightsize::cli {

Result<EvaluateOptions> training_options(const EvaluateArgs& args, const OutcomeTable& table);

}  // namespace rightsize::cli

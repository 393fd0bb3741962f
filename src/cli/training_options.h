// From the command line to what training and evaluation are told.
#pragma once

#include "cli/commands.h"
#include "lab/evaluate/evaluate.h"
#include "selector/selector_file.h"

namespace rightsize::cli {

Result<EvaluateOptions> training_options(const EvaluateArgs& args, const OutcomeTable& table);

// Writes nothing where this program could not read it again.
Status write_selector(const std::filesystem::path& path, const SelectorFile& file);

}  // namespace rightsize::cli

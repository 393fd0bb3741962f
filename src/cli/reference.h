// What the laboratory's commands judge against.
#pragma once

#include <string>

#include "lab/replay/recording.h"

namespace rightsize::cli {

// The reference model that --reference names; empty for the labels. Where nothing is named: the
// labels, or without any the dearest model, and the user is told.
std::string reference_model(const OutcomeTable& table, const std::string& named);

// `criterion` by its name, in any case; empty: that of the task, top-1 or BLEU.
Result<Reference> reference_of(const OutcomeTable& table, const std::string& model,
                               const std::string& criterion, double suitable);

}  // namespace rightsize::cli

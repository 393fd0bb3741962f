// What the laboratory's commands judge against.
#pragma once

#include <string>

#include "lab/table.h"

namespace rightsize::cli {

// The reference model that --reference names; empty for the labels. Where nothing is named: the
// labels, or without any the dearest model, and the user is told.
std::string reference_model(const OutcomeTable& table, const std::string& named);

}  // namespace rightsize::cli

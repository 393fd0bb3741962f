// An evaluation as tables for a terminal, the verdict last.
#pragma once

#include <string>

#include "lab/evaluate/evaluate.h"

namespace rightsize {

std::string evaluation_text(const Evaluation& evaluation);

}  // namespace rightsize

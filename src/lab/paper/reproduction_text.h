// The reproduction of the paper as tables for a terminal, the summary last. Texts are broken into
// lines; tables are as wide as their cells.
#pragma once

#include <string>

#include "lab/paper/exhibit.h"

namespace rightsize {

std::string reproduction_text(const Reproduction& reproduction);

}  // namespace rightsize

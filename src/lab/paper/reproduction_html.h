// The reproduction of the paper as one self-contained HTML page: no scripts, nothing fetched, light
// and dark, fit for printing. All texts are taken as plain text.
#pragma once

#include <string>

#include "lab/paper/exhibit.h"

namespace rightsize {

std::string reproduction_html(const Reproduction& reproduction);

}  // namespace rightsize

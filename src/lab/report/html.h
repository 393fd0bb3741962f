// An evaluation as one self-contained HTML page: no scripts, nothing fetched, light and dark, fit
// for printing.
#pragma once

#include <string>

#include "lab/evaluate/evaluate.h"

namespace rightsize {

std::string report_html(const Evaluation& evaluation);

}  // namespace rightsize

// The pictures of an evaluation, each a complete SVG document.
#pragma once

#include <string>

#include "lab/evaluate/evaluate.h"

namespace rightsize {

// Quality against mean CPU time (log scale): single models, the random mix of them, the oracles and
// the curves of the adaptive kinds, with 95 % intervals both ways. Fit for a README.
std::string quality_cost_plot(const Evaluation& evaluation);

// Which model answered which share of the inputs: a bar per operating point and oracle.
std::string shares_plot(const Evaluation& evaluation);

// A reliability diagram per model, with its expected calibration error.
std::string calibration_plot(const Evaluation& evaluation);

}  // namespace rightsize

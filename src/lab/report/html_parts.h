// The parts of the HTML report that are mostly text: its style, its tables and its notes.
#pragma once

#include <string>

#include "lab/evaluate/evaluate.h"

namespace rightsize {

std::string report_css();

// An entry of a list of facts (<dl class="facts">).
std::string fact(const char* name, const std::string& value);

// The operating points of every kind that chooses by input.
std::string points_table(const Evaluation& evaluation);
// What they are held against: single models, fixed choice, majority model, oracles.
std::string controls_table(const Evaluation& evaluation);

// What each term means, and how to make the report again.
std::string reading_notes(const Evaluation& evaluation);

// "<b>+4.2</b> <span class="ci">3.1 to 5.4</span>", with typographic minus signs.
std::string estimate_html(const Estimate& estimate, std::string (*format)(double),
                          const char* unit = "");

}  // namespace rightsize

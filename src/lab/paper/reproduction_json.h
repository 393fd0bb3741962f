// The reproduction of the paper as JSON: every field, under stable keys.
#pragma once

#include <string>

#include "lab/paper/exhibit.h"

namespace rightsize {

// A figure that is no finite number is null.
std::string reproduction_json(const Reproduction& reproduction);

}  // namespace rightsize

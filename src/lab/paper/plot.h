// The pictures of an exhibit.
#pragma once

#include <string>

#include "lab/paper/exhibit.h"

namespace rightsize {

// One complete SVG document, 960 pixels wide; the inks of lab/report/svg.h, for a light page and a
// dark one. What is no finite number is not drawn, nor is what is not above 0 on a log axis; series
// may be empty or shorter than the categories. Intervals are whiskers, of stacks they are left out.
std::string exhibit_plot(const Plot& plot);

}  // namespace rightsize

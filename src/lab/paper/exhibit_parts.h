// What the exhibits on a premodel's parameters have in common.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lab/paper/exhibits.h"

namespace rightsize {

// The curve of a list of variants over their parameter.
PlotSeries curve_of(const Findings& findings, const std::vector<Variant>& variants,
                    std::size_t first, const std::string& name);
PlotSeries paper_curve(std::vector<double> x, std::vector<double> y);
double mean_used(const Findings& findings, const Variant& variant);
// One row per variant; `paper` gives the paper's cell by the variant's name.
std::vector<std::vector<std::string>> table_of(const Findings& findings,
                                               const std::vector<Variant>& variants,
                                               std::size_t first, const std::string& head,
                                               const std::map<std::string, std::string>& paper);
// Least and greatest quality of a list.
std::pair<double, double> range_of(const Findings& findings, std::size_t first, std::size_t count);
Plot top1_plot(const std::string& x_label);

}  // namespace rightsize

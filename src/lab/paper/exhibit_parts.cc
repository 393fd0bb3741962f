#include "lab/paper/exhibit_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/report/figures.h"

namespace rightsize {

PlotSeries curve_of(const Findings& findings, const std::vector<Variant>& variants,
                    std::size_t first, const std::string& name) {
  PlotSeries series{.name = name};
  for (std::size_t v = 0; v < variants.size(); ++v) {
    if (!std::isfinite(variants[v].parameter)) continue;
    const Estimate& quality = findings.of(first + v).quality;
    series.x.push_back(variants[v].parameter);
    series.y.push_back(100 * quality.value);
    series.low.push_back(100 * quality.low);
    series.high.push_back(100 * quality.high);
  }
  return series;
}

PlotSeries paper_curve(std::vector<double> x, std::vector<double> y) {
  return {.name = "the paper", .x = std::move(x), .y = std::move(y), .paper = true};
}

double mean_used(const Findings& findings, const Variant& variant) {
  return variant.used / static_cast<double>(findings.study().folds);
}

std::vector<std::vector<std::string>> table_of(const Findings& findings,
                                               const std::vector<Variant>& variants,
                                               std::size_t first, const std::string& head,
                                               const std::map<std::string, std::string>& paper) {
  const bool counted = !variants.empty() && variants.front().used > 0;  // else all are as asked for
  std::vector<std::string> first_row = {head};
  if (counted) first_row.push_back(" used (mean)");
  for (const char* column : {" CPU ms", " top-1 %", " no answer %", " against a random mix, points",
                             " paper: top-1 %"}) {
    first_row.emplace_back(column);
  }
  std::vector<std::vector<std::string>> table = {std::move(first_row)};
  for (std::size_t v = 0; v < variants.size(); ++v) {
    const StrategyFigures& figures = findings.of(first + v);
    const auto found = paper.find(variants[v].name);
    std::vector<std::string> row = {variants[v].name};
    if (counted) row.push_back(fmt::format("{:.1f}", mean_used(findings, variants[v])));
    row.insert(row.end(), {milliseconds(figures.cpu_ms.value), percent(figures.quality.value),
                           percent(figures.abstained), points_with_interval(figures.over_mix),
                           found == paper.end() ? "-" : found->second});
    table.push_back(std::move(row));
  }
  return table;
}

std::pair<double, double> range_of(const Findings& findings, std::size_t first, std::size_t count) {
  double least = 1.0;
  double greatest = 0.0;
  for (std::size_t v = 0; v < count; ++v) {
    least = std::min(least, findings.of(first + v).quality.value);
    greatest = std::max(greatest, findings.of(first + v).quality.value);
  }
  return {least, greatest};
}

Plot top1_plot(const std::string& x_label) {
  return {.kind = PlotKind::kLines, .x_label = x_label, .y_label = "top-1, % of all inputs"};
}

}  // namespace rightsize

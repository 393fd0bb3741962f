// For the tests of exhibits: a plot of each kind.
#pragma once

#include <cstddef>
#include <string>

#include "lab/paper/exhibit.h"

namespace rightsize {

inline constexpr PlotKind kKinds[] = {PlotKind::kLines, PlotKind::kPoints, PlotKind::kBars,
                                      PlotKind::kStacks};

inline Plot two_series(PlotKind kind) {
  Plot plot{.kind = kind,
            .x_label = "CPU time (ms)",
            .y_label = "top-1 accuracy (%)",
            .categories = {"one", "two", "three"}};
  plot.series = {{.name = "here",
                  .x = {1, 2, 3},
                  .y = {61.25, 72.5, 73.75},
                  .low = {60, 71, 72},
                  .high = {62, 74, 75},
                  .labels = {"tiny", "middle", "big"}},
                 {.name = "the paper's", .x = {1, 2, 3}, .y = {70, 85, 88}, .paper = true}};
  return plot;
}

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
    ++found;
  }
  return found;
}

}  // namespace rightsize

// An exhibit: one question of the paper's evaluation, what we measured, the paper's own figures
// beside it, and a plain sentence on whether they hold here. A reproduction is a list of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/provenance.h"

namespace rightsize {

// One curve or one group of bars.
struct PlotSeries {
  std::string name;
  std::vector<double> x;     // lines and points; unused for bars
  std::vector<double> y;     // bars: one per category; not-a-number: nothing is drawn
  std::vector<double> low;   // ends of 95 % intervals, or empty
  std::vector<double> high;
  std::vector<std::string> labels;  // beside the points, or empty
  bool paper = false;               // the paper's own figures: drawn in grey, dashed
};

enum class PlotKind : std::uint8_t {
  kLines,   // points joined in the order given
  kPoints,  // points with their labels
  kBars,    // horizontal bars side by side per category
  kStacks,  // horizontal bars, the series one after another (shares)
};

struct Plot {
  PlotKind kind = PlotKind::kLines;
  std::string x_label;  // with unit; of bars: what their length means
  std::string y_label;
  bool log_x = false;
  std::vector<std::string> categories;  // of bars
  std::vector<PlotSeries> series;
};

enum class Holds : std::uint8_t { kYes, kPartly, kNo, kNotMeasured };

struct Exhibit {
  std::string id;        // stable, for anchors and JSON: "headline", "theta"
  std::string title;     // "Number of features"
  std::string question;  // one sentence: what is asked, and how it was measured
  std::vector<std::vector<std::string>> table;  // first row: head; a head that begins with a space
                                                // is of a right-aligned column of numbers
  std::vector<Plot> plots;
  std::string paper;    // what the paper reported, with its figure or section
  Holds holds = Holds::kNotMeasured;
  std::string finding;  // the plain sentence
};

struct Reproduction {
  Provenance provenance;
  std::string zoo;
  std::size_t inputs = 0;
  std::vector<std::string> summary;  // a few sentences for the top of the page
  std::vector<std::string> notes;    // how it was measured, for the end of the page
  std::string command;               // that makes this page
  std::vector<Exhibit> exhibits;
};

}  // namespace rightsize

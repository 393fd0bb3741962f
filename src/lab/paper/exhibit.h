// An exhibit: one question of the paper's evaluation, what we measured, the paper's own figures
// beside it, and a plain sentence on whether they hold here. A reproduction is a list of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/provenance.h"

namespace rightsize {

// One curve or one group of bars.
struct PlotSeries {
  std::string name;
  std::vector<double> x;    // lines and points; unused for bars
  std::vector<double> y;    // bars: one per category; not-a-number: nothing is drawn
  std::vector<double> low;  // ends of 95 % intervals, or empty
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

const char* to_string(Holds holds);    // stable: "yes", "partly", "no", "not_measured"
const char* holds_words(Holds holds);  // "holds", "holds partly", "does not hold", "not measured"

struct Exhibit {
  std::string id;        // stable, for anchors and JSON: "headline", "theta"
  std::string title;     // "Number of features"
  std::string question;  // one sentence: what is asked, and how it was measured
  std::vector<std::vector<std::string>> table;  // first row: head; a head that begins with a space
                                                // is of a right-aligned column of numbers. Rows may
                                                // be shorter than the head, not longer
  std::vector<Plot> plots;
  std::string paper;  // what the paper reported, with its figure or section
  Holds holds = Holds::kNotMeasured;
  std::string finding;  // the plain sentence
};

struct Reproduction {
  Provenance provenance;
  std::string zoo;
  std::size_t inputs = 0;
  std::vector<std::string> summary;  // a few sentences for the top of the page
  std::vector<std::string> notes;    // how it was measured, for the end of the page
  std::string command;               // that makes this page, one line
  std::vector<Exhibit> exhibits;
};

// The columns of a table, from its head.
struct ExhibitColumn {
  std::string name;
  bool number = false;
};
std::vector<ExhibitColumn> columns_of(const Exhibit& exhibit);
// The cell of a row; empty where the row is shorter.
std::string cell_of(const std::vector<std::string>& row, std::size_t column);

// "11 exhibits: 5 hold, 3 hold partly, 2 do not hold, 1 not measured", without what is none.
std::string holds_count(const Reproduction& reproduction);

}  // namespace rightsize

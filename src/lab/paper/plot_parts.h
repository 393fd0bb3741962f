// What the pictures of all kinds share.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lab/paper/exhibit.h"
#include "lab/report/axes.h"
#include "lab/report/svg.h"

namespace rightsize {

inline constexpr double kPlotWidth = 960;
inline constexpr double kPlotText = 12.5;

// A figure of a series; none if it is missing or cannot be drawn.
std::optional<double> figure_at(const std::vector<double>& figures, std::size_t i);
std::optional<double> positive(std::optional<double> figure, bool only_positive);

struct Interval {
  double low = 0.0;
  double high = 0.0;
};
// None unless both ends can be drawn.
std::optional<Interval> interval_at(const PlotSeries& series, std::size_t i);

// "86.5", with a typographic minus sign; "note" with name, figure and interval for the pointer.
std::string figure_text(double figure);
std::string figure_note(const PlotSeries& series, std::size_t i, const std::string& what);

// How a series is drawn: the paper's grey and dashed, ours each in its own way.
struct SeriesLook {
  Ink ink = Ink::kFirst;
  Marker marker = Marker::kDot;
  std::string dash;
};
std::vector<SeriesLook> looks_of(const Plot& plot);

// "CPU time (ms, log scale)"
std::string x_title(const Plot& plot, bool log);
// As few digits as tell the ticks apart.
std::function<std::string(double)> tick_labels(const std::vector<double>& ticks);

// Names with their signs, in as many rows as it takes.
class Legend {
 public:
  // Draws the sign of series `s` into the 26 pixels right of the point, about its height.
  using Sign = std::function<void(Svg&, std::size_t s, Point)>;
  explicit Legend(const Plot& plot);
  double bottom() const { return bottom_; }
  void draw(Svg& svg, const Sign& sign) const;

 private:
  struct Entry {
    std::size_t series = 0;
    std::string text;
    Point at;
  };
  std::vector<Entry> entries_;
  double bottom_ = 16.0;
};

// Horizontal bars, side by side or stacked.
std::string bar_plot(const Plot& plot);

}  // namespace rightsize

// Scales, ticks and axes of a chart.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lab/report/svg.h"

namespace rightsize {

// From values to pixels. Always finite: values outside are moved to the nearer end.
class Scale {
 public:
  // `low` shall be below `high`; the log scale needs `low` above 0.
  static Scale linear(double low, double high, double low_pixel, double high_pixel);
  static Scale logarithmic(double low, double high, double low_pixel, double high_pixel);

  double at(double value) const;
  double low() const { return low_; }
  double high() const { return high_; }
  double low_pixel() const { return low_pixel_; }
  double high_pixel() const { return high_pixel_; }
  // Round numbers within the scale, about `count` of them.
  std::vector<double> ticks(int count) const;

 private:
  double low_ = 0.0;
  double high_ = 1.0;
  double low_pixel_ = 0.0;
  double high_pixel_ = 1.0;
  bool log_ = false;
};

// The span of the values that are finite.
class Range {
 public:
  void add(double value);
  bool empty() const { return !(low_ <= high_); }
  // With some air at both ends; [0, 1] if empty. Never of zero width.
  Scale linear(double low_pixel, double high_pixel, double air) const;
  // The same for a log scale; values that are not above 0 count for nothing.
  Scale logarithmic(double low_pixel, double high_pixel, double air) const;

 private:
  double low_ = 1.0;
  double high_ = 0.0;
  double least_positive_ = 0.0;  // 0: none
};

// Grid lines with tick labels along the edge of the plot area that `x` and `y` span.
struct AxisStyle {
  std::string title;
  int ticks = 6;
  std::function<std::string(double)> label;
  double text_size = 12.0;
};
void draw_x_axis(Svg& svg, const Scale& x, const Scale& y, const AxisStyle& style);
void draw_y_axis(Svg& svg, const Scale& x, const Scale& y, const AxisStyle& style);

}  // namespace rightsize

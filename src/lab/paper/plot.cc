#include "lab/paper/plot.h"

#include <algorithm>
#include <cmath>

#include "lab/paper/plot_parts.h"
#include "lab/report/labels.h"

namespace rightsize {
namespace {

constexpr double kArea = 380;  // height of the plot area
constexpr double kLeft = 66;
constexpr double kRight = kPlotWidth - 22;
constexpr double kRadius = 4.2;
constexpr double kLabelText = 11.5;
constexpr double kLongestLabel = 260;
constexpr double kLabelWeight = 8.0;  // labels stay clear of each other
constexpr double kTolerance = 0.4;    // a label that would cover more is left to the pointer
constexpr double kMostCounts = 12;    // as many whole numbers all get a tick

struct Mark {
  Point at;
  std::size_t i = 0;  // place in the series
};

// Series of points, joined by lines or not.
class PointPlot {
 public:
  explicit PointPlot(const Plot& plot)
      : plot_(plot),
        looks_(looks_of(plot)),
        legend_(plot),
        top_(legend_.bottom() + 6),
        svg_(kPlotWidth, top_ + kArea + 58, plot.y_label + " against " + plot.x_label),
        placer_({kLeft + 2, top_, kPlotWidth - 4, top_ + kArea}, kLabelWeight) {
    set_scales();
    for (std::size_t s = 0; s < plot.series.size(); ++s) marks_.push_back(marks_of(s));
  }

  std::string draw() {
    legend_.draw(svg_, [this](Svg& svg, std::size_t s, Point at) { draw_sign(svg, s, at); });
    draw_axes();
    // The paper's lie below ours, later series below earlier ones.
    for (const std::size_t s : order(true)) draw_lines(s);
    for (const std::size_t s : order(true)) draw_marks(s);
    for (const std::size_t s : order(false)) draw_labels(s);
    return svg_.finish();
  }

 private:
  std::vector<std::size_t> order(bool paper_first) const {
    std::vector<std::size_t> order;
    for (const bool paper : {false, true}) {
      for (std::size_t s = 0; s < plot_.series.size(); ++s) {
        if (plot_.series[s].paper == paper) order.push_back(s);
      }
    }
    if (paper_first) std::reverse(order.begin(), order.end());
    return order;
  }

  std::optional<double> x_at(const PlotSeries& series, std::size_t i) const {
    return positive(figure_at(series.x, i), plot_.log_x);
  }

  void set_scales() {
    Range x;
    Range y;
    bool whole = true;
    for (const PlotSeries& series : plot_.series) {
      for (std::size_t i = 0; i < series.x.size(); ++i) {
        const std::optional<double> along = x_at(series, i);
        const std::optional<double> up = figure_at(series.y, i);
        if (!along || !up) continue;
        x.add(*along);
        y.add(*up);
        whole = whole && *along == std::floor(*along);
        if (const auto interval = interval_at(series, i)) {
          y.add(interval->low);
          y.add(interval->high);
        }
      }
    }
    empty_ = x.empty();
    x_ = plot_.log_x ? x.logarithmic(kLeft, kRight, 0.05) : x.linear(kLeft, kRight, 0.05);
    y_ = y.linear(top_ + kArea, top_, 0.06);
    // Counts have no ticks between them.
    const double width = x_.high() - x_.low();
    if (whole && !plot_.log_x && width < kMostCounts) x_ticks_ = static_cast<int>(std::ceil(width));
  }

  // Lines with intervals stand a little beside each other, so that these can be told apart.
  double shift_of(std::size_t s) const {
    constexpr double kStep = 4.0;
    const auto has_intervals = [](const PlotSeries& series) { return !series.low.empty(); };
    const auto first = plot_.series.begin();
    if (plot_.kind != PlotKind::kLines || !has_intervals(plot_.series[s])) return 0.0;
    const auto before = std::count_if(first, first + static_cast<std::ptrdiff_t>(s), has_intervals);
    const auto all = std::count_if(first, plot_.series.end(), has_intervals);
    return kStep * (static_cast<double>(before) - 0.5 * static_cast<double>(all - 1));
  }

  std::vector<Mark> marks_of(std::size_t s) const {
    const PlotSeries& series = plot_.series[s];
    const double shift = shift_of(s);
    std::vector<Mark> marks;
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      const std::optional<double> x = x_at(series, i);
      const std::optional<double> y = figure_at(series.y, i);
      if (x && y) marks.push_back({{x_.at(*x) + shift, y_.at(*y)}, i});
    }
    return marks;
  }

  void draw_sign(Svg& svg, std::size_t s, Point at) const {
    const SeriesLook& look = looks_[s];
    if (plot_.kind == PlotKind::kLines) {
      svg.line(at, {at.x + 26, at.y}, {.ink = look.ink, .width = 2, .dash = look.dash});
    }
    svg.marker(look.marker, {at.x + 13, at.y}, kRadius, look.ink, "");
  }

  void draw_axes() {
    draw_x_axis(svg_, x_, y_,
                {.title = shorten(x_title(plot_, plot_.log_x), kPlotText, kRight - kLeft),
                 .ticks = x_ticks_,
                 .label = tick_labels(x_.ticks(x_ticks_))});
    draw_y_axis(svg_, x_, y_,
                {.title = shorten(plot_.y_label, kPlotText, kArea),
                 .ticks = kTicks,
                 .label = tick_labels(y_.ticks(kTicks))});
    if (!empty_) return;
    svg_.text({(kLeft + kRight) / 2, top_ + kArea / 2}, "no figures",
              {.ink = Ink::kMuted, .anchor = Anchor::kMiddle, .halo = true});
  }

  // A point that is missing breaks the line.
  void draw_lines(std::size_t s) {
    if (plot_.kind != PlotKind::kLines) return;
    const SeriesLook& look = looks_[s];
    const std::vector<Mark>& marks = marks_[s];
    std::vector<Point> line;
    for (std::size_t m = 0; m < marks.size(); ++m) {
      if (m > 0 && marks[m].i == marks[m - 1].i + 1) {
        placer_.block_line(marks[m - 1].at, marks[m].at, 0.8);
      } else {
        flush(line, look);
      }
      line.push_back(marks[m].at);
    }
    flush(line, look);
  }

  void flush(std::vector<Point>& line, const SeriesLook& look) {
    if (line.size() > 1) svg_.polyline(line, {.ink = look.ink, .width = 2, .dash = look.dash});
    line.clear();
  }

  void draw_marks(std::size_t s) {
    const PlotSeries& series = plot_.series[s];
    const SeriesLook& look = looks_[s];
    for (const Mark& mark : marks_[s]) {
      if (const auto interval = interval_at(series, mark.i)) {
        const Point low{mark.at.x, y_.at(interval->low)};
        const Point high{mark.at.x, y_.at(interval->high)};
        svg_.line(low, high, {.ink = look.ink, .width = 1.3});
        placer_.block_line(low, high, 0.4);
      }
      svg_.marker(look.marker, mark.at, kRadius, look.ink, note_of(series, mark.i));
      placer_.block_point(mark.at, kRadius);
    }
  }

  std::string note_of(const PlotSeries& series, std::size_t i) const {
    const std::string label = i < series.labels.size() ? series.labels[i] + ", " : "";
    return figure_note(series, i, label + figure_text(series.x[i]));
  }

  void draw_labels(std::size_t s) {
    const PlotSeries& series = plot_.series[s];
    const Ink ink = series.paper ? Ink::kMuted : looks_[s].ink;
    for (const Mark& mark : marks_[s]) {
      if (mark.i >= series.labels.size() || series.labels[mark.i].empty()) continue;
      draw_label(svg_, placer_, {mark.at, kRadius + 3, kTolerance},
                 shorten(series.labels[mark.i], kLabelText, kLongestLabel),
                 {.ink = ink, .size = kLabelText});
    }
  }

  static constexpr int kTicks = 7;

  const Plot& plot_;
  std::vector<SeriesLook> looks_;
  Legend legend_;
  double top_;  // of the plot area
  Svg svg_;
  LabelPlacer placer_;
  std::vector<std::vector<Mark>> marks_;
  Scale x_;
  Scale y_;
  int x_ticks_ = kTicks;
  bool empty_ = false;
};

}  // namespace

std::string exhibit_plot(const Plot& plot) {
  const bool bars = plot.kind == PlotKind::kBars || plot.kind == PlotKind::kStacks;
  return bars ? bar_plot(plot) : PointPlot(plot).draw();
}

}  // namespace rightsize

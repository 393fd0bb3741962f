#include <fmt/format.h>

#include <algorithm>

#include "lab/paper/plot_parts.h"
#include "lab/report/figures.h"
#include "lab/report/ramp.h"

namespace rightsize {
namespace {

constexpr double kMargin = 22;
constexpr double kLongestName = 250;  // of a category, in pixels
constexpr double kFigures = 62;       // room for the figures at the ends of bars
constexpr int kTicks = 7;
constexpr const char* kGrey = "#c9c2bd";  // of the paper's part in a stack
const Stroke kPaperFrame{.ink = Ink::kModel, .width = 1.0, .dash = "4 3"};

class BarPlot {
 public:
  explicit BarPlot(const Plot& plot)
      : plot_(plot),
        stacked_(plot.kind == PlotKind::kStacks),
        log_(plot.log_x && !stacked_),
        looks_(looks_of(plot)),
        legend_(plot),
        bars_(stacked_ ? 1 : std::max<std::size_t>(1, plot.series.size())) {
    lay_rows();
    set_scale();
  }

  std::string draw() const {
    Svg svg(kPlotWidth, bottom_ + 48, plot_.x_label + " by " + plot_.y_label);
    legend_.draw(svg, [this](Svg& canvas, std::size_t s, Point at) {
      fill(canvas, s, {at.x + 7, at.y - 6}, 14, 12, "");
    });
    svg.text({names_end_, top_ - 6}, shorten(plot_.y_label, kPlotText, names_end_),
             {.ink = Ink::kMuted, .anchor = Anchor::kEnd});
    draw_x_axis(svg, x_, Scale::linear(0, 1, bottom_, top_),
                {.title = shorten(x_title(plot_, log_), kPlotText, kPlotWidth - names_end_),
                 .ticks = kTicks,
                 .label = tick_labels(x_.ticks(kTicks))});
    for (std::size_t c = 0; c < plot_.categories.size(); ++c) draw_category(svg, c);
    const double base = x_.at(base_);
    svg.line({base, bottom_}, {base, top_}, {.ink = Ink::kAxis});
    if (plot_.categories.empty() || plot_.series.empty()) {
      svg.text({(x_.low_pixel() + x_.high_pixel()) / 2, (top_ + bottom_) / 2 + 4}, "no figures",
               {.ink = Ink::kMuted, .anchor = Anchor::kMiddle, .halo = true});
    }
    return svg.finish();
  }

 private:
  // Bars become thinner where there are many.
  void lay_rows() {
    const double count = static_cast<double>(bars_ * plot_.categories.size());
    bar_ = stacked_ ? 18 : std::clamp(480.0 / std::max(1.0, count), 10.5, 16.0);
    row_ = bar_ * static_cast<double>(bars_) + std::max(6.0, 0.55 * bar_);
    text_ = std::clamp(row_ - 5.0, 10.0, kPlotText);
    figure_size_ = std::min(bar_ - 0.5, 11.5);
    double longest = text_width(plot_.y_label, 12);
    for (const std::string& name : plot_.categories) {
      longest = std::max(longest, text_width(name, text_));
    }
    names_end_ = kMargin + std::min(longest, kLongestName) + 4;
    top_ = legend_.bottom() + (plot_.y_label.empty() ? 2 : 16);
    bottom_ = top_ + std::max(40.0, row_ * static_cast<double>(plot_.categories.size())) + 4;
  }

  double total(std::size_t category) const {
    double sum = 0.0;
    for (const PlotSeries& series : plot_.series) {
      sum += std::max(0.0, figure_at(series.y, category).value_or(0.0));
    }
    return sum;
  }

  void set_scale() {
    Range range;
    for (std::size_t c = 0; c < plot_.categories.size(); ++c) {
      if (stacked_) {
        range.add(total(c));
        continue;
      }
      for (const PlotSeries& series : plot_.series) {
        const auto figure = positive(figure_at(series.y, c), log_);
        if (!figure) continue;
        range.add(*figure);
        if (const auto interval = interval_at(series, c)) {
          range.add(interval->low);
          range.add(interval->high);
        }
      }
    }
    const double from = names_end_ + 8;
    const double to = kPlotWidth - kMargin - (stacked_ ? 6 : kFigures);
    if (log_) {
      x_ = range.logarithmic(from, to, 0.05);
      base_ = x_.low();
      return;
    }
    range.add(0.0);
    const Scale span = range.linear(0, 1, 0.0);  // around 0 where all is 0
    const bool negative = !stacked_ && any_negative();
    x_ = Scale::linear(negative ? span.low() : 0.0, span.high(), from + (negative ? kFigures : 0.0),
                       to);
  }

  bool any_negative() const {
    return std::any_of(plot_.series.begin(), plot_.series.end(), [](const PlotSeries& series) {
      const auto negative = [](double v) { return v < 0; };
      return std::any_of(series.y.begin(), series.y.end(), negative) ||
             std::any_of(series.low.begin(), series.low.end(), negative);
    });
  }

  // The look of the bars of a series.
  void fill(Svg& svg, std::size_t s, Point corner, double width, double height,
            const std::string& note) const {
    if (stacked_) {
      const bool paper = plot_.series[s].paper;
      svg.bar(corner, width, height, paper ? kGrey : css(colour_of(s)), note);
    } else if (plot_.series[s].paper) {
      svg.bar(corner, width, height, Ink::kGrid, note);
      svg.frame(corner, width, height, kPaperFrame);
    } else {
      svg.bar(corner, width, height, looks_[s].ink, note);
    }
  }

  Colour colour_of(std::size_t s) const { return ramp_of(s, plot_.series.size()); }

  void draw_category(Svg& svg, std::size_t c) const {
    const double y = top_ + 4 + row_ * static_cast<double>(c);
    const double middle = y + bar_ * static_cast<double>(bars_) / 2;
    svg.text({names_end_, middle + 0.36 * text_}, shorten(plot_.categories[c], text_, kLongestName),
             {.size = text_, .anchor = Anchor::kEnd});
    double before = 0.0;
    for (std::size_t s = 0; s < plot_.series.size(); ++s) {
      const auto figure = positive(figure_at(plot_.series[s].y, c), log_);
      if (!figure) continue;
      if (stacked_) {
        draw_part(svg, s, c, y, before);
        before += std::max(0.0, *figure);
      } else {
        draw_bar(svg, s, c, y + bar_ * static_cast<double>(s));
      }
    }
  }

  void draw_part(Svg& svg, std::size_t s, std::size_t c, double y, double before) const {
    const double figure = plot_.series[s].y[c];
    if (!(figure > 0)) return;
    const double from = x_.at(before);
    const double to = x_.at(before + figure);
    fill(svg, s, {from, y}, std::max(0.6, to - from - 0.8), bar_,
         figure_note(plot_.series[s], c, plot_.categories[c]));
    const std::string text = fmt::format("{:.3g}", figure);
    if (text_width(text, 11) + 6 > to - from) return;
    const char* ink = plot_.series[s].paper ? "#1b242d" : ink_on(colour_of(s));
    svg.text_on_bar({(from + to) / 2, y + bar_ / 2}, text, ink, 11);
  }

  void draw_bar(Svg& svg, std::size_t s, std::size_t c, double y) const {
    const PlotSeries& series = plot_.series[s];
    const double figure = series.y[c];
    const double height = bar_ - 1.5;
    const double middle = y + height / 2;
    const double base = x_.at(base_);
    const double end = x_.at(figure);
    fill(svg, s, {std::min(base, end), y}, std::abs(end - base), height,
         figure_note(series, c, plot_.categories[c]));
    double left = std::min(base, end);
    double right = std::max(base, end);
    if (const auto interval = interval_at(series, c)) {
      const double low = x_.at(interval->low);
      const double high = x_.at(interval->high);
      svg.line({low, middle}, {high, middle}, {.ink = Ink::kText, .width = 1.3});
      left = std::min(left, low);
      right = std::max(right, high);
    }
    const bool negative = figure < base_;
    svg.text({negative ? left - 5 : right + 5, middle + 0.36 * figure_size_}, figure_text(figure),
             {.ink = Ink::kMuted,
              .size = figure_size_,
              .anchor = negative ? Anchor::kEnd : Anchor::kStart,
              .halo = true});
  }

  const Plot& plot_;
  bool stacked_;
  bool log_;
  std::vector<SeriesLook> looks_;
  Legend legend_;
  std::size_t bars_;   // side by side per category
  double bar_ = 0.0;   // height of one, with the gap to the next
  double row_ = 0.0;   // height of a category
  double text_ = 0.0;  // size of names
  double figure_size_ = 0.0;
  double names_end_ = 0.0;
  double top_ = 0.0;
  double bottom_ = 0.0;
  double base_ = 0.0;  // where bars begin
  Scale x_;
};

}  // namespace

std::string bar_plot(const Plot& plot) { return BarPlot(plot).draw(); }

}  // namespace rightsize

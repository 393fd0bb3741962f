#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "lab/report/axes.h"
#include "lab/report/figures.h"
#include "lab/report/labels.h"
#include "lab/report/plots.h"
#include "lab/report/svg.h"

namespace rightsize {
namespace {

constexpr double kWidth = 960;
constexpr double kHeight = 640;
constexpr double kLeft = 66;
constexpr double kRight = kWidth - 22;
constexpr double kLegendTop = 80;  // middle of the legend's first row
constexpr double kLegendRow = 20;
constexpr double kBottom = kHeight - 58;
constexpr std::array<Ink, 3> kCurveInks = {Ink::kFirst, Ink::kSecond, Ink::kThird};
const Stroke kMixStroke{.ink = Ink::kHull, .width = 1.6, .dash = "6 4"};
constexpr double kLegendText = 12.5;
constexpr double kModelLabel = 11.5;
constexpr double kCurveLabel = 12.5;

std::string note_of(const StrategyFigures& point, const char* what) {
  return fmt::format("{}{}: {} %, {} ms", what, point.name, with_interval(point.quality, percent),
                     with_interval(point.cpu_ms, milliseconds));
}

class QualityCostPlot {
 public:
  explicit QualityCostPlot(const Evaluation& evaluation)
      : evaluation_(evaluation),
        curves_(adaptive_kinds(evaluation)),
        svg_(kWidth, kHeight,
             quality_words(evaluation) + " against mean CPU time per input, " +
                 verdict_headline(evaluation.verdict.kind)),
        placer_({}) {
    lay_legend();
    placer_ = LabelPlacer({kLeft + 2, top_, kWidth - 4, kBottom});
    set_scales();
  }

  std::string draw() {
    draw_title();
    draw_legend();
    draw_axes();
    draw_baseline();
    draw_mix();
    for (const StrategyFigures& model : evaluation_.models) {
      draw_bars(model, {.ink = Ink::kModel, .width = 0.8});
    }
    for (const StrategyFigures& model : evaluation_.models) {
      draw_marker(Marker::kDot, model, 4.0, Ink::kModel, "");
    }
    for (std::size_t k = curves_.size(); k-- > 0;) draw_curve(k);
    draw_marker(Marker::kStar, evaluation_.oracle_zoo, 10.0, Ink::kOracle, "a bound: ");
    if (two_oracles()) {
      draw_marker(Marker::kStar, evaluation_.oracle_chosen, 8.0, Ink::kOracle, "a bound: ");
    }
    label_curves(true);
    label_oracles();
    label_baseline();
    label_models();
    label_curves(false);
    return svg_.finish();
  }

 private:
  bool two_oracles() const { return evaluation_.chosen.size() < evaluation_.model_names.size(); }

  void set_scales() {
    Range quality;
    Range cost;
    const auto add = [&](const StrategyFigures& point) {
      for (const double v : {point.quality.value, point.quality.low, point.quality.high}) {
        quality.add(100.0 * v);
      }
      for (const double v : {point.cpu_ms.value, point.cpu_ms.low, point.cpu_ms.high}) cost.add(v);
    };
    for (const StrategyFigures& model : evaluation_.models) add(model);
    for (const KindFigures* kind : curves_) {
      for (const StrategyFigures& point : kind->points) add(point);
    }
    add(evaluation_.oracle_zoo);
    if (two_oracles()) add(evaluation_.oracle_chosen);
    x_ = cost.logarithmic(kLeft, kRight, 0.05);
    y_ = quality.linear(kBottom, top_, 0.05);
  }

  Point at(const StrategyFigures& point) const {
    return {x_.at(point.cpu_ms.value), y_.at(100.0 * point.quality.value)};
  }
  static Marker curve_marker(std::size_t k) { return k == 0 ? Marker::kDot : Marker::kSquare; }
  static Ink curve_ink(std::size_t k) { return kCurveInks[k % kCurveInks.size()]; }

  void draw_title() {
    std::string title = fmt::format("{} against CPU time: {} on {}", quality_words(evaluation_),
                                    evaluation_.zoo, evaluation_.provenance.data);
    title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
    svg_.text({22, 32}, shorten(title, 18, kRight - 22), {.size = 17, .bold = true});
    const std::string facts =
        fmt::format("{} inputs · {}-fold cross-validation · bars: 95 % intervals · {}",
                    evaluation_.inputs, evaluation_.folds, evaluation_.provenance.device);
    svg_.text({22, 54}, shorten(facts, 12.5, kRight - 22), {.ink = Ink::kMuted, .size = 12.5});
  }

  // What the legend explains: curves, then the controls.
  struct LegendEntry {
    std::string text;
    Ink ink = Ink::kModel;
    Marker marker = Marker::kDot;
    bool is_line = false;
    Point at{};
  };

  void lay_legend() {
    for (std::size_t k = 0; k < curves_.size(); ++k) {
      legend_.push_back({kind_words(*curves_[k]), curve_ink(k), curve_marker(k)});
    }
    legend_.push_back({"random mix of single models", Ink::kHull, Marker::kDot, true});
    legend_.push_back({"single model", Ink::kModel, Marker::kDot});
    legend_.push_back({"oracle (a bound, no result)", Ink::kOracle, Marker::kStar});
    Point at{26, kLegendTop};
    for (LegendEntry& entry : legend_) {
      const double width = (entry.is_line ? 26 : 11) + text_width(entry.text, kLegendText);
      if (at.x > 26 && at.x + width > kRight) at = {26, at.y + kLegendRow};
      entry.at = at;
      at.x += width + 24;
    }
    top_ = at.y + 24;
  }

  void draw_legend() {
    for (const LegendEntry& entry : legend_) {
      const Point at = entry.at;
      if (entry.is_line) {
        svg_.line({at.x - 4, at.y}, {at.x + 20, at.y}, kMixStroke);
      } else {
        svg_.marker(entry.marker, at, entry.marker == Marker::kStar ? 7.5 : 4.5, entry.ink, "");
      }
      svg_.text({at.x + (entry.is_line ? 26 : 11), at.y + 4.5}, entry.text, {.size = kLegendText});
    }
  }

  void draw_axes() {
    draw_x_axis(svg_, x_, y_,
                {.title = "mean CPU time per input (ms, log scale)",
                 .label = [](double ms) { return fmt::format("{:.4g}", ms); }});
    draw_y_axis(svg_, x_, y_,
                {.title = quality_words(evaluation_) + " (%)",
                 .ticks = 8,
                 .label = [](double percent) { return fmt::format("{:.4g}", percent); }});
  }

  void draw_baseline() {
    const double y = at(evaluation_.models[evaluation_.baseline]).y;
    svg_.line({kLeft, y}, {kRight, y}, {.ink = Ink::kText, .width = 1.2, .dash = "1.5 4"});
    placer_.block_line({kLeft, y}, {kRight, y}, 0.5);
  }

  // A mix is linear in time, so it is bent on the log scale.
  void draw_mix() {
    std::vector<Point> line;
    const auto& hull = evaluation_.hull;
    for (std::size_t k = 1; k < hull.size(); ++k) {
      const StrategyFigures& from = evaluation_.models[hull[k - 1]];
      const StrategyFigures& to = evaluation_.models[hull[k]];
      constexpr int kSteps = 24;
      for (int i = 0; i <= kSteps; ++i) {
        const double part = std::pow(static_cast<double>(i) / kSteps, 2);  // denser where it bends
        const auto between = [&](double a, double b) { return a + part * (b - a); };
        line.push_back({x_.at(between(from.cpu_ms.value, to.cpu_ms.value)),
                        y_.at(100.0 * between(from.quality.value, to.quality.value))});
      }
    }
    if (line.empty()) return;
    svg_.polyline(line, kMixStroke);
    for (std::size_t i = 1; i < line.size(); ++i) placer_.block_line(line[i - 1], line[i], 0.8);
  }

  void draw_bars(const StrategyFigures& point, const Stroke& stroke) {
    const Point centre = at(point);
    const Point up{centre.x, y_.at(100.0 * point.quality.high)};
    const Point down{centre.x, y_.at(100.0 * point.quality.low)};
    const Point left{x_.at(point.cpu_ms.low), centre.y};
    const Point right{x_.at(point.cpu_ms.high), centre.y};
    svg_.line(down, up, stroke);
    svg_.line(left, right, stroke);
    placer_.block_line(down, up, 0.4);
    placer_.block_line(left, right, 0.4);
  }

  void draw_marker(Marker marker, const StrategyFigures& point, double radius, Ink ink,
                   const char* what) {
    svg_.marker(marker, at(point), radius, ink, note_of(point, what));
    placer_.block_point(at(point), radius);
  }

  void draw_curve(std::size_t k) {
    std::vector<const StrategyFigures*> order;
    for (const StrategyFigures& point : curves_[k]->points) order.push_back(&point);
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
      return a->cpu_ms.value < b->cpu_ms.value;
    });
    std::vector<Point> line;
    line.reserve(order.size());
    for (const StrategyFigures* point : order) line.push_back(at(*point));
    svg_.polyline(line, {.ink = curve_ink(k), .width = k == 0 ? 2.2 : 1.2});
    for (std::size_t i = 1; i < line.size(); ++i) placer_.block_line(line[i - 1], line[i], 0.8);
    for (const StrategyFigures* point : order) {
      draw_bars(*point, {.ink = curve_ink(k), .width = 1.3});
    }
    for (const StrategyFigures* point : order) {
      const bool judged = evaluation_.is_judged(*curves_[k], *point);
      const double radius = judged ? 6.5 : k == 0 ? 4.2 : 3.8;
      draw_marker(curve_marker(k), *point, radius, curve_ink(k), (curves_[k]->kind + " ").c_str());
    }
  }

  void label(Point point, double gap, const std::string& text, const TextStyle& style,
             double tolerance) {
    draw_label(svg_, placer_, {point, gap, tolerance}, text, style);
  }

  // The point that the verdict names first; the others where there is room.
  void label_curves(bool judged) {
    for (std::size_t k = 0; k < curves_.size(); ++k) {
      for (const StrategyFigures& point : curves_[k]->points) {
        const bool marked = evaluation_.is_judged(*curves_[k], point);
        if (marked != judged) continue;
        const std::string text = marked ? fmt::format("{}: {}× less time, {} points", point.name,
                                                      times(point.speedup.value),
                                                      typographic(points(point.difference.value)))
                                        : point.name;
        label(at(point), marked ? 10 : 7, text,
              {.ink = curve_ink(k), .size = marked ? kCurveLabel + 1 : kCurveLabel, .bold = marked},
              marked ? kMandatory : 0.08);
      }
    }
  }

  void label_oracles() {
    const TextStyle style{.ink = Ink::kOracle, .size = 12};
    label(at(evaluation_.oracle_zoo), 12, "oracle (bound)", style, kMandatory);
    if (!two_oracles()) return;
    const std::size_t count = evaluation_.chosen.size();
    label(at(evaluation_.oracle_chosen), 11,
          fmt::format("oracle of {} chosen model{} (bound)", count, count == 1 ? "" : "s"), style,
          kMandatory);
  }

  void label_baseline() {
    const double y = at(evaluation_.models[evaluation_.baseline]).y;
    const double width = text_width("baseline", 12);
    placer_.block({kLeft + 6, y - 16, kLeft + 8 + width, y - 3}, 1.0);
    svg_.text({kLeft + 7, y - 5}, "baseline", {.size = 12, .halo = true});
  }

  void label_models() {
    for (std::size_t m = 0; m < evaluation_.models.size(); ++m) {
      label(at(evaluation_.models[m]), 7, evaluation_.model_names[m],
            {.ink = Ink::kMuted, .size = kModelLabel}, kMandatory);
    }
  }

  static constexpr double kMandatory = 1e9;

  const Evaluation& evaluation_;
  std::vector<const KindFigures*> curves_;
  Svg svg_;
  LabelPlacer placer_;
  std::vector<LegendEntry> legend_;
  double top_ = 0.0;  // of the plot area
  Scale x_;
  Scale y_;
};

}  // namespace

std::string quality_cost_plot(const Evaluation& evaluation) {
  const Evaluation shown = without_unreached(evaluation);
  return QualityCostPlot(shown).draw();
}

}  // namespace rightsize

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/report/axes.h"
#include "lab/report/figures.h"
#include "lab/report/plots.h"
#include "lab/report/svg.h"

namespace rightsize {
namespace {

constexpr double kWidth = 960;
constexpr std::size_t kColumns = 5;
constexpr double kLeft = 70;
constexpr double kTop = 52;
constexpr double kSide = 140;    // of one diagram
constexpr double kColumn = 178;  // from one to the next
constexpr double kRow = 230;
constexpr double kFoot = 34;

std::string percent_label(double percent) { return fmt::format("{:.0f}", percent); }

// One model's diagram, its corner at the upper left.
void draw_diagram(Svg& svg, Point corner, const std::string& name, const Calibration& calibration,
                  const std::string& what) {
  const Scale x = Scale::linear(0, 100, corner.x, corner.x + kSide);
  const Scale y = Scale::linear(0, 100, corner.y + kSide, corner.y);
  for (const double tick : {0.0, 50.0, 100.0}) {
    svg.line({x.at(tick), corner.y}, {x.at(tick), corner.y + kSide}, {.ink = Ink::kGrid});
    svg.line({corner.x, y.at(tick)}, {corner.x + kSide, y.at(tick)}, {.ink = Ink::kGrid});
    const TextStyle style{.ink = Ink::kMuted, .size = 10.5, .anchor = Anchor::kMiddle};
    svg.text({x.at(tick), corner.y + kSide + 15}, percent_label(tick), style);
    svg.text({corner.x - 13, y.at(tick) + 4}, percent_label(tick), style);
  }
  svg.frame(corner, kSide, kSide, {.ink = Ink::kAxis});
  svg.line({corner.x, corner.y + kSide}, {corner.x + kSide, corner.y},
           {.ink = Ink::kHull, .width = 1.2, .dash = "4 4"});
  svg.text({corner.x, corner.y - 24}, shorten(name, 12, kSide + 14), {.size = 12, .bold = true});

  std::size_t inputs = 0;
  std::vector<Point> line;
  for (const CalibrationBin& bin : calibration.bins) {
    inputs += bin.inputs;
    line.push_back({x.at(100.0 * bin.confidence), y.at(100.0 * bin.accuracy)});
  }
  if (line.empty()) {
    svg.text({corner.x + kSide / 2, corner.y + kSide / 2}, "no answers",
             {.ink = Ink::kMuted, .anchor = Anchor::kMiddle, .halo = true});
    return;
  }
  svg.polyline(line, {.ink = Ink::kFirst, .width = 1.6});
  for (std::size_t i = 0; i < line.size(); ++i) {
    const CalibrationBin& bin = calibration.bins[i];
    const double share = static_cast<double>(bin.inputs) / static_cast<double>(inputs);
    svg.marker(Marker::kDot, line[i], std::max(1.8, 9.0 * std::sqrt(share)), Ink::kFirst,
               fmt::format("confidence {} %, {} {} %, {} inputs", percent(bin.confidence), what,
                           percent(bin.accuracy), bin.inputs));
  }
  svg.text({corner.x, corner.y - 8},
           fmt::format("ECE {} points", percent(calibration.expected_error)),
           {.ink = Ink::kMuted, .size = 11.5});
}

}  // namespace

std::string calibration_plot(const Evaluation& evaluation) {
  const std::size_t models = evaluation.calibration.size();
  const std::size_t columns = std::max<std::size_t>(1, std::min(models, kColumns));
  const std::size_t rows = std::max<std::size_t>(1, (models + columns - 1) / columns);
  const double height = kTop + kRow * static_cast<double>(rows) - (kRow - kSide) + kFoot + 12;
  Svg svg(kWidth, height, quality_words(evaluation) + " against confidence of every model");
  const std::vector<std::size_t> order = models_by_cost(evaluation);
  for (std::size_t i = 0; i < models; ++i) {
    const std::size_t row = i / columns;
    const Point corner{kLeft + kColumn * static_cast<double>(i % columns),
                       kTop + kRow * static_cast<double>(row)};
    draw_diagram(svg, corner, evaluation.model_names[order[i]], evaluation.calibration[order[i]],
                 quality_words(evaluation));
  }
  const double right = kLeft + kColumn * static_cast<double>(columns - 1) + kSide;
  const double bottom = kTop + kRow * static_cast<double>(rows - 1) + kSide;
  svg.text({(kLeft + right) / 2, bottom + 38}, "confidence: largest class probability (%)",
           {.size = 13, .anchor = Anchor::kMiddle});
  svg.upright_text({26, (kTop + bottom) / 2}, quality_words(evaluation) + " (%)",
                   {.size = 13, .anchor = Anchor::kMiddle});
  return svg.finish();
}

}  // namespace rightsize

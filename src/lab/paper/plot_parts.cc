#include "lab/paper/plot_parts.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <set>

#include "lab/report/figures.h"

namespace rightsize {

std::optional<double> figure_at(const std::vector<double>& figures, std::size_t i) {
  constexpr double kLargest = 1e100;  // beyond it, spans are no numbers any more
  if (i >= figures.size() || !(std::abs(figures[i]) <= kLargest)) return std::nullopt;
  return figures[i];
}

std::optional<double> positive(std::optional<double> figure, bool only_positive) {
  return only_positive && figure && *figure <= 0 ? std::nullopt : figure;
}

std::optional<Interval> interval_at(const PlotSeries& series, std::size_t i) {
  const std::optional<double> low = figure_at(series.low, i);
  const std::optional<double> high = figure_at(series.high, i);
  if (!low || !high) return std::nullopt;
  return Interval{*low, *high};
}

std::string figure_text(double figure) { return typographic(fmt::format("{:.4g}", figure)); }

std::string figure_note(const PlotSeries& series, std::size_t i, const std::string& what) {
  std::string note = series.name;
  if (!what.empty()) note += (note.empty() ? "" : ", ") + what;
  if (const auto figure = figure_at(series.y, i)) note += ": " + figure_text(*figure);
  if (const auto interval = interval_at(series, i)) {
    note += fmt::format(" ({} to {})", figure_text(interval->low), figure_text(interval->high));
  }
  return note;
}

std::vector<SeriesLook> looks_of(const Plot& plot) {
  constexpr std::array<Ink, 4> kInks = {Ink::kFirst, Ink::kSecond, Ink::kThird, Ink::kOracle};
  constexpr std::array<Marker, 3> kMarkers = {Marker::kDot, Marker::kSquare, Marker::kRing};
  constexpr std::array<const char*, 3> kDashes = {"", "9 3", "2 3"};
  std::vector<SeriesLook> looks;
  std::size_t ours = 0;
  std::size_t papers = 0;
  for (const PlotSeries& series : plot.series) {
    if (series.paper) {
      looks.push_back({Ink::kModel, kMarkers[papers++ % kMarkers.size()], "6 4"});
      continue;
    }
    const std::size_t round = ours / kInks.size();
    looks.push_back({kInks[ours % kInks.size()], kMarkers[(ours + round) % kMarkers.size()],
                     kDashes[round % kDashes.size()]});
    ++ours;
  }
  return looks;
}

std::string x_title(const Plot& plot, bool log) {
  if (!log) return plot.x_label;
  if (!plot.x_label.ends_with(')')) return plot.x_label + " (log scale)";
  return plot.x_label.substr(0, plot.x_label.size() - 1) + ", log scale)";
}

std::function<std::string(double)> tick_labels(const std::vector<double>& ticks) {
  const auto label = [](double tick, int digits) {
    return typographic(fmt::format("{:.{}g}", tick, digits));
  };
  int digits = 4;
  for (; digits < 12; ++digits) {
    std::set<std::string> labels;
    for (const double tick : ticks) labels.insert(label(tick, digits));
    if (labels.size() == ticks.size()) break;
  }
  return [label, digits](double tick) { return label(tick, digits); };
}

Legend::Legend(const Plot& plot) {
  constexpr double kLeft = 22;
  constexpr double kRight = kPlotWidth - 12;
  constexpr double kSign = 32;
  constexpr double kRow = 20;
  constexpr double kGap = 22;
  Point at{kLeft, 20};
  for (std::size_t s = 0; s < plot.series.size(); ++s) {
    if (plot.series[s].name.empty()) continue;
    const std::string text = shorten(plot.series[s].name, kPlotText, kRight - kLeft - kSign);
    const double width = kSign + text_width(text, kPlotText);
    if (at.x > kLeft && at.x + width > kRight) at = {kLeft, at.y + kRow};
    entries_.push_back({s, text, at});
    at.x += width + kGap;
    bottom_ = at.y + 20;
  }
}

void Legend::draw(Svg& svg, const Sign& sign) const {
  for (const Entry& entry : entries_) {
    sign(svg, entry.series, entry.at);
    svg.text({entry.at.x + 32, entry.at.y + 4.5}, entry.text, {.size = kPlotText});
  }
}

}  // namespace rightsize

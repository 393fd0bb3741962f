// The exhibits on the neighbours of kNN and on the soundness of its choices.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "lab/paper/exhibit_parts.h"
#include "lab/paper/exhibits.h"
#include "lab/report/figures.h"

namespace rightsize {

Exhibit neighbours_exhibit(const Findings& findings) {
  const auto& variants = findings.study().neighbours;
  Exhibit exhibit{.id = "neighbours", .title = "Number of neighbours"};
  exhibit.question = "The kNN chain with other numbers of neighbours.";
  exhibit.table =
      table_of(findings, variants, findings.neighbours, "neighbours", {{"5", "86.3 to 87.4"}});
  exhibit.plots = {top1_plot("neighbours")};
  exhibit.plots.front().log_x = true;
  exhibit.plots.front().series = {
      curve_of(findings, variants, findings.neighbours, "kNN chain, all inputs")};
  exhibit.paper = "k = 5 only; the paper has no study of it.";
  const auto [least, greatest] = range_of(findings, findings.neighbours, variants.size());
  exhibit.holds = Holds::kNotMeasured;
  exhibit.finding = fmt::format(
      "There is nothing to compare with; here the share of right answers lies between {} and {} % "
      "over all numbers tried.",
      percent(least), percent(greatest));
  return exhibit;
}

Exhibit radius_exhibit(const Findings& findings) {
  const auto& variants = findings.study().radii;
  Exhibit exhibit{.id = "radius", .title = "Permissible distance"};
  exhibit.question =
      "A neighbour further away than r does not count; where none is left the premodel says "
      "\"none\". Features are scaled to [0, 1], so r cannot exceed the square root of their "
      "number.";
  exhibit.table = table_of(findings, variants, findings.radii, "r", {});
  exhibit.plots = {top1_plot("permissible distance r")};
  PlotSeries answered{.name = "kNN chain, share of the answered"};
  for (std::size_t v = 0; v < variants.size(); ++v) {
    const StrategyFigures& figures = findings.of(findings.radii + v);
    if (!std::isfinite(variants[v].parameter)) continue;
    answered.x.push_back(variants[v].parameter);
    answered.y.push_back(100 * figures.quality.value / (1 - figures.abstained));
  }
  exhibit.plots.front().series = {
      curve_of(findings, variants, findings.radii, "kNN chain, all inputs"), std::move(answered)};
  exhibit.paper =
      "Figure 17, top-1 % by r on another scale of distances: 0.25: 56; 0.5: 71.1; 1.0: 73.6; 1.5: "
      "78.3; 1.75: 80.1; 2.0: 80.0; 2.5: 75.5; 3: 72.1; from 4 on 70.8, that of MobileNet alone. "
      "There is a best distance between.";
  const std::size_t last = findings.radii + variants.size() - 1;
  const double unlimited = findings.of(last).quality.value;
  std::size_t best = last;
  for (std::size_t v = findings.radii; v < last; ++v) {
    if (findings.of(v).quality.value > findings.of(best).quality.value) best = v;
  }
  const Estimate& limited = findings.of(best).quality;
  exhibit.holds = limited.low > unlimited     ? Holds::kYes
                  : limited.value > unlimited ? Holds::kPartly
                                              : Holds::kNo;
  exhibit.finding =
      fmt::format("Without a limit {} % of all inputs are right, at the best r {} %: {}.",
                  percent(unlimited), percent(limited.value),
                  exhibit.holds == Holds::kYes      ? "a limit helps"
                  : exhibit.holds == Holds::kPartly ? "a limit helps, if not by more than chance"
                                                    : "a limit only takes answers away");
  return exhibit;
}

Exhibit conformal_exhibit(const Findings& findings) {
  Exhibit exhibit{.id = "conformal", .title = "Conformal predictor"};
  exhibit.question =
      "A choice whose smoothed p-value is below a threshold (the paper's is 0.5) is flagged. How "
      "many wrong choices (not the "
      "optimal model) are flagged, and how many right ones? A coin would flag as many of both.";
  exhibit.table = {{"single classifier", " threshold", " wrong choices", " flagged %",
                    " right choices", " flagged %"}};
  double difference = 0.0;
  for (const SoundnessResult& result : findings.study().soundness) {
    const Detection& found = result.detection;
    exhibit.table.push_back({result.classifier, fmt::format("{:.1f}", result.threshold),
                             std::to_string(found.wrong), percent(found.detection_rate()),
                             std::to_string(found.right), percent(found.false_positive_rate())});
    difference = std::max(difference, found.detection_rate() - found.false_positive_rate());
  }
  exhibit.table.push_back({"paper: svm", "0.5", "-", "87.4", "-", "5.5"});
  exhibit.paper =
      "Page 19: an SVM-based conformal predictor finds 87.4 % of the wrong choices, at 5.5 % "
      "false positives.";
  exhibit.holds = difference > 0.6 ? Holds::kYes : difference > 0.2 ? Holds::kPartly : Holds::kNo;
  exhibit.finding = fmt::format(
      "The best of them flags {} points more of the wrong choices than of the right ones.",
      points(difference));
  return exhibit;
}

}  // namespace rightsize

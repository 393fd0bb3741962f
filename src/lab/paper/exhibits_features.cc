// The exhibits on the features that the premodel looks at.
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
namespace {

std::string feature_name(std::size_t feature) { return image_feature_set().features[feature].name; }

}  // namespace

Exhibit feature_count_exhibit(const Findings& findings) {
  const auto& variants = findings.study().feature_counts;
  Exhibit exhibit{.id = "features", .title = "Number of features"};
  exhibit.question =
      "The kNN chain on the features that the backward elimination leaves, chosen inside each "
      "fold.";
  exhibit.table =
      table_of(findings, variants, findings.feature_counts, "features",
               {{"5", "67.7"}, {"6", "73.0"}, {"7", "81.6"}, {"8", "81.2"}, {"9", "81.2"}});
  exhibit.plots = {top1_plot("number of features")};
  exhibit.plots.front().series = {
      curve_of(findings, variants, findings.feature_counts, "kNN chain, all inputs"),
      paper_curve({5, 6, 7, 8, 9}, {67.7, 73.0, 81.6, 81.2, 81.2})};
  exhibit.paper = "Figure 14: a sharp rise to 81.6 % at seven features, 13.9 points above five.";
  const auto [least, greatest] = range_of(findings, findings.feature_counts, variants.size());
  const double seven = findings.of(findings.feature_counts + 6).quality.value;
  const double five = findings.of(findings.feature_counts + 4).quality.value;
  exhibit.holds = seven - five > 0.05 ? Holds::kYes : Holds::kNo;
  exhibit.finding = fmt::format(
      "Seven features give {} points against five; over all numbers tried the share of right "
      "answers lies between {} and {} %.",
      points(seven - five), percent(least), percent(greatest));
  return exhibit;
}

Exhibit importance_exhibit(const Findings& findings) {
  Exhibit exhibit{.id = "importance", .title = "Importance of the features"};
  exhibit.question =
      "How much held-out accuracy of the choice is lost when a feature is shuffled (permutation "
      "importance over the features that the correlation filter leaves), and how many of the folds "
      "selected it?";
  const std::map<std::string, const char*> kPaper = {
      {"n_keypoints", "17.3"}, {"aspect_ratio", "15.4"},  {"contrast", "14.6"},
      {"hue1", "14.4"},        {"area_by_perim", "13.6"}, {"avg_perc_brightness", "13.6"},
      {"edge_length1", "7.6"}, {"hue7", "0.56"}};
  exhibit.table = {{"feature", " lost, points", " selected in folds", " paper: importance %"}};
  Plot plot{.kind = PlotKind::kBars, .x_label = "accuracy of the choice lost, points"};
  plot.series.push_back({.name = "here"});
  const Study& study = findings.study();
  std::size_t shared = 0;
  for (const auto& [feature, lost] : study.importance) {
    const auto in_paper = kPaper.find(feature_name(feature));
    const auto selected = study.selected.find(feature);
    const std::size_t folds = selected == study.selected.end() ? 0 : selected->second;
    if (in_paper != kPaper.end() && in_paper->first != "hue7" && 2 * folds > study.folds) ++shared;
    exhibit.table.push_back({feature_name(feature),
                             fmt::format("{:+.2f}", std::round(1e4 * lost) / 100 + 0.0),
                             fmt::format("{} of {}", folds, study.folds),
                             in_paper == kPaper.end() ? "-" : in_paper->second});
    plot.categories.push_back(feature_name(feature));
    plot.series.front().y.push_back(100 * lost);
  }
  exhibit.plots = {std::move(plot)};
  exhibit.paper =
      "Figure 13 (normalised) and table 5: n_keypoints, aspect_ratio, contrast, hue1, "
      "area_by_perim, avg_perc_brightness and edge_length1 carry almost everything; figure 9a "
      "gives another order.";
  const double greatest = study.importance.empty() ? 0.0 : study.importance.front().second;
  exhibit.holds = shared >= 6 && greatest > 0.02 ? Holds::kYes
                  : shared >= 3                  ? Holds::kPartly
                                                 : Holds::kNo;
  exhibit.finding = fmt::format(
      "{} of the paper's seven features are selected in most folds; the most important one is "
      "worth {} points of the choice's accuracy.",
      shared, points(greatest));
  return exhibit;
}

Exhibit correlation_exhibit(const Findings& findings) {
  Exhibit exhibit{.id = "correlation", .title = "Correlated features"};
  exhibit.question =
      "Which features does the filter drop, because their Pearson correlation with another is "
      "above 0.75 in size?";
  exhibit.table = {{"dropped", "kept in its place", " correlation"}};
  const CorrelationFilter& filter = findings.study().filter;
  for (const DroppedFeature& dropped : filter.dropped) {
    const bool constant = dropped.feature == dropped.kept;
    exhibit.table.push_back({feature_name(dropped.feature),
                             constant ? "(constant)" : feature_name(dropped.kept),
                             constant ? "-" : fmt::format("{:.2f}", dropped.correlation)});
  }
  exhibit.paper =
      "Table 4: avg_perc_brightness stands for perc_brightness_rms (0.98), avg_brightness (0.91) "
      "and brightness_rms (0.88), edge_length1 for edge_length4 to 7 (0.78 to 0.85), hue1 for hue2 "
      "to 6 (0.99); 29 become 17.";
  const std::size_t total = filter.kept.size() + filter.dropped.size();
  const std::set<std::string> kDroppedInPaper = {"perc_brightness_rms",
                                                 "avg_brightness",
                                                 "brightness_rms",
                                                 "edge_length4",
                                                 "edge_length5",
                                                 "edge_length6",
                                                 "edge_length7",
                                                 "hue2",
                                                 "hue3",
                                                 "hue4",
                                                 "hue5",
                                                 "hue6"};
  std::size_t shared = 0;
  for (const DroppedFeature& dropped : filter.dropped) {
    shared += kDroppedInPaper.count(feature_name(dropped.feature));
  }
  exhibit.holds = shared >= 10 ? Holds::kYes : shared >= 4 ? Holds::kPartly : Holds::kNo;
  exhibit.finding =
      fmt::format("{} features become {}; of the paper's twelve dropped ones {} are dropped here.",
                  total, filter.kept.size(), shared);
  return exhibit;
}

}  // namespace rightsize

// The exhibits on what the premodel's parameters do: models, features, neighbours, soundness.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/image_feature_set.h"
#include "lab/paper/exhibits.h"
#include "lab/report/figures.h"

namespace rightsize {
namespace {

std::string feature_name(std::size_t feature) { return image_feature_set().features[feature].name; }

// The curve of a list of variants over their parameter.
PlotSeries curve_of(const Findings& findings, const std::vector<Variant>& variants,
                    std::size_t first, const std::string& name) {
  PlotSeries series{.name = name};
  for (std::size_t v = 0; v < variants.size(); ++v) {
    if (!std::isfinite(variants[v].parameter)) continue;
    const Estimate& quality = findings.of(first + v).quality;
    series.x.push_back(variants[v].parameter);
    series.y.push_back(100 * quality.value);
    series.low.push_back(100 * quality.low);
    series.high.push_back(100 * quality.high);
  }
  return series;
}

PlotSeries paper_curve(std::vector<double> x, std::vector<double> y) {
  return {.name = "the paper", .x = std::move(x), .y = std::move(y), .paper = true};
}

// One row per variant; `paper` gives the paper's cell by the variant's name.
std::vector<std::vector<std::string>> table_of(const Findings& findings,
                                               const std::vector<Variant>& variants,
                                               std::size_t first, const std::string& head,
                                               const std::map<std::string, std::string>& paper) {
  std::vector<std::vector<std::string>> table = {{head, " CPU ms", " top-1 %", " no answer %",
                                                  " against a random mix, points",
                                                  " paper: top-1 %"}};
  for (std::size_t v = 0; v < variants.size(); ++v) {
    const StrategyFigures& figures = findings.of(first + v);
    const auto found = paper.find(variants[v].name);
    table.push_back({variants[v].name, milliseconds(figures.cpu_ms.value),
                     percent(figures.quality.value), percent(figures.abstained),
                     points_with_interval(figures.over_mix),
                     found == paper.end() ? "-" : found->second});
  }
  return table;
}

// Least and greatest quality of a list.
std::pair<double, double> range_of(const Findings& findings, std::size_t first, std::size_t count) {
  double least = 1.0;
  double greatest = 0.0;
  for (std::size_t v = 0; v < count; ++v) {
    least = std::min(least, findings.of(first + v).quality.value);
    greatest = std::max(greatest, findings.of(first + v).quality.value);
  }
  return {least, greatest};
}

Plot top1_plot(const std::string& x_label) {
  return {.kind = PlotKind::kLines, .x_label = x_label, .y_label = "top-1, % of all inputs"};
}

}  // namespace

Exhibit choice_exhibit(const Findings& findings) {
  Exhibit exhibit{.id = "theta", .title = "Choice of the models: method and theta"};
  exhibit.question =
      "Which models does the greedy algorithm choose, and what would a perfect chooser among them "
      "reach on held-out inputs?";
  exhibit.table = {{"method", " theta, points", " models (mean)", " CPU ms", " top-1 %",
                    " paper: ms", " paper: top-1 %"}};
  const std::map<std::pair<std::string, int>, std::pair<const char*, const char*>> kPaper = {
      {{"optimal", 50}, {"667", "84.3"}},   {{"optimal", 20}, {"730", "88.2"}},
      {{"optimal", 10}, {"730", "88.2"}},   {{"optimal", 5}, {"733", "88.7"}},
      {{"alternate", 50}, {"807", "85.8"}}, {{"alternate", 20}, {"839", "87.4"}},
      {{"alternate", 10}, {"842", "88.0"}}, {{"alternate", 5}, {"862", "89.3"}},
      {{"accuracy", 50}, {"842", "86.4"}},  {{"accuracy", 20}, {"872", "87.7"}},
      {{"accuracy", 10}, {"881", "88.5"}},  {{"accuracy", 5}, {"891", "90.0"}}};
  const auto& choices = findings.study().choices;
  Plot plot{.kind = PlotKind::kPoints,
            .x_label = "mean CPU time per input of a perfect chooser, ms",
            .y_label = "top-1, %"};
  bool ordered = true;
  for (std::size_t c = 0; c < choices.size(); ++c) {
    const StrategyFigures& figures = findings.of(findings.choices + c);
    const std::string method = to_string(choices[c].method);
    const auto& paper = kPaper.at({method, static_cast<int>(std::lround(1000 * choices[c].theta))});
    const double models = choices[c].models / static_cast<double>(findings.study().folds);
    exhibit.table.push_back({method, fmt::format("{:.1f}", 100 * choices[c].theta),
                             fmt::format("{:.1f}", models), milliseconds(figures.cpu_ms.value),
                             percent(figures.quality.value), paper.first, paper.second});
    if (c % 4 == 0) {
      plot.series.push_back({.name = method});
    } else {
      ordered =
          ordered && figures.quality.value >= findings.of(findings.choices + c - 1).quality.value;
    }
    plot.series.back().x.push_back(figures.cpu_ms.value);
    plot.series.back().y.push_back(100 * figures.quality.value);
    plot.series.back().labels.push_back(fmt::format("{:.1f}", 100 * choices[c].theta));
  }
  exhibit.plots = {std::move(plot)};
  exhibit.paper =
      "Figure 12. A smaller theta admits more models: more accuracy for more time. (Accuracy at "
      "0.5 cannot be the three networks of the paper's premodel, whose union is 86.1 to 86.9 %.)";
  std::vector<std::string> chosen;
  for (const ChosenModel& one : findings.study().chosen) {
    chosen.push_back(
        fmt::format("{} ({} %)", findings.model_name(one.model), percent(one.union_quality)));
  }
  exhibit.holds = ordered ? Holds::kYes : Holds::kPartly;
  exhibit.finding = fmt::format(
      "{} The premodel's models on all inputs, in order, with the union accuracy: {}.",
      ordered ? "As in the paper, a smaller theta gives a better perfect chooser with every method."
              : "A smaller theta mostly gives a better perfect chooser.",
      fmt::join(chosen, ", "));
  return exhibit;
}

Exhibit model_count_exhibit(const Findings& findings) {
  const auto& variants = findings.study().model_counts;
  Exhibit exhibit{.id = "models", .title = "Number of models"};
  exhibit.question = "The kNN chain over the first one to five models of the greedy choice.";
  exhibit.table =
      table_of(findings, variants, findings.model_counts, "models",
               {{"1", "82.7"}, {"2", "84.3"}, {"3", "87.6"}, {"4", "87.7"}, {"5", "87.7"}});
  exhibit.plots = {top1_plot("number of models")};
  exhibit.plots.front().series = {
      curve_of(findings, variants, findings.model_counts, "kNN chain, all inputs"),
      paper_curve({1, 2, 3, 4, 5}, {82.7, 84.3, 87.6, 87.7, 87.7})};
  exhibit.paper =
      "Figure 18: 82.7 % with one to 87.7 % with five, three being enough. (One network is "
      "MobileNet alone, 70.9 %, so these are not shares of all inputs.)";
  const double first = findings.of(findings.model_counts).quality.value;
  const double third = findings.of(findings.model_counts + 2).quality.value;
  const double last = findings.of(findings.model_counts + 4).quality.value;
  const StrategyFigures& three = findings.of(findings.model_counts + 2);
  const bool levels_off = third > first && std::abs(last - third) < 0.01;
  exhibit.holds = levels_off && three.over_mix.low > 0 ? Holds::kYes
                  : third > first                      ? Holds::kPartly
                                                       : Holds::kNo;
  exhibit.finding = fmt::format(
      "From one model to three {} points, from three to five {} points; with three models {} "
      "points against a random mix at the same time.",
      points(third - first), points(last - third), points_with_interval(three.over_mix));
  return exhibit;
}

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
    exhibit.table.push_back({feature_name(feature), fmt::format("{:+.2f}", 100 * lost),
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
  exhibit.holds =
      filter.kept.size() >= 15 && filter.kept.size() <= 19 ? Holds::kYes : Holds::kPartly;
  exhibit.finding = fmt::format("{} features become {}.", total, filter.kept.size());
  return exhibit;
}

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
      "There is nothing to compare with; here the share of right answers lies between {} "
      "and {} % over all numbers tried.",
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
  const auto [least, greatest] = range_of(findings, findings.radii, variants.size());
  const double unlimited = findings.of(findings.radii + variants.size() - 1).quality.value;
  exhibit.holds = greatest > unlimited + 0.01 ? Holds::kYes : Holds::kNo;
  exhibit.finding = fmt::format(
      "Without a limit {} % of all inputs are right, at the best r {} %: {}.", percent(unlimited),
      percent(greatest),
      exhibit.holds == Holds::kYes ? "a limit helps" : "a limit only takes answers away");
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
      "Section 7.6: an SVM-based conformal predictor finds 87.4 % of the wrong choices, at 5.5 % "
      "false positives.";
  exhibit.holds = difference > 0.6 ? Holds::kYes : difference > 0.2 ? Holds::kPartly : Holds::kNo;
  exhibit.finding = fmt::format(
      "The best of them flags {} points more of the wrong choices than of the right ones.",
      points(difference));
  return exhibit;
}

}  // namespace rightsize

// The exhibits on the models that enter the premodel.
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

// What figure 12 shows, counted over its three methods and four thetas.
struct ChoiceVerdict {
  int gains = 0;    // methods with which a smaller theta gives a better perfect chooser
  int cheaper = 0;  // thetas at which `optimal` is cheaper than `accuracy`
  int better = 0;   // thetas at which `accuracy` is at least as accurate as `optimal`
};
constexpr std::size_t kThetas = 4;

ChoiceVerdict judge_choices(const Findings& findings) {
  ChoiceVerdict verdict;
  const auto figures = [&](std::size_t method, std::size_t theta) -> const StrategyFigures& {
    return findings.of(findings.choices + method * kThetas + theta);
  };
  for (std::size_t method = 0; method < 3; ++method) {
    const double gained =
        figures(method, kThetas - 1).quality.low - figures(method, 0).quality.value;
    verdict.gains += gained > 0 ? 1 : 0;
  }
  for (std::size_t theta = 0; theta < kThetas; ++theta) {
    const StrategyFigures& optimal = figures(0, theta);
    const StrategyFigures& accuracy = figures(2, theta);
    verdict.cheaper += optimal.cpu_ms.value < accuracy.cpu_ms.value ? 1 : 0;
    verdict.better += accuracy.quality.value >= optimal.quality.value ? 1 : 0;
  }
  return verdict;
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
  for (std::size_t c = 0; c < choices.size(); ++c) {
    const StrategyFigures& figures = findings.of(findings.choices + c);
    const std::string method = to_string(choices[c].method);
    const auto& paper = kPaper.at({method, static_cast<int>(std::lround(1000 * choices[c].theta))});
    const double models = choices[c].models / static_cast<double>(findings.study().folds);
    exhibit.table.push_back({method, fmt::format("{:.1f}", 100 * choices[c].theta),
                             fmt::format("{:.1f}", models), milliseconds(figures.cpu_ms.value),
                             percent(figures.quality.value), paper.first, paper.second});
    if (c % kThetas == 0) {
      plot.series.push_back({.name = method});
    }
    plot.series.back().x.push_back(figures.cpu_ms.value);
    plot.series.back().y.push_back(100 * figures.quality.value);
    plot.series.back().labels.push_back(fmt::format("{:.1f}", 100 * choices[c].theta));
  }
  exhibit.plots = {std::move(plot)};
  exhibit.paper =
      "Figure 12. A smaller theta admits more models: more accuracy for more time; optimal is the "
      "cheapest method, accuracy the most accurate. (Accuracy at "
      "0.5 cannot be the three networks of the paper's premodel, whose union is 86.1 to 86.9 %.)";
  std::vector<std::string> chosen;
  for (const ChosenModel& one : findings.study().chosen) {
    chosen.push_back(
        fmt::format("{} ({} %)", findings.model_name(one.model), percent(one.union_quality)));
  }
  const ChoiceVerdict verdict = judge_choices(findings);
  exhibit.holds = verdict.gains == 3 && verdict.cheaper == 4 && verdict.better == 4 ? Holds::kYes
                  : verdict.gains > 0                                               ? Holds::kPartly
                                                                                    : Holds::kNo;
  exhibit.finding = fmt::format(
      "From theta 5.0 to 0.5 the perfect chooser gains with {} of 3 methods (lower bound above 0). "
      "At "
      "equal theta, optimal is cheaper than accuracy {} times of 4, and accuracy is at least as "
      "accurate {} times of 4; in the paper always. The premodel's models on all inputs, in order, "
      "with the union accuracy: {}.",
      verdict.gains, verdict.cheaper, verdict.better, fmt::join(chosen, ", "));
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
  const bool enough = mean_used(findings, variants.back()) > 4.5;
  const bool levels_off = third > first && std::abs(last - third) < 0.01;
  exhibit.holds = !enough                                ? Holds::kNotMeasured
                  : levels_off && three.over_mix.low > 0 ? Holds::kYes
                  : third > first                        ? Holds::kPartly
                                                         : Holds::kNo;
  exhibit.finding = fmt::format(
      "From one model to three {} points, from three to five {} points; with three models {} "
      "points "
      "against a random mix at the same time.{}",
      points(third - first), points(last - third), points_with_interval(three.over_mix),
      enough ? ""
             : " In some folds no fifth model adds anything, so the rows repeat smaller sets.");
  return exhibit;
}

}  // namespace rightsize

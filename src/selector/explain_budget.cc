#include "selector/explain_budget.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/clock.h"
#include "core/terminal_text.h"

namespace rightsize {
namespace {

using nlohmann::ordered_json;

const PointOffered* chosen_of(const BudgetExplanation& explanation) {
  for (const PointOffered& point : explanation.points) {
    if (point.chosen) return &point;
  }
  return nullptr;
}

std::string why(const BudgetExplanation& explanation) {
  const PointOffered* chosen = chosen_of(explanation);
  if (chosen == nullptr) return "";
  if (explanation.wanted.empty()) {
    return fmt::format(
        "There were no limits, so '{}' decided, the point that is used unless "
        "another is asked for.",
        chosen->name);
  }
  if (!explanation.steered) {
    return fmt::format("Wanted: {}. '{}' decided: no other point was opened.", explanation.wanted,
                       chosen->name);
  }
  if (chosen->within) {
    return fmt::format("Wanted: {}. Of the points within that '{}' is best.", explanation.wanted,
                       chosen->name);
  }
  return fmt::format("Wanted: {}. No point is within that; '{}' answers soonest.",
                     explanation.wanted, chosen->name);
}

std::string points_table(const BudgetExplanation& explanation) {
  std::vector<std::vector<std::string>> rows = {
      {"point", fmt::format(" {} %", explanation.criterion), " mean ms", " at most ms", "within"}};
  for (const PointOffered& point : explanation.points) {
    if (!point.runnable) continue;
    rows.push_back({point.name + (point.chosen ? " (chosen)" : ""),
                    fmt::format("{:.1f}", 100 * point.quality),
                    fmt::format("{:.1f}", point.mean_ms), fmt::format("{:.1f}", point.longest_ms),
                    point.within ? "yes" : "no"});
  }
  return text_table(rows);
}

std::string times_table(const BudgetExplanation& explanation) {
  std::vector<std::vector<std::string>> rows = {{"model", " expected ms", " at most ms", "took"}};
  for (const TimePredicted& time : explanation.times) {
    std::string took = "not run";
    if (time.measured_ms) took = fmt::format("{:.1f} ms", *time.measured_ms);
    if (time.cut_ms) took = fmt::format("cut after {:.1f} ms", *time.cut_ms);
    rows.push_back({time.model, fmt::format("{:.1f}", time.expected_ms),
                    fmt::format("{:.1f}", time.longest_ms), took});
  }
  return text_table(rows);
}

std::string indented(const std::string& text) {
  std::string result = "  ";
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] == '\n' && i + 1 < text.size()) result += "  ";
  }
  if (!result.ends_with('\n')) result += '\n';
  return result;
}

ordered_json milliseconds(const std::optional<double>& time) {
  return time ? ordered_json(*time) : ordered_json();
}

}  // namespace

BudgetExplanation explain_budget(const SelectorFile& file, const Steering& steering,
                                 const Budget& budget, const PresentCosts& costs,
                                 std::size_t chosen, bool steered) {
  BudgetExplanation explanation{
      .criterion = file.criterion, .steered = steered, .late_allowed = budget.answer_late};
  if (budget.chooses_point()) explanation.wanted = words_of(budget);
  for (std::size_t p = 0; p < file.points.size(); ++p) {
    const Steering::PointFigures figures = steering.figures(p, budget, costs);
    PointOffered point{
        .name = file.points[p].name, .quality = figures.quality, .chosen = p == chosen};
    point.runnable = figures.mean != kNever && figures.longest != kNever;
    if (point.runnable) {
      point.mean_ms = to_ms(figures.mean);
      point.longest_ms = to_ms(figures.longest);
      point.within = figures.good_enough(budget) && figures.cheap_enough(budget);
    }
    explanation.points.push_back(point);
  }
  return explanation;
}

std::string to_text(const BudgetExplanation& explanation) {
  std::string text = "\nWhy this operating point\n" + indented(wrapped(why(explanation), 94));
  if (!explanation.wanted.empty() && explanation.steered) {
    text += "\n" + indented(points_table(explanation));
  }
  if (explanation.times.empty()) return printable(text);
  text += fmt::format("\nWhat was expected of {} source pieces, and what it took (wall time)\n",
                      explanation.pieces);
  return printable(text + indented(times_table(explanation)));
}

ordered_json to_json(const BudgetExplanation& explanation) {
  auto points = ordered_json::array();
  for (const PointOffered& point : explanation.points) {
    points.push_back(
        {{"point", point.name},
         {"quality", point.quality},
         {"runnable", point.runnable},
         {"mean_ms", point.runnable ? ordered_json(point.mean_ms) : ordered_json()},
         {"longest_ms", point.runnable ? ordered_json(point.longest_ms) : ordered_json()},
         {"within", point.within},
         {"chosen", point.chosen}});
  }
  auto times = ordered_json::array();
  for (const TimePredicted& time : explanation.times) {
    times.push_back({{"model", time.model},
                     {"expected_ms", time.expected_ms},
                     {"longest_ms", time.longest_ms},
                     {"measured_ms", milliseconds(time.measured_ms)},
                     {"cut_ms", milliseconds(time.cut_ms)}});
  }
  return {{"wanted", explanation.wanted},
          {"criterion", explanation.criterion},
          {"steered", explanation.steered},
          {"late_allowed", explanation.late_allowed},
          {"source_pieces", explanation.pieces},
          {"points", points},
          {"times", times}};
}

}  // namespace rightsize

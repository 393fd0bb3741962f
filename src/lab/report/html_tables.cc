#include <fmt/format.h>

#include "lab/report/figures.h"
#include "lab/report/html_parts.h"
#include "lab/report/svg.h"

namespace rightsize {
namespace {

constexpr int kColumns = 7;

std::string header(const Evaluation& evaluation, const char* first) {
  const std::string& baseline = evaluation.model_names[evaluation.baseline];
  return fmt::format(
      "<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{} (%)</th>"
      "<th scope=\"col\">difference to {} (points)</th><th scope=\"col\">mean CPU time (ms)</th>"
      "<th scope=\"col\">speed-up (times)</th><th scope=\"col\">over the random mix (points)</th>"
      "<th scope=\"col\">no answer (%)</th></tr></thead>\n",
      first, escape_markup(quality_words(evaluation)), escape_markup(baseline));
}

// A difference whose interval contains 0 is none, and looks like it.
std::string difference_cell(const Estimate& estimate, const std::string& more = "") {
  const Estimate shown = shown_share(estimate);
  const char* look = shown.low > 0 ? "better" : shown.high < 0 ? "worse" : "none";
  return fmt::format("<td class=\"{}\">{}{}</td>", look, estimate_html(estimate, points), more);
}

// Beside a reference model: what the labels say.
std::string label_words(const StrategyFigures& figures) {
  if (!figures.by_labels) return "";
  return "<br><small>by labels " + estimate_html(*figures.by_labels, points) + "</small>";
}

std::string row(const StrategyFigures& figures, const char* look) {
  return fmt::format(
      "<tr class=\"{}\"><th "
      "scope=\"row\">{}</th><td>{}</td>{}<td>{}</td><td>{}</td>{}<td>{}</td></tr>\n",
      look, escape_markup(figures.name), estimate_html(figures.quality, percent),
      difference_cell(figures.difference, label_words(figures)),
      estimate_html(figures.cpu_ms, milliseconds), estimate_html(figures.speedup, times, "×"),
      difference_cell(figures.over_mix), percent(figures.abstained));
}

std::string group(const std::string& heading, const std::string& rows) {
  return fmt::format(
      "<tbody><tr class=\"group\"><th scope=\"colgroup\" colspan=\"{}\">{}</th></tr>\n{}</tbody>\n",
      kColumns, escape_markup(heading), rows);
}

// The point that the verdict is about is marked.
std::string rows_of(const KindFigures& kind, const Evaluation& evaluation) {
  std::string rows;
  for (const StrategyFigures& point : kind.points) {
    rows += row(point, evaluation.is_judged(kind, point) ? "marked" : "");
  }
  return rows;
}

std::string table(const std::string& head, const std::string& groups) {
  return "<div class=\"scroll\"><table>\n" + head + groups + "</table></div>\n";
}

}  // namespace

std::string estimate_html(const Estimate& estimate, std::string (*format)(double),
                          const char* unit) {
  return fmt::format("<b>{}{}</b> <span class=\"ci\">{} to {}</span>",
                     typographic(format(estimate.value)), unit, typographic(format(estimate.low)),
                     typographic(format(estimate.high)));
}

std::string points_table(const Evaluation& evaluation) {
  std::string groups;
  for (const KindFigures* kind : adaptive_kinds(evaluation)) {
    const bool validated = kind->held_out && kind->kind != "selector file";
    groups +=
        group(kind_words(*kind) + (validated ? " (held out)" : ""), rows_of(*kind, evaluation));
  }
  return table(header(evaluation, "operating point"), groups) + "<p class=\"lead\">" +
         escape_markup(unreached_note(evaluation)) + "</p>\n";
}

std::string controls_table(const Evaluation& evaluation) {
  std::string models;
  for (const std::size_t m : models_by_cost(evaluation)) {
    models += row(evaluation.models[m], m == evaluation.baseline ? "marked" : "");
  }
  std::string groups = group("single models, from cheap to dear; the baseline is marked", models);
  for (const KindFigures* kind : control_kinds(evaluation)) {
    const std::string words =
        kind->kind == "fixed" ? "fixed choice: one model per operating point" : kind_words(*kind);
    groups += group(words + " (held out)", rows_of(*kind, evaluation));
  }
  std::string chosen;
  for (const std::string& name : evaluation.chosen) chosen += (chosen.empty() ? "" : ", ") + name;
  groups += group("oracle: a bound, never a result (chosen models: " + chosen + ")",
                  row(evaluation.oracle_zoo, "bound") + row(evaluation.oracle_chosen, "bound"));
  return table(header(evaluation, "way of choosing"), groups);
}

}  // namespace rightsize

// A deadline evaluation as JSON and as Markdown.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "lab/text/deadline.h"

namespace rightsize {
namespace {

using nlohmann::ordered_json;

const char* word_of(DeadlineClock clock) {
  return clock == DeadlineClock::kCpu ? "CPU time" : "wall time";
}
const char* other_word_of(DeadlineClock clock) {
  return clock == DeadlineClock::kCpu ? "wall time" : "CPU time";
}

ordered_json shares_of(const DeadlineResult& result, const std::vector<std::string>& models) {
  ordered_json shares = ordered_json::object();
  for (std::size_t m = 0; m < models.size(); ++m) {
    if (result.shares[m] > 0) shares[models[m]] = result.shares[m];
  }
  return shares;
}

ordered_json part(const DeadlineResult& result, const std::vector<std::string>& models) {
  return {{"value", result.value},
          {"late", result.late},
          {"late_by_other_clock", result.late_other},
          {"mean_ms", result.mean_ms},
          {"shares", shares_of(result, models)}};
}

ordered_json part(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

ordered_json part(const Line& line) { return {line.fixed_ms, line.per_piece_ms}; }

ordered_json part(const DeadlineRow& row, const std::vector<std::string>& models) {
  ordered_json single = ordered_json::object();
  for (std::size_t m = 0; m < models.size(); ++m) single[models[m]] = part(row.single[m], models);
  return {{"quantile", row.quantile},
          {"deadline_ms", row.deadline_ms},
          {"single", single},
          {"static_on_time", part(row.static_on_time, models)},
          {"static_best", part(row.static_best, models)},
          {"mode", part(row.mode, models)},
          {"oracle", part(row.oracle, models)},
          {"mode_over_static_on_time", part(row.over_on_time)},
          {"mode_over_static_best", part(row.over_best)}};
}

std::string result_text(const DeadlineResult& result) {
  return fmt::format("{:.2f} ({:.1f} %)", 100 * result.value, 100 * result.late);
}

std::string difference_text(const Estimate& estimate) {
  return fmt::format("{:+.2f} [{:+.2f}, {:+.2f}]", 100 * estimate.value, 100 * estimate.low,
                     100 * estimate.high);
}

std::string fits_table(const DeadlineEvaluation& evaluation) {
  std::string text = fmt::format(
      "| model | {} expected, ms | of {:.1f} % at most, ms | R2 | R2 with the output's length "
      "known |\n|---|---|---|---|---|\n",
      word_of(evaluation.options.clock), 100 * evaluation.options.upper_quantile);
  for (std::size_t m = 0; m < evaluation.models.size(); ++m) {
    const CostFit& fit = evaluation.fits[m];
    text += fmt::format(
        "| {} | {:.2f} + {:.3f} a piece | {:.2f} + {:.3f} a piece | {:.2f} | {:.2f} |\n",
        evaluation.models[m], fit.line.wall.fixed_ms, fit.line.wall.per_piece_ms,
        fit.line.upper.fixed_ms, fit.line.upper.per_piece_ms, fit.wall_r2, fit.wall.r2);
  }
  return text;
}

std::string rows_table(const DeadlineEvaluation& evaluation) {
  std::string text =
      "| deadline, ms | best single, on time | best single, any | deadline mode | oracle | mode "
      "over single on time | mode over best single | mode late by the other clock |\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (const DeadlineRow& row : evaluation.rows) {
    text += fmt::format("| {:.2f} ({:.0f} %) | {} | {} | {} | {} | {} | {} | {:.1f} % |\n",
                        row.deadline_ms, 100 * row.quantile, result_text(row.static_on_time),
                        result_text(row.static_best), result_text(row.mode),
                        result_text(row.oracle), difference_text(row.over_on_time),
                        difference_text(row.over_best), 100 * row.mode.late_other);
  }
  return text;
}

}  // namespace

ordered_json to_json(const DeadlineEvaluation& evaluation) {
  auto fits = ordered_json::array();
  for (std::size_t m = 0; m < evaluation.models.size(); ++m) {
    const CostFit& fit = evaluation.fits[m];
    fits.push_back({{"model", evaluation.models[m]},
                    {"expected", part(fit.line.wall)},
                    {"upper", part(fit.line.upper)},
                    {"r2", fit.wall_r2},
                    {"r2_with_tokens", fit.wall.r2},
                    {"samples", fit.samples}});
  }
  auto rows = ordered_json::array();
  for (const DeadlineRow& row : evaluation.rows) rows.push_back(part(row, evaluation.models));
  const DeadlineOptions& options = evaluation.options;
  return {{"metric", evaluation.metric},
          {"sentences", evaluation.sentences},
          {"best", evaluation.models[evaluation.best]},
          {"clock", word_of(options.clock)},
          {"late_text", options.late_text == LateText::kEmpty ? "empty" : "cheapest"},
          {"most_late", options.most_late},
          {"upper_quantile", options.upper_quantile},
          {"folds", options.folds},
          {"resamples", options.resamples},
          {"seed", options.seed},
          {"lines", fits},
          {"rows", rows}};
}

std::string to_markdown(const DeadlineEvaluation& evaluation) {
  const DeadlineOptions& options = evaluation.options;
  return fmt::format(
             "Deadlines in {} on {} sentences; {} of the corpus in points, held out in {} folds. "
             "In "
             "round brackets the share of sentences that were late, whose translations count as "
             "{}; beside a deadline, the share of sentences that `{}`, the best model, translates "
             "within it. \"On time\": at most {:.1f} % late in training. In square brackets 95 % "
             "intervals of {} paired resamples. The other clock is {}.\n\n",
             word_of(options.clock), evaluation.sentences, evaluation.metric, options.folds,
             options.late_text == LateText::kEmpty ? "empty" : "those of the quickest model",
             evaluation.models[evaluation.best], 100 * options.most_late, options.resamples,
             other_word_of(options.clock)) +
         rows_table(evaluation) + "\nLines of cost, fitted to all sentences:\n\n" +
         fits_table(evaluation);
}

}  // namespace rightsize

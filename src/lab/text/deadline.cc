#include "lab/text/deadline.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/clock.h"
#include "lab/replay/statistics.h"
#include "lab/text/deadline_replay.h"

namespace rightsize {
namespace {

// Per item, by the folds: what each way of choosing chose at one deadline.
struct Choices {
  std::int64_t deadline = 0;
  std::vector<std::size_t> on_time;
  std::vector<std::size_t> best;
  std::vector<std::size_t> mode;
};

Items all_items(const JudgedRun& run) {
  Items items(run.items());
  std::iota(items.begin(), items.end(), std::size_t{0});
  return items;
}

std::vector<std::size_t> ranking_of(const JudgedRun& run, const Items& items) {
  std::vector<double> values;
  std::vector<std::size_t> order(run.models());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t m = 0; m < run.models(); ++m) {
    values.push_back(run.value(m, items, kNoDeadline));
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  return order;
}

Result<Learned> learn(const OutcomeTable& table, const JudgedRun& run, const Items& items,
                      const DeadlineOptions& options) {
  const Result<std::vector<CostFit>> fits = fit_lines(table, items, options);
  if (!fits.ok()) return fits.status();
  Learned learned{.ranking = ranking_of(run, items)};
  for (const CostFit& fit : *fits) learned.lines.push_back(fit.line);
  return learned;
}

std::vector<Choices> prepared(const JudgedRun& run, std::size_t best,
                              const DeadlineOptions& options) {
  std::vector<std::int64_t> times = run.time[best];
  std::sort(times.begin(), times.end());
  std::vector<Choices> choices;
  for (const double quantile : options.quantiles) {
    const double place = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(times.size() - 1);
    const std::size_t n = run.items();
    choices.push_back({.deadline = times[static_cast<std::size_t>(place)],
                       .on_time = std::vector<std::size_t>(n),
                       .best = std::vector<std::size_t>(n),
                       .mode = std::vector<std::size_t>(n)});
  }
  return choices;
}

Status choose(const OutcomeTable& table, const JudgedRun& run, const DeadlineOptions& options,
              std::vector<Choices>& choices) {
  for (const Items& held_out : shuffled_folds(run.items(), options.folds, options.seed)) {
    const Items training = all_but(run.items(), held_out);
    const Result<Learned> learned = learn(table, run, training, options);
    if (!learned.ok()) return learned.status();
    for (Choices& at : choices) {
      const std::size_t on_time = best_static(run, training, at.deadline, options.most_late);
      const std::size_t best = best_static(run, training, at.deadline, 1.0);
      for (const std::size_t i : held_out) {
        at.on_time[i] = on_time;
        at.best[i] = best;
        at.mode[i] = choose_in_time(run, *learned, i, at.deadline);
      }
    }
  }
  return {};
}

DeadlineRow row_of(const JudgedRun& run, const Choices& choices, std::size_t best) {
  DeadlineRow row{.deadline_ms = to_ms(Nanoseconds(choices.deadline))};
  for (std::size_t m = 0; m < run.models(); ++m) {
    row.single.push_back(
        result_of(run, std::vector<std::size_t>(run.items(), m), choices.deadline));
  }
  row.static_on_time = result_of(run, choices.on_time, choices.deadline);
  row.static_best = result_of(run, choices.best, choices.deadline);
  row.mode = result_of(run, choices.mode, choices.deadline);
  row.oracle = result_of(run, oracle_choices(run, best, choices.deadline), choices.deadline);
  return row;
}

// Differences of the metric on one resample: of the mode to both static choices.
std::pair<double, double> differences(const JudgedRun& run, const Choices& choices,
                                      const std::vector<std::uint32_t>& times_drawn) {
  TextCounts mode;
  TextCounts on_time;
  TextCounts best;
  for (std::size_t i = 0; i < run.items(); ++i) {
    if (times_drawn[i] == 0) continue;
    add(run.given(choices.mode[i], i, choices.deadline), times_drawn[i], mode);
    add(run.given(choices.on_time[i], i, choices.deadline), times_drawn[i], on_time);
    add(run.given(choices.best[i], i, choices.deadline), times_drawn[i], best);
  }
  const double value = corpus_value(mode, run.metric);
  return {value - corpus_value(on_time, run.metric), value - corpus_value(best, run.metric)};
}

void fill_intervals(const JudgedRun& run, const std::vector<Choices>& choices,
                    const DeadlineOptions& options, std::vector<DeadlineRow>& rows) {
  std::vector<std::vector<double>> over_on_time(rows.size());
  std::vector<std::vector<double>> over_best(rows.size());
  bootstrap(run.items(), options.resamples, options.seed, [&](const auto& times_drawn) {
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const auto [first, second] = differences(run, choices[r], times_drawn);
      over_on_time[r].push_back(first);
      over_best[r].push_back(second);
    }
  });
  for (std::size_t r = 0; r < rows.size(); ++r) {
    DeadlineRow& row = rows[r];
    row.over_on_time =
        percentile_estimate(row.mode.value - row.static_on_time.value, std::move(over_on_time[r]));
    row.over_best =
        percentile_estimate(row.mode.value - row.static_best.value, std::move(over_best[r]));
  }
}

}  // namespace

Result<DeadlineEvaluation> evaluate_deadlines(const OutcomeTable& table,
                                              const DeadlineOptions& options) {
  if (options.folds < 2 || options.folds > table.item_count()) {
    return invalid_input(
        fmt::format("{} folds of {} sentences: 2 folds or more are needed, and a "
                    "sentence in each",
                    options.folds, table.item_count()));
  }
  const Result<JudgedRun> run = judge(table, options);
  if (!run.ok()) return run.status();
  DeadlineEvaluation evaluation{
      .metric = to_string(options.metric), .sentences = run->items(), .options = options};
  for (const ModelSpec& model : table.zoo.models) evaluation.models.push_back(model.name);
  evaluation.best = ranking_of(*run, all_items(*run)).front();
  Result<std::vector<CostFit>> fits = fit_lines(table, all_items(*run), options);
  if (!fits.ok()) return fits.status();
  evaluation.fits = std::move(*fits);

  std::vector<Choices> choices = prepared(*run, evaluation.best, options);
  if (Status status = choose(table, *run, options, choices); !status.ok()) return status;
  for (std::size_t r = 0; r < choices.size(); ++r) {
    evaluation.rows.push_back(row_of(*run, choices[r], evaluation.best));
    evaluation.rows.back().quantile = options.quantiles[r];
  }
  fill_intervals(*run, choices, options, evaluation.rows);
  return evaluation;
}

}  // namespace rightsize

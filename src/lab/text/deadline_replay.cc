#include "lab/text/deadline_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/clock.h"

namespace rightsize {
namespace {

Status check(const OutcomeTable& table) {
  if (table.item_count() == 0) return invalid_input("the run has no sentences");
  if (table.text.cells.size() != table.cells.size()) {
    return invalid_input("the run has no translations: deadline mode is for runs of translation");
  }
  if (table.text.references.size() != table.item_count()) {
    return invalid_input("the run has no reference translations to judge by");
  }
  return {};
}

std::int64_t mean_of(const std::vector<std::int64_t>& times) {
  const std::int64_t sum = std::accumulate(times.begin(), times.end(), std::int64_t{0});
  return sum / static_cast<std::int64_t>(times.size());
}

}  // namespace

Result<JudgedRun> judge(const OutcomeTable& table, const DeadlineOptions& options) {
  if (Status status = check(table); !status.ok()) return status;
  const bool by_cpu = options.clock == DeadlineClock::kCpu;
  const std::size_t models = table.model_count();
  JudgedRun run{.metric = options.metric, .late_text = options.late_text};
  run.counts.resize(models);
  run.time.resize(models);
  run.other.resize(models);
  run.pieces.resize(models);
  for (std::size_t i = 0; i < table.item_count(); ++i) {
    const std::string& reference = table.text.references[i];
    run.nothing.push_back(count("", reference));
    for (std::size_t m = 0; m < models; ++m) {
      const RecordedOutcome& cell = table.at(i, m);
      const TextCell& text = table.text_at(i, m);
      const bool ok = cell.status == TrialStatus::kOk;
      run.counts[m].push_back(ok ? count(text.text, reference) : run.nothing[i]);
      run.time[m].push_back((by_cpu ? cell.cpu : cell.wall).count());
      run.other[m].push_back((by_cpu ? cell.wall : cell.cpu).count());
      run.pieces[m].push_back(static_cast<std::size_t>(std::max(text.source_pieces, 0)));
    }
  }
  for (std::size_t m = 1; m < models; ++m) {
    if (mean_of(run.time[m]) < mean_of(run.time[run.cheapest])) run.cheapest = m;
  }
  if (mean_of(run.time[run.cheapest]) <= 0) return invalid_input("the run has no times");
  return run;
}

const TextCounts& JudgedRun::given(std::size_t model, std::size_t i, std::int64_t deadline) const {
  if (!late(model, i, deadline)) return counts[model][i];
  const bool has_cheapest = late_text == LateText::kCheapest && !late(cheapest, i, deadline);
  return has_cheapest ? counts[cheapest][i] : nothing[i];
}

double JudgedRun::value(std::size_t model, const Items& of, std::int64_t deadline) const {
  TextCounts sum;
  for (const std::size_t i : of) sum += given(model, i, deadline);
  return corpus_value(sum, metric);
}

double JudgedRun::late_share(std::size_t model, const Items& of, std::int64_t deadline) const {
  const auto is_late = [&](std::size_t i) { return late(model, i, deadline); };
  return static_cast<double>(std::count_if(of.begin(), of.end(), is_late)) /
         static_cast<double>(of.size());
}

Result<std::vector<CostFit>> fit_lines(const OutcomeTable& table, const Items& items,
                                       const DeadlineOptions& options) {
  std::vector<CostFit> fits;
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    std::vector<CostSample> samples = cost_samples(table, m, items);
    // The upper line is of the wall time, so that is the clock of the replay here.
    for (CostSample& s : samples) {
      if (options.clock == DeadlineClock::kCpu) s.wall_ms = s.cpu_ms;
    }
    Result<CostFit> fit = fit_cost(samples, {.quantile = options.upper_quantile});
    if (!fit.ok()) {
      return fit.status().with_context(fmt::format("model '{}'", table.zoo.models[m].name));
    }
    fits.push_back(*fit);
  }
  return fits;
}

std::size_t choose_in_time(const JudgedRun& run, const Learned& learned, std::size_t i,
                           std::int64_t deadline) {
  std::size_t quickest = learned.ranking.front();
  Nanoseconds least = kNever;
  for (const std::size_t m : learned.ranking) {
    const Nanoseconds longest = learned.lines[m].longest(run.pieces[m][i]);
    if (longest.count() <= deadline) return m;
    if (longest < least) {
      least = longest;
      quickest = m;
    }
  }
  return quickest;
}

std::size_t best_static(const JudgedRun& run, const Items& items, std::int64_t deadline,
                        double most_late) {
  std::size_t best = run.models();
  std::size_t least_late = 0;
  double best_value = 0.0;
  double least = 2.0;
  for (std::size_t m = 0; m < run.models(); ++m) {
    const double late = run.late_share(m, items, deadline);
    if (late < least) {
      least = late;
      least_late = m;
    }
    if (late > most_late) continue;
    const double value = run.value(m, items, deadline);
    if (best == run.models() || value > best_value) {
      best = m;
      best_value = value;
    }
  }
  return best == run.models() ? least_late : best;
}

std::vector<std::size_t> oracle_choices(const JudgedRun& run, std::size_t best,
                                        std::int64_t deadline) {
  TextCounts sum;
  for (const TextCounts& counts : run.counts[best]) sum += counts;
  const auto slope = gradient(sum, run.metric);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < run.items(); ++i) {
    std::size_t quickest = 0;
    std::size_t wanted = run.models();
    double most = 0.0;
    for (std::size_t m = 0; m < run.models(); ++m) {
      if (run.time[m][i] < run.time[quickest][i]) quickest = m;
      if (run.late(m, i, deadline)) continue;
      const double worth = credit(run.counts[m][i], slope);
      if (wanted == run.models() || worth > most) {
        wanted = m;
        most = worth;
      }
    }
    chosen.push_back(wanted == run.models() ? quickest : wanted);
  }
  return chosen;
}

DeadlineResult result_of(const JudgedRun& run, std::span<const std::size_t> chosen,
                         std::int64_t deadline) {
  TextCounts sum;
  std::size_t late = 0;
  std::size_t late_other = 0;
  std::int64_t time = 0;
  std::vector<std::size_t> times_chosen(run.models(), 0);
  for (std::size_t i = 0; i < run.items(); ++i) {
    const std::size_t m = chosen[i];
    sum += run.given(m, i, deadline);
    late += run.late(m, i, deadline) ? 1U : 0U;
    late_other += run.other[m][i] > deadline ? 1U : 0U;
    time += run.time[m][i];
    ++times_chosen[m];
  }
  const auto n = static_cast<double>(run.items());
  DeadlineResult result{.value = corpus_value(sum, run.metric),
                        .late = static_cast<double>(late) / n,
                        .late_other = static_cast<double>(late_other) / n,
                        .mean_ms = to_ms(Nanoseconds(time)) / n};
  for (const std::size_t times : times_chosen) {
    result.shares.push_back(static_cast<double>(times) / n);
  }
  return result;
}

}  // namespace rightsize

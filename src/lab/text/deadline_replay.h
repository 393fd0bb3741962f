// What deadline.cc replays: the judged run, and ways to choose a model per sentence.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "lab/text/deadline.h"

namespace rightsize {

using Items = std::vector<std::size_t>;

// Arrays are [model][item] or [item]; times in nanoseconds.
struct JudgedRun {
  std::vector<std::vector<TextCounts>> counts;   // of the model's translation
  std::vector<TextCounts> nothing;               // of an empty one
  std::vector<std::vector<std::int64_t>> time;   // by the clock of the replay
  std::vector<std::vector<std::int64_t>> other;  // by the other one
  std::vector<std::vector<std::size_t>> pieces;  // of the source
  TextMetric metric = TextMetric::kBleu;
  LateText late_text = LateText::kEmpty;
  std::size_t cheapest = 0;  // by mean time

  std::size_t items() const { return nothing.size(); }
  std::size_t models() const { return counts.size(); }
  bool late(std::size_t model, std::size_t i, std::int64_t deadline) const {
    return time[model][i] > deadline;
  }
  // Of what the user gets where this model is chosen.
  const TextCounts& given(std::size_t model, std::size_t i, std::int64_t deadline) const;
  double value(std::size_t model, const Items& items, std::int64_t deadline) const;
  double late_share(std::size_t model, const Items& items, std::int64_t deadline) const;
};

inline constexpr std::int64_t kNoDeadline = std::numeric_limits<std::int64_t>::max();

Result<JudgedRun> judge(const OutcomeTable& table, const DeadlineOptions& options);

// What training items tell: lines of cost, and the models from the best to the worst.
struct Learned {
  std::vector<CostLine> lines;       // [model]
  std::vector<std::size_t> ranking;  // without a deadline
};
Result<std::vector<CostFit>> fit_lines(const OutcomeTable& table, const Items& items,
                                       const DeadlineOptions& options);

// The best model whose upper line fits, or the quickest by that line.
std::size_t choose_in_time(const JudgedRun& run, const Learned& learned, std::size_t i,
                           std::int64_t deadline);
// Alone for all sentences: the best by these items of those with at most a share `most_late` late
// (1: of all); where there is none, the one with the least.
std::size_t best_static(const JudgedRun& run, const Items& items, std::int64_t deadline,
                        double most_late);
// Per item the model in time that adds most to the metric, by its gradient at model `best`; where
// none is in time, the quickest.
std::vector<std::size_t> oracle_choices(const JudgedRun& run, std::size_t best,
                                        std::int64_t deadline);

// `chosen`: per item.
DeadlineResult result_of(const JudgedRun& run, std::span<const std::size_t> chosen,
                         std::int64_t deadline);

}  // namespace rightsize

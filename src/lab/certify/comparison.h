// A rule, replayed on some items, beside the single models on the same items.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/certify/paired_bound.h"
#include "lab/replay/recording.h"
#include "selector/rule.h"

namespace rightsize {

// Whom a rule must not lose against.
struct Opponents {
  std::vector<ModelIndex> models;
  // The model whose answers count as right, if it is one of them.
  std::optional<ModelIndex> reference;
};

struct Comparison {
  ModelIndex against = 0;
  PairedCounts counts;
  double p_value = 1.0;
};

PairedCounts paired_counts(const Recording& recording, const std::vector<std::size_t>& items,
                           const std::vector<ReplayedItem>& replayed, ModelIndex model,
                           const Opponents& opponents);

// "The loss against the best of the models is at most eps", without knowing which is the best: the
// largest p-value of all. Whichever is the best, claiming falsely takes rejecting the hypothesis
// about *it*, which happens with probability delta; so no correction for their number is due (an
// intersection-union test: Berger, "Multiparameter hypothesis testing and acceptance sampling",
// Technometrics 24, 1982).
Comparison hardest(const Recording& recording, const std::vector<std::size_t>& items,
                   const std::vector<ReplayedItem>& replayed, const Opponents& opponents,
                   double eps);

// The largest of the upper bounds against each, and of whom it is.
struct Bound {
  ModelIndex against = 0;
  PairedCounts counts;
  double loss = 0.0;
};
Bound largest_bound(const Recording& recording, const std::vector<std::size_t>& items,
                    const std::vector<ReplayedItem>& replayed, const Opponents& opponents,
                    double delta);

// Enough inputs to prove it against every one of them.
std::optional<std::size_t> inputs_needed(const Recording& recording,
                                         const std::vector<std::size_t>& items,
                                         const std::vector<ReplayedItem>& replayed,
                                         const Opponents& opponents, double eps, double delta);

// What the items cost all together, in the unit of the recording's cost.
std::int64_t total_cost(const Recording& recording, const std::vector<ReplayedItem>& replayed);

std::vector<ReplayedItem> replay_rule(const Rule& rule, const Recording& recording,
                                      const std::vector<std::size_t>& items);

}  // namespace rightsize

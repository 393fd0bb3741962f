#include "lab/certify/comparison.h"

#include <algorithm>

namespace rightsize {
namespace {

struct Pair {
  ModelIndex model;
  PairedCounts counts;
};

// The p-value grows with `lost` and falls with `won`, so a model whose counts are no worse than
// another's in both cannot be the hardest; nor can its twin. Weak models go this way, which is most
// of the work.
std::vector<Pair> undominated(const Recording& recording, const std::vector<std::size_t>& items,
                              const std::vector<ReplayedItem>& replayed,
                              const Opponents& opponents) {
  std::vector<Pair> pairs;
  for (const ModelIndex model : opponents.models) {
    pairs.push_back({model, paired_counts(recording, items, replayed, model, opponents)});
  }
  const auto harder = [](const PairedCounts& a, const PairedCounts& b) {
    return a.can_win == b.can_win && a.lost >= b.lost && a.won <= b.won;
  };
  std::vector<Pair> kept;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    bool needed = true;
    for (std::size_t j = 0; j < pairs.size() && needed; ++j) {
      const bool twins = pairs[i].counts == pairs[j].counts;
      if (i != j && harder(pairs[j].counts, pairs[i].counts)) needed = twins && i < j;
    }
    if (needed) kept.push_back(pairs[i]);
  }
  return kept;
}

}  // namespace

PairedCounts paired_counts(const Recording& recording, const std::vector<std::size_t>& items,
                           const std::vector<ReplayedItem>& replayed, ModelIndex model,
                           const Opponents& opponents) {
  PairedCounts counts{.inputs = items.size(), .can_win = opponents.reference != model};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool model_right = recording.right[model][items[i]] != 0;
    if (model_right && !replayed[i].right) ++counts.lost;
    if (!model_right && replayed[i].right) ++counts.won;
  }
  return counts;
}

Comparison hardest(const Recording& recording, const std::vector<std::size_t>& items,
                   const std::vector<ReplayedItem>& replayed, const Opponents& opponents,
                   double eps) {
  Comparison worst{.p_value = -1.0};
  for (const Pair& pair : undominated(recording, items, replayed, opponents)) {
    const double p = p_value(pair.counts, eps);
    if (p > worst.p_value) worst = {pair.model, pair.counts, p};
  }
  return worst;
}

Bound largest_bound(const Recording& recording, const std::vector<std::size_t>& items,
                    const std::vector<ReplayedItem>& replayed, const Opponents& opponents,
                    double delta) {
  Bound worst{.loss = -2.0};
  for (const Pair& pair : undominated(recording, items, replayed, opponents)) {
    const double bound = upper_bound(pair.counts, delta);
    if (bound > worst.loss) worst = {pair.model, pair.counts, bound};
  }
  return worst;
}

std::optional<std::size_t> inputs_needed(const Recording& recording,
                                         const std::vector<std::size_t>& items,
                                         const std::vector<ReplayedItem>& replayed,
                                         const Opponents& opponents, double eps, double delta) {
  std::size_t most = 0;
  for (const Pair& pair : undominated(recording, items, replayed, opponents)) {
    const auto needed = inputs_needed(pair.counts, eps, delta);
    if (!needed) return std::nullopt;
    most = std::max(most, *needed);
  }
  return most;
}

std::int64_t total_cost(const Recording& recording, const std::vector<ReplayedItem>& replayed) {
  std::int64_t total = 0;
  for (const ReplayedItem& item : replayed) {
    total += recording.cost_kind == CostKind::kTime ? item.cpu : item.energy;
  }
  return total;
}

std::vector<ReplayedItem> replay_rule(const Rule& rule, const Recording& recording,
                                      const std::vector<std::size_t>& items) {
  return replay(*make_selector(rule), recording, items);
}

}  // namespace rightsize

#include "lab/search.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace rightsize {
namespace {

constexpr double kNever_ = std::numeric_limits<double>::infinity();

}  // namespace

// The arrays of the chosen items, and the frontier that grows.
class CascadeSearch {
 public:
  CascadeSearch(const Recording& recording, const std::vector<std::size_t>& items,
                const SearchOptions& options)
      : recording_(recording), items_(items), options_(options) {
    decode_ = 0;
    for (const std::size_t i : items) decode_ += recording.decode_cpu[i];
    models_by_cost_.resize(recording.models());
    std::iota(models_by_cost_.begin(), models_by_cost_.end(), std::uint16_t{0});
    std::vector<std::int64_t> cost(recording.models(), 0);
    for (std::size_t m = 0; m < recording.models(); ++m) {
      for (const std::size_t i : items) cost[m] += recording.cpu[m][i];
    }
    std::stable_sort(models_by_cost_.begin(), models_by_cost_.end(),
                     [&](std::uint16_t a, std::uint16_t b) { return cost[a] < cost[b]; });
    frontier_.by_stages_.assign(options.max_stages,
                                std::vector<CascadeFrontier::Entry>(items.size() + 1));
    frontier_.longer_must_save_ = options.longer_must_save;
  }

  CascadeFrontier run() {
    for (const std::uint16_t model : models_by_cost_) fixed(model);
    if (options_.max_stages < 2) return std::move(frontier_);
    for (const Signal signal : kAllSignals) {
      rank(signal);
      for (std::size_t a = 0; a < models_by_cost_.size(); ++a) {
        for (std::size_t b = a + 1; b < models_by_cost_.size(); ++b) {
          pair(signal, models_by_cost_[a], models_by_cost_[b]);
        }
        if (options_.max_stages >= 3) triples(signal, a);
      }
    }
    return std::move(frontier_);
  }

 private:
  struct Ranked {
    std::vector<double> sureness;      // [position in items]
    std::vector<std::uint32_t> order;  // positions, surest first
  };
  struct Cut {
    std::size_t surer = 0;   // how many of the order stop
    double threshold = 0.0;  // halfway between the neighbours
  };

  void rank(Signal signal) {
    ranked_.assign(recording_.models(), {});
    for (std::size_t m = 0; m < recording_.models(); ++m) {
      Ranked& ranked = ranked_[m];
      for (const std::size_t i : items_) {
        ranked.sureness.push_back(recording_.sureness(signal, m, i));
      }
      ranked.order.resize(items_.size());
      std::iota(ranked.order.begin(), ranked.order.end(), 0U);
      std::stable_sort(ranked.order.begin(), ranked.order.end(),
                       [&](auto x, auto y) { return ranked.sureness[x] > ranked.sureness[y]; });
    }
  }

  // About `count` places to cut an order, each between two distinct values.
  static std::vector<Cut> cuts(const std::vector<double>& sureness,
                               const std::vector<std::uint32_t>& order, std::size_t count) {
    std::vector<Cut> result;
    for (std::size_t k = 1; k <= count; ++k) {
      const std::size_t at = k * order.size() / (count + 1);
      if (at == 0 || (!result.empty() && result.back().surer == at)) continue;
      const double above = sureness[order[at - 1]];
      const double below = sureness[order[at]];
      if (!(above > below)) continue;
      // Failed items (-infinity) lie below every threshold.
      const double threshold = below == -kNever_ ? above : below + (above - below) / 2;
      if (threshold > below) result.push_back({at, threshold});
    }
    return result;
  }

  // Does the answer of the last of `chain` count, or, where it failed, that of the latest before
  // it?
  char right_at_end(std::span<const std::uint16_t> chain, std::size_t i) const {
    for (std::size_t s = chain.size(); s-- > 0;) {
      if (recording_.ok[chain[s]][i] != 0) return recording_.right[chain[s]][i];
    }
    return 0;
  }

  void offer(std::size_t stages, std::int64_t right, const CascadeFrontier::Entry& entry) {
    ++frontier_.evaluated_;
    CascadeFrontier::Entry& held =
        frontier_.by_stages_[stages - 1][static_cast<std::size_t>(right)];
    if (held.cpu < 0 || entry.cpu < held.cpu) held = entry;
  }

  void fixed(std::uint16_t model) {
    std::int64_t right = 0;
    std::int64_t cpu = decode_;
    for (const std::size_t i : items_) {
      right += recording_.right[model][i];
      cpu += recording_.cpu[model][i];
    }
    offer(1, right, {.cpu = cpu, .models = {model}});
  }

  void pair(Signal signal, std::uint16_t a, std::uint16_t b) {
    const Ranked& first = ranked_[a];
    const std::array chain{a, b};
    // All go on, then ever more stop at the first stage.
    std::int64_t right = 0;
    std::int64_t cpu = decode_;
    for (const std::size_t i : items_) {
      right += right_at_end(chain, i);
      cpu += recording_.cpu[a][i] + recording_.cpu[b][i];
    }
    std::size_t stopped = 0;
    for (const Cut& cut : cuts(first.sureness, first.order, options_.thresholds)) {
      for (; stopped < cut.surer; ++stopped) {
        const std::size_t i = items_[first.order[stopped]];
        right += recording_.right[a][i] - right_at_end(chain, i);
        cpu -= recording_.cpu[b][i];
      }
      offer(2, right,
            {.cpu = cpu, .signal = signal, .models = {a, b}, .thresholds = {cut.threshold}});
    }
  }

  void triples(Signal signal, std::size_t first_rank) {
    const std::uint16_t a = models_by_cost_[first_rank];
    const Ranked& first = ranked_[a];
    std::vector<char> stopped(items_.size(), 0);
    std::size_t done = 0;
    for (const Cut& cut : cuts(first.sureness, first.order, options_.thresholds / 3)) {
      for (; done < cut.surer; ++done) stopped[first.order[done]] = 1;
      std::int64_t right = 0;
      std::int64_t cpu = decode_;
      for (std::size_t p = 0; p < items_.size(); ++p) {
        cpu += recording_.cpu[a][items_[p]];
        if (stopped[p] != 0) right += recording_.right[a][items_[p]];
      }
      for (std::size_t b = first_rank + 1; b < models_by_cost_.size(); ++b) {
        tails(signal, a, b, cut, stopped, right, cpu);
      }
    }
  }

  // Given who stops at the first stage: every threshold of the second and every third model.
  void tails(Signal signal, std::uint16_t a, std::size_t second_rank, const Cut& first_cut,
             const std::vector<char>& stopped, std::int64_t right_before, std::int64_t cpu_before) {
    const std::uint16_t b = models_by_cost_[second_rank];
    const Ranked& second = ranked_[b];
    std::vector<std::uint32_t> order;
    order.reserve(items_.size() - first_cut.surer);
    std::int64_t cpu_second = cpu_before;
    for (const std::uint32_t p : second.order) {
      if (stopped[p] != 0) continue;
      order.push_back(p);
      cpu_second += recording_.cpu[b][items_[p]];
    }
    const std::vector<Cut> second_cuts = cuts(second.sureness, order, options_.thresholds / 3);
    for (std::size_t c = second_rank + 1; c < models_by_cost_.size(); ++c) {
      const std::array chain{a, b, models_by_cost_[c]};
      std::int64_t right = right_before;
      std::int64_t cpu = cpu_second;
      for (const std::uint32_t p : order) {
        right += right_at_end(chain, items_[p]);
        cpu += recording_.cpu[chain[2]][items_[p]];
      }
      std::size_t done = 0;
      for (const Cut& cut : second_cuts) {
        for (; done < cut.surer; ++done) {
          const std::size_t i = items_[order[done]];
          right += recording_.right[b][i] - right_at_end(chain, i);
          cpu -= recording_.cpu[chain[2]][i];
        }
        offer(3, right,
              {.cpu = cpu,
               .signal = signal,
               .models = chain,
               .thresholds = {first_cut.threshold, cut.threshold}});
      }
    }
  }

  const Recording& recording_;
  const std::vector<std::size_t>& items_;
  const SearchOptions& options_;
  std::int64_t decode_ = 0;
  std::vector<std::uint16_t> models_by_cost_;
  std::vector<Ranked> ranked_;
  CascadeFrontier frontier_;
};

std::int64_t CascadeFrontier::most_right() const {
  std::int64_t most = 0;
  for (const auto& entries : by_stages_) {
    for (std::size_t right = 0; right < entries.size(); ++right) {
      if (entries[right].cpu >= 0) most = std::max(most, static_cast<std::int64_t>(right));
    }
  }
  return most;
}

std::optional<CascadeCandidate> CascadeFrontier::cheapest(std::int64_t at_least) const {
  std::optional<CascadeCandidate> best;
  for (std::size_t stages = 1; stages <= by_stages_.size(); ++stages) {
    const auto& entries = by_stages_[stages - 1];
    const Entry* found = nullptr;
    std::size_t found_right = 0;
    for (auto right = static_cast<std::size_t>(std::max<std::int64_t>(at_least, 0));
         right < entries.size(); ++right) {
      const Entry& entry = entries[right];
      if (entry.cpu >= 0 && (found == nullptr || entry.cpu < found->cpu)) {
        found = &entry;
        found_right = right;
      }
    }
    if (found == nullptr) continue;
    const double limit = best ? static_cast<double>(best->cpu) * (1.0 - longer_must_save_)
                              : std::numeric_limits<double>::infinity();
    if (static_cast<double>(found->cpu) > limit) continue;
    CascadeCandidate candidate{.signal = found->signal,
                               .stages = {},
                               .right = static_cast<std::int64_t>(found_right),
                               .cpu = found->cpu};
    for (std::size_t s = 0; s < stages; ++s) {
      double threshold = s + 1 < stages ? found->thresholds[s] : 0.0;
      if (s + 1 < stages && found->signal == Signal::kEntropy) threshold = -threshold;
      candidate.stages.push_back({found->models[s], threshold});
    }
    best = std::move(candidate);
  }
  return best;
}

CascadeFrontier search_cascades(const Recording& recording, const std::vector<std::size_t>& items,
                                const SearchOptions& options) {
  return CascadeSearch(recording, items, options).run();
}

}  // namespace rightsize

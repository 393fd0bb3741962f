#include "lab/replay/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace rightsize {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

// The arrays of the chosen items, and the frontier that grows.
class CascadeSearch {
 public:
  CascadeSearch(const Recording& recording, const std::vector<std::size_t>& items,
                ModelIndex baseline, const SearchOptions& options)
      : recording_(recording),
        items_(items),
        baseline_right_(recording.right[baseline]),
        options_(options) {
    decode_ = 0;
    for (const std::size_t i : items) decode_ += recording.decode_cpu[i];
    models_by_cost_ = options.models;
    if (models_by_cost_.empty()) {
      models_by_cost_.resize(recording.models());
      std::iota(models_by_cost_.begin(), models_by_cost_.end(), std::uint16_t{0});
    }
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
      const double threshold = below == -kInfinity ? above : below + (above - below) / 2;
      if (threshold > below) result.push_back({at, threshold});
    }
    return result;
  }

  // Right answers, and inputs on which just one of candidate and baseline is right.
  struct Score {
    std::int64_t right = 0;
    std::int64_t discordant = 0;
    std::int64_t cpu = 0;
  };

  void count(char right, std::size_t i, int sign, Score& score) const {
    score.right += sign * right;
    score.discordant += sign * (right != baseline_right_[i] ? 1 : 0);
  }

  // Does the answer of the last of `chain` count, or, where it failed, that of the latest before
  // it?
  char right_at_end(std::span<const std::uint16_t> chain, std::size_t i) const {
    for (std::size_t s = chain.size(); s-- > 0;) {
      if (recording_.ok[chain[s]][i] != 0) return recording_.right[chain[s]][i];
    }
    return 0;
  }

  // The item's answer comes from stage `model` instead of the end of `chain`, whose last model is
  // spared.
  void stop_earlier(std::uint16_t model, std::span<const std::uint16_t> chain, std::size_t i,
                    Score& score) const {
    count(right_at_end(chain, i), i, -1, score);
    count(recording_.right[model][i], i, +1, score);
    score.cpu -= recording_.cpu[chain.back()][i];
  }

  void offer(std::size_t stages, const Score& score, CascadeFrontier::Entry entry) {
    ++frontier_.evaluated_;
    const double discount = options_.discount * static_cast<double>(stages - 1) *
                            std::sqrt(static_cast<double>(score.discordant));
    const std::int64_t credited = score.right - static_cast<std::int64_t>(std::ceil(discount));
    if (credited < 0) return;
    CascadeFrontier::Entry& held =
        frontier_.by_stages_[stages - 1][static_cast<std::size_t>(credited)];
    if (held.cpu >= 0 && held.cpu <= score.cpu) return;
    entry.cpu = score.cpu;
    entry.right = score.right;
    held = entry;
  }

  void fixed(std::uint16_t model) {
    Score score{.cpu = decode_};
    for (const std::size_t i : items_) {
      count(recording_.right[model][i], i, +1, score);
      score.cpu += recording_.cpu[model][i];
    }
    offer(1, score, {.models = {model}});
  }

  void pair(Signal signal, std::uint16_t a, std::uint16_t b) {
    const Ranked& first = ranked_[a];
    const std::array chain{a, b};
    // All go on, then ever more stop at the first stage.
    Score score{.cpu = decode_};
    for (const std::size_t i : items_) {
      count(right_at_end(chain, i), i, +1, score);
      score.cpu += recording_.cpu[a][i] + recording_.cpu[b][i];
    }
    std::size_t stopped = 0;
    for (const Cut& cut : cuts(first.sureness, first.order, options_.thresholds)) {
      for (; stopped < cut.surer; ++stopped) {
        stop_earlier(a, chain, items_[first.order[stopped]], score);
      }
      offer(2, score, {.signal = signal, .models = {a, b}, .thresholds = {cut.threshold}});
    }
  }

  void triples(Signal signal, std::size_t first_rank) {
    const std::uint16_t a = models_by_cost_[first_rank];
    const Ranked& first = ranked_[a];
    std::vector<char> stopped(items_.size(), 0);
    std::size_t done = 0;
    for (const Cut& cut : cuts(first.sureness, first.order, options_.thresholds / 3)) {
      for (; done < cut.surer; ++done) stopped[first.order[done]] = 1;
      Score score{.cpu = decode_};
      for (std::size_t p = 0; p < items_.size(); ++p) {
        score.cpu += recording_.cpu[a][items_[p]];
        if (stopped[p] != 0) count(recording_.right[a][items_[p]], items_[p], +1, score);
      }
      for (std::size_t b = first_rank + 1; b < models_by_cost_.size(); ++b) {
        tails(signal, a, b, cut, stopped, score);
      }
    }
  }

  // Given who stops at the first stage (`before`): every threshold of the second and every third.
  void tails(Signal signal, std::uint16_t a, std::size_t second_rank, const Cut& first_cut,
             const std::vector<char>& stopped, Score before) {
    const std::uint16_t b = models_by_cost_[second_rank];
    const Ranked& second = ranked_[b];
    std::vector<std::uint32_t> order;
    order.reserve(items_.size() - first_cut.surer);
    for (const std::uint32_t p : second.order) {
      if (stopped[p] != 0) continue;
      order.push_back(p);
      before.cpu += recording_.cpu[b][items_[p]];
    }
    const std::vector<Cut> second_cuts = cuts(second.sureness, order, options_.thresholds / 3);
    for (std::size_t c = second_rank + 1; c < models_by_cost_.size(); ++c) {
      const std::array chain{a, b, models_by_cost_[c]};
      Score score = before;
      for (const std::uint32_t p : order) {
        count(right_at_end(chain, items_[p]), items_[p], +1, score);
        score.cpu += recording_.cpu[chain[2]][items_[p]];
      }
      std::size_t done = 0;
      for (const Cut& cut : second_cuts) {
        for (; done < cut.surer; ++done) stop_earlier(b, chain, items_[order[done]], score);
        offer(3, score,
              {.signal = signal,
               .models = chain,
               .thresholds = {first_cut.threshold, cut.threshold}});
      }
    }
  }

  const Recording& recording_;
  const std::vector<std::size_t>& items_;
  const std::vector<char>& baseline_right_;
  const SearchOptions& options_;
  std::int64_t decode_ = 0;
  std::vector<std::uint16_t> models_by_cost_;
  std::vector<Ranked> ranked_;
  CascadeFrontier frontier_;
};

std::optional<CascadeCandidate> CascadeFrontier::cheapest(std::int64_t at_least) const {
  std::optional<CascadeCandidate> best;
  for (std::size_t stages = 1; stages <= by_stages_.size(); ++stages) {
    const auto& entries = by_stages_[stages - 1];
    const Entry* found = nullptr;
    for (auto right = static_cast<std::size_t>(std::max<std::int64_t>(at_least, 0));
         right < entries.size(); ++right) {
      const Entry& entry = entries[right];
      if (entry.cpu >= 0 && (found == nullptr || entry.cpu < found->cpu)) found = &entry;
    }
    if (found == nullptr) continue;
    const double limit =
        best ? static_cast<double>(best->cpu) * (1.0 - longer_must_save_) : kInfinity;
    if (static_cast<double>(found->cpu) > limit) continue;
    CascadeCandidate candidate{
        .signal = found->signal, .stages = {}, .right = found->right, .cpu = found->cpu};
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
                                ModelIndex baseline, const SearchOptions& options) {
  return CascadeSearch(recording, items, baseline, options).run();
}

}  // namespace rightsize

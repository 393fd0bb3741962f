#include "lab/replay/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "lab/replay/logistic.h"
#include "selector/rule.h"

namespace rightsize {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kCostSteps = 2048;
constexpr double kLeastSureness = std::numeric_limits<double>::lowest();

}  // namespace

// The arrays of the chosen items, and the frontier that grows.
class CascadeSearch {
 public:
  CascadeSearch(const Recording& recording, const std::vector<std::size_t>& items,
                ModelIndex baseline, const SearchOptions& options)
      : recording_(recording),
        items_(items),
        baseline_(baseline),
        baseline_worth_(recording.worth[baseline]),
        options_(options),
        unit_(static_cast<double>(recording.unit)) {
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
                     [&](ModelIndex a, ModelIndex b) { return cost[a] < cost[b]; });
    const std::int64_t least = *std::min_element(cost.begin(), cost.end());
    const std::int64_t all = std::accumulate(cost.begin(), cost.end(), std::int64_t{0});
    log_least_ = std::log(static_cast<double>(std::max<std::int64_t>(decode_ + least, 1)));
    log_step_ = (std::log(static_cast<double>(decode_ + all + 1)) - log_least_) / kCostSteps;
    frontier_.entries_.resize(kCostSteps + 1);
    frontier_.judge_ =
        std::make_shared<const Judge>(recording, items, baseline, options.family, options.signals);
    judge_ = frontier_.judge_.get();
  }

  CascadeFrontier run() {
    for (const ModelIndex model : models_by_cost_) fixed(model);
    if (options_.max_stages < 2) return std::move(frontier_);
    for (std::size_t a = 0; a < models_by_cost_.size(); ++a) chains_from(a);
    return std::move(frontier_);
  }

 private:
  // A view with the order of its items for every signal, positions, surest first; and what was
  // fitted to it.
  struct Ranked : Judge::View {
    std::vector<std::vector<std::uint32_t>> orders;
    std::vector<std::map<Judge::Key, std::vector<double>>> predicted;  // [signal], by answer key
  };
  struct Cut {
    std::size_t surer = 0;   // how many of the order stop
    double threshold = 0.0;  // halfway between the neighbours
  };

  Ranked& ranked(Judge::Chain chain) {
    const auto [found, is_new] = ranked_.try_emplace(judge_->view_key(chain));
    Ranked& result = found->second;
    if (!is_new) return result;
    static_cast<Judge::View&>(result) = judge_->view(chain);
    result.predicted.resize(result.sureness.size());
    for (const std::vector<double>& sureness : result.sureness) {
      std::vector<std::uint32_t>& order = result.orders.emplace_back(items_.size());
      std::iota(order.begin(), order.end(), 0U);
      std::stable_sort(order.begin(), order.end(),
                       [&](auto x, auto y) { return sureness[x] > sureness[y]; });
    }
    return result;
  }

  const std::vector<std::int32_t>& worth(Judge::Chain chain) {
    const auto [found, is_new] = worth_.try_emplace(judge_->answer_key(chain));
    if (is_new) found->second = judge_->worth(chain);
    return found->second;
  }

  // For every item, the probability that what `chain` answers is right, by how sure a stage is.
  const std::vector<double>& predicted(Ranked& stage, std::size_t signal, Judge::Chain chain) {
    const auto [found, is_new] = stage.predicted[signal].try_emplace(judge_->answer_key(chain));
    if (is_new) {
      const std::vector<std::int32_t>& right = worth(chain);
      found->second = smoothed(stage.sureness[signal], {right.begin(), right.end()});
    }
    return found->second;
  }

  // About `count` places to cut an order, each behind the last of equal values: a memory is as sure
  // of all that it knows, so most places lie among equals.
  std::vector<Cut> cuts(const std::vector<double>& sureness,
                        const std::vector<std::uint32_t>& order, std::size_t count) const {
    std::vector<Cut> result;
    // The first of several models has nobody to agree with: nothing stops there.
    const bool nothing = judge_->family() == Family::kAgreement && sureness[order[0]] < 2;
    if (nothing) return {{0, 2.0}};
    for (std::size_t k = 1; k <= count; ++k) {
      const std::size_t place = k * order.size() / (count + 1);
      if (place == 0) continue;
      // Where nothing is known any more, the last place is behind all that is.
      const double least = std::max(sureness[order[place - 1]], kLeastSureness);
      const auto behind = std::partition_point(
          order.begin(), order.end(), [&](std::uint32_t item) { return sureness[item] >= least; });
      if (behind == order.end() || behind == order.begin()) break;
      const double above = sureness[*(behind - 1)];
      const auto at = static_cast<std::size_t>(behind - order.begin());
      if (!result.empty() && result.back().surer == at) continue;
      const double below = sureness[*behind];
      // Failed and doubtful items (-infinity) lie below every threshold.
      const double threshold = below == -kInfinity ? above : below + (above - below) / 2;
      if (threshold > below) result.push_back({at, threshold});
    }
    return result;
  }

  struct Score {
    std::int64_t worth = 0;
    double discordant = 0.0;
    double smoothed = 0.0;
    std::int64_t cpu = 0;
  };

  double units(std::int64_t worth) const { return static_cast<double>(worth) / unit_; }

  void count(std::int32_t worth, std::size_t position, int sign, Score& score) const {
    const double more = units(std::int64_t{worth} - baseline_worth_[items_[position]]);
    score.worth += sign * std::int64_t{worth};
    score.smoothed += sign * units(worth);
    score.discordant += sign * more * more;
  }

  // What may happen to every item: it stops at a stage, or goes on to the end of the chain.
  struct Stop {
    const std::vector<std::int32_t>& here;
    const std::vector<std::int32_t>& at_end;
    std::vector<double> gain;  // of stopping, smoothed
    ModelIndex last;           // at the end of the chain, spared by stopping
  };

  // The stage is that of the chain's first `run` models.
  Stop make_stop(Ranked& stage, std::size_t signal, Judge::Chain chain, std::size_t run) {
    const std::vector<std::int32_t>& at_end = worth(chain);
    std::vector<double> gain(items_.size());
    const double share = recording_.is_graded() ? 0.0 : options_.smoothing;
    for (std::size_t p = 0; p < items_.size(); ++p) {
      gain[p] = (1 - share) * units(std::int64_t{stage.worth[p]} - at_end[p]);
    }
    if (share > 0) {
      const std::vector<double>& here = predicted(stage, signal, chain.first(run));
      const std::vector<double>& end = predicted(stage, signal, chain);
      for (std::size_t p = 0; p < items_.size(); ++p) gain[p] += share * (here[p] - end[p]);
    }
    return {stage.worth, at_end, std::move(gain), chain.back()};
  }

  // An item's answer comes from an earlier stage instead of the end of the chain.
  void stop_earlier(const Stop& stop, std::size_t position, Score& score) const {
    const double smoothed = score.smoothed + stop.gain[position];
    count(stop.at_end[position], position, -1, score);
    count(stop.here[position], position, +1, score);
    score.smoothed = smoothed;
    score.cpu -= recording_.cpu[stop.last][items_[position]];
  }

  void offer(std::size_t stages, const Score& score, CascadeFrontier::Entry entry) {
    ++frontier_.evaluated_;
    entry.rank = score.smoothed - options_.discount * std::sqrt(std::max(0.0, score.discordant));
    const double step = (std::log(static_cast<double>(score.cpu)) - log_least_) / log_step_;
    const auto place = static_cast<std::size_t>(std::clamp(step, 0.0, double{kCostSteps}));
    CascadeFrontier::Entry& held = frontier_.entries_[place];
    const bool better =
        held.cpu < 0 || entry.rank > held.rank || (entry.rank == held.rank && score.cpu < held.cpu);
    if (!better) return;
    entry.smoothed = score.smoothed;
    entry.cpu = score.cpu;
    entry.worth = score.worth;
    entry.discordant = score.discordant;
    entry.stages = stages;
    held = entry;
  }

  void fixed(ModelIndex model) {
    Score score{.cpu = decode_};
    for (std::size_t p = 0; p < items_.size(); ++p) {
      count(recording_.worth[model][items_[p]], p, +1, score);
      score.cpu += recording_.cpu[model][items_[p]];
    }
    offer(1, score, {.models = {model}});
  }

  // All chains that begin with the model of this rank.
  void chains_from(std::size_t rank) {
    const ModelIndex a = models_by_cost_[rank];
    Ranked& first = ranked(std::array{a});
    for (std::size_t next = rank + 1; next < models_by_cost_.size(); ++next) {
      pair(first, std::array{a, models_by_cost_[next]});
    }
    for (std::size_t next = rank + 1; options_.max_stages >= 3 && next + 1 < models_by_cost_.size();
         ++next) {
      const std::array prefix{a, models_by_cost_[next]};
      Ranked& second = ranked(prefix);
      for (std::size_t last = next + 1; last < models_by_cost_.size(); ++last) {
        triple(first, second, std::array{a, prefix[1], models_by_cost_[last]});
      }
    }
  }

  void pair(Ranked& first, const std::array<ModelIndex, 2>& chain) {
    const std::vector<std::int32_t>& at_end = worth(chain);
    Score all_go_on{.cpu = decode_};
    for (std::size_t p = 0; p < items_.size(); ++p) {
      count(at_end[p], p, +1, all_go_on);
      for (const ModelIndex model : chain) all_go_on.cpu += recording_.cpu[model][items_[p]];
    }
    for (std::size_t s = 0; s < judge_->signals().size(); ++s) {
      const Stop stop = make_stop(first, s, chain, 1);
      Score score = all_go_on;
      std::size_t stopped = 0;
      for (const Cut& cut : cuts(first.sureness[s], first.orders[s], options_.thresholds)) {
        for (; stopped < cut.surer; ++stopped) stop_earlier(stop, first.orders[s][stopped], score);
        offer(2, score,
              {.signal = judge_->signals()[s],
               .models = {chain[0], chain[1]},
               .thresholds = {cut.threshold}});
      }
    }
  }

  // Every threshold of the first stage; `tails` takes the second one.
  void triple(Ranked& first, Ranked& second, const std::array<ModelIndex, 3>& chain) {
    const std::vector<std::int32_t>& at_end = worth(chain);
    for (std::size_t s = 0; s < judge_->signals().size(); ++s) {
      const Stop at_first = make_stop(first, s, chain, 1);
      const Stop at_second = make_stop(second, s, chain, 2);
      Score score{.cpu = decode_};
      for (std::size_t p = 0; p < items_.size(); ++p) {
        count(at_end[p], p, +1, score);
        for (const ModelIndex model : chain) score.cpu += recording_.cpu[model][items_[p]];
      }
      const std::vector<std::uint32_t>& order = first.orders[s];
      const std::vector<Cut> second_cuts =
          cuts(second.sureness[s], second.orders[s], options_.thresholds * 2 / 5);
      std::vector<char> stopped(items_.size(), 0);
      std::size_t done = 0;
      for (const Cut& cut : cuts(first.sureness[s], order, options_.thresholds / 3)) {
        for (; done < cut.surer; ++done) {
          stopped[order[done]] = 1;
          stop_earlier(at_first, order[done], score);
          score.cpu -= recording_.cpu[chain[1]][items_[order[done]]];
        }
        std::vector<std::uint32_t> left;
        left.reserve(items_.size() - cut.surer);
        for (const std::uint32_t p : second.orders[s]) {
          if (stopped[p] == 0) left.push_back(p);
        }
        const CascadeFrontier::Entry entry{
            .signal = judge_->signals()[s], .models = chain, .thresholds = {cut.threshold}};
        tails(at_second, second.sureness[s], left, second_cuts, score, entry);
      }
    }
  }

  // Given who stops at the first stage (`score`): every threshold of the second, for those left.
  void tails(const Stop& stop, const std::vector<double>& sureness,
             const std::vector<std::uint32_t>& left, const std::vector<Cut>& second_cuts,
             Score score, CascadeFrontier::Entry entry) {
    std::size_t done = 0;
    for (const Cut& cut : second_cuts) {
      for (; done < left.size() && sureness[left[done]] >= cut.threshold; ++done) {
        stop_earlier(stop, left[done], score);
      }
      entry.thresholds[1] = cut.threshold;
      offer(3, score, entry);
    }
  }

  const Recording& recording_;
  const std::vector<std::size_t>& items_;
  ModelIndex baseline_;
  const std::vector<std::int32_t>& baseline_worth_;
  const SearchOptions& options_;
  double unit_;
  std::int64_t decode_ = 0;
  std::vector<ModelIndex> models_by_cost_;
  double log_least_ = 0.0;
  double log_step_ = 0.0;
  const Judge* judge_ = nullptr;  // the frontier's
  std::map<Judge::Key, Ranked> ranked_;
  std::map<Judge::Key, std::vector<std::int32_t>> worth_;
  CascadeFrontier frontier_;
};

CascadeCandidate CascadeFrontier::candidate(const Entry& entry) const {
  CascadeCandidate result{.rule = fixed_rule(entry.models[0]),
                          .worth = entry.worth,
                          .cpu = entry.cpu,
                          .discordant = entry.discordant,
                          .smoothed = entry.smoothed};
  if (entry.stages > 1) {
    result.rule = judge_->rule(entry.signal, std::span(entry.models).first(entry.stages),
                               std::span(entry.thresholds).first(entry.stages - 1));
  }
  return result;
}

std::optional<CascadeCandidate> CascadeFrontier::within(std::int64_t cpu) const {
  const Entry* best = nullptr;
  for (const Entry& entry : entries_) {
    if (entry.cpu < 0 || entry.cpu > cpu) continue;
    if (best == nullptr || entry.rank > best->rank) best = &entry;
  }
  if (best == nullptr) return std::nullopt;
  return candidate(*best);
}

std::optional<CascadeCandidate> CascadeFrontier::cheapest(double worth, double discount) const {
  double best_rank = -kInfinity;
  for (const Entry& entry : entries_) {
    if (entry.cpu < 0 || entry.rank <= best_rank) continue;
    best_rank = entry.rank;
    const double credited = entry.smoothed - discount * std::sqrt(std::max(0.0, entry.discordant));
    if (credited >= worth) return candidate(entry);
  }
  return std::nullopt;
}

CascadeFrontier search_cascades(const Recording& recording, const std::vector<std::size_t>& items,
                                ModelIndex baseline, const SearchOptions& options) {
  return CascadeSearch(recording, items, baseline, options).run();
}

}  // namespace rightsize

#include "lab/certify/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "lab/replay/statistics.h"

namespace rightsize {
namespace {

constexpr std::size_t kParts = 20;

}  // namespace

Split split(const std::vector<std::size_t>& items, const CertifyOptions& options) {
  const auto parts = shuffled_folds(items.size(), kParts, options.seed);
  const auto learning = static_cast<std::size_t>(std::lround(options.learn_share * kParts));
  Split halves;
  for (std::size_t p = 0; p < kParts; ++p) {
    auto& half = p < learning ? halves.learn : halves.test;
    for (const std::size_t i : parts[p]) half.push_back(items[i]);
  }
  return halves;
}

std::vector<Target> certificate_targets() {
  return {{"gain-1", -0.01},   {"gain-0.5", -0.005},  {kNoLoss, 0.0},   {"loss-0.25", 0.0025},
          {"loss-0.5", 0.005}, {"loss-0.75", 0.0075}, {"loss-1", 0.01}, {"loss-1.5", 0.015},
          {"loss-2", 0.02},    {"loss-3", 0.03},      {"loss-5", 0.05}, {"loss-8", 0.08},
          {"loss-12", 0.12}};
}

Result<Opponents> opponents_of(const Recording& recording, const CertifyOptions& options) {
  const Zoo& zoo = recording.table->zoo;
  Opponents opponents;
  const auto reference = optional_model(zoo, options.reference.model);
  if (!reference.ok()) return reference.status();
  const auto baseline = optional_model(zoo, options.baseline);
  if (!baseline.ok()) return baseline.status();
  opponents.reference = *reference;
  if (*baseline) {
    opponents.models = {**baseline};
  } else if (*reference) {
    opponents.models = {**reference};
  } else {
    opponents.models.resize(recording.models());
    std::iota(opponents.models.begin(), opponents.models.end(), ModelIndex{0});
  }
  return opponents;
}

ModelIndex baseline_of(const Recording& recording, const std::vector<std::size_t>& items,
                       const Opponents& opponents) {
  return opponents.models.size() == 1 ? opponents.models.front()
                                      : best_single_model(recording, items);
}

Result<Candidates> learn_candidates(const Recording& recording,
                                    const std::vector<std::size_t>& items, const Fitter& fitter,
                                    const CertifyOptions& options) {
  Result<Opponents> opponents = opponents_of(recording, options);
  if (!opponents.ok()) return opponents.status();
  Split halves = split(items, options);
  if (halves.learn.empty() || halves.test.empty()) {
    return invalid_input(
        "a certificate needs inputs to learn from and others to test on: give at least 40 inputs "
        "and a learning share from 0.05 to 0.95");
  }
  Candidates candidates;
  candidates.learn = std::move(halves.learn);
  candidates.test = std::move(halves.test);
  candidates.opponents = std::move(*opponents);
  candidates.baseline = baseline_of(recording, candidates.learn, candidates.opponents);
  const auto baseline = replay_rule(fixed_rule(candidates.baseline), recording, candidates.learn);
  candidates.baseline_cost = total_cost(recording, baseline);
  const FitPoint fit = fitter(recording, candidates.learn, candidates.baseline);
  for (const Target& target : options.targets) {
    Candidate candidate{.rule = {target.name, fit(target)}, .replayed = {}};
    candidate.replayed = replay_rule(candidate.rule.rule, recording, candidates.learn);
    candidate.cost = total_cost(recording, candidate.replayed);
    candidates.rules.push_back(std::move(candidate));
  }
  return candidates;
}

std::vector<NamedRule> in_order(const Recording& recording, const Candidates& candidates,
                                double eps) {
  struct Ranked {
    double p_value;
    const Candidate* candidate;
  };
  std::vector<Ranked> ranked;
  for (const Candidate& candidate : candidates.rules) {
    const Comparison learned =
        hardest(recording, candidates.learn, candidate.replayed, candidates.opponents, eps);
    ranked.push_back({learned.p_value, &candidate});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    if (a.p_value != b.p_value) return a.p_value < b.p_value;
    return a.candidate->cost > b.candidate->cost;
  });
  std::vector<NamedRule> order;
  std::int64_t cheapest =
      eps < 0 ? std::numeric_limits<std::int64_t>::max() : candidates.baseline_cost;
  for (const Ranked& next : ranked) {
    if (next.candidate->cost >= cheapest) continue;
    cheapest = next.candidate->cost;
    order.push_back(next.candidate->rule);
  }
  return order;
}

}  // namespace rightsize

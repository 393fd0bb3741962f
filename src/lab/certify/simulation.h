// For tests and benchmarks: the guarantee put to the test. Recorded or made-up outcomes are the
// population, samples are drawn from it with replacement, and the whole choice is made on each. A
// violation is a rule that was claimed to lose at most eps and loses more on the population.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "lab/certify/candidates.h"
#include "lab/certify/certify.h"
#include "lab/replay/statistics.h"
#include "lab/synthetic_table.h"

namespace rightsize::test {

inline std::vector<std::size_t> draw_items(std::size_t population, std::size_t n,
                                           Sequence& random) {
  std::vector<std::size_t> items(n);
  for (std::size_t& item : items) {
    item = std::min(population - 1,
                    static_cast<std::size_t>(random.uniform() * static_cast<double>(population)));
  }
  return items;
}

// What is true of a rule on the population.
struct Truth {
  double loss = 0.0;  // against the best of the opponents
  double speedup = 1.0;
};

class Population {
 public:
  Population(const Recording& recording, const CertifyOptions& options)
      : recording_(recording),
        items_(all_but(recording.items(), {})),
        opponents_(*opponents_of(recording, options)),
        baseline_(baseline_of(recording, items_, opponents_)),
        baseline_cost_(
            total_cost(recording, replay_rule(fixed_rule(baseline_), recording, items_))) {}

  Truth truth_of(const Rule& rule) const {
    const auto replayed = replay_rule(rule, recording_, items_);
    Truth truth{.loss = -1.0};
    for (const ModelIndex model : opponents_.models) {
      truth.loss = std::max(truth.loss,
                            paired_counts(recording_, items_, replayed, model, opponents_).loss());
    }
    truth.speedup =
        static_cast<double>(baseline_cost_) / static_cast<double>(total_cost(recording_, replayed));
    return truth;
  }
  ModelIndex baseline() const { return baseline_; }

 private:
  const Recording& recording_;
  std::vector<std::size_t> items_;
  Opponents opponents_;
  ModelIndex baseline_;
  std::int64_t baseline_cost_;
};

struct Tally {
  Claim claim;
  std::size_t trials = 0;
  std::size_t proven = 0;
  std::size_t violations = 0;
  double speedup = 0.0;  // sum over the trials; 1 where nothing was proven

  void add(bool is_proven, const Truth& truth) {
    ++trials;
    speedup += is_proven ? truth.speedup : 1.0;
    if (!is_proven) return;
    ++proven;
    if (truth.loss > claim.eps + 1e-12) ++violations;
  }
  double rate() const { return static_cast<double>(violations) / static_cast<double>(trials); }
  // The most that a valid method shows, but for bad luck of two standard errors.
  double limit() const {
    return claim.delta +
           2 * std::sqrt(claim.delta * (1 - claim.delta) / static_cast<double>(trials));
  }
};

struct SimulationOptions {
  std::vector<double> losses = {0.005, 0.01, 0.02, 0.03, 0.05};
  std::vector<double> deltas = {0.05, 0.1};
  std::size_t trials = 1000;
  std::size_t sample = 0;  // inputs of a sample; 0: as many as the population has
  std::uint64_t seed = 1;
  CertifyOptions certify;
};

inline std::vector<Tally> tallies(const SimulationOptions& options) {
  std::vector<Tally> result;
  for (const double delta : options.deltas) {
    for (const double eps : options.losses) result.push_back({.claim = {eps, delta}});
  }
  return result;
}

// Calls `trial` with every sample's candidates.
inline void for_every_sample(const Recording& population, const Fitter& fitter,
                             const SimulationOptions& options,
                             const std::function<void(const Candidates&)>& trial) {
  Sequence random(options.seed);
  CertifyOptions certify = options.certify;
  const std::size_t sample = options.sample == 0 ? population.items() : options.sample;
  for (std::size_t t = 0; t < options.trials; ++t) {
    certify.seed = t + 1;
    const auto items = draw_items(population.items(), sample, random);
    trial(*learn_candidates(population, items, fitter, certify));
  }
}

// choose_certified, for every claim; the learning half, which is the same for all of them, once.
inline std::vector<Tally> simulate_choice(const Recording& recording, const Fitter& fitter,
                                          const SimulationOptions& options) {
  const Population population(recording, options.certify);
  std::vector<Tally> result = tallies(options);
  for_every_sample(recording, fitter, options, [&](const Candidates& candidates) {
    for (Tally& tally : result) {
      const auto order = in_order(recording, candidates, tally.claim.eps);
      const auto certificate =
          *test_in_sequence(recording, candidates.test, order, tally.claim, options.certify);
      tally.add(certificate.proven,
                certificate.proven ? population.truth_of(certificate.chosen) : Truth{});
    }
  });
  return result;
}

// certify_points on rules learned on the other part, then picking by eps. And of each delta, how
// often any bound of any rule was wrong.
struct PointsTally {
  std::vector<Tally> picked;
  std::vector<Tally> any_bound;  // claim.eps means nothing here
};
inline PointsTally simulate_points(const Recording& recording, const Fitter& fitter,
                                   const SimulationOptions& options) {
  const Population population(recording, options.certify);
  PointsTally result{.picked = tallies(options), .any_bound = {}};
  for (const double delta : options.deltas) result.any_bound.push_back({.claim = {0.0, delta}});
  for_every_sample(recording, fitter, options, [&](const Candidates& candidates) {
    const auto rules = in_order(recording, candidates, 0.02);
    std::vector<Truth> truths;
    truths.reserve(rules.size());
    for (const NamedRule& rule : rules) truths.push_back(population.truth_of(rule.rule));
    for (Tally& any : result.any_bound) {
      CertifiedPoints points;
      if (!rules.empty()) {
        points =
            *certify_points(recording, candidates.test, rules, any.claim.delta, options.certify);
      }
      double worst = -1.0;  // truth minus bound
      for (std::size_t r = 0; r < rules.size(); ++r) {
        worst = std::max(worst, truths[r].loss - points.points[r].bound);
      }
      any.add(!rules.empty(), {.loss = worst, .speedup = 1.0});
      for (Tally& tally : result.picked) {
        if (tally.claim.delta != any.claim.delta) continue;
        const RuleFigures* pick = cheapest_within(points, tally.claim.eps);
        tally.add(pick != nullptr,
                  pick == nullptr ? Truth{}
                                  : truths[static_cast<std::size_t>(pick - points.points.data())]);
      }
    }
  });
  return result;
}

// A population of a baseline, m0, and cheaper models that lose exactly `loss` against it (rounded
// up to whole inputs) and differ from it on a share `discordant` of the inputs, each on others.
struct BorderPopulation {
  std::size_t items = 5000;
  std::size_t cheaper = 4;
  double loss = 0.02;
  double discordant = 0.08;
  std::uint64_t seed = 1;
};
inline OutcomeTable border_population(const BorderPopulation& options) {
  std::vector<SyntheticModel> models;
  for (std::size_t m = 0; m <= options.cheaper; ++m) {
    models.push_back({1.0, 40.0 / static_cast<double>(m + 1)});
  }
  OutcomeTable table =
      synthetic_table({.items = options.items, .models = models, .seed = options.seed});
  const auto n = static_cast<double>(options.items);
  const auto net = static_cast<std::size_t>(std::ceil(options.loss * n - 1e-9));
  const auto won =
      static_cast<std::size_t>((options.discordant * n - static_cast<double>(net)) / 2);
  const std::size_t places = table.model_count();
  const auto set = [&](std::size_t item, std::size_t model, bool right) {
    RecordedOutcome& cell = table.cells[item * places + model];
    cell.outcome.top.classes[0].label = right ? 0 : 1;
    cell.outcome.top.classes[1].label = right ? 1 : 0;
  };
  const std::size_t hard = options.items / 4;  // where the baseline is wrong
  for (std::size_t i = 0; i < hard; ++i) {
    for (std::size_t m = 0; m < places; ++m) set(i, m, false);
  }
  Sequence random(options.seed + 1);
  for (std::size_t m = 1; m < places; ++m) {
    const auto from = static_cast<std::size_t>(random.uniform() * n / 8);
    for (std::size_t k = 0; k < won; ++k) set((from + k) % hard, m, true);
    for (std::size_t k = 0; k < won + net; ++k)
      set(hard + (m * options.items / 8 + k) % (options.items - hard), m, false);
  }
  return table;
}

// Every model of the zoo as a rule of its own, one for each target in turn.
inline FitPoint fit_each_model(const Recording& recording, const std::vector<std::size_t>&,
                               ModelIndex) {
  auto next = std::make_shared<std::size_t>(0);
  return [next, models = recording.models()](const Target&) {
    return fixed_rule(static_cast<ModelIndex>((*next)++ % models));
  };
}

}  // namespace rightsize::test

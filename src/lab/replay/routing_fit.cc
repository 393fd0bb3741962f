#include "lab/replay/routing_fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lab/replay/logistic.h"
#include "lab/replay/valued.h"
#include "selector/rule.h"

namespace rightsize {
namespace {

constexpr double kPenalty = 1.0;
constexpr double kSmoothing = 0.5;  // share of predicted in right answers
constexpr int kPrices = 100;
constexpr double kLeastPrice = 1e-3;  // probability for the time of the dearest model
constexpr double kMostPrice = 4.0;    // the same; beyond it the probe alone answers

// Models and training items, laid out for the sweep over prices.
class RoutingFit {
 public:
  RoutingFit(const Recording& recording, const std::vector<std::size_t>& items, ModelIndex baseline)
      : recording_(recording), items_(items), baseline_(baseline), cpu_(recording.models(), 0) {
    for (std::size_t m = 0; m < recording.models(); ++m) {
      right_.push_back(0);
      for (const std::size_t i : items) {
        cpu_[m] += recording.cpu[m][i];
        right_[m] += recording.right[m][i];
      }
    }
    for (const std::size_t i : items) decode_ += recording.decode_cpu[i];
  }

  ValuedRules run() {
    ValuedRules rules(baseline_, items_.size(), totals_of(recording_, items_, baseline_));
    for (std::size_t m = 0; m < cpu_.size(); ++m) {
      const auto model = static_cast<ModelIndex>(m);
      rules.add(single(model));
      if (!is_dominated(model)) sweep_prices(model, rules);
    }
    return rules;
  }

 private:
  // Is another model at least as often right and takes no more time?
  bool is_dominated(ModelIndex model) const {
    for (std::size_t other = 0; other < cpu_.size(); ++other) {
      if (other == model || right_[other] < right_[model] || cpu_[other] > cpu_[model]) continue;
      const bool equal = right_[other] == right_[model] && cpu_[other] == cpu_[model];
      if (!equal || other < model) return true;
    }
    return false;
  }

  ValuedRule single(ModelIndex model) const {
    ValuedRule valued{.rule = [model] { return Rule(fixed_rule(model)); },
                      .smoothed = static_cast<double>(right_[model]),
                      .cpu = decode_ + cpu_[model]};
    for (const std::size_t i : items_) {
      valued.discordant += recording_.right[model][i] != recording_.right[baseline_][i] ? 1 : 0;
    }
    return valued;
  }

  // The probe and what is dearer and, on the whole, better than it.
  std::vector<ModelIndex> candidates(ModelIndex probe) const {
    std::vector<ModelIndex> models = {probe};
    for (std::size_t m = 0; m < cpu_.size(); ++m) {
      const auto model = static_cast<ModelIndex>(m);
      if (model != probe && cpu_[m] > cpu_[probe] && !is_dominated(model)) models.push_back(model);
    }
    std::sort(models.begin(), models.end(), [&](auto a, auto b) { return cpu_[a] < cpu_[b]; });
    if (models.size() > kMaxPremodelModels) models.resize(kMaxPremodelModels);
    return models;
  }

  struct Router {
    std::shared_ptr<const RoutingRule> rule;         // without a price
    std::vector<std::vector<float>> features;        // [position], empty where the probe failed
    std::vector<std::vector<double>> probabilities;  // [position][place]
  };

  Router fit(ModelIndex probe) const {
    Router router;
    RoutingRule rule{.features = {}, .models = {}, .probe = probe, .extraction = {}};
    const std::size_t features = probe_feature_set().features.size();
    rule.features.resize(features);
    std::iota(rule.features.begin(), rule.features.end(), std::uint16_t{0});
    std::vector<double> rows;
    RecordedWorld world(recording_);
    for (const std::size_t i : items_) {
      std::vector<float>& of_item = router.features.emplace_back();
      if (recording_.ok[probe][i] == 0) continue;
      world.select(i);
      of_item.resize(features);
      probe_features(world.run(probe), of_item);
      rows.push_back(1.0);
      rows.insert(rows.end(), of_item.begin(), of_item.end());
    }
    if (rows.empty()) return router;
    for (const ModelIndex model : candidates(probe)) {
      std::vector<char> targets;
      for (std::size_t p = 0; p < items_.size(); ++p) {
        if (!router.features[p].empty()) targets.push_back(recording_.right[model][items_[p]]);
      }
      rule.models.push_back({model, fit_logistic(rows, features + 1, targets, kPenalty)});
    }
    router.rule = std::make_shared<const RoutingRule>(std::move(rule));
    predict(router);
    return router;
  }

  void predict(Router& router) const {
    const Routing routing(*router.rule);
    for (const std::vector<float>& features : router.features) {
      std::vector<double>& probabilities = router.probabilities.emplace_back();
      for (std::size_t place = 0; place < router.rule->models.size() && !features.empty();
           ++place) {
        probabilities.push_back(routing.probability(place, features));
      }
    }
  }

  void sweep_prices(ModelIndex probe, ValuedRules& rules) const {
    const Router router = fit(probe);
    if (router.rule == nullptr || router.rule->models.size() < 2) return;
    const auto n = static_cast<double>(items_.size());
    const double dearest =
        static_cast<double>(*std::max_element(cpu_.begin(), cpu_.end())) / 1e6 / n;
    if (!(dearest > 0)) return;
    std::vector<Router> routers = {router};
    for (std::size_t place = 1; place < router.rule->models.size(); ++place) {
      routers.push_back(pair_of(router, place));
    }
    for (const Router& one : routers) {
      for (int step = 0; step < kPrices; ++step) {
        const double exponent = step / (kPrices - 1.0);
        const double price = kLeastPrice * std::pow(kMostPrice / kLeastPrice, exponent) / dearest;
        rules.add(value(one, price));
      }
    }
  }

  // The same that chooses between the probe and one other model alone.
  static Router pair_of(const Router& router, std::size_t place) {
    Router pair{.rule = nullptr, .features = router.features, .probabilities = {}};
    RoutingRule rule = *router.rule;
    rule.models = {router.rule->models.front(), router.rule->models[place]};
    pair.rule = std::make_shared<const RoutingRule>(std::move(rule));
    for (const std::vector<double>& all : router.probabilities) {
      if (all.empty())
        pair.probabilities.emplace_back();
      else
        pair.probabilities.push_back({all.front(), all[place]});
    }
    return pair;
  }

  // As Routing chooses where nothing fails but the probe.
  std::size_t choice(const Router& router, double price, std::size_t p) const {
    std::size_t best = 0;
    double best_value = 0.0;
    for (std::size_t place = 0; place < router.rule->models.size(); ++place) {
      const ModelIndex model = router.rule->models[place].model;
      const double cost = model == *router.rule->probe
                              ? 0.0
                              : static_cast<double>(recording_.cpu[model][items_[p]]) / 1e6;
      const double value = router.probabilities[p][place] - price * cost;
      if (place == 0 || value > best_value) {
        best = place;
        best_value = value;
      }
    }
    return best;
  }

  ValuedRule value(const Router& router, double price) const {
    ValuedRule valued{.rule =
                          [rule = router.rule, price] {
                            RoutingRule priced = *rule;
                            priced.price = price;
                            return Rule(std::move(priced));
                          },
                      .smoothed = 0.0,
                      .cpu = decode_ + cpu_[*router.rule->probe]};
    for (std::size_t p = 0; p < items_.size(); ++p) {
      const bool probed = !router.features[p].empty();
      const std::size_t place = probed ? choice(router, price, p) : router.rule->models.size() - 1;
      const ModelIndex model = router.rule->models[place].model;
      const char right = recording_.right[model][items_[p]];
      const double expected = probed ? router.probabilities[p][place] : right;
      valued.smoothed += (1 - kSmoothing) * right + kSmoothing * expected;
      valued.discordant += right != recording_.right[baseline_][items_[p]] ? 1 : 0;
      if (model != *router.rule->probe) valued.cpu += recording_.cpu[model][items_[p]];
    }
    return valued;
  }

  const Recording& recording_;
  const std::vector<std::size_t>& items_;
  ModelIndex baseline_;
  std::vector<std::int64_t> cpu_;    // [model], over the items, without decoding
  std::vector<std::int64_t> right_;  // [model]
  std::int64_t decode_ = 0;
};

}  // namespace

FitPoint fit_routing(const Recording& recording, const std::vector<std::size_t>& items,
                     ModelIndex baseline) {
  return [rules = RoutingFit(recording, items, baseline).run()](const Target& target) {
    return rules.pick(target);
  };
}

}  // namespace rightsize

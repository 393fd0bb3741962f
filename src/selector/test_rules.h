// For tests: small rules of the kinds that choose before they run, over models 0, 1 and 2.
#pragma once

#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "selector/rule.h"

namespace rightsize::test {

// The nearest of (0, 0), (1, 0) and (0, 1) is the first of two models, the second, or "none".
inline PremodelClassifier nearest_of_three(std::vector<std::uint16_t> features) {
  auto points = std::make_shared<PointSet>();
  *points = {.features = 2, .count = 3, .columns = {0, 1, 0, 0, 0, 1}};
  return {.scaling = {std::move(features), {0, 0}, {1, 1}},
          .classifiers = {Knn{.points = points, .labels = {0, 1, 2}, .classes = 3, .k = 1}},
          .models = 2};
}

// Stages 0, 1, 2, sure from 0.8 on; the nearest point enters at 0, at 1 or, for "none", at 2.
inline EntryRule entry_rule(std::vector<std::uint16_t> features, std::optional<ModelIndex> probe) {
  return {.premodel = {.models = {0, 1},
                       .classifier = nearest_of_three(std::move(features)),
                       .probe = probe,
                       .fallback = {},
                       .network = {},
                       .features = {}},
          .cascade = {.stages = {{0, 0.8}, {1, 0.8}, {2, 0.0}}}};
}

inline double log_odds(double p) { return std::log(p / (1 - p)); }

// Feature 0 of a probe is its largest probability. A sure probe makes model 0 likely to be right;
// models 1 and 2 are right with 0.7 and 0.8 whatever it says.
inline RoutingRule routing_rule(double price) {
  return {
      .features = {0},
      .models = {{0, {log_odds(0.1), 5.0}}, {1, {log_odds(0.7), 0.0}}, {2, {log_odds(0.8), 0.0}}},
      .price = price,
      .probe = 0,
      .extraction = {}};
}

}  // namespace rightsize::test

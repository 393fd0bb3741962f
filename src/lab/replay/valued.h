// Settings of any kind, valued on training items as the search for cascades values its own.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "lab/replay/cross_validation.h"

namespace rightsize {

struct ValuedRule {
  std::function<Rule()> rule;
  double smoothed = 0.0;    // right answers, as far as they are believed
  std::int64_t cpu = 0;     // nanoseconds over all items
  double discordant = 0.0;  // items on which just one of setting and baseline is right

  double less(double errors) const { return smoothed - errors * std::sqrt(discordant); }
};

// Picks among settings for every target: within a limit of cost the one with the most right answers
// less SearchOptions::discount standard errors; for a loss the cheapest that is believed to keep to
// it. The baseline alone where none does.
class ValuedRules {
 public:
  // `items`: how many were valued; `totals`: what the baseline comes to on them.
  ValuedRules(ModelIndex baseline, std::size_t items, const Totals& totals)
      : baseline_(baseline), items_(items), totals_(totals) {}

  void add(ValuedRule rule) { rules_.push_back(std::move(rule)); }
  Rule pick(const Target& target) const;

 private:
  ModelIndex baseline_;
  std::size_t items_;
  Totals totals_;  // of the baseline
  std::vector<ValuedRule> rules_;
};

}  // namespace rightsize

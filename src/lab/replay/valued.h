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
  double smoothed = 0.0;        // right answers, as far as they are believed
  std::int64_t cpu = 0;         // nanoseconds over all items
  std::int64_t discordant = 0;  // items on which just one of setting and baseline is right

  double less(double errors) const {
    return smoothed - errors * std::sqrt(static_cast<double>(discordant));
  }
};

// Picks among settings for every target: within a limit of cost the one with the most right answers
// less SearchOptions::discount standard errors; for a loss the cheapest that is believed to keep to
// it. The baseline alone where none does.
class ValuedRules {
 public:
  // Of the items that were valued: how many, and the baseline's right answers and nanoseconds.
  ValuedRules(ModelIndex baseline, std::size_t items, std::int64_t baseline_right,
              std::int64_t baseline_cpu)
      : baseline_(baseline), items_(items), right_(baseline_right), cpu_(baseline_cpu) {}

  void add(ValuedRule rule) { rules_.push_back(std::move(rule)); }
  Rule pick(const Target& target) const;

 private:
  ModelIndex baseline_;
  std::size_t items_;
  std::int64_t right_;
  std::int64_t cpu_;
  std::vector<ValuedRule> rules_;
};

}  // namespace rightsize

#include "lab/replay/valued.h"

#include "lab/replay/search.h"

namespace rightsize {

Rule ValuedRules::pick(const Target& target) const {
  const double wanted = wanted_worth(target, totals_, items_);
  const ValuedRule* best = nullptr;
  for (const ValuedRule& rule : rules_) {
    if (target.speedup > 0) {
      const bool fits =
          static_cast<double>(rule.cpu) * target.speedup <= static_cast<double>(totals_.cpu);
      const double discount = SearchOptions().discount;
      if (fits && (best == nullptr || rule.less(discount) > best->less(discount))) best = &rule;
    } else if (rule.less(kTrustDiscount) >= wanted) {
      if (best == nullptr || rule.cpu < best->cpu) best = &rule;
    }
  }
  return best == nullptr ? Rule(fixed_rule(baseline_)) : best->rule();
}

}  // namespace rightsize

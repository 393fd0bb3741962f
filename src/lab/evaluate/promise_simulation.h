// For tests and benchmarks: what a selector file says of its points put to the test. A selector is
// trained on some inputs, and its points are judged on others.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "lab/evaluate/train.h"
#include "lab/replay/statistics.h"

namespace rightsize::test {

// A point's difference to the baseline: printed, and on new inputs.
struct Promise {
  std::string name;
  double printed = 0.0;
  double printed_error = 0.0;  // the standard error that its interval says
  double found = 0.0;
  double found_error = 0.0;
  double speedup = 0.0;  // found

  // How many standard errors of both together the two are apart.
  double apart() const {
    const double error = std::hypot(printed_error, found_error);
    return error > 0 ? std::abs(printed - found) / error : 0.0;
  }
};

// Of every point but the baseline alone. `fresh` has the models of the table trained on.
inline std::vector<Promise> promises_kept(const SelectorFile& file, const OutcomeTable& fresh) {
  const auto recording = judge(fresh, {});
  const std::vector<std::size_t> all = all_but(recording->items(), {});
  const auto n = static_cast<double>(all.size());
  const auto alone = replay(*make_selector(fixed_rule(file.baseline)), *recording, all);
  std::vector<Promise> promises;
  for (const OperatingPoint& point : file.points) {
    if (point.rule == Rule(fixed_rule(file.baseline))) continue;
    const auto replayed = replay(*make_selector(point.rule), *recording, all);
    double sum = 0.0;
    double squares = 0.0;
    double cpu = 0.0;
    double alone_cpu = 0.0;
    for (const std::size_t i : all) {
      const double more = (replayed[i].right ? 1.0 : 0.0) - (alone[i].right ? 1.0 : 0.0);
      sum += more;
      squares += more * more;
      cpu += static_cast<double>(replayed[i].cpu);
      alone_cpu += static_cast<double>(alone[i].cpu);
    }
    const double mean = sum / n;
    promises.push_back({.name = point.name,
                        .printed = point.difference.value,
                        .printed_error = (point.difference.high - point.difference.low) / 3.92,
                        .found = mean,
                        .found_error = std::sqrt(std::max(0.0, squares / n - mean * mean) / n),
                        .speedup = alone_cpu / cpu});
  }
  return promises;
}

inline double worst_of(const std::vector<Promise>& promises) {
  double worst = 0.0;
  for (const Promise& promise : promises) worst = std::max(worst, promise.apart());
  return worst;
}

// Over many selectors.
struct PromiseTally {
  std::size_t selectors = 0;
  std::size_t broken = 0;  // with any point more than 1.96 standard errors off
  std::map<std::string, std::vector<Promise>> points;

  void add(const std::vector<Promise>& promises) {
    ++selectors;
    if (worst_of(promises) > 1.96) ++broken;
    for (const Promise& promise : promises) points[promise.name].push_back(promise);
  }
};

}  // namespace rightsize::test

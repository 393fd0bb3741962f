#include "selector/steering.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/clock.h"

namespace rightsize {
namespace {

constexpr std::size_t kAttemptsPerRound = 16;

// Sums that stay kNever once they are, or are longer than can be said.
Nanoseconds plus(Nanoseconds a, Nanoseconds b) {
  const bool over = b > Nanoseconds(0) && a > kNever - b;
  return a == kNever || b == kNever || over ? kNever : a + b;
}

Nanoseconds wall_of(ModelIndex model, std::span<const Cost> costs) {
  return model < costs.size() ? costs[model].wall : kNever;
}

Nanoseconds sum_of_walls(const std::vector<ModelIndex>& models, std::span<const Cost> costs) {
  Nanoseconds sum{0};
  for (const ModelIndex model : models) sum = plus(sum, wall_of(model, costs));
  return sum;
}

Nanoseconds longest_run(const PremodelRule& rule, std::span<const Cost> costs) {
  Nanoseconds longest{0};
  for (const ModelIndex model : rule.models) longest = std::max(longest, wall_of(model, costs));
  if (rule.fallback) longest = std::max(longest, wall_of(*rule.fallback, costs));
  return rule.probe ? plus(longest, wall_of(*rule.probe, costs)) : longest;
}

Nanoseconds longest_run(const RoutingRule& rule, std::span<const Cost> costs) {
  Nanoseconds longest{0};
  for (const RoutedModel& routed : rule.models) {
    if (routed.model != rule.probe) longest = std::max(longest, wall_of(routed.model, costs));
  }
  return rule.probe ? plus(longest, wall_of(*rule.probe, costs)) : longest;
}

}  // namespace

std::string words_of(const Budget& budget) {
  std::vector<std::string> limits;
  if (budget.max_loss != kNoLimit) {
    limits.push_back(fmt::format("a {}loss of at most {:.2f} points",
                                 budget.proven ? "proven " : "", 100 * budget.max_loss));
  }
  if (budget.min_quality > 0) {
    limits.push_back(fmt::format("a quality of at least {:.1f} %", 100 * budget.min_quality));
  }
  if (budget.mean_latency != kNever) {
    limits.push_back(fmt::format("{:.1f} ms on average", to_ms(budget.mean_latency)));
  }
  if (budget.deadline != kNever) {
    limits.push_back(fmt::format("an answer within {:.1f} ms", to_ms(budget.deadline)));
  }
  if (budget.max_energy_mj != kNoLimit) {
    limits.push_back(fmt::format("at most {:.1f} mJ", budget.max_energy_mj));
  }
  return fmt::format("{}", fmt::join(limits, " and "));
}

Status only_a_deadline(const Budget& budget, const char* what) {
  Budget deadline_alone;
  deadline_alone.deadline = budget.deadline;
  deadline_alone.answer_late = budget.answer_late;
  if (budget == deadline_alone) return {};
  return invalid_input(
      fmt::format("a budget with limits other than a deadline chooses among operating points: open "
                  "the {} with `steerable`",
                  what));
}

std::vector<Cost> profiled_costs(const SelectorFile& file) {
  std::vector<Cost> costs;
  for (const ModelFigures& figures : file.figures) {
    costs.push_back({from_ms(figures.cpu_ms), from_ms(figures.wall_ms)});
  }
  return costs;
}

bool Steering::PointFigures::good_enough(const Budget& budget) const {
  return loss <= budget.max_loss + 1e-12 && quality >= budget.min_quality - 1e-12;
}

bool Steering::PointFigures::cheap_enough(const Budget& budget) const {
  return mean <= budget.mean_latency && longest <= budget.deadline &&
         (budget.max_energy_mj == kNoLimit || energy_mj <= budget.max_energy_mj);
}

Steering::Steering(const SelectorFile& file) : file_(file) {
  for (const OperatingPoint& point : file.points) models_.push_back(models_of(point.rule));
}

Steering::PointFigures Steering::figures(std::size_t index, const Budget& budget,
                                         const PresentCosts& costs) const {
  const OperatingPoint& point = file_.points[index];
  const double proven = point.proven ? point.proven->loss : kNoLimit;
  return {.point = index,
          .quality = point.quality.value,
          .loss = budget.proven ? proven : 0.0 - point.difference.value,
          .mean = mean_latency(index, costs),
          .longest = longest_latency(index, costs),
          .energy_mj = point.energy_mj.value_or(kNoLimit)};
}

Nanoseconds Steering::mean_latency(std::size_t point, const PresentCosts& costs) const {
  const Nanoseconds now = sum_of_walls(models_[point], costs.expected);
  if (now == kNever) return kNever;
  double profiled = 0.0;
  for (const ModelIndex model : models_[point]) profiled += file_.figures[model].wall_ms;
  const double mean = file_.points[point].wall_ms;
  return from_ms(profiled > 0 ? mean * to_ms(now) / profiled : mean);
}

Nanoseconds Steering::longest_latency(std::size_t point, const PresentCosts& costs) const {
  Nanoseconds longest = sum_of_walls(models_[point], costs.upper);
  const Rule& rule = file_.points[point].rule;
  if (const auto* premodel = std::get_if<PremodelRule>(&rule)) {
    longest = longest_run(*premodel, costs.upper);
  } else if (const auto* routing = std::get_if<RoutingRule>(&rule)) {
    longest = longest_run(*routing, costs.upper);
  }
  const Nanoseconds then = from_ms(file_.points[point].looking_ms.value_or(0.0));
  longest = plus(longest, costs.looking.empty() ? then : costs.looking[point]);
  return plus(costs.elapsed, longest);
}

std::string Steering::figures_of(const Candidate& c, const Budget& budget) const {
  std::string text = fmt::format("'{}' ({:.1f} % {}, {:.1f} ms on average, {:.1f} ms at most",
                                 file_.points[c.point].name, 100 * c.quality, file_.criterion,
                                 to_ms(c.mean), to_ms(c.longest));
  if (c.loss != kNoLimit) {
    text += fmt::format(", {} {:.1f} points", budget.proven ? "proven to lose at most" : "loses",
                        100 * c.loss + 0.0);
  }
  if (budget.max_energy_mj != kNoLimit && c.energy_mj != kNoLimit) {
    text += fmt::format(", {:.1f} mJ", c.energy_mj);
  }
  return text + ")";
}

// Nearest from either side: the best within the limits of cost, and the cheapest of those that are
// good enough.
Status Steering::refusal(const Budget& budget, const std::vector<Candidate>& candidates) const {
  const Candidate* best = nullptr;
  const Candidate* cheapest = nullptr;
  const Candidate* least_loss = nullptr;
  const Candidate* quickest = nullptr;
  for (const Candidate& c : candidates) {
    if (c.cheap_enough(budget) && (best == nullptr || c.quality > best->quality)) best = &c;
    if (c.good_enough(budget) && (cheapest == nullptr || c.longest < cheapest->longest)) {
      cheapest = &c;
    }
    if (least_loss == nullptr || c.loss < least_loss->loss) least_loss = &c;
    if (quickest == nullptr || c.longest < quickest->longest) quickest = &c;
  }
  if (candidates.empty()) return unreachable("no operating point has all its models");
  std::vector<std::string> nearest;
  if (best == nullptr) best = quickest;
  if (cheapest == nullptr) cheapest = least_loss;
  nearest.push_back(figures_of(*best, budget));
  if (cheapest != best) nearest.push_back(figures_of(*cheapest, budget));
  std::string message = fmt::format("no operating point gives {}; the nearest: {}",
                                    words_of(budget), fmt::join(nearest, ", or "));
  if (budget.proven && least_loss->loss == kNoLimit) {
    message += "; the selector file has no certificate: make one with `rightsize certify`";
  }
  if (budget.max_energy_mj != kNoLimit && quickest->energy_mj == kNoLimit) {
    message += "; the selector file knows no energy, as none was measured";
  }
  return unreachable(message);
}

bool Steering::allows(std::size_t point, const Budget& budget, const PresentCosts& costs) const {
  const Candidate c = figures(point, budget, costs);
  return c.mean != kNever && c.good_enough(budget) && c.cheap_enough(budget);
}

Result<std::size_t> Steering::choose(const Budget& budget, const PresentCosts& costs) const {
  if (!budget.chooses_point()) return file_.default_point;
  std::vector<Candidate> candidates;
  for (std::size_t p = 0; p < file_.points.size(); ++p) {
    const Candidate c = figures(p, budget, costs);
    if (c.mean != kNever && c.longest != kNever) candidates.push_back(c);
  }
  const Candidate* chosen = nullptr;
  const auto better = [&](const Candidate& a, const Candidate& b) {
    if (budget.limits_quality()) return a.mean < b.mean;
    return a.quality != b.quality ? a.quality > b.quality : a.mean < b.mean;
  };
  for (const Candidate& c : candidates) {
    if (!c.good_enough(budget) || !c.cheap_enough(budget)) continue;
    if (chosen == nullptr || better(c, *chosen)) chosen = &c;
  }
  if (chosen != nullptr) return chosen->point;
  if (!budget.answer_late || budget.deadline == kNever || candidates.empty()) {
    return refusal(budget, candidates);
  }
  // Of those that are good enough, or if none is of all, the quickest.
  for (const Candidate& c : candidates) {
    const bool good = c.good_enough(budget);
    const bool held_good = chosen != nullptr && chosen->good_enough(budget);
    if (chosen == nullptr || (good && !held_good) ||
        (good == held_good && c.longest < chosen->longest)) {
      chosen = &c;
    }
  }
  return chosen->point;
}

bool Steering::memories_alone(std::size_t point) const {
  const auto is_memory = [&](ModelIndex m) { return file_.zoo.models[m].translation.memory; };
  return std::all_of(models_[point].begin(), models_[point].end(), is_memory);
}

std::optional<std::size_t> Steering::to_try(const Budget& budget, const PresentCosts& costs,
                                            std::size_t attempt) const {
  Budget untimed = budget;
  untimed.deadline = untimed.mean_latency = kNever;
  std::vector<Candidate> good;
  for (std::size_t p = 0; p < file_.points.size(); ++p) {
    const Candidate c = figures(p, budget, costs);
    const bool runs = c.mean != kNever && c.longest != kNever && !memories_alone(p);
    if (runs && c.good_enough(untimed) && c.cheap_enough(untimed)) good.push_back(c);
  }
  if (good.empty()) return std::nullopt;
  const auto quicker = [](const Candidate& a, const Candidate& b) { return a.longest < b.longest; };
  const auto was_quicker = [&](const Candidate& a, const Candidate& b) {
    return file_.points[a.point].wall_ms < file_.points[b.point].wall_ms;
  };
  // Anything else is tried seldom: while a machine stays slow, that takes longest.
  if (attempt % kAttemptsPerRound == kAttemptsPerRound - 1) {
    return good[attempt / kAttemptsPerRound % good.size()].point;
  }
  if (attempt % 2 == 0) return std::min_element(good.begin(), good.end(), quicker)->point;
  return std::min_element(good.begin(), good.end(), was_quicker)->point;
}

Result<std::size_t> SteadyChoice::choose(const Steering& steering, const Budget& budget,
                                         const PresentCosts& costs) {
  Result<std::size_t> bold = steering.choose(budget, costs);
  const bool comparable = last_ && bold.ok() && budget == budget_ && *bold != *last_;
  if (comparable && steering.allows(*last_, budget, costs)) {
    upper_.assign(costs.upper.begin(), costs.upper.end());
    for (Cost& cost : upper_) {
      cost.wall = plus(cost.wall, cost.wall / 10);
    }
    const bool to_spare =
        steering.allows(*bold, budget, {costs.expected, upper_, costs.elapsed, costs.looking});
    if (!to_spare) bold = *last_;
  }
  if (bold.ok()) {
    last_ = *bold;
    budget_ = budget;
  }
  return bold;
}

}  // namespace rightsize

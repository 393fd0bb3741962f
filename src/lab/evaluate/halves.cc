#include "lab/evaluate/halves.h"

#include <algorithm>
#include <cmath>

#include "lab/replay/statistics.h"

namespace rightsize {
namespace {

constexpr double kNormal95 = 1.96;

Strategy part_of(const Strategy& strategy, const std::vector<std::size_t>& items) {
  Strategy part{.name = strategy.name, .items = {}};
  for (const std::size_t i : items) part.items.push_back(strategy.items[i]);
  return part;
}

double mean_of(const std::vector<StrategyFigures>& halves, double StrategyFigures::*figure) {
  double sum = 0.0;
  for (const StrategyFigures& half : halves) sum += half.*figure;
  return sum / static_cast<double>(halves.size());
}

Estimate spread_of(const std::vector<StrategyFigures>& halves, Estimate StrategyFigures::*figure) {
  const auto n = static_cast<double>(halves.size());
  double sum = 0.0;
  for (const StrategyFigures& half : halves) sum += (half.*figure).value;
  const double mean = sum / n;
  double squares = 0.0;
  for (const StrategyFigures& half : halves) {
    squares += ((half.*figure).value - mean) * ((half.*figure).value - mean);
  }
  const double reach = kNormal95 * std::sqrt(squares / std::max(1.0, n - 1));
  return {mean, mean - reach, mean + reach};
}

StrategyFigures over(const std::vector<StrategyFigures>& halves) {
  const auto n = static_cast<double>(halves.size());
  StrategyFigures all = halves.front();
  for (const auto figure :
       {&StrategyFigures::quality, &StrategyFigures::cpu_ms, &StrategyFigures::difference,
        &StrategyFigures::speedup, &StrategyFigures::over_mix}) {
    all.*figure = spread_of(halves, figure);
  }
  all.abstained = mean_of(halves, &StrategyFigures::abstained);
  all.wall_ms = mean_of(halves, &StrategyFigures::wall_ms);
  all.suitable = mean_of(halves, &StrategyFigures::suitable);
  double energy = 0.0;
  for (const StrategyFigures& half : halves) energy += half.energy_mj.value_or(0.0) / n;
  if (all.energy_mj) all.energy_mj = energy;
  for (std::size_t m = 0; m < all.shares.size(); ++m) {
    double sum = 0.0;
    for (const StrategyFigures& half : halves) sum += half.shares[m];
    all.shares[m] = std::min(1.0, sum / n);
  }
  for (std::size_t k = 0; k < all.by_metric.size(); ++k) {
    double sum = 0.0;
    for (const StrategyFigures& half : halves) sum += half.by_metric[k];
    all.by_metric[k] = sum / n;
  }
  return all;
}

}  // namespace

std::vector<StrategyFigures> judge_by_halves(const Recording& recording, ModelIndex baseline,
                                             const std::vector<Target>& targets,
                                             const Fitter& fitter, std::uint64_t seed,
                                             std::size_t rounds) {
  std::vector<Strategy> models;
  for (std::size_t m = 0; m < recording.models(); ++m) models.push_back(single_model(recording, m));
  std::vector<std::vector<StrategyFigures>> found(targets.size());
  const auto judge_half = [&](const std::vector<std::size_t>& learned,
                              const std::vector<std::size_t>& judged) {
    std::vector<Strategy> strategies;
    for (const Strategy& model : models) strategies.push_back(part_of(model, judged));
    const FitPoint fit = fitter(recording, learned, baseline);
    for (const Target& target : targets) {
      strategies.push_back({target.name, replay(*make_selector(fit(target)), recording, judged)});
    }
    const Resampling figures(strategies, models.size(), baseline, recording.metric);
    for (std::size_t t = 0; t < targets.size(); ++t) {
      found[t].push_back(figures.figures(models.size() + t));
    }
  };
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto halves = shuffled_folds(recording.items(), 2, seed + round);
    judge_half(halves[0], halves[1]);
    judge_half(halves[1], halves[0]);
  }
  std::vector<StrategyFigures> result;
  for (const std::vector<StrategyFigures>& halves : found) result.push_back(over(halves));
  return result;
}

}  // namespace rightsize

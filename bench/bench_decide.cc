// What deciding costs: one step of a cascade, a whole decision in the recorded world, and the sweep
// of the search, in decisions per second on one core.
#include <benchmark/benchmark.h>

#include <numeric>

#include "lab/evaluate/train.h"
#include "lab/replay/cross_validation.h"
#include "lab/replay/search.h"
#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

// Twelve models on a thousand inputs, as in the targets.
OutcomeTable table_of_targets() {
  std::vector<test::SyntheticModel> models;
  for (int m = 0; m < 12; ++m) models.push_back({0.42 + 0.035 * m, 0.75 * (m + 1) * (m + 1) / 2});
  return test::synthetic_table({.items = 1000, .models = models});
}

const Cascade& cascade() {
  static const Cascade selector(
      {.signal = Signal::kMaxProbability, .stages = {{2, 0.8}, {6, 0.6}, {11, 0.0}}});
  return selector;
}

void cascade_step(benchmark::State& state) {
  const std::vector<Cost> costs(12, {.cpu = Nanoseconds(1), .wall = Nanoseconds(1)});
  std::array<Trial, 1> trials{{{.model = 2, .status = TrialStatus::kOk, .signals = {0.7, 0.5, 1}}}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(trials);
    benchmark::DoNotOptimize(cascade().next({.trials = trials, .costs = costs}));
  }
}
BENCHMARK(cascade_step);

void replay_by_decide(benchmark::State& state) {
  const OutcomeTable table = table_of_targets();
  const Recording recording = *judge(table, {});
  RecordedWorld world(recording);
  for (auto _ : state) {
    for (std::size_t i = 0; i < recording.items(); ++i) {
      world.select(i);
      benchmark::DoNotOptimize(decide(cascade(), world));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(recording.items()));
}
BENCHMARK(replay_by_decide)->Unit(benchmark::kMicrosecond);

// Decisions that the sweep values: settings tried times inputs.
void replay_by_sweep(benchmark::State& state) {
  const OutcomeTable table = table_of_targets();
  const Recording recording = *judge(table, {});
  std::vector<std::size_t> items(recording.items());
  std::iota(items.begin(), items.end(), std::size_t{0});
  std::size_t settings = 0;
  for (auto _ : state) {
    settings = search_cascades(recording, items, ModelIndex{11}).evaluated();
  }
  state.counters["settings"] = static_cast<double>(settings);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(settings * items.size()));
}
BENCHMARK(replay_by_sweep)->Unit(benchmark::kMillisecond);

// The whole of `train`: search, 10-fold cross-validation of every kind, 2,000 resamples, final fit.
void train_and_validate(benchmark::State& state) {
  const OutcomeTable table = table_of_targets();
  for (auto _ : state) benchmark::DoNotOptimize(train(table, {}));
}
BENCHMARK(train_and_validate)->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace
}  // namespace rightsize

BENCHMARK_MAIN();

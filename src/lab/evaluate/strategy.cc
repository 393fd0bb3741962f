#include "lab/evaluate/strategy.h"

#include "lab/replay/statistics.h"

namespace rightsize {
namespace {

constexpr double kNsPerMs = 1e6;

// Mean quality and cost of a strategy under resampling weights.
struct Mean {
  double quality = 0.0;
  double cpu_ms = 0.0;
  TextCounts counts;  // of translations
};
Mean mean_of(const Strategy& strategy, const std::vector<std::uint32_t>* times,
             std::optional<TextMetric> metric) {
  Mean mean;
  double right = 0.0;
  double cpu = 0.0;
  for (std::size_t i = 0; i < strategy.items.size(); ++i) {
    const std::uint32_t weight = times == nullptr ? 1U : (*times)[i];
    const ReplayedItem& item = strategy.items[i];
    right += item.right ? weight : 0.0;
    cpu += weight * static_cast<double>(item.cpu);
    if (metric && weight > 0) add(*item.counts, weight, mean.counts);
  }
  const auto n = static_cast<double>(strategy.items.size());
  mean.quality = metric ? corpus_value(mean.counts, *metric) : right / n;
  mean.cpu_ms = cpu / n / kNsPerMs;
  return mean;
}

// Of a random mix; of translations that of the counts to be expected.
double mix_quality(const Mix& mix, const std::vector<Mean>& means, std::size_t models,
                   std::optional<TextMetric> metric) {
  const Mean nothing;
  const Mean& first = mix.first < models ? means[mix.first] : nothing;
  const Mean& second = means[mix.second];
  if (!metric) return (1 - mix.weight) * first.quality + mix.weight * second.quality;
  if (mix.first >= models) return mix.weight * second.quality;
  return corpus_value(blend(first.counts, second.counts, mix.weight), *metric);
}

// What running one model alone on an item comes to.
ReplayedItem alone(const Recording& recording, std::size_t model, std::size_t i) {
  const OutcomeTable& table = *recording.table;
  const RecordedOutcome& cell = table.at(recording.item[i], model);
  return {.answered = recording.ok[model][i] != 0,
          .right = recording.right[model][i] != 0,
          .model = static_cast<ModelIndex>(model),
          .answer = cell.outcome.label(),
          .cpu = recording.cpu[model][i] + recording.decode_cpu[i],
          .wall = (cell.wall + table.decode_wall[recording.item[i]]).count(),
          .energy = recording.energy_of(model, i) + recording.overhead_energy(false),
          .counts = recording.is_graded() ? &recording.counts[model][i] : nullptr};
}

}  // namespace

Strategy single_model(const Recording& recording, std::size_t model) {
  Strategy strategy{.name = recording.table->zoo.models[model].name, .items = {}};
  for (std::size_t i = 0; i < recording.items(); ++i) {
    strategy.items.push_back(alone(recording, model, i));
  }
  return strategy;
}

Strategy oracle(const Recording& recording, std::string name,
                const std::vector<std::size_t>& allowed) {
  Strategy strategy{.name = std::move(name), .items = {}};
  for (std::size_t i = 0; i < recording.items(); ++i) {
    std::size_t best = allowed.front();
    const auto better = [&](std::size_t a, std::size_t b) {
      if (recording.worth[a][i] != recording.worth[b][i]) {
        return recording.worth[a][i] > recording.worth[b][i];
      }
      return recording.cost(a, i) < recording.cost(b, i);
    };
    for (const std::size_t m : allowed) {
      if (better(m, best)) best = m;
    }
    strategy.items.push_back(alone(recording, best, i));
  }
  return strategy;
}

void Resampling::judge_by_labels(std::vector<std::int32_t> labels) {
  labels_ = std::move(labels);
  values_ = derive(nullptr);
}

// Share of the labelled inputs that are answered as labelled.
double Resampling::accuracy(const Strategy& strategy,
                            const std::vector<std::uint32_t>* times) const {
  double right = 0.0;
  double labelled = 0.0;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (labels_[i] < 0) continue;
    const double weight = times == nullptr ? 1.0 : (*times)[i];
    const ReplayedItem& item = strategy.items[i];
    labelled += weight;
    right += item.answered && item.answer == labels_[i] ? weight : 0.0;
  }
  return labelled > 0 ? right / labelled : 0.0;
}

Resampling::Resampling(const std::vector<Strategy>& strategies, std::size_t models,
                       std::size_t baseline, std::optional<TextMetric> metric)
    : strategies_(strategies), models_(models), baseline_(baseline), metric_(metric) {
  samples_.resize(strategies.size());
  std::vector<std::pair<double, double>> singles;
  for (std::size_t m = 0; m < models; ++m) {
    const Mean mean = mean_of(strategies[m], nullptr, metric_);
    singles.emplace_back(mean.cpu_ms, mean.quality);
  }
  for (const Strategy& strategy : strategies) {
    mixes_.push_back(best_mix(singles, mean_of(strategy, nullptr, metric_).cpu_ms));
  }
  values_ = derive(nullptr);
}

void Resampling::run(std::size_t n, std::size_t resamples, std::uint64_t seed) {
  bootstrap(n, resamples, seed, [&](const std::vector<std::uint32_t>& times) {
    const std::vector<Derived> derived = derive(&times);
    for (std::size_t s = 0; s < derived.size(); ++s) samples_[s].push_back(derived[s]);
  });
}

StrategyFigures Resampling::figures(std::size_t s) const {
  StrategyFigures figures;
  figures.name = strategies_[s].name;
  figures.quality = estimate(s, &Derived::quality);
  figures.cpu_ms = estimate(s, &Derived::cpu_ms);
  figures.difference = estimate(s, &Derived::difference);
  figures.speedup = estimate(s, &Derived::speedup);
  figures.over_mix = estimate(s, &Derived::over_mix);
  if (!labels_.empty()) figures.by_labels = estimate(s, &Derived::by_labels);
  figures.shares.assign(models_, 0.0);
  const auto n = static_cast<double>(strategies_[s].items.size());
  double energy_nj = 0.0;
  for (const ReplayedItem& item : strategies_[s].items) {
    (item.answered ? figures.shares[item.model] : figures.abstained) += 1.0;
    figures.wall_ms += static_cast<double>(item.wall) / kNsPerMs / n;
    energy_nj += static_cast<double>(item.energy);
    figures.suitable += item.right ? 1.0 / n : 0.0;
  }
  if (metric_) {
    const TextCounts counts = mean_of(strategies_[s], nullptr, metric_).counts;
    for (const TextMetric metric : kAllTextMetrics) {
      figures.by_metric.push_back(corpus_value(counts, metric));
    }
  }
  // Counted first, so that all is exactly 1: a selector file refuses more.
  for (double& share : figures.shares) share /= n;
  figures.abstained /= n;
  if (energy_nj != 0) figures.energy_mj = energy_nj / 1e6 / n;
  return figures;
}

std::vector<Resampling::Derived> Resampling::derive(const std::vector<std::uint32_t>* times) const {
  std::vector<Mean> means;
  for (const Strategy& strategy : strategies_) means.push_back(mean_of(strategy, times, metric_));
  const double baseline_accuracy = accuracy(strategies_[baseline_], times);
  std::vector<Derived> derived;
  for (std::size_t s = 0; s < means.size(); ++s) {
    derived.push_back(
        {.quality = means[s].quality,
         .cpu_ms = means[s].cpu_ms,
         .difference = means[s].quality - means[baseline_].quality,
         .speedup = means[baseline_].cpu_ms / means[s].cpu_ms,
         .over_mix = means[s].quality - mix_quality(mixes_[s], means, models_, metric_),
         .by_labels = accuracy(strategies_[s], times) - baseline_accuracy});
  }
  return derived;
}

Estimate Resampling::estimate(std::size_t s, double Derived::*figure) const {
  std::vector<double> resampled;
  for (const Derived& sample : samples_[s]) resampled.push_back(sample.*figure);
  return percentile_estimate(values_[s].*figure, std::move(resampled));
}

}  // namespace rightsize

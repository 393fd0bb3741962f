#include "lab/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lab/statistics.h"
#include "lab/verdict.h"

namespace rightsize {
namespace {

constexpr double kNsPerMs = 1e6;

// One way of choosing, item by item, ready to be resampled.
struct Strategy {
  std::string name;
  std::vector<ReplayedItem> items;
};

Strategy single_model(const Recording& recording, std::size_t model) {
  Strategy strategy{.name = recording.table->zoo.models[model].name, .items = {}};
  for (std::size_t i = 0; i < recording.items(); ++i) {
    strategy.items.push_back({.answered = recording.ok[model][i] != 0,
                              .right = recording.right[model][i] != 0,
                              .model = static_cast<ModelIndex>(model),
                              .cpu = recording.cpu[model][i] + recording.decode_cpu[i]});
  }
  return strategy;
}

// The cheapest right model of `allowed`; the cheapest of all where none is right.
Strategy oracle(const Recording& recording, std::string name,
                const std::vector<std::size_t>& allowed) {
  Strategy strategy{.name = std::move(name), .items = {}};
  for (std::size_t i = 0; i < recording.items(); ++i) {
    std::size_t best = allowed.front();
    const auto better = [&](std::size_t a, std::size_t b) {
      if (recording.right[a][i] != recording.right[b][i]) return recording.right[a][i] != 0;
      return recording.cpu[a][i] < recording.cpu[b][i];
    };
    for (const std::size_t m : allowed) {
      if (better(m, best)) best = m;
    }
    strategy.items.push_back({.answered = recording.ok[best][i] != 0,
                              .right = recording.right[best][i] != 0,
                              .model = static_cast<ModelIndex>(best),
                              .cpu = recording.cpu[best][i] + recording.decode_cpu[i]});
  }
  return strategy;
}

// Mean quality and cost of a strategy under resampling weights.
struct Mean {
  double right = 0.0;
  double cpu_ms = 0.0;
};
Mean mean_of(const Strategy& strategy, const std::vector<std::uint32_t>* times) {
  double right = 0.0;
  double cpu = 0.0;
  for (std::size_t i = 0; i < strategy.items.size(); ++i) {
    const double weight = times == nullptr ? 1.0 : (*times)[i];
    right += strategy.items[i].right ? weight : 0.0;
    cpu += weight * static_cast<double>(strategy.items[i].cpu);
  }
  const auto n = static_cast<double>(strategy.items.size());
  return {right / n, cpu / n / kNsPerMs};
}

// Everything that is resampled: per strategy the samples of each figure.
class Resampling {
 public:
  Resampling(const std::vector<Strategy>& strategies, std::size_t models, std::size_t baseline)
      : strategies_(strategies), models_(models), baseline_(baseline) {
    samples_.resize(strategies.size());
    std::vector<std::pair<double, double>> singles;
    for (std::size_t m = 0; m < models; ++m) {
      const Mean mean = mean_of(strategies[m], nullptr);
      singles.emplace_back(mean.cpu_ms, mean.right);
    }
    for (const Strategy& strategy : strategies) {
      mixes_.push_back(best_mix(singles, mean_of(strategy, nullptr).cpu_ms));
    }
    values_ = derive(nullptr);
  }

  void run(std::size_t n, std::size_t resamples, std::uint64_t seed) {
    bootstrap(n, resamples, seed, [&](const std::vector<std::uint32_t>& times) {
      const std::vector<Derived> derived = derive(&times);
      for (std::size_t s = 0; s < derived.size(); ++s) samples_[s].push_back(derived[s]);
    });
  }

  StrategyFigures figures(std::size_t s) const {
    StrategyFigures figures;
    figures.name = strategies_[s].name;
    figures.quality = estimate(s, &Derived::quality);
    figures.cpu_ms = estimate(s, &Derived::cpu_ms);
    figures.difference = estimate(s, &Derived::difference);
    figures.speedup = estimate(s, &Derived::speedup);
    figures.over_mix = estimate(s, &Derived::over_mix);
    figures.shares.assign(models_, 0.0);
    const auto n = static_cast<double>(strategies_[s].items.size());
    for (const ReplayedItem& item : strategies_[s].items) {
      (item.answered ? figures.shares[item.model] : figures.abstained) += 1.0 / n;
    }
    return figures;
  }

 private:
  struct Derived {
    double quality, cpu_ms, difference, speedup, over_mix;
  };

  std::vector<Derived> derive(const std::vector<std::uint32_t>* times) const {
    std::vector<Mean> means;
    for (const Strategy& strategy : strategies_) means.push_back(mean_of(strategy, times));
    std::vector<Derived> derived;
    for (std::size_t s = 0; s < means.size(); ++s) {
      const Mix& mix = mixes_[s];
      const double mix_quality =
          (1 - mix.weight) * means[mix.first].right + mix.weight * means[mix.second].right;
      derived.push_back({.quality = means[s].right,
                         .cpu_ms = means[s].cpu_ms,
                         .difference = means[s].right - means[baseline_].right,
                         .speedup = means[baseline_].cpu_ms / means[s].cpu_ms,
                         .over_mix = means[s].right - mix_quality});
    }
    return derived;
  }

  Estimate estimate(std::size_t s, double Derived::*figure) const {
    std::vector<double> resampled;
    for (const Derived& sample : samples_[s]) resampled.push_back(sample.*figure);
    return percentile_estimate(values_[s].*figure, std::move(resampled));
  }

  const std::vector<Strategy>& strategies_;  // the first `models_` are the single models
  std::size_t models_;
  std::size_t baseline_;
  std::vector<Mix> mixes_;  // what each strategy must beat, the same in every resample
  std::vector<Derived> values_;
  std::vector<std::vector<Derived>> samples_;
};

Calibration calibrate(const Recording& recording, std::size_t model) {
  std::array<CalibrationBin, 10> bins{};
  for (std::size_t i = 0; i < recording.items(); ++i) {
    if (recording.ok[model][i] == 0) continue;
    const double confidence = recording.sureness(Signal::kMaxProbability, model, i);
    auto& bin = bins[std::min<std::size_t>(9, static_cast<std::size_t>(confidence * 10))];
    bin.confidence += confidence;
    bin.accuracy += recording.right[model][i];
    ++bin.inputs;
  }
  Calibration calibration;
  for (CalibrationBin& bin : bins) {
    if (bin.inputs == 0) continue;
    bin.confidence /= static_cast<double>(bin.inputs);
    bin.accuracy /= static_cast<double>(bin.inputs);
    calibration.expected_error += std::abs(bin.accuracy - bin.confidence) *
                                  static_cast<double>(bin.inputs) /
                                  static_cast<double>(recording.items());
    calibration.bins.push_back(bin);
  }
  return calibration;
}

// The file's models by their place in this run; an error where one is not of this run.
Result<std::vector<ModelIndex>> match_models(const SelectorFile& file, const Zoo& zoo) {
  std::vector<ModelIndex> places(file.zoo.models.size(), 0);
  for (const OperatingPoint& point : file.points) {
    for (const CascadeStage& stage : point.stages) {
      const ModelSpec& wanted = file.zoo.models[stage.model];
      const ModelSpec* found = zoo.find(wanted.name);
      if (found == nullptr || found->sha256 != wanted.sha256 || found->input != wanted.input) {
        return mismatch(fmt::format(
            "the selector file is of another zoo: its model '{}' {}; train a selector on this run, "
            "or profile the selector's zoo",
            wanted.name, found == nullptr ? "is not in this run" : "differs from the run's"));
      }
      places[stage.model] = static_cast<ModelIndex>(found - zoo.models.data());
    }
  }
  return places;
}

std::vector<Strategy> replay_file(const SelectorFile& file, const std::vector<ModelIndex>& places,
                                  const Recording& recording) {
  std::vector<std::size_t> all(recording.items());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<Strategy> strategies;
  for (const OperatingPoint& point : file.points) {
    std::vector<CascadeStage> stages = point.stages;
    for (CascadeStage& stage : stages) stage.model = places[stage.model];
    const ConfidenceCascade selector(point.signal, std::move(stages));
    strategies.push_back({point.name, replay(selector, recording, all)});
  }
  return strategies;
}

Result<std::size_t> find_baseline(const Recording& recording, const std::string& name) {
  if (name.empty()) return static_cast<std::size_t>(best_single_model(recording));
  const Zoo& zoo = recording.table->zoo;
  if (const ModelSpec* model = zoo.find(name)) {
    return static_cast<std::size_t>(model - zoo.models.data());
  }
  return not_found(fmt::format("the baseline '{}' is no model of this run", name));
}

struct Kind {
  std::string name;
  bool held_out = true;
  std::size_t first = 0;  // its strategies are [first, last)
  std::size_t last = 0;
};

// The strategies of all kinds, after those of the single models.
class Contest {
 public:
  explicit Contest(const Recording& recording) {
    for (std::size_t m = 0; m < recording.models(); ++m) {
      strategies.push_back(single_model(recording, m));
    }
  }
  void add(const std::string& name, bool held_out, std::vector<Strategy> entries) {
    kinds.push_back({name, held_out, strategies.size(), strategies.size() + entries.size()});
    for (Strategy& entry : entries) strategies.push_back(std::move(entry));
  }
  void add(const std::string& name, std::vector<PooledPoint> points) {
    std::vector<Strategy> entries;
    for (PooledPoint& point : points) {
      entries.push_back({point.target.name, std::move(point.items)});
    }
    add(name, true, std::move(entries));
  }

  std::vector<Strategy> strategies;
  std::vector<Kind> kinds;
};

// The models that answered anything at the no-loss point: the chosen set.
std::vector<std::size_t> models_used(const std::vector<ReplayedItem>& items, std::size_t models) {
  std::vector<char> used(models, 0);
  for (const ReplayedItem& item : items) used[item.model] = 1;
  std::vector<std::size_t> result;
  for (std::size_t m = 0; m < models; ++m) {
    if (used[m] != 0) result.push_back(m);
  }
  return result;
}

std::size_t no_loss_index(const std::vector<Target>& targets) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].name == kNoLoss) return i;
  }
  return 0;
}

}  // namespace

const char* to_string(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kPays:
      return "pays";
    case VerdictKind::kDoesNotPay:
      return "does_not_pay";
    case VerdictKind::kTooFewData:
      return "too_few_data";
  }
  return "?";
}

std::vector<std::size_t> mix_hull(const std::vector<std::pair<double, double>>& models) {
  std::vector<std::size_t> order(models.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (models[a].first != models[b].first) return models[a].first < models[b].first;
    return models[a].second > models[b].second;
  });
  std::vector<std::size_t> hull;
  for (const std::size_t m : order) {
    if (!hull.empty() && models[m].second <= models[hull.back()].second) continue;
    // The corner before last must lie above the line from the one before it to m.
    while (hull.size() >= 2) {
      const auto& [x0, y0] = models[hull[hull.size() - 2]];
      const auto& [x1, y1] = models[hull.back()];
      const auto& [x2, y2] = models[m];
      if ((y1 - y0) * (x2 - x0) > (y2 - y0) * (x1 - x0)) break;
      hull.pop_back();
    }
    hull.push_back(m);
  }
  return hull;
}

Mix best_mix(const std::vector<std::pair<double, double>>& models, double cost) {
  const std::vector<std::size_t> hull = mix_hull(models);
  if (cost <= models[hull.front()].first) return {hull.front(), hull.front(), 0.0};
  for (std::size_t k = 1; k < hull.size(); ++k) {
    const double low = models[hull[k - 1]].first;
    const double high = models[hull[k]].first;
    if (cost <= high) return {hull[k - 1], hull[k], (cost - low) / (high - low)};
  }
  return {hull.back(), hull.back(), 0.0};
}

Result<Evaluation> evaluate(const OutcomeTable& table, const SelectorFile* selector,
                            const EvaluateOptions& options) {
  const Result<Recording> judged = judge(table, options.reference);
  if (!judged.ok()) return judged.status();
  const Recording& recording = *judged;
  if (recording.items() < options.folds.folds) {
    return invalid_input(fmt::format("{} inputs with a reference are too few for {} folds",
                                     recording.items(), options.folds.folds));
  }
  const Result<std::size_t> baseline = find_baseline(recording, options.baseline);
  if (!baseline.ok()) return baseline.status();

  const std::vector<Target> targets = default_targets();
  const auto validated = [&](const std::vector<Target>& aims, const Fitter& fitter) {
    return cross_validate(recording, static_cast<ModelIndex>(*baseline), aims, fitter,
                          options.folds);
  };
  Contest contest(recording);
  contest.add("cascade", validated(targets, fit_cascades));
  contest.add("fixed", validated(targets, fit_fixed));
  contest.add("majority model", validated({{"majority", 0.0}}, fit_majority));
  if (selector != nullptr) {
    const auto places = match_models(*selector, table.zoo);
    if (!places.ok()) return places.status();
    const bool held_out = selector->provenance.run_id != table.provenance.run_id;
    contest.add("selector file", held_out, replay_file(*selector, *places, recording));
  }
  const Kind cascade = contest.kinds.front();
  const std::size_t no_loss = cascade.first + no_loss_index(targets);
  std::vector<std::size_t> zoo_models(recording.models());
  std::iota(zoo_models.begin(), zoo_models.end(), std::size_t{0});
  const std::vector<std::size_t> chosen =
      models_used(contest.strategies[no_loss].items, recording.models());
  contest.strategies.push_back(oracle(recording, "oracle, whole zoo", zoo_models));
  contest.strategies.push_back(oracle(recording, "oracle, chosen models", chosen));

  Resampling resampling(contest.strategies, recording.models(), *baseline);
  resampling.run(recording.items(), options.resamples, options.folds.seed);

  Evaluation result{.provenance = table.provenance,
                    .zoo = table.zoo.name,
                    .inputs = recording.items(),
                    .skipped = recording.skipped,
                    .failed = table.failed_items,
                    .reference = options.reference.name(),
                    .criterion = to_string(options.reference.criterion),
                    .folds = options.folds.folds,
                    .seed = options.folds.seed,
                    .resamples = options.resamples,
                    .baseline = *baseline};
  double decode = 0.0;
  for (const std::int64_t ns : recording.decode_cpu) decode += static_cast<double>(ns);
  result.decode_cpu_ms = decode / kNsPerMs / static_cast<double>(recording.items());
  std::vector<std::pair<double, double>> singles;
  for (std::size_t m = 0; m < recording.models(); ++m) {
    result.model_names.push_back(table.zoo.models[m].name);
    result.models.push_back(resampling.figures(m));
    result.calibration.push_back(calibrate(recording, m));
    singles.emplace_back(result.models[m].cpu_ms.value, result.models[m].quality.value);
  }
  result.hull = mix_hull(singles);
  result.oracle_zoo = resampling.figures(contest.strategies.size() - 2);
  result.oracle_chosen = resampling.figures(contest.strategies.size() - 1);
  for (const std::size_t m : chosen) result.chosen.push_back(table.zoo.models[m].name);
  for (const Kind& kind : contest.kinds) {
    KindFigures& figures = result.kinds.emplace_back();
    figures.kind = kind.name;
    figures.held_out = kind.held_out;
    for (std::size_t s = kind.first; s < kind.last; ++s) {
      figures.points.push_back(resampling.figures(s));
    }
  }
  result.verdict = judge_verdict(resampling.figures(no_loss), result);
  return result;
}

}  // namespace rightsize

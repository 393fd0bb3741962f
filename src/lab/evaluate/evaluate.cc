#include "lab/evaluate/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lab/evaluate/strategy.h"
#include "lab/evaluate/verdict.h"

namespace rightsize {
namespace {

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
                    .left_out = table.left_out,
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
  for (const std::int64_t ns : recording.decode_cpu) decode += static_cast<double>(ns) / 1e6;
  result.decode_cpu_ms = decode / static_cast<double>(recording.items());
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

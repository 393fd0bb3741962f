#include "lab/evaluate/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/zoo_identity.h"
#include "lab/evaluate/figure_text.h"
#include "lab/evaluate/strategy.h"
#include "lab/evaluate/training_inputs.h"
#include "lab/evaluate/verdict.h"
#include "lab/premodel/cross_validation.h"
#include "lab/replay/statistics.h"

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

std::vector<Strategy> replay_file(const SelectorFile& file, const std::vector<ModelIndex>& places,
                                  const Recording& recording) {
  const std::vector<std::size_t> all = all_but(recording.items(), {});
  std::vector<Strategy> strategies;
  for (const OperatingPoint& point : file.points) {
    const std::unique_ptr<Selector> selector = make_selector(renumbered(point.rule, places));
    strategies.push_back({point.name, replay(*selector, recording, all)});
  }
  return strategies;
}

Result<std::size_t> find_baseline(const Recording& recording, const std::string& name) {
  if (name.empty()) return static_cast<std::size_t>(best_single_model(recording));
  return model_index(recording.table->zoo, name);
}

// What else there is looks at classes.
Status check_kinds(const Recording& recording, const EvaluateOptions& options) {
  if (!recording.is_graded()) return {};
  const bool other = (options.kind && *options.kind != SelectorKind::kSignal) ||
                     !options.more_kinds.empty() || options.premodel || options.cnn;
  if (!other) return {};
  return invalid_input(
      "for translation there are cascades by signal alone (no --kind, --kinds, --premodel or "
      "--cnn); `rightsize reproduce` tries premodels");
}

std::string premodel_name(const PremodelOptions& options) {
  return options.shape ? options.shape->name() : "chosen by cross-validation";
}

struct Kind {
  std::string name;
  bool held_out = true;
  std::size_t first = 0;  // its strategies are [first, last)
  std::size_t last = 0;
  std::string training{};  // of the selector file
};

// Everything that is compared: the single models, then the kinds, then the two oracles.
struct Contest {
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
  std::size_t no_loss = 0;          // the strategy of the no-loss cascade
  std::vector<std::size_t> chosen;  // the models that it uses
};

// The models that answered anything at the no-loss point: the chosen set.
std::vector<std::size_t> models_used(const std::vector<ReplayedItem>& items, std::size_t models) {
  std::vector<char> used(models, 0);
  for (const ReplayedItem& item : items) {
    if (item.answered) used[item.model] = 1;
  }
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

void add_oracles(const Recording& recording, Contest& contest) {
  const std::vector<std::size_t> all = all_but(recording.models(), {});
  contest.chosen = models_used(contest.strategies[contest.no_loss].items, recording.models());
  if (contest.chosen.empty()) contest.chosen = all;  // held out, it never answered
  contest.strategies.push_back(oracle(recording, "oracle, whole zoo", all));
  contest.strategies.push_back(oracle(recording, "oracle, chosen models", contest.chosen));
}

Result<Contest> hold_contest(const Recording& recording, std::size_t baseline,
                             const SelectorFile* selector, const EvaluateOptions& options) {
  const std::vector<Target> targets = default_targets(recording.is_graded());
  const auto validated = [&](const std::vector<Target>& aims, const Fitter& fitter) {
    return cross_validate(recording, static_cast<ModelIndex>(baseline), aims, fitter,
                          options.folds);
  };
  Contest contest(recording);
  contest.add(name_of(options.kind),
              validated(targets, options.kind ? fitter_of(*options.kind) : fit_chosen_kind));
  contest.no_loss = contest.kinds.front().first + no_loss_index(targets);
  for (const SelectorKind kind : options.more_kinds) {
    if (kind == options.kind) continue;
    contest.add(name_of(kind), validated(comparison_targets(), fitter_of(kind)));
  }
  if (options.premodel) {
    auto items = cross_validate_premodel(recording, *options.premodel, options.folds);
    if (!items.ok()) return items.status();
    contest.add(kPremodelKind, true, {{premodel_name(*options.premodel), std::move(*items)}});
  }
  if (options.cnn) {
    auto items = held_out_items(recording, *options.cnn, options.cnn_fallback);
    if (!items.ok()) return items.status();
    contest.add(kCnnKind, true, {{"CNN premodel", std::move(*items)}});
  }
  contest.add(kFixedKind, validated(targets, fit_fixed));
  contest.add(kMajorityKind, validated({{"majority", 0.0}}, fit_majority));
  if (selector != nullptr) {
    const auto places = match_models(*selector, recording.table->zoo);
    if (!places.ok()) return places.status();
    const Status features = match_features(*selector, *recording.table);
    if (!features.ok()) return features;
    const TrainingInputs inputs = training_inputs(*selector, recording);
    const bool held_out = inputs.trained == 0 && inputs.unknown.empty();
    contest.add("selector file", held_out, replay_file(*selector, *places, recording));
    contest.kinds.back().training = inputs.words();
  }
  add_oracles(recording, contest);
  return contest;
}

void fill_models(const Recording& recording, const Resampling& resampling, Evaluation& result) {
  std::vector<std::pair<double, double>> singles;
  for (std::size_t m = 0; m < recording.models(); ++m) {
    result.model_names.push_back(recording.table->zoo.models[m].name);
    result.models.push_back(resampling.figures(m));
    result.calibration.push_back(recording.is_graded() ? Calibration() : calibrate(recording, m));
    singles.emplace_back(result.models[m].cpu_ms.value, result.models[m].quality.value);
  }
  result.hull = mix_hull(singles);
}

// The labels that there are beside the answers of a reference model; none where labels are the
// reference, or where there are none.
std::vector<std::int32_t> labels_beside(const Recording& recording, const Reference& reference) {
  if (reference.model.empty()) return {};
  std::vector<std::int32_t> labels;
  for (const std::size_t item : recording.item) labels.push_back(recording.table->labels[item]);
  const bool any = std::any_of(labels.begin(), labels.end(), [](auto label) { return label >= 0; });
  return any ? labels : std::vector<std::int32_t>();
}

void fill_contest(const Contest& contest, const Resampling& resampling, Evaluation& result) {
  for (const Kind& kind : contest.kinds) {
    KindFigures& figures = result.kinds.emplace_back();
    figures.kind = kind.name;
    figures.held_out = kind.held_out;
    figures.training = kind.training;
    for (std::size_t s = kind.first; s < kind.last; ++s) {
      figures.points.push_back(resampling.figures(s));
    }
  }
  result.oracle_zoo = resampling.figures(contest.strategies.size() - 2);
  result.oracle_chosen = resampling.figures(contest.strategies.size() - 1);
  for (const std::size_t m : contest.chosen) result.chosen.push_back(result.model_names[m]);
  result.verdict = judge_verdict(result);
}

constexpr const char* kInSelector = "the selector file";
constexpr const char* kInRun = "the run";

Status of_another_zoo(const std::string& difference) {
  return mismatch(fmt::format(
      "the selector file is of another zoo: {}; train a selector on this run, or profile the "
      "selector's zoo",
      difference));
}

// The run's model that answers as `wanted` does: that of its name, or one that is the same under
// another.
Result<ModelIndex> place_of(const ModelSpec& wanted, const Zoo& of_wanted, const Zoo& run) {
  for (std::size_t m = 0; m < run.models.size(); ++m) {
    const bool same = !difference_of_models(wanted, of_wanted, run.models[m], run);
    const bool chosen = wanted.name == run.models[m].name || run.find(wanted.name) == nullptr;
    if (same && chosen) return static_cast<ModelIndex>(m);
  }
  const ModelSpec* named = run.find(wanted.name);
  if (named == nullptr) {
    return of_another_zoo(fmt::format("its model '{}' is not in this run", wanted.name));
  }
  const auto difference = difference_of_models(wanted, of_wanted, *named, run);
  return of_another_zoo(fmt::format("its model '{}' differs from the run's ({})", wanted.name,
                                    words_of(*difference, kInSelector, kInRun)));
}

}  // namespace

Result<std::vector<ModelIndex>> match_models(const SelectorFile& file, const Zoo& zoo) {
  if (const auto other = difference_of_answers(file.zoo, zoo)) {
    return of_another_zoo(words_of(*other, kInSelector, kInRun));
  }
  std::vector<ModelIndex> places(file.zoo.models.size(), 0);
  for (const OperatingPoint& point : file.points) {
    for (const ModelIndex model : models_of(point.rule)) {
      const Result<ModelIndex> place = place_of(file.zoo.models[model], file.zoo, zoo);
      if (!place.ok()) return place.status();
      places[model] = *place;
    }
  }
  return places;
}

Status match_features(const SelectorFile& file, const OutcomeTable& table) {
  for (const OperatingPoint& point : file.points) {
    if (network_of(point.rule) != nullptr) {
      return mismatch(fmt::format(
          "the selector file's point '{}' asks a network that the run has not recorded: give the "
          "network's folder with --cnn, for its held-out predictions, and no selector file",
          point.name));
    }
    const ImageFeatureOptions* looked_at = image_features_of(point.rule);
    if (looked_at == nullptr) continue;
    const FeatureSpec wanted{.set = image_feature_set().name, .options = *looked_at};
    if (table.feature_spec == wanted) continue;
    return mismatch(fmt::format(
        "the selector file's point '{}' looks at features that this run {}; profile again, or "
        "train a selector on this run",
        point.name, table.feature_spec.set.empty() ? "has not" : "extracted in another way"));
  }
  return {};
}

std::string name_of(const std::optional<SelectorKind>& kind) {
  if (!kind) return "auto";
  return *kind == SelectorKind::kSignal ? "cascade" : to_string(*kind);
}

const char* to_string(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kPays:
      return "pays";
    case VerdictKind::kDoesNotPay:
      return "does_not_pay";
    case VerdictKind::kAgrees:
      return "agrees";
    case VerdictKind::kDoesNotAgree:
      return "does_not_agree";
    case VerdictKind::kTooFewData:
      return "too_few_data";
  }
  return "?";
}

bool is_control(const KindFigures& kind) {
  return kind.kind == kFixedKind || kind.kind == kMajorityKind;
}

bool Evaluation::is_reached(const StrategyFigures& point) const {
  const bool only_baseline = baseline < point.shares.size() && point.shares[baseline] == 1.0;
  const bool no_faster = shown_times(point.speedup).value <= 1.0;
  return !only_baseline && !(no_faster && shown_share(point.difference).value <= 0.0);
}

const StrategyFigures* Evaluation::judged_point() const {
  for (const KindFigures& kind : kinds) {
    for (const StrategyFigures& point : kind.points) {
      if (is_judged(kind, point)) return &point;
    }
  }
  return nullptr;
}

Result<Evaluation> evaluate(const OutcomeTable& table, const SelectorFile* selector,
                            const EvaluateOptions& options) {
  const Result<Recording> judged = judge(table, options.reference, options.cost);
  if (!judged.ok()) return judged.status();
  const Recording& recording = *judged;
  if (recording.items() < options.folds.folds) {
    return invalid_input(fmt::format("{} inputs with a reference are too few for {} folds",
                                     recording.items(), options.folds.folds));
  }
  if (Status status = check_kinds(recording, options); !status.ok()) return status;
  const Result<std::size_t> baseline = find_baseline(recording, options.baseline);
  if (!baseline.ok()) return baseline.status();

  const Result<Contest> contest = hold_contest(recording, *baseline, selector, options);
  if (!contest.ok()) return contest.status();
  Resampling resampling(contest->strategies, recording.models(), *baseline, recording.metric);
  const std::vector<std::int32_t> labels = labels_beside(recording, options.reference);
  resampling.judge_by_labels(labels);
  resampling.run(recording.items(), options.resamples, options.folds.seed);

  Evaluation result{.provenance = table.provenance,
                    .zoo = table.zoo.name,
                    .left_out = table.left_out,
                    .inputs = recording.items(),
                    .skipped = recording.skipped,
                    .failed = table.failed_items,
                    .reference = options.reference.name(),
                    .labelled = static_cast<std::size_t>(std::count_if(
                        labels.begin(), labels.end(), [](auto label) { return label >= 0; })),
                    .criterion = to_string(options.reference.criterion),
                    .max_loss = options.max_loss,
                    .folds = options.folds.folds,
                    .seed = options.folds.seed,
                    .resamples = options.resamples,
                    .more_arguments = options.more_arguments,
                    .baseline = *baseline,
                    .decode_cpu_ms = recording.mean_decode_ms()};
  fill_models(recording, resampling, result);
  fill_contest(*contest, resampling, result);
  return result;
}

}  // namespace rightsize

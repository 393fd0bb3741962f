#include "lab/paper/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/clock.h"
#include "lab/paper/study_fold.h"
#include "lab/replay/statistics.h"

namespace rightsize {
namespace {

std::vector<ModelIndex> all_of_the_zoo(const Recording& recording) {
  std::vector<ModelIndex> models(recording.models());
  std::iota(models.begin(), models.end(), ModelIndex{0});
  std::vector<double> cost(models.size());
  for (std::size_t m = 0; m < cost.size(); ++m) {
    for (std::size_t i = 0; i < recording.items(); ++i) {
      cost[m] += static_cast<double>(recording.cost(m, i));
    }
  }
  std::stable_sort(models.begin(), models.end(),
                   [&](ModelIndex a, ModelIndex b) { return cost[a] < cost[b]; });
  return models;
}

// What describes the data as a whole: which features are alike, which matter, which models.
Status describe(const Recording& recording, const PremodelOptions& options, Study& study) {
  const Stopwatch stopwatch;
  const auto prepared = prepare_premodel(recording, all_but(recording.items(), {}), options);
  if (!prepared.ok()) return prepared.status();
  auto rule = fit_rule(recording, *prepared, PremodelShape{}, options);
  if (!rule.ok()) return rule.status();
  study.training_seconds = static_cast<double>(stopwatch.elapsed().cpu.count()) / 1e9;
  study.final_rule = std::move(*rule);
  study.filter = prepared->filter;
  study.chosen = prepared->chosen;
  const auto importance =
      permutation_importance(prepared->set, prepared->filter.kept, PremodelShape{}, options.folds);
  if (!importance.ok()) return importance.status();
  for (std::size_t f = 0; f < importance->size(); ++f) {
    study.importance.emplace_back(prepared->filter.kept[f], (*importance)[f]);
  }
  std::stable_sort(study.importance.begin(), study.importance.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return {};
}

}  // namespace

Result<Study> run_study(const Recording& recording, const StudyOptions& options,
                        const StudyProgress& progress) {
  if (recording.items() < options.folds.folds) {
    return invalid_input(fmt::format("{} inputs with a label are too few for {} folds",
                                     recording.items(), options.folds.folds));
  }
  Study study;
  if (options.baseline.empty()) {
    study.baseline = best_single_model(recording);
  } else {
    const Result<std::size_t> found = model_index(recording.table->zoo, options.baseline);
    if (!found.ok()) return found.status();
    study.baseline = *found;
  }
  PremodelOptions premodel{.choice = {.max_models = options.max_models}};
  if (options.all_models) premodel.choice.fixed = all_of_the_zoo(recording);
  StudyFold fold(recording, premodel, study);
  fold.brief = options.brief;
  fold.fallback = options.fallback;
  const auto parts = shuffled_folds(recording.items(), options.folds.folds, options.folds.seed);
  study.folds = parts.size();
  for (std::size_t f = 0; f < parts.size(); ++f) {
    progress(f, parts.size() + 1);
    const Status status = fold.run(all_but(recording.items(), parts[f]), parts[f]);
    if (!status.ok()) return status;
  }
  progress(parts.size(), parts.size() + 1);
  if (!options.brief) {
    if (Status status = describe(recording, premodel, study); !status.ok()) return status;
  }
  if (options.cnn) {
    auto items = held_out_items(recording, *options.cnn);
    if (!items.ok()) return items.status();
    study.cnn = Variant{.name = "CNN", .items = std::move(*items)};
  }
  return study;
}

}  // namespace rightsize

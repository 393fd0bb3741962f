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

std::vector<std::size_t> all_items(const Recording& recording) {
  std::vector<std::size_t> all(recording.items());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::vector<ModelIndex> all_of_the_zoo(const Recording& recording) {
  std::vector<ModelIndex> models(recording.models());
  std::iota(models.begin(), models.end(), ModelIndex{0});
  return models;
}

// What describes the data as a whole: which features are alike, which matter, which models.
Status describe(const Recording& recording, const PremodelOptions& options, Study& study) {
  const Stopwatch stopwatch;
  const auto prepared = prepare_premodel(recording, all_items(recording), options);
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

// The premodel that a CNN is: it chooses by predictions made elsewhere.
Variant run_cnn(const Recording& recording, const CnnPredictions& cnn) {
  Variant variant{.name = "CNN", .items = std::vector<ReplayedItem>(recording.items())};
  for (std::size_t i = 0; i < recording.items(); ++i) {
    const auto found = cnn.chosen.find(recording.table->items[recording.item[i]]);
    ReplayedItem& item = variant.items[i];
    item.features_cpu = cnn.cpu.count();
    item.cpu = recording.decode_cpu[i] + item.features_cpu;
    if (found == cnn.chosen.end()) continue;
    const ModelSpec* model = recording.table->zoo.find(cnn.classes[found->second]);
    if (model == nullptr) continue;  // "none"
    item.model = static_cast<ModelIndex>(model - recording.table->zoo.models.data());
    item.answered = recording.ok[item.model][i] != 0;
    item.right = recording.right[item.model][i] != 0;
    item.cpu += recording.cpu[item.model][i];
  }
  return variant;
}

}  // namespace

Result<Study> run_study(const Recording& recording, const StudyOptions& options,
                        const StudyProgress& progress) {
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
  fold.fallback = options.fallback.empty() ? recording.table->zoo.models[study.baseline].name
                                           : options.fallback;
  const auto parts = shuffled_folds(recording.items(), options.folds.folds, options.folds.seed);
  study.folds = parts.size();
  for (std::size_t f = 0; f < parts.size(); ++f) {
    progress(f, parts.size() + 1);
    const Status status = fold.run(all_but(recording.items(), parts[f]), parts[f]);
    if (!status.ok()) return status;
  }
  progress(parts.size(), parts.size() + 1);
  if (Status status = describe(recording, premodel, study); !status.ok()) return status;
  const auto control = [&](const Fitter& fitter) {
    return cross_validate(recording, static_cast<ModelIndex>(study.baseline), {{kNoLoss, 0.0}},
                          fitter, options.folds)
        .front()
        .items;
  };
  study.majority = control(fit_majority);
  study.cascade = control(fit_cascades);
  if (options.cnn) study.cnn = run_cnn(recording, *options.cnn);
  return study;
}

}  // namespace rightsize

#include "lab/premodel/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/premodel/labels.h"

namespace rightsize {
namespace {

// The set of one level of a chain: is model `level` the one to use, yes (0) or no (1)?
TrainingSet level_set(const TrainingSet& set, std::size_t level) {
  TrainingSet binary = set;
  binary.models = 1;
  binary.yes.clear();
  for (std::size_t i = 0; i < binary.labels.size(); ++i) {
    binary.labels[i] = set.is_yes(i, level) ? 0 : 1;
  }
  return binary;
}

struct Yield {
  double right = 0.0;  // share of items
  double cost = 0.0;   // mean
};

// What comes of running the chosen models; "none" runs the fallback, or nothing and is not right.
Yield yield_of(const Recording& recording, const std::vector<std::size_t>& items,
               const std::vector<ModelIndex>& models, std::optional<ModelIndex> fallback,
               const std::vector<std::uint16_t>& choices) {
  Yield yield;
  const auto n = static_cast<double>(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool none = choices[i] >= models.size();
    if (none && !fallback) continue;
    const ModelIndex model = none ? *fallback : models[choices[i]];
    yield.right += recording.right[model][items[i]] / n;
    yield.cost += static_cast<double>(recording.cost(model, items[i])) / n;
  }
  return yield;
}

}  // namespace

Result<TrainingSet> training_set(const Recording& recording, const std::vector<std::size_t>& items,
                                 const std::vector<ModelIndex>& models,
                                 const PremodelOptions& options) {
  const std::string& probe = options.probe;
  const auto probe_model = optional_model(recording.table->zoo, probe);
  if (!probe_model.ok()) return probe_model.status();
  const OutcomeTable& table = *recording.table;
  const std::size_t features =
      probe.empty() ? table.feature_count() : probe_feature_set().features.size();
  if (features == 0) {
    return invalid_input(
        "the run has no features, which a premodel needs: it was profiled by an older version; "
        "profile again into another file");
  }
  TrainingSet set{.features = features,
                  .rows = {},
                  .labels = optimal_models(recording, items, models),
                  .models = models.size(),
                  .yes = {}};
  if (options.chain_labels == ChainLabels::kRight) set.yes = right_models(recording, items, models);
  set.rows.reserve(items.size() * features);
  RecordedWorld world(recording);
  for (const std::size_t item : items) {
    world.select(item);
    std::vector<float> row(features);
    if (probe.empty()) {
      const std::span<const float> recorded = world.features();
      // Features that could not be computed, for want of memory, teach as zeros.
      std::transform(recorded.begin(), recorded.end(), row.begin(),
                     [](float value) { return std::isnan(value) ? 0.0F : value; });
    } else {
      probe_features(world.run(**probe_model), row);
    }
    set.rows.insert(set.rows.end(), row.begin(), row.end());
  }
  return set;
}

Result<Preparation> prepare_premodel(const Recording& recording,
                                     const std::vector<std::size_t>& items,
                                     const PremodelOptions& options) {
  return prepare_premodel(recording, items, options,
                          choose_models(recording, items, options.choice));
}

Result<Preparation> prepare_premodel(const Recording& recording,
                                     const std::vector<std::size_t>& items,
                                     const PremodelOptions& options,
                                     std::vector<ChosenModel> chosen) {
  if (chosen.size() > kMaxPremodelModels) {
    return invalid_input(
        fmt::format("a premodel chooses among at most {} models", kMaxPremodelModels));
  }
  Preparation preparation;
  preparation.chosen = std::move(chosen);
  for (const ChosenModel& one : preparation.chosen) preparation.models.push_back(one.model);
  auto set = training_set(recording, items, preparation.models, options);
  if (!set.ok()) return set.status();
  preparation.set = std::move(*set);
  preparation.filter = filter_correlated(preparation.set, options.max_correlation);
  // The elimination judges by the premodel that is wanted, or the paper's where that is chosen
  // later.
  const PremodelShape shape = options.shape.value_or(PremodelShape{});
  const std::size_t all = preparation.filter.kept.size();
  auto path = eliminate(preparation.set, preparation.filter.kept,
                        options.features == 0 ? all : options.features, shape, options.folds);
  if (!path.ok()) return path.status();
  preparation.path = std::move(*path);
  preparation.features = preparation.path.back().features;
  return preparation;
}

Result<PremodelRule> fit_rule(const Recording& recording, const Preparation& preparation,
                              const PremodelShape& shape, const PremodelOptions& options) {
  const auto probe = optional_model(recording.table->zoo, options.probe);
  if (!probe.ok()) return probe.status();
  const auto fallback = optional_model(recording.table->zoo, options.fallback);
  if (!fallback.ok()) return fallback.status();
  auto classifier = fit_shape(preparation.set, preparation.features, shape);
  if (!classifier.ok()) return classifier.status();
  return PremodelRule{.models = preparation.models,
                      .classifier = std::move(*classifier),
                      .probe = *probe,
                      .fallback = *fallback,
                      .features = recording.table->feature_spec.options};
}

Result<std::vector<PremodelShape>> candidate_shapes(const Preparation& preparation,
                                                    std::size_t folds) {
  std::vector<PremodelShape> shapes;
  for (const ClassifierKind kind : kAllClassifierKinds) {
    shapes.push_back({.chain = false, .levels = {ClassifierSpec::of(kind)}});
    shapes.push_back({.chain = true, .levels = {ClassifierSpec::of(kind)}});
  }
  PremodelShape mixed{.chain = true, .levels = {}};
  for (std::size_t level = 0; level < preparation.set.models; ++level) {
    const TrainingSet set = level_set(preparation.set, level);
    double best = -1.0;
    mixed.levels.emplace_back();
    for (const ClassifierKind kind : kAllClassifierKinds) {
      const PremodelShape one{.chain = true, .levels = {ClassifierSpec::of(kind)}};
      const auto accuracy = held_out_accuracy(set, preparation.features, one, folds);
      if (!accuracy.ok()) return accuracy.status();
      if (*accuracy > best) {
        best = *accuracy;
        mixed.levels.back() = ClassifierSpec::of(kind);
      }
    }
  }
  if (mixed.levels.size() > 1) shapes.push_back(std::move(mixed));
  return shapes;
}

Result<PremodelShape> choose_shape(const Recording& recording,
                                   const std::vector<std::size_t>& items,
                                   const Preparation& preparation, const PremodelOptions& options) {
  const auto fallback = optional_model(recording.table->zoo, options.fallback);
  if (!fallback.ok()) return fallback.status();
  const auto shapes = candidate_shapes(preparation, options.folds);
  if (!shapes.ok()) return shapes.status();
  std::vector<Yield> yields;
  double best = 0.0;
  for (const PremodelShape& shape : *shapes) {
    const auto choices =
        held_out_choices(preparation.set, preparation.features, shape, options.folds);
    if (!choices.ok()) return choices.status();
    yields.push_back(yield_of(recording, items, preparation.models, *fallback, *choices));
    best = std::max(best, yields.back().right);
  }
  const double error = std::sqrt(best * (1 - best) / static_cast<double>(items.size()));
  std::size_t chosen = shapes->size();
  for (std::size_t s = 0; s < shapes->size(); ++s) {
    if (yields[s].right < best - error) continue;
    if (chosen == shapes->size() || yields[s].cost < yields[chosen].cost) chosen = s;
  }
  return (*shapes)[chosen];
}

Result<PremodelRule> train_premodel(const Recording& recording,
                                    const std::vector<std::size_t>& items,
                                    const PremodelOptions& options) {
  const auto preparation = prepare_premodel(recording, items, options);
  if (!preparation.ok()) return preparation.status();
  PremodelShape shape;
  if (options.shape) {
    shape = *options.shape;
  } else {
    auto chosen = choose_shape(recording, items, *preparation, options);
    if (!chosen.ok()) return chosen.status();
    shape = std::move(*chosen);
  }
  return fit_rule(recording, *preparation, shape, options);
}

}  // namespace rightsize

// Training a premodel, whole: choice of the models, labels, preparation of the features, fitting.
// Everything is found on the training items alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/premodel/model_choice.h"
#include "lab/premodel/preparation.h"
#include "lab/replay/recording.h"
#include "selector/rule.h"

namespace rightsize {

// What the levels of a chain learn. The paper's text has it that a level says yes to the optimal
// model; in the data that its authors released, columns of levels overlap, as if a level said yes
// to every model that is right.
enum class ChainLabels : std::uint8_t { kOptimal, kRight };

struct PremodelOptions {
  ModelChoiceOptions choice;
  ChainLabels chain_labels = ChainLabels::kOptimal;
  std::optional<PremodelShape> shape = PremodelShape{};  // absent: chosen by cross-validation
  std::size_t features = 7;       // left by the elimination; 0: all that the filter keeps
  double max_correlation = 0.75;  // |Pearson|
  std::size_t folds = 5;          // of the cross-validation inside the training items
  std::string probe;              // model whose answer gives the features; empty: the input does
  std::string fallback;           // model to run where the premodel says "none"; empty: abstain
};

// What all premodels over the same models and features have in common.
struct Preparation {
  std::vector<ChosenModel> chosen;
  std::vector<ModelIndex> models;  // the same, bare
  TrainingSet set;                 // one row per training item, in their order
  CorrelationFilter filter;
  std::vector<EliminationStep> path;    // of the elimination; one step where none was asked for
  std::vector<std::uint16_t> features;  // in use: the last step's
};

// Fails where the run has no features and no probe is named, or a model is unknown.
Result<Preparation> prepare_premodel(const Recording& recording,
                                     const std::vector<std::size_t>& items,
                                     const PremodelOptions& options);
// As above for models that are chosen already, in their order.
Result<Preparation> prepare_premodel(const Recording& recording,
                                     const std::vector<std::size_t>& items,
                                     const PremodelOptions& options,
                                     std::vector<ChosenModel> chosen);

// The features and labels of items, as a premodel is trained on.
Result<TrainingSet> training_set(const Recording& recording, const std::vector<std::size_t>& items,
                                 const std::vector<ModelIndex>& models,
                                 const PremodelOptions& options);

// What a premodel of this shape does, as a rule.
Result<PremodelRule> fit_rule(const Recording& recording, const Preparation& preparation,
                              const PremodelShape& shape, const PremodelOptions& options);

// The shapes that the automatic choice tries: every kind of classifier alone and as a chain, and
// the chain whose levels are each the kind that is best at that level.
Result<std::vector<PremodelShape>> candidate_shapes(const Preparation& preparation,
                                                    std::size_t folds);
// Of the candidates the one whose choices, held out inside the training items, are answered rightly
// most often; of those within one standard error of the best the one that costs least.
Result<PremodelShape> choose_shape(const Recording& recording,
                                   const std::vector<std::size_t>& items,
                                   const Preparation& preparation, const PremodelOptions& options);

// All of the above.
Result<PremodelRule> train_premodel(const Recording& recording,
                                    const std::vector<std::size_t>& items,
                                    const PremodelOptions& options);

}  // namespace rightsize

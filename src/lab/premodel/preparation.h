// From all candidate features to the few that a premodel uses: Marco et al., ACM TECS 2020, section
// 3.4. All of it looks at the training items alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lab/premodel/fit.h"

namespace rightsize {

// The shape of a premodel: which classifiers, and whether they form a chain.
struct PremodelShape {
  bool chain = true;
  // One for a single classifier; of a chain one per model in order: the last one serves for all
  // models beyond it, and those beyond the last model are left out.
  std::vector<ClassifierSpec> levels = {ClassifierSpec{}};

  // "knn": one classifier; "knn-chain": a chain of them; "knn.tree.svm": a chain, level by level.
  std::string name() const;
  // The shape of that name, with the default settings of its classifiers.
  static Result<PremodelShape> parse(const std::string& name);
  bool operator==(const PremodelShape&) const = default;
};

// Rows `items` of a training set.
TrainingSet subset(const TrainingSet& set, const std::vector<std::size_t>& items);

// Fits a premodel to the set with min-max scaling of the chosen features.
Result<PremodelClassifier> fit_shape(const TrainingSet& set,
                                     const std::vector<std::uint16_t>& features,
                                     const PremodelShape& shape);

// What a premodel chooses for every row, held out: k-fold cross-validation inside the set.
Result<std::vector<std::uint16_t>> held_out_choices(const TrainingSet& set,
                                                    const std::vector<std::uint16_t>& features,
                                                    const PremodelShape& shape, std::size_t folds);
// The share of rows whose held-out choice is what the set teaches.
Result<double> held_out_accuracy(const TrainingSet& set, const std::vector<std::uint16_t>& features,
                                 const PremodelShape& shape, std::size_t folds);

// One feature that the correlation filter drops, and the one that stands for it.
struct DroppedFeature {
  std::uint16_t feature = 0;
  std::uint16_t kept = 0;    // the same as `feature` where it was constant
  double correlation = 0.0;  // Pearson's
};
struct CorrelationFilter {
  std::vector<std::uint16_t> kept;  // ascending
  std::vector<DroppedFeature> dropped;
};
// Of every pair with |r| above `limit`, beginning with the most correlated, the one is dropped that
// is more correlated with the other features on average. Constant features go first.
CorrelationFilter filter_correlated(const TrainingSet& set, double limit);

// Greedy backward elimination on the premodel's held-out accuracy: the sets of features on the way
// from `features` to `least` of them, with their accuracies.
struct EliminationStep {
  std::vector<std::uint16_t> features;
  double accuracy = 0.0;
};
Result<std::vector<EliminationStep>> eliminate(const TrainingSet& set,
                                               std::vector<std::uint16_t> features,
                                               std::size_t least, const PremodelShape& shape,
                                               std::size_t folds);

// Permutation importance (Breiman, "Random forests", Machine Learning 45, 2001): how much held-out
// accuracy is lost when the values of a feature are shuffled among the held-out rows; in the order
// of `features`, in shares of rows, negative where shuffling helps.
Result<std::vector<double>> permutation_importance(const TrainingSet& set,
                                                   const std::vector<std::uint16_t>& features,
                                                   const PremodelShape& shape, std::size_t folds);

}  // namespace rightsize

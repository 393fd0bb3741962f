// Fits premodels' classifiers to labelled features, with OpenCV's ml module. Deterministic: equal
// data and specifications give equal classifiers, whatever was fitted before. Functions may be
// called from several threads.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "rightsize/status.h"
#include "selector/premodel_classifier.h"

namespace rightsize {

// Which classifier to fit, and how. Features are scaled to 0 .. 1.
struct ClassifierSpec {
  ClassifierKind kind = ClassifierKind::kKnn;
  std::size_t k = 5;                                      // knn: 1 to kMaxNeighbours
  float radius = std::numeric_limits<float>::infinity();  // knn: permissible distance, above 0
  int max_depth = 16;                                     // tree, forest: 1 to 25
  int min_examples = 10;                                  // tree, forest: smaller nodes stay whole
  int trees = 100;                                        // forest: 1 to 10,000
  int rounds = 100;                                       // boosting: stumps per ensemble
  double c = 1.0;                                         // svm: weight of the errors, above 0
  double gamma = 1.0;                                     // svm: of the radial kernel, above 0
  bool linear = false;                                    // svm: linear kernel
  bool operator==(const ClassifierSpec&) const = default;

  static ClassifierSpec of(ClassifierKind kind) {
    ClassifierSpec spec;
    spec.kind = kind;
    return spec;
  }
  // The kind with what tells it from others of its kind, e.g. "knn(k=5)".
  std::string name() const;
};

// Inputs with the model that each should go to.
struct TrainingSet {
  std::size_t features = 0;           // raw ones, per input
  std::vector<float> rows;            // inputs x features
  std::vector<std::uint16_t> labels;  // per input: 0 .. models - 1, or `models` for "none"
  std::size_t models = 0;             // 1 to 16
  // Per input, what the levels of a chain are to say: bit m is set where level m is to say yes.
  // Empty: where m is the label.
  std::vector<std::uint32_t> yes;

  bool is_yes(std::size_t input, std::size_t level) const {
    return yes.empty() ? labels[input] == level : ((yes[input] >> level) & 1U) != 0;
  }
};

// Least and greatest value of each chosen feature (positions below set.features).
FeatureScaling fit_scaling(const TrainingSet& set, std::vector<std::uint16_t> chosen);

// `levels`: one specification, or in a chain one per model. A class with few examples, one or none
// is no failure, nor are constant features. Failures: no or non-finite data, sizes, labels or
// settings out of range, a fit that the library refuses.
Result<PremodelClassifier> fit_premodel(const TrainingSet& set, const FeatureScaling& scaling,
                                        bool chain, std::span<const ClassifierSpec> levels);

}  // namespace rightsize

// Is a premodel's choice to be trusted? The conformal predictor of Marco et al., ACM TECS 2020,
// section 7.6; for the method Vovk, Gammerman and Shafer, "Algorithmic learning in a random world",
// 2005. (The other test of soundness, the permissible distance, is part of the kNN classifier.)
//
// The nonconformity of an input x with a choice y is 1 - P(y|x), with the classifier's scores as P.
// The smoothed p-value of a new choice is its rank among the nonconformities of held-out training
// inputs with their true labels; a choice with a p-value below the threshold is flagged as
// doubtful.
#pragma once

#include <cstdint>
#include <vector>

#include "lab/premodel/preparation.h"

namespace rightsize {

class ConformalPredictor {
 public:
  // Calibrates with the held-out scores of a single classifier inside the training set.
  static Result<ConformalPredictor> calibrate(const TrainingSet& set,
                                              const std::vector<std::uint16_t>& features,
                                              const ClassifierSpec& classifier, std::size_t folds);

  // Of a choice with this score; `tie` in [0, 1) breaks ties (smoothing).
  double p_value(double score, double tie) const;

 private:
  std::vector<double> nonconformities_;  // ascending
};

// How well flags find wrong choices.
struct Detection {
  std::size_t wrong = 0;  // choices that were not the label
  std::size_t wrong_flagged = 0;
  std::size_t right = 0;
  std::size_t right_flagged = 0;
  double detection_rate() const;       // share of wrong choices that are flagged
  double false_positive_rate() const;  // share of right choices that are flagged
};

}  // namespace rightsize

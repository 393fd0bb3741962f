#include "lab/premodel/soundness.h"

#include <algorithm>

#include "lab/replay/statistics.h"

namespace rightsize {
namespace {

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// The score that the premodel's only classifier gives to a class.
float score_of(const PremodelClassifier& premodel, std::span<const float> raw, std::size_t label) {
  std::vector<float> x(premodel.scaling.features.size());
  premodel.scaling.apply(raw, x);
  std::vector<float> scores(premodel.models + 1);
  predict(premodel.classifiers.front(), x, scores);
  return scores[label];
}

}  // namespace

Result<ConformalPredictor> ConformalPredictor::calibrate(const TrainingSet& set,
                                                         const std::vector<std::uint16_t>& features,
                                                         const ClassifierSpec& classifier,
                                                         std::size_t folds) {
  ConformalPredictor predictor;
  const std::size_t rows = set.labels.size();
  for (const auto& test : shuffled_folds(rows, std::min(folds, rows), 1)) {
    const auto premodel = fit_shape(subset(set, all_but(rows, test)), features,
                                    {.chain = false, .levels = {classifier}});
    if (!premodel.ok()) return premodel.status();
    for (const std::size_t row : test) {
      const std::span<const float> raw(set.rows.data() + row * set.features, set.features);
      predictor.nonconformities_.push_back(1.0 - score_of(*premodel, raw, set.labels[row]));
    }
  }
  std::sort(predictor.nonconformities_.begin(), predictor.nonconformities_.end());
  return predictor;
}

double ConformalPredictor::p_value(double score, double tie) const {
  const double nonconformity = 1.0 - score;
  const auto [first, last] =
      std::equal_range(nonconformities_.begin(), nonconformities_.end(), nonconformity);
  const auto greater = static_cast<double>(nonconformities_.end() - last);
  const auto equal = static_cast<double>(last - first) + 1;  // itself included
  return (greater + tie * equal) / static_cast<double>(nonconformities_.size() + 1);
}

double Detection::detection_rate() const { return share(wrong_flagged, wrong); }
double Detection::false_positive_rate() const { return share(right_flagged, right); }

}  // namespace rightsize

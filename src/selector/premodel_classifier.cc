#include "selector/premodel_classifier.h"

#include <array>
#include <cassert>

namespace rightsize {
namespace {

// Nearest neighbours that one level has found and the next can use.
struct Shared {
  const PointSet* points = nullptr;
  std::size_t k = 0;
  Neighbours neighbours;
};

std::size_t predict_shared(const Classifier& classifier, std::span<const float> x, Shared& shared,
                           std::span<float> scores) noexcept {
  const Knn* knn = std::get_if<Knn>(&classifier);
  if (knn == nullptr) return predict(classifier, x, scores);
  if (shared.points != knn->points.get() || shared.k != knn->k) {
    shared = {knn->points.get(), knn->k, nearest(*knn->points, knn->k, x)};
  }
  return predict(*knn, shared.neighbours, scores);
}

}  // namespace

void FeatureScaling::apply(std::span<const float> raw, std::span<float> x) const noexcept {
  assert(x.size() == features.size());
  for (std::size_t i = 0; i < features.size(); ++i) {
    assert(features[i] < raw.size());
    const float range = high[i] - low[i];
    x[i] = range == 0.0F ? 0.0F : (raw[features[i]] - low[i]) / range;
  }
}

PremodelClassifier::Choice PremodelClassifier::choose(std::span<const float> raw) const noexcept {
  std::array<float, kMaxFeatures> input;
  std::array<float, kMaxClasses> buffer;
  const std::span x(input.data(), scaling.features.size());
  scaling.apply(raw, x);

  if (!chain) {
    const std::span scores(buffer.data(), models + 1);
    const std::size_t chosen = predict(classifiers[0], x, scores);
    if (chosen > models) return {.chosen = models, .score = 0.0F, .level = 0};
    return {.chosen = chosen, .score = scores[chosen], .level = 0};
  }
  const std::span scores(buffer.data(), 2);
  Shared shared;
  for (std::size_t level = 0; level < classifiers.size(); ++level) {
    if (predict_shared(classifiers[level], x, shared, scores) == 1) {
      return {.chosen = level, .score = scores[1], .level = level};
    }
  }
  return {.chosen = models, .score = scores[0], .level = classifiers.size() - 1};
}

}  // namespace rightsize

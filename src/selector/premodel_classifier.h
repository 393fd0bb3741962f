// What turns an input's raw features into a choice of model: the premodel of Marco, Taylor, Wang
// and Elkhatib, "Optimizing deep learning inference on embedded systems through adaptive model
// selection", ACM TECS 19(1), 2020, without the running of models.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "selector/classifier.h"

namespace rightsize {

// Chosen raw features, scaled to about 0 to 1: (raw - low) / (high - low), not clamped; 0 where
// high is equal to low.
struct FeatureScaling {
  std::vector<std::uint16_t> features;  // positions in the raw features; at most kMaxFeatures
  std::vector<float> low, high;         // per chosen feature
  bool operator==(const FeatureScaling&) const = default;

  // `raw` must reach to the last feature; `x` has one place per chosen feature.
  void apply(std::span<const float> raw, std::span<float> x) const noexcept;
};

// A value; a const one may be used from several threads.
struct PremodelClassifier {
  FeatureScaling scaling;
  // false: one classifier whose classes are the models and "none"; true: per model, in order, one
  // whose classes are no (0) and yes (1). The first yes wins; if there is none: "none".
  bool chain = false;
  std::vector<Classifier> classifiers;
  std::size_t models = 0;  // 1 to 16
  bool operator==(const PremodelClassifier&) const = default;

  struct Choice {
    std::size_t chosen = 0;  // a model, or `models` for "none"
    // Of the chosen class; in a chain that of the deciding yes, or of the last no. 0 if nothing
    // spoke for it, because no neighbour is near enough.
    float score = 0.0F;
    std::size_t level = 0;  // of the chain, that decided; 0 without a chain
    bool operator==(const Choice&) const = default;
  };
  // Allocates nothing. Nearest neighbours with no answer count as "none", in a chain as no; levels
  // that share their points and k look for the neighbours once.
  Choice choose(std::span<const float> raw) const noexcept;
};

}  // namespace rightsize

// The premodel of Marco, Taylor, Wang and Elkhatib, "Optimizing deep learning inference on embedded
// systems through adaptive model selection", ACM TECS 19(1), 2020: a cheap classifier that looks at
// features of the input and chooses the one model to run.
//
// The features are those of the input (a feature set, extracted group by group) or, as a modern
// variant, what a cheap network says of the input: the `probe`, whose own answer stands where the
// premodel chooses it. A CNN premodel is a small network that was trained to choose.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/image_feature_set.h"
#include "core/manifest.h"
#include "rightsize/selector.h"
#include "selector/premodel_classifier.h"

namespace rightsize {

// The features that a probe's trial gives: the signals and the log-probabilities of its five surest
// classes.
const FeatureSet& probe_feature_set();
// Fills them: `features` has one place for each.
void probe_features(const Trial& trial, std::span<float> features) noexcept;

// The features that a network of the premodel's own gives: log-probabilities of its classes.
const FeatureSet& network_feature_set();

inline constexpr std::size_t kMaxPremodelModels = kMaxTrials - 1;  // and a fallback

struct PremodelRule {
  std::vector<ModelIndex> models;  // the classes of the classifier, "none" being one more
  PremodelClassifier classifier;
  std::optional<ModelIndex> probe;     // its trial gives the features; else the input does
  std::optional<ModelIndex> fallback;  // runs where the premodel says "none"; absent: abstain
  std::optional<ModelSpec> network;    // a network of its own gives the features (a CNN premodel)
  ImageFeatureOptions features;        // else: how the input's features are extracted
  bool operator==(const PremodelRule&) const = default;

  const FeatureSet& feature_set() const {
    return probe ? probe_feature_set() : network ? network_feature_set() : image_feature_set();
  }
};

// What happens when something goes wrong: if the chosen model is unavailable or fails, if a group
// of features cannot be extracted or the probe fails, the fallback runs, and where there is none
// the first of `models` that has not been tried and is available; an answer that there is already
// (the probe's) stands if all of that fails. The deadline of a request does not change the choice:
// a premodel runs one model.
class Premodel : public Selector {
 public:
  explicit Premodel(PremodelRule rule);

  Step next(const State& state) const noexcept override;
  std::span<const ModelIndex> models() const noexcept override { return order_; }

 private:
  Step choose(const State& state) const noexcept;
  Step run_or_answer(const State& state, ModelIndex model, Reason reason) const noexcept;
  Step rescue(const State& state, Reason reason) const noexcept;

  PremodelRule rule_;
  std::vector<std::uint8_t> groups_;  // that the classifier needs, ascending
  std::vector<ModelIndex> order_;     // all models it may run
};

}  // namespace rightsize

// Direct routing: for every model a logistic regression predicts from the input's features, or from
// what a cheap network (the probe) says of the input, how probable a right answer is; the model
// runs whose probability less the price of its time is largest.
//
// Source of the idea: Ding et al., "Hybrid LLM: cost-efficient and quality-aware query routing",
// ICLR 2024, which routes between two models by predicted quality.
#pragma once

#include <optional>
#include <vector>

#include "selector/premodel.h"

namespace rightsize {

struct RoutedModel {
  ModelIndex model = 0;
  // Of the log odds of a right answer: a constant, then one per feature of the rule.
  std::vector<double> coefficients;
  bool operator==(const RoutedModel&) const = default;
};

struct RoutingRule {
  std::vector<std::uint16_t> features;  // positions in feature_set(); one that is no finite number
                                        // counts as 0
  std::vector<RoutedModel> models;      // to choose among
  double price = 0.0;               // of a millisecond of CPU time, in probability, not negative
  std::optional<ModelIndex> probe;  // its trial gives the features; else the input does
  ImageFeatureOptions extraction;   // else: how the input's features are extracted
  bool operator==(const RoutingRule&) const = default;

  const FeatureSet& feature_set() const {
    return probe ? probe_feature_set() : image_feature_set();
  }
};

// The probe's own answer costs nothing more where it is one of the models. Of equals the cheaper
// model is chosen.
//
// What happens when something goes wrong: models that are unavailable are not chosen among, nor
// are, where there is an answer, those that would not finish before the deadline; if the chosen
// model fails, the next best runs; if a group of features cannot be extracted, or the probe fails
// or cannot be run, the dearest available model runs, after it the next dearest; the probe's answer
// stands where nothing else is left.
class Routing : public Selector {
 public:
  // 1 to kMaxPremodelModels distinct models, coefficients for every feature (asserted; selector
  // files are checked).
  explicit Routing(RoutingRule rule);

  Step next(const State& state) const noexcept override;
  std::span<const ModelIndex> models() const noexcept override { return order_; }

  // Predicted probability that `models[place]` of the rule is right, given all raw features.
  double probability(std::size_t place, std::span<const float> raw) const noexcept;

 private:
  Step choose(const State& state, Reason reason) const noexcept;
  Step run_dearest(const State& state, Reason reason) const noexcept;

  RoutingRule rule_;
  std::vector<std::uint8_t> groups_;  // of features that the input must give, ascending
  std::vector<ModelIndex> order_;     // all models it may run
};

}  // namespace rightsize

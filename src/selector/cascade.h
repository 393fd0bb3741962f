// Cascades: models from cheap to dear, stop at the first stage that is sure enough of the answer
// there is by then. With a single stage it is a fixed model.
//
// Source of the idea: Viola and Jones, "Rapid object detection using a boosted cascade of simple
// features", CVPR 2001; for networks that were trained apart: Wang et al., "IDK cascades", UAI
// 2018.
#pragma once

#include <string>
#include <vector>

#include "rightsize/selector.h"

namespace rightsize {

// What a stage looks at to tell whether its answer is good enough.
enum class Confidence : std::uint8_t {
  // A signal of the stage's answer: stop if it is sure enough.
  kSignal,
  // How many of the models run so far, the latest included, give the latest's answer: stop if they
  // are at least `threshold`. After Kolawole et al., "Agreement-based cascading for efficient
  // inference", TMLR 2025.
  kAgreement,
  // The predicted probability that the last stage would be right where this one is wrong: stop if
  // it is at most `threshold`. After Jitkrittum et al., "When does confidence-based cascade
  // deferral suffice?", NeurIPS 2023.
  kDeferral,
};
const char* to_string(Confidence confidence);

struct CascadeStage {
  ModelIndex model = 0;
  // When to stop here (see Confidence); a signal's threshold is in its own unit: stop if the value
  // is >= it for max_probability and margin, <= for entropy. Unused in the last stage, which always
  // answers.
  double threshold = 0.0;
  double temperature = 1.0;  // of this model's distribution, above 0; 1: as the model gives it
  // The answer after this stage is the pool of the models run so far with these weights, one per
  // stage up to this one, not negative, sum above 0. Empty: this stage's model alone.
  std::vector<double> weights;
  // kDeferral, but for the last stage: a logistic regression's coefficients of
  // Cascade::deferral_features, deferral_features_at(place of the stage) of them.
  std::vector<double> deferral;
  bool operator==(const CascadeStage&) const = default;

  bool is_plain() const { return weights.empty() && temperature == 1.0; }
};

struct CascadeRule {
  Confidence confidence = Confidence::kSignal;
  Signal signal = Signal::kMaxProbability;  // of kSignal
  std::vector<CascadeStage> stages;         // one stage: a fixed model
  bool operator==(const CascadeRule&) const = default;

  // Does a stage stop where its value is at most the threshold? Else where it is at least that.
  bool small_is_sure() const {
    return confidence == Confidence::kDeferral ||
           (confidence == Confidence::kSignal && rightsize::small_is_sure(signal));
  }
};

// What learned deferral looks at after `stage` stages before this one: a constant 1; of the latest
// trial, which must have an answer, the log odds of the largest probability, the logarithm of the
// margin, the negative entropy and the first two gaps between its sorted log-probabilities; of each
// earlier stage, does it give the same answer (1 or 0), the log-probability that it gives to the
// latest's answer, the log odds of its largest probability, and the log-probability that the latest
// gives to its answer (all 0 where it was not run or failed). Log odds are clipped to +-9.2; a
// class that is not listed has a 32nd of what is left, at least 1e-6.
inline constexpr std::size_t kDeferralFeaturesOfLatest = 6;
inline constexpr std::size_t kDeferralFeaturesOfEarlier = 4;
inline constexpr std::size_t kMaxDeferralFeatures =
    kDeferralFeaturesOfLatest + kDeferralFeaturesOfEarlier * (kMaxTrials - 1);
constexpr std::size_t deferral_features_at(std::size_t stage) {
  return kDeferralFeaturesOfLatest + kDeferralFeaturesOfEarlier * stage;
}

// What happens when something goes wrong: a stage whose model is unavailable is passed over; a
// failed trial and a signal that is not a number count as "not sure"; failed trials have no part in
// a combined answer; if no later stage gives an answer, the latest answer there is stands; a stage
// that would not finish before the deadline is not begun, unless there is no answer yet.
class Cascade : public Selector {
 public:
  // At least one stage, at most kMaxTrials, models distinct (asserted; selector files are checked).
  explicit Cascade(CascadeRule rule);

  // The latest trial may be of any stage: a cascade can be entered anywhere.
  Step next(const State& state) const noexcept override;
  std::span<const ModelIndex> models() const noexcept override { return models_; }
  void combine(std::span<const Trial> trials, Answer& answer) const noexcept override;

  std::size_t stage_of(ModelIndex model) const noexcept;  // the number of stages if it has none
  // Writes deferral_features_at(stage) numbers (see there) about trials, the latest of which is of
  // `stage` and has an answer.
  void deferral_features(std::span<const Trial> trials, std::size_t stage,
                         std::span<double> x) const noexcept;
  // What is compared with the threshold of `stage` when the latest trial is of it and has an
  // answer.
  double confidence(std::span<const Trial> trials, std::size_t stage) const noexcept;

 private:
  // What the latest trial, of `stage`, calls for: its answer, or a further run and why.
  Step after_trial(std::span<const Trial> trials, std::size_t stage) const noexcept;
  bool is_sure(double confidence, std::size_t stage) const noexcept;
  // Answers with a trial, or with what it and those before it say together.
  Step conclude(std::span<const Trial> trials, std::size_t trial, Reason reason,
                std::size_t stage) const noexcept;

  CascadeRule rule_;
  std::vector<ModelIndex> models_;
};

}  // namespace rightsize

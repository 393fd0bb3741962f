// How a cascade judges its own answers: the parameters that a family of cascades needs, fitted to
// training items, and what the search sweeps over.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "lab/replay/recording.h"
#include "selector/cascade.h"

namespace rightsize {

// Cascades that differ in models and thresholds alone.
enum class Family : std::uint8_t {
  kSignal,      // a model's own signal
  kCalibrated,  // the same after a temperature per model, fitted by likelihood
  kCombined,    // answers are pools of the models run so far, weights fitted by likelihood
  kAveraged,    // the same with equal weights
  kAgreement,   // models that agree
  kDeferral,    // the learned probability that the baseline would be right where this one is wrong
};
inline constexpr std::array kAllFamilies = {Family::kSignal,    Family::kCalibrated,
                                            Family::kCombined,  Family::kAveraged,
                                            Family::kAgreement, Family::kDeferral};
const char* to_string(Family family);

class Judge {
 public:
  // Fits what does not depend on the chain. `items` are positions in the recording, which must
  // outlive the judge; no other item is looked at.
  // `signals` are those to choose from, where the family looks at any.
  Judge(const Recording& recording, std::vector<std::size_t> items, ModelIndex baseline,
        Family family, std::vector<Signal> signals);
  Family family() const { return family_; }

  // What there is after a chain of models has run, per position in `items`.
  struct View {
    // For each of signals(): larger is surer; -infinity where the last model gave no answer, a
    // doubtful one, or the value is not a number.
    std::vector<std::vector<double>> sureness;
    std::vector<std::int32_t> worth;  // of the answer at hand, see Recording::worth
  };
  using Chain = std::span<const ModelIndex>;
  View view(Chain chain) const;
  // View::worth alone.
  std::vector<std::int32_t> worth(Chain chain) const;

  // Chains with the same key have the same view, and chains with the same answer key the same
  // View::worth: where a model alone tells, and it always gave an answer without a doubt, its
  // predecessors do not matter.
  using Key = std::vector<ModelIndex>;
  Key view_key(Chain chain) const;
  Key answer_key(Chain chain) const;

  // What there is to choose from; families that look at no signal have one all the same.
  const std::vector<Signal>& signals() const { return signals_; }
  // The rule of a chain, with a threshold (as sureness) for every stage but the last.
  CascadeRule rule(Signal signal, Chain chain, std::span<const double> thresholds) const;

 private:
  CascadeRule untested_rule(Signal signal, Chain chain) const;  // thresholds are 0
  Key last_or_all(Chain chain, bool alone) const;
  std::vector<double> weights(Chain chain) const;
  std::vector<double> deferral(Chain chain) const;
  bool combines() const;
  std::int32_t worth(const Cascade& cascade, const CascadeRule& rule, std::span<const Trial> trials,
                     std::size_t item) const;

  const Recording& recording_;
  std::vector<std::size_t> items_;
  ModelIndex baseline_;
  Family family_;
  std::vector<Signal> signals_;
  std::vector<double> temperatures_;            // [model]
  std::vector<std::vector<double>> of_wanted_;  // [model][position]: probability of the wanted
  mutable std::map<std::vector<ModelIndex>, std::vector<double>> fitted_;  // weights or deferral
};

// The temperature that makes the wanted classes of these items likeliest: by golden-section search
// between 1/4 and 8.
double fit_temperature(const Recording& recording, const std::vector<std::size_t>& items,
                       std::size_t model);

// Weights of a mixture, sum 1, that make the data likeliest: `probabilities` is [component][item].
// By expectation maximisation, which climbs to the one maximum.
std::vector<double> fit_mixture(const std::vector<std::span<const double>>& probabilities);

}  // namespace rightsize

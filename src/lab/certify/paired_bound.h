// What n inputs prove about the loss of quality between two ways of answering them.
//
// An input counts +1 where the baseline is right and the candidate wrong ("lost"), -1 where it is
// the other way round ("won"), 0 where both are the same; the loss is the mean over the population.
// All figures are exact for any n: no normal approximation, and they adapt to how rarely the
// answers differ. The inputs must be drawn independently of each other and of the candidate.
//
// p_value tests "the loss is more than eps". It is the unconditional test of the paired difference
// with Tango's score as the order of outcomes (Tango, "Equivalence test and confidence interval for
// the difference in proportions for the paired-sample design", Statistics in Medicine 17, 1998),
// and the largest tail probability over the unknown share d of inputs on which just one is right,
// within a 1 - gamma Clopper-Pearson interval of d, plus gamma (Berger and Boos, "P values
// maximized over a confidence set for the nuisance parameter", JASA 89, 1994).
#pragma once

#include <cstddef>
#include <optional>

namespace rightsize {

struct PairedCounts {
  std::size_t inputs = 0;
  std::size_t lost = 0;
  std::size_t won = 0;
  // False where the baseline is right by definition, because its answers are what counts as right:
  // the loss is then the share of other answers, a plain binomial share.
  bool can_win = true;

  std::size_t discordant() const { return lost + won; }
  double loss() const;  // on these inputs; 0 without inputs
  bool operator==(const PairedCounts&) const = default;
};

// gamma: of an error probability delta this much is spent on not knowing d.
inline constexpr double kNuisanceError = 1e-5;

// Of the hypothesis that the population's loss is above `eps` (in (-1, 1)). Whatever the
// population, if that is true, P(p_value <= delta) <= delta. Never below kNuisanceError unless
// !can_win.
double p_value(const PairedCounts& counts, double eps);

// The population's loss is at most this, but for a probability of at most `delta`: the smallest eps
// from which on p_value <= delta, to 1e-5.
double upper_bound(const PairedCounts& counts, double delta);

// About how many inputs would prove a loss of at most `eps` if the rates stay as they are in
// `counts`: with that many, chances are even. Nothing if no number would.
std::optional<std::size_t> inputs_needed(const PairedCounts& counts, double eps, double delta);

}  // namespace rightsize

// Choosing with a guarantee: "the quality of this rule is at most eps below the best single
// model's, but for a probability of delta", although many rules were looked at.
//
// Source: Angelopoulos, Bates, Candes, Jordan, Lei, "Learn then Test: Calibrating Predictive
// Algorithms to Achieve Risk Control", Annals of Applied Statistics 2025 (arXiv 2110.01052, 2021),
// with fixed sequence testing. One part of the inputs learns rules and puts them in order, from the
// safest to the boldest. The other part tests them in this order, each at level delta, until a test
// fails. Of the rules that passed, any may be used: a false claim takes a first rule in this order
// that is worse than eps and passes, and that one was fixed before its test, so the probability is
// delta at most. Each test is `p_value` of paired_bound.h, against every opponent.
//
// What holds is about inputs drawn as the test part was. Randomness is over the draw of the inputs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/certify/comparison.h"
#include "lab/replay/cross_validation.h"

namespace rightsize {

struct Claim {
  double eps = 0.01;    // loss of quality: 0.01 is one point; negative claims a gain
  double delta = 0.05;  // in (kNuisanceError, 0.5]
};

// From a gain of one point to a loss of twelve, closer together where claims are made.
std::vector<Target> certificate_targets();

struct CertifyOptions {
  // What the recording was judged against. With a model, the loss is the share of inputs on which
  // the answer is not the reference model's: "the same answer on at least 1 - eps".
  Reference reference;
  // The model to compare with. Empty: the reference model; where the labels count, every single
  // model of the zoo, as nobody knows which one is the best on the population.
  std::string baseline;
  double learn_share = 0.5;                             // of the inputs; in steps of a twentieth
  std::uint64_t seed = 1;                               // of the split
  std::vector<Target> targets = certificate_targets();  // rules to learn
};

struct NamedRule {
  std::string name;
  Rule rule;
};

// The same outputs judged by labels, where the reference is a model: on the labelled inputs alone.
struct LabelFigures {
  PairedCounts counts;  // against the reference model
  double bound = 0.0;   // of the loss of accuracy; valid whichever rule is chosen
};

struct RuleFigures {
  std::string name;
  Rule rule;
  ModelIndex against = 0;  // the opponent against which `bound` is largest
  PairedCounts counts;     // against this one
  double bound = 0.0;      // of the loss; at which error probability, its holder says
  double quality = 0.0;    // share of inputs answered right
  double cpu_ms = 0.0;     // mean, decoding included
  double cost = 0.0;       // mean, in the unit of the recording's cost: what "cheap" means
  double speedup = 0.0;    // mean CPU time of the single model `baseline` / of the rule
  std::optional<LabelFigures> labels;
};

// Rules with bounds that hold all at the same time, but for a probability of delta: so one may pick
// among them by eps later, at run time, as often as one likes (Bonferroni: each at delta / rules).
struct CertifiedPoints {
  double delta = 0.05;
  std::size_t inputs = 0;
  bool against_every_model = false;
  ModelIndex baseline = 0;  // what the speed-up is measured against
  std::vector<RuleFigures> points;
};

// The rules must have been learned on other inputs than `items` (positions in the recording).
Result<CertifiedPoints> certify_points(const Recording& recording,
                                       const std::vector<std::size_t>& items,
                                       const std::vector<NamedRule>& rules, double delta,
                                       const CertifyOptions& options);

// The cheapest of the points whose bound is at most eps; null if there is none.
const RuleFigures* cheapest_within(const CertifiedPoints& points, double eps);

struct SequenceTest {
  std::string name;
  Comparison hardest;  // opponent, counts against it, p-value
  bool passed = false;
};

struct Certificate {
  Claim claim;
  std::size_t learned_on = 0;  // inputs; 0: the rules were given
  std::size_t tested_on = 0;
  bool against_every_model = false;
  ModelIndex baseline = 0;  // what the speed-up is measured against
  bool proven = false;
  // The rule to use. Where nothing is proven, the baseline that was named or the reference: a loss
  // of 0 by construction. Where neither is, the model that did best on all items: the safest guess,
  // but nothing is proven of it.
  Rule chosen;
  bool no_loss_by_construction = false;
  std::size_t candidates = 0;
  std::vector<SequenceTest> tests;  // in order, up to the first failure
  // On the test part: of the chosen rule, or, where nothing is proven, of the most promising
  // candidate; nothing if there was no candidate. Its bound is by itself an error probability of
  // delta for a rule fixed in advance; what is proven of the chosen one is claim.eps.
  std::optional<RuleFigures> figures;
  // Where nothing is proven: about how many inputs in all would prove it of that candidate with
  // even chances, if its rates stay as they are. Nothing: no number would.
  std::optional<std::size_t> inputs_needed;
};

// The rules, given from the safest to the boldest in an order that `items` had no part in.
Result<Certificate> test_in_sequence(const Recording& recording,
                                     const std::vector<std::size_t>& items,
                                     const std::vector<NamedRule>& order, const Claim& claim,
                                     const CertifyOptions& options);

// Everything from one sample: `items` are split, one part learns, the other tests.
Result<Certificate> choose_certified(const Recording& recording,
                                     const std::vector<std::size_t>& items, const Claim& claim,
                                     const Fitter& fitter, const CertifyOptions& options = {});

}  // namespace rightsize

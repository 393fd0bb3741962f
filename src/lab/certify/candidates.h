// The learning half of a certificate: the split, the candidate rules, their order.
#pragma once

#include "lab/certify/certify.h"

namespace rightsize {

// Inputs that learn and inputs that test: shuffled, the first share of them learns, in steps of a
// twentieth.
struct Split {
  std::vector<std::size_t> learn, test;
};
Split split(const std::vector<std::size_t>& items, const CertifyOptions& options);

Result<Opponents> opponents_of(const Recording& recording, const CertifyOptions& options);

// The named baseline or reference, or the best single model on these items.
ModelIndex baseline_of(const Recording& recording, const std::vector<std::size_t>& items,
                       const Opponents& opponents);

struct Candidate {
  NamedRule rule;
  std::vector<ReplayedItem> replayed;  // on the learning part
  std::int64_t cost = 0;               // of all of that
};

struct Candidates {
  std::vector<std::size_t> learn;
  std::vector<std::size_t> test;
  Opponents opponents;
  ModelIndex baseline = 0;
  std::int64_t baseline_cost = 0;  // on the learning part
  std::vector<Candidate> rules;
};

// Splits the items and fits a rule to every target on the learning part.
Result<Candidates> learn_candidates(const Recording& recording,
                                    const std::vector<std::size_t>& items, const Fitter& fitter,
                                    const CertifyOptions& options);

// From the safest for this eps to the boldest, by the learning part; each cheaper than all before
// it and, unless a gain is claimed, cheaper than the baseline.
std::vector<NamedRule> in_order(const Recording& recording, const Candidates& candidates,
                                double eps);

}  // namespace rightsize

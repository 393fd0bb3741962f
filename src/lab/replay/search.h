// Search for confidence cascades by replay: every order of cheap to dear models up to three stages,
// every signal, thresholds at the sample's own quantiles.
//
// One sweep over a sorted signal values every threshold of a stage at once, so the whole space is a
// few hundred million decisions a second. Counts and nanoseconds are integers: what the search
// reports is equal to the last bit to what `decide` computes on the same items.
#pragma once

#include <optional>
#include <vector>

#include "lab/replay/recording.h"
#include "selector/cascade.h"

namespace rightsize {

struct CascadeCandidate {
  Signal signal = Signal::kMaxProbability;
  std::vector<CascadeStage> stages;
  std::int64_t right = 0;  // items answered right
  std::int64_t cpu = 0;    // nanoseconds over all items, decoding included
};

struct SearchOptions {
  std::vector<ModelIndex> models;  // to search among; empty: all
  std::size_t max_stages = 3;
  std::size_t thresholds = 100;    // tried for the first stage of two; of three stages a third each
  double longer_must_save = 0.02;  // a further stage must make the cascade this much cheaper
  // The best of many settings looks better on its own sample than it is. A candidate is therefore
  // credited with fewer right answers than it gave: for each of its thresholds this many standard
  // errors of its difference to the baseline, which is sqrt(inputs on which just one of the two is
  // right). One is the one-standard-error rule of Breiman et al., "Classification and Regression
  // Trees", 1984, section 3.4.3.
  double discount = 1.0;
};

// For every number of credited right answers, the cheapest candidate that has as many.
class CascadeFrontier {
 public:
  // The cheapest candidate credited with at least `right` right answers; none if none gets there.
  std::optional<CascadeCandidate> cheapest(std::int64_t right) const;
  std::size_t evaluated() const { return evaluated_; }  // settings tried

 private:
  friend class CascadeSearch;
  struct Entry {
    std::int64_t cpu = -1;  // -1: none
    std::int64_t right = 0;
    Signal signal = Signal::kMaxProbability;
    std::array<std::uint16_t, 3> models{};
    std::array<double, 2> thresholds{};  // as sureness
  };
  std::vector<std::vector<Entry>> by_stages_;  // [stages - 1][credited right answers]
  double longer_must_save_ = 0.0;
  std::size_t evaluated_ = 0;
};

// `items` are positions in the recording; no other item is looked at.
CascadeFrontier search_cascades(const Recording& recording, const std::vector<std::size_t>& items,
                                ModelIndex baseline, const SearchOptions& options = {});

}  // namespace rightsize

// Search for cascades by replay: every order of cheap to dear models of two stages (or three, on
// request), every family and signal, thresholds at the sample's own quantiles.
//
// One sweep over a sorted signal values every threshold of a stage at once, so the whole space is a
// few hundred million decisions a second. Counts and nanoseconds are integers: what the search
// reports is equal to the last bit to what `decide` computes on the same items.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "lab/replay/judge.h"
#include "lab/replay/recording.h"

namespace rightsize {

struct CascadeCandidate {
  CascadeRule rule;
  std::int64_t worth = 0;   // of all answers, in 1/unit (see Recording): right ones, of images
  std::int64_t cpu = 0;     // nanoseconds over all items, decoding included
  double discordant = 0.0;  // squares of what it is worth more or less than the baseline, summed
                            // over the items; of images those on which just one of the two is right
  double smoothed = 0.0;    // `worth` in whole units, after smoothing (see SearchOptions)
};

// How settings are valued. The best of many settings looks better on its own sample than it is, so
// the search does not take right answers at face value.
struct SearchOptions {
  std::vector<ModelIndex> models;  // to search among; empty: all
  Family family = Family::kSignal;
  std::vector<Signal> signals;   // where the family looks at any; empty: those of the task
  std::size_t max_stages = 2;    // a third gained nothing held out and made the figures unsteadier
  std::size_t thresholds = 100;  // tried for the first stage of two; of three stages a third each
  // What stopping early wins or loses on an item is one noisy bit. It is replaced, by this share,
  // by what inputs as sure as this one win or lose on average: the difference of two logistic
  // regressions on the sureness, of "right here" and of "right at the end". Not of translations.
  double smoothing = 0.5;
  // Settings are ranked by right answers less this many standard errors of the difference to the
  // baseline, sqrt(discordant): a penalty for straying from what is known to be good. Breiman et
  // al., "Classification and Regression Trees", 1984, section 3.4.3, choose by such a rule.
  double discount = 2.0;
};

// The best-ranked setting for every mean cost, in steps of about 0.3 %.
class CascadeFrontier {
 public:
  // The best-ranked candidate that costs at most `cpu` nanoseconds over all items; none if even the
  // cheapest model costs more.
  std::optional<CascadeCandidate> within(std::int64_t cpu) const;
  // The cheapest of all those candidates that are worth at least `worth` units, less `discount`
  // standard errors; none if none gets there.
  std::optional<CascadeCandidate> cheapest(double worth, double discount) const;
  std::size_t evaluated() const { return evaluated_; }  // settings tried

 private:
  friend class CascadeSearch;
  struct Entry {
    double rank = 0.0;
    double smoothed = 0.0;
    std::int64_t cpu = -1;  // -1: none
    std::int64_t worth = 0;
    double discordant = 0.0;
    std::size_t stages = 1;
    Signal signal = Signal::kMaxProbability;
    std::array<ModelIndex, 3> models{};
    std::array<double, 2> thresholds{};  // as sureness
  };
  CascadeCandidate candidate(const Entry& entry) const;

  std::shared_ptr<const Judge> judge_;
  std::vector<Entry> entries_;  // [step of cost]
  std::size_t evaluated_ = 0;
};

// `items` are positions in the recording; no other item is looked at.
CascadeFrontier search_cascades(const Recording& recording, const std::vector<std::size_t>& items,
                                ModelIndex baseline, const SearchOptions& options = {});

}  // namespace rightsize

// Steering: which operating point serves a budget, at the machine's present speed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "selector/selector_file.h"

namespace rightsize {

// What running the models costs now, one entry per model of the file's zoo; kNever where a model
// cannot be run.
struct PresentCosts {
  std::span<const Cost> expected;  // at rest while the machine's speed changes little
  std::span<const Cost> upper;     // for deadlines: about 97 of 100 runs take no longer
  Nanoseconds elapsed{0};          // since the request began, decoding included
  // [point]: for deadlines, what its rule takes to look at the input before any model runs:
  // features, a network of its own. Empty: what the file says.
  std::span<const Nanoseconds> looking = {};
};

// The limits in words, for messages: "an answer within 5.0 ms".
std::string words_of(const Budget& budget);
// Fails where a request that cannot choose among points has limits other than a deadline. `what` is
// opened with `steerable` to choose.
Status only_a_deadline(const Budget& budget, const char* what);

// As the file's profile has them.
std::vector<Cost> profiled_costs(const SelectorFile& file);

// Immutable; `file` must outlive it. May be used from any number of threads at once.
class Steering {
 public:
  explicit Steering(const SelectorFile& file);

  // The point that serves the budget best (see Budget). Fails with kUnreachable, naming the nearest
  // figures that can be had, where no point is within all limits; a budget without limits gets the
  // default point. Points whose models cannot all be run are passed over.
  Result<std::size_t> choose(const Budget& budget, const PresentCosts& costs) const;

  // The point that may run where none serves the budget in time, so that it is seen how quick the
  // machine is by now: within all other limits, the one that takes the least time at present; at
  // every second attempt by the times of the profile, and at every 16th whatever is next, since
  // what is known of the present may be wrong. Points whose runs say nothing of the machine
  // (memories alone) are passed over.
  std::optional<std::size_t> to_try(const Budget& budget, const PresentCosts& costs,
                                    std::size_t attempt) const;

  // Does a point run nothing but translation memories, whose times say nothing of the machine?
  bool memories_alone(std::size_t point) const;

  // Is this point within all limits?
  bool allows(std::size_t point, const Budget& budget, const PresentCosts& costs) const;

  // Mean wall time per input of a point now: its held-out mean, scaled by what its models cost now.
  // kNever where one of them cannot be run.
  Nanoseconds mean_latency(std::size_t point, const PresentCosts& costs) const;
  // Wall time of the longest way through a point's rule, the time that has passed included.
  Nanoseconds longest_latency(std::size_t point, const PresentCosts& costs) const;

  // A point as a budget sees it.
  struct PointFigures {
    std::size_t point = 0;
    double quality = 0.0;
    double loss = 0.0;  // estimated or proven; infinite where it should be proven and is not
    Nanoseconds mean{0};
    Nanoseconds longest{0};
    double energy_mj = 0.0;  // infinite where the file does not know

    bool good_enough(const Budget& budget) const;
    bool cheap_enough(const Budget& budget) const;
  };
  PointFigures figures(std::size_t point, const Budget& budget, const PresentCosts& costs) const;

  // That a point may run.
  const std::vector<ModelIndex>& models(std::size_t point) const { return models_[point]; }

 private:
  using Candidate = PointFigures;
  std::string figures_of(const Candidate& candidate, const Budget& budget) const;
  Status refusal(const Budget& budget, const std::vector<Candidate>& candidates) const;

  const SelectorFile& file_;
  std::vector<std::vector<ModelIndex>> models_;  // [point]
};

// Choices that do not go to and fro where a deadline lies at the border between two points: a point
// that was left because of time is taken again only when there is a tenth to spare. One per thread.
class SteadyChoice {
 public:
  Result<std::size_t> choose(const Steering& steering, const Budget& budget,
                             const PresentCosts& costs);

 private:
  std::optional<std::size_t> last_;
  Budget budget_;            // of the last choice
  std::vector<Cost> upper_;  // with the tenth to spare
};

}  // namespace rightsize

// How fast this machine is now, against the profile that the selector was trained on: another
// device, another clock, other load.
//
// The estimate is a smoothed logarithm of measured / profiled time, one for CPU and one for wall
// time: a factor that all models share and follows quickly, and a slow correction per model,
// because on another device the models' times relate differently. Sources: the mean deviation as a
// cheap scale, and mean + multiples of it as the upper estimate, are Jacobson's ("Congestion
// avoidance and control", SIGCOMM 1988); what one run may move is limited in multiples of that
// scale (Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35,
// 1964).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "rightsize/decision.h"

namespace rightsize {

// Factors lie in [1 / kMaxSpeedFactor, kMaxSpeedFactor]; 2: twice as slow as in the profile. A run
// beyond that counts as one at the limit.
inline constexpr double kMaxSpeedFactor = 64.0;

// When the settled factor follows the estimate.
struct SpeedOptions {
  // It does not for less than this, as a logarithm (0.15: about 15 %), or, where times are noisy,
  // than 1.5 mean deviations.
  double dead_band = 0.15;
  std::uint32_t patience = 5;  // so many runs in a row must say so
  // So many runs lie between a change and the next one at least. Only a machine that got slower by
  // much (by more than a half and two mean deviations) is followed at once; so in any `dwell` runs
  // there is at most one change back.
  std::uint32_t dwell = 20;
};

// The estimate of the logarithm of measured / profiled time, for one of the clocks.
class SpeedFilter {
 public:
  explicit SpeedFilter(std::size_t models) : models_(models) {}

  void observe(std::size_t index, double log_ratio) noexcept;
  double estimate(std::size_t model) const noexcept;
  // Mean absolute deviation of the model's runs from the estimate.
  double deviation(std::size_t model) const noexcept;

 private:
  struct Model {
    double correction = 0.0;  // to the shared estimate; those of the models seen add up to 0
    std::uint32_t runs = 0;   // saturates
  };

  bool lasting_change(double error, double implied) noexcept;
  void follow(Model& model, double step) noexcept;
  void centre_corrections() noexcept;

  std::vector<Model> models_;
  std::size_t seen_ = 0;      // models with a run
  double shared_ = 0.0;       // log factor of all models
  double deviation_ = 0.3;    // before anything is known
  std::uint32_t age_ = 1;     // runs behind `shared_`; the profile itself counts as one
  std::uint32_t beyond_ = 0;  // latest runs in a row that lay beyond the limit on one side
  double side_ = 0.0;
  std::array<double, 3> implied_{};  // what those runs say that `shared_` is
};

// The estimate as of the latest time when it had moved by enough.
class SettledSpeed {
 public:
  SettledSpeed(std::size_t models, const SpeedOptions& options)
      : options_(options), values_(models), since_(options.dwell) {}

  void observe(std::size_t model, const SpeedFilter& filter) noexcept;
  double value(std::size_t model) const noexcept { return values_[model]; }
  std::uint64_t changes() const noexcept { return changes_; }

 private:
  void change_by(double difference, const SpeedFilter& filter, std::size_t model) noexcept;

  SpeedOptions options_;
  std::vector<double> values_;
  std::uint64_t changes_ = 0;
  std::uint32_t since_;        // runs since the latest change; saturates
  std::uint32_t outside_ = 0;  // latest runs in a row outside the dead band on one side
  double side_ = 0.0;
  double mean_difference_ = 0.0;  // estimate - value since the change, or over about 32 runs
};

// One per thread. Allocates on construction only; nothing throws.
class SpeedTracker {
 public:
  // Models are 0 to models - 1; others are ignored, and their costs scaled by 1.
  explicit SpeedTracker(std::size_t models, const SpeedOptions& options = {});

  // After every run that succeeded. What is not positive or is kNever says nothing of that clock.
  void observe(ModelIndex model, const Cost& profiled, const Cost& measured) noexcept;

  // What a run with this profiled cost is expected to take now (its median). kNever stays kNever.
  Cost expected(ModelIndex model, const Cost& profiled) const noexcept;
  // About 97 of 100 runs take no longer, in each clock: for deadlines.
  Cost upper(ModelIndex model, const Cost& profiled) const noexcept;
  // The same of the wall clock where the profile tells how its runs scattered: `profiled_upper` is
  // what about 97 of 100 took no longer than. Where runs scatter more now, it is wider.
  Nanoseconds upper(ModelIndex model, Nanoseconds profiled,
                    Nanoseconds profiled_upper) const noexcept;
  // As `expected`, but at rest while the machine's speed changes little: for choices that must not
  // go to and fro, such as that of an operating point.
  Cost settled(ModelIndex model, const Cost& profiled) const noexcept;
  // How often `settled` has changed, in either clock: unchanged means that a choice by it stands.
  std::uint64_t settled_changes() const noexcept;

 private:
  std::size_t models_;
  SpeedFilter cpu_, wall_;
  SettledSpeed settled_cpu_, settled_wall_;
};

}  // namespace rightsize

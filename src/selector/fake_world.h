// For tests: a world in which every model's behaviour is given in advance.
#pragma once

#include <vector>

#include "rightsize/selector.h"

namespace rightsize::test {

inline constexpr Nanoseconds kMs = std::chrono::milliseconds(1);

inline Cost cost_of(Nanoseconds time) { return {.cpu = time, .wall = time}; }

// An answer with these signals: a probability, the same as margin, and an entropy.
inline Trial answering(std::int64_t answer, double probability, double entropy = 0.0) {
  return {
      .status = TrialStatus::kOk, .signals = {probability, probability, entropy}, .answer = answer};
}

inline Trial failing() { return {}; }

// The same that a check doubts.
inline Trial doubtful(Trial trial) {
  trial.doubtful = true;
  return trial;
}

class FakeWorld : public World {
 public:
  std::vector<float> values;  // of the features; empty: this world has none
  FeatureGroups broken;       // groups that cannot be extracted
  std::vector<std::size_t> extracted;

  // Every model takes 1 ms.
  explicit FakeWorld(std::vector<Trial> trials)
      : trials_(std::move(trials)), costs_(trials_.size(), cost_of(kMs)) {}

  Trial run(ModelIndex model) noexcept override {
    ++runs_;
    wall_ += costs_[model].wall;
    Trial trial = trials_[model];
    trial.model = model;
    return trial;
  }
  // Takes 1 ms.
  bool extract(std::size_t group) noexcept override {
    extracted.push_back(group);
    wall_ += kMs;
    return !values.empty() && !broken[group];
  }
  std::span<const float> features() const noexcept override { return values; }
  std::span<const Cost> costs() const noexcept override { return costs_; }
  Nanoseconds elapsed() const noexcept override { return wall_; }
  Nanoseconds cpu() const noexcept override { return wall_ * 2; }

  void set_cost(std::size_t model, Cost cost) { costs_[model] = cost; }
  void spend(Nanoseconds time) { wall_ += time; }
  int runs() const { return runs_; }

 private:
  std::vector<Trial> trials_;
  std::vector<Cost> costs_;
  Nanoseconds wall_{0};
  int runs_ = 0;
};

}  // namespace rightsize::test

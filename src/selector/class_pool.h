// Calibrated and combined class distributions, on the truncated lists that every model gives: the
// same numbers live and recorded.
//
// Temperature: Guo et al., "On calibration of modern neural networks", ICML 2017. Weighted sums of
// distributions are the linear opinion pool: Stone, "The opinion pool", Annals of Mathematical
// Statistics 32(4), 1961.
#pragma once

#include <array>

#include "rightsize/decision.h"

namespace rightsize {

// A listed distribution at a temperature: what the classes of the list and "any other class"
// weigh, and all of them together. `total` is NaN where the list holds a NaN.
struct Tempered {
  std::array<double, kTopClasses> classes;
  double rest = 0.0;
  double total = 0.0;
};
Tempered tempered(const TopClasses& top, double temperature) noexcept;  // of a list with a class

// Sums up distributions, each over its listed classes and "any other class" as one more; a class
// that a model does not list has probability 0 there. Lives on the stack, allocates nothing.
class ClassPool {
 public:
  // Adds weight * p^(1/temperature) / Z; nothing where the list holds a NaN. Weights are not
  // negative, temperatures above 0; at most kMaxTrials lists.
  void add(const TopClasses& top, double temperature, double weight) noexcept;

  bool empty() const { return !(weight_ > 0); }
  // The kTopClasses surest classes of the pool, ties by class number, and the signals; the entropy
  // counts "any other class" as one. Not for an empty pool.
  void finish(Answer& answer) const noexcept;

 private:
  struct Entry {
    std::int32_t label;
    double probability;
  };
  std::array<Entry, kTopClasses * kMaxTrials> entries_;
  std::size_t count_ = 0;
  double rest_ = 0.0;
  double weight_ = 0.0;
};

}  // namespace rightsize

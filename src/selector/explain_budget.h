// Why an operating point was chosen for a budget: what each point promised on this input, and what
// each model was expected to take against what it took. Facts as plain data, and two views.
//
// Threading: free functions over values.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "selector/steering.h"

namespace rightsize {

struct PointOffered {
  std::string name;
  double quality = 0.0;
  double mean_ms = 0.0;     // wall time, over many inputs, at the machine's present speed
  double longest_ms = 0.0;  // wall time on this input, what has passed before included
  bool runnable = false;    // all its models can be run; else no time is known
  bool within = false;      // all limits
  bool chosen = false;
};

// Wall time of a model on this input.
struct TimePredicted {
  std::string model;
  double expected_ms = 0.0;
  double longest_ms = 0.0;            // 97 of 100 runs take no longer
  std::optional<double> measured_ms;  // where it ran to its end
  std::optional<double> cut_ms;       // where it was cut after so long
};

struct BudgetExplanation {
  std::string wanted;     // the limits in words; empty: there were none
  std::string criterion;  // of quality
  bool steered = false;   // points were chosen among; else the default was taken
  bool late_allowed = false;
  std::size_t pieces = 0;  // of the source, the most that a model counts
  std::vector<PointOffered> points;
  std::vector<TimePredicted> times;  // of models that can be run
};

// All but `pieces` and `times`.
BudgetExplanation explain_budget(const SelectorFile& file, const Steering& steering,
                                 const Budget& budget, const PresentCosts& costs,
                                 std::size_t chosen, bool steered);

std::string to_text(const BudgetExplanation& explanation);
nlohmann::ordered_json to_json(const BudgetExplanation& explanation);

}  // namespace rightsize

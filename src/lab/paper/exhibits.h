// The exhibits of the reproduction, one function each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/evaluate/strategy.h"
#include "lab/paper/exhibit.h"
#include "lab/paper/scores.h"
#include "lab/paper/study.h"

namespace rightsize {

// Everything that the exhibits are made of: the study, and the figures of all that was compared.
class Findings {
 public:
  Findings(const Recording& recording, const Study& study, std::size_t resamples,
           std::uint64_t seed);

  const Recording& recording() const { return recording_; }
  const Study& study() const { return study_; }
  const StrategyFigures& of(std::size_t place) const { return figures_[place]; }
  const Strategy& strategy(std::size_t place) const { return strategies_[place]; }
  const StrategyFigures& model(std::size_t m) const { return figures_[m]; }

  // Places of what was compared; lists stand one after another.
  std::size_t paper = 0, fallback = 0, right_levels = 0, automatic = 0, majority = 0, cascade = 0,
              cascade_chosen = 0;
  std::size_t oracle_zoo = 0, oracle_chosen = 0;
  std::optional<std::size_t> cnn;
  std::size_t shapes = 0, probes = 0, feature_counts = 0, neighbours = 0, radii = 0,
              model_counts = 0, choices = 0;

  std::string baseline_name() const { return model_name(study_.baseline); }
  std::string model_name(std::size_t m) const { return recording_.table->zoo.models[m].name; }
  bool has_energy() const { return !recording_.energy.empty(); }
  double energy_mj(std::size_t place) const;  // mean per input, decoding and features included

 private:
  std::size_t add(const std::string& name, const std::vector<ReplayedItem>& items);
  std::size_t add(const std::vector<Variant>& variants);

  const Recording& recording_;
  const Study& study_;
  std::vector<Strategy> strategies_;
  std::vector<StrategyFigures> figures_;
};

// "+0.1 [-0.9, +1.0]", in points.
std::string points_with_interval(const Estimate& estimate);

Exhibit headline_exhibit(const Findings& findings);
Exhibit shares_exhibit(const Findings& findings);
Exhibit levels_exhibit(const Findings& findings);
Exhibit shapes_exhibit(const Findings& findings);
Exhibit choice_exhibit(const Findings& findings);
Exhibit model_count_exhibit(const Findings& findings);
Exhibit feature_count_exhibit(const Findings& findings);
Exhibit importance_exhibit(const Findings& findings);
Exhibit correlation_exhibit(const Findings& findings);
Exhibit neighbours_exhibit(const Findings& findings);
Exhibit radius_exhibit(const Findings& findings);
Exhibit conformal_exhibit(const Findings& findings);
Exhibit criteria_exhibit(const Findings& top1, const Findings& top5);
Exhibit overhead_exhibit(const Findings& findings);
Exhibit resources_exhibit(const Findings& findings);
Exhibit compression_exhibit(const Findings* findings);  // null: not measured

}  // namespace rightsize

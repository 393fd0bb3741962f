#include <fmt/format.h>

#include "lab/paper/exhibits.h"
#include "lab/replay/statistics.h"
#include "lab/report/figures.h"

namespace rightsize {
Findings::Findings(const Recording& recording, const Study& study, std::size_t resamples,
                   std::uint64_t seed)
    : recording_(recording), study_(study) {
  for (std::size_t m = 0; m < recording.models(); ++m) {
    strategies_.push_back(single_model(recording, m));
  }
  paper = add(study.paper.name, study.paper.items);
  fallback = add(study.paper_fallback.name, study.paper_fallback.items);
  right_levels = add(study.right_levels.name, study.right_levels.items);
  automatic = add(study.automatic.name, study.automatic.items);
  majority = add(study.majority.name, study.majority.items);
  cascade = add(study.cascade.name, study.cascade.items);
  cascade_chosen = add(study.cascade_chosen.name, study.cascade_chosen.items);
  oracle_chosen = add(study.oracle_chosen.name, study.oracle_chosen.items);
  oracle_zoo =
      add("oracle, the whole zoo", oracle(recording, "", all_but(recording.models(), {})).items);
  if (study.cnn) cnn = add(study.cnn->name, study.cnn->items);
  shapes = add(study.shapes);
  probes = add(study.probes);
  feature_counts = add(study.feature_counts);
  neighbours = add(study.neighbours);
  radii = add(study.radii);
  model_counts = add(study.model_counts);
  choices = strategies_.size();
  for (const ChoiceResult& choice : study.choices) add(to_string(choice.method), choice.items);

  Resampling resampling(strategies_, recording.models(), study.baseline);
  resampling.run(recording.items(), resamples, seed);
  for (std::size_t s = 0; s < strategies_.size(); ++s) figures_.push_back(resampling.figures(s));
}

std::size_t Findings::add(const std::string& name, const std::vector<ReplayedItem>& items) {
  strategies_.push_back({name, items});
  return strategies_.size() - 1;
}

std::size_t Findings::add(const std::vector<Variant>& variants) {
  const std::size_t first = strategies_.size();
  for (const Variant& variant : variants) add(variant.name, variant.items);
  return first;
}

double Findings::energy_mj(std::size_t place) const {
  double sum = 0.0;
  for (const ReplayedItem& item : strategies_[place].items) sum += static_cast<double>(item.energy);
  return sum / 1e6 / static_cast<double>(strategies_[place].items.size());
}

std::string points_with_interval(const Estimate& estimate) {
  return with_interval(estimate, points);
}

}  // namespace rightsize

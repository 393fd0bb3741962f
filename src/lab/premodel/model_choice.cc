#include "lab/premodel/model_choice.h"

#include <algorithm>
#include <cmath>

#include "lab/premodel/labels.h"

namespace rightsize {
namespace {

double mean_cost(const Recording& recording, const std::vector<std::size_t>& items,
                 ModelIndex model) {
  double sum = 0.0;
  for (const std::size_t item : items) sum += static_cast<double>(recording.cost(model, item));
  return sum / static_cast<double>(items.size());
}

// What a perfect chooser among the models reaches.
ChosenModel union_of(const Recording& recording, const std::vector<std::size_t>& items,
                     const std::vector<ModelIndex>& models) {
  ChosenModel result{.model = models.back()};
  ModelIndex cheapest = models.front();
  for (const ModelIndex model : models) {
    if (mean_cost(recording, items, model) < mean_cost(recording, items, cheapest)) {
      cheapest = model;
    }
  }
  for (const std::size_t item : items) {
    const std::size_t best = optimal_model(recording, item, models);
    const bool right = best < models.size();
    result.union_quality += right ? 1.0 : 0.0;
    result.union_cost += static_cast<double>(recording.cost(right ? models[best] : cheapest, item));
  }
  result.union_quality /= static_cast<double>(items.size());
  result.union_cost /= static_cast<double>(items.size());
  return result;
}

ModelIndex most_optimal(const Recording& recording, const std::vector<std::size_t>& items) {
  std::vector<ModelIndex> all(recording.models());
  for (std::size_t m = 0; m < all.size(); ++m) all[m] = static_cast<ModelIndex>(m);
  std::vector<std::size_t> optimal(recording.models() + 1, 0);
  for (const std::uint16_t label : optimal_models(recording, items, all)) ++optimal[label];
  const auto end = optimal.end() - 1;  // without "none"
  return static_cast<ModelIndex>(std::max_element(optimal.begin(), end) - optimal.begin());
}

// The greater, the sooner a model is added.
double improvement(ChoiceMethod method, const ChosenModel& before, const ChosenModel& after) {
  const double gain = after.union_quality - before.union_quality;
  if (method == ChoiceMethod::kAccuracy || gain <= 0) return gain;
  // A model that makes the perfect chooser cheaper costs nothing: then the gain alone counts, above
  // all that cost something.
  const double added = after.union_cost - before.union_cost;
  return added > 0 ? gain / added : 1e12 * (1 + gain);
}

std::vector<ChosenModel> fixed_choice(const Recording& recording,
                                      const std::vector<std::size_t>& items,
                                      const std::vector<ModelIndex>& fixed) {
  std::vector<ModelIndex> models;
  std::vector<ChosenModel> chosen;
  for (const ModelIndex model : fixed) {
    models.push_back(model);
    chosen.push_back(union_of(recording, items, models));
  }
  return chosen;
}

}  // namespace

const char* to_string(ChoiceMethod method) {
  switch (method) {
    case ChoiceMethod::kAccuracy:
      return "accuracy";
    case ChoiceMethod::kOptimal:
      return "optimal";
    case ChoiceMethod::kAlternate:
      return "alternate";
  }
  return "?";
}

std::vector<ChosenModel> choose_models(const Recording& recording,
                                       const std::vector<std::size_t>& items,
                                       const ModelChoiceOptions& options) {
  if (!options.fixed.empty()) return fixed_choice(recording, items, options.fixed);
  std::vector<ModelIndex> models = {most_optimal(recording, items)};
  std::vector<ChosenModel> chosen = {union_of(recording, items, models)};
  while (chosen.size() < std::min(options.max_models, recording.models())) {
    ChoiceMethod method = options.method;
    if (method == ChoiceMethod::kAlternate) {
      method = chosen.size() % 2 == 1 ? ChoiceMethod::kOptimal : ChoiceMethod::kAccuracy;
    }
    ChosenModel best;
    double best_improvement = -1.0;
    for (std::size_t m = 0; m < recording.models(); ++m) {
      const auto model = static_cast<ModelIndex>(m);
      if (std::find(models.begin(), models.end(), model) != models.end()) continue;
      models.push_back(model);
      const ChosenModel with = union_of(recording, items, models);
      models.pop_back();
      const double gained = improvement(method, chosen.back(), with);
      if (gained > best_improvement) {
        best = with;
        best_improvement = gained;
      }
    }
    const double gain = best.union_quality - chosen.back().union_quality;
    if (gain <= options.theta + 1e-12) break;
    models.push_back(best.model);
    chosen.push_back(best);
  }
  return chosen;
}

}  // namespace rightsize

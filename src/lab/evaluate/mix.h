// The content-blind control: a random mix of single models, which knows nothing of the inputs.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace rightsize {

// The best random mix of single models, given their (cost, quality), at a mean cost: `second` with
// probability `weight`, else `first`. Below the cheapest model it is that model or no answer, which
// costs nothing and is not right: `first` is then the number of models. Above the best it is the
// best alone.
struct Mix {
  std::size_t first = 0;
  std::size_t second = 0;
  double weight = 0.0;
};
Mix best_mix(const std::vector<std::pair<double, double>>& models, double cost);
// The models at the corners of the upper hull that such mixes span, by cost.
std::vector<std::size_t> mix_hull(const std::vector<std::pair<double, double>>& models);

}  // namespace rightsize

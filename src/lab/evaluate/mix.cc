#include "lab/evaluate/mix.h"

#include <algorithm>
#include <numeric>

namespace rightsize {

std::vector<std::size_t> mix_hull(const std::vector<std::pair<double, double>>& models) {
  std::vector<std::size_t> order(models.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (models[a].first != models[b].first) return models[a].first < models[b].first;
    return models[a].second > models[b].second;
  });
  std::vector<std::size_t> hull;
  for (const std::size_t m : order) {
    if (!hull.empty() && models[m].second <= models[hull.back()].second) continue;
    // The corner before last must lie above the line from the one before it to m.
    while (hull.size() >= 2) {
      const auto& [x0, y0] = models[hull[hull.size() - 2]];
      const auto& [x1, y1] = models[hull.back()];
      const auto& [x2, y2] = models[m];
      if ((y1 - y0) * (x2 - x0) > (y2 - y0) * (x1 - x0)) break;
      hull.pop_back();
    }
    hull.push_back(m);
  }
  return hull;
}

Mix best_mix(const std::vector<std::pair<double, double>>& models, double cost) {
  const std::vector<std::size_t> hull = mix_hull(models);
  const double cheapest = models[hull.front()].first;
  if (cost < cheapest) return {models.size(), hull.front(), std::max(cost, 0.0) / cheapest};
  for (std::size_t k = 1; k < hull.size(); ++k) {
    const double low = models[hull[k - 1]].first;
    const double high = models[hull[k]].first;
    if (cost <= high) return {hull[k - 1], hull[k], (cost - low) / (high - low)};
  }
  return {hull.back(), hull.back(), 0.0};
}

}  // namespace rightsize

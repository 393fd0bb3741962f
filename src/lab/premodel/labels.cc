#include "lab/premodel/labels.h"

namespace rightsize {

std::size_t optimal_model(const Recording& recording, std::size_t item,
                          const std::vector<ModelIndex>& models) {
  std::size_t best = models.size();
  for (std::size_t c = 0; c < models.size(); ++c) {
    if (recording.right[models[c]][item] == 0) continue;
    const bool cheaper = best == models.size() ||
                         recording.cost(models[c], item) < recording.cost(models[best], item);
    if (cheaper) best = c;
  }
  return best;
}

std::vector<std::uint16_t> optimal_models(const Recording& recording,
                                          const std::vector<std::size_t>& items,
                                          const std::vector<ModelIndex>& models) {
  std::vector<std::uint16_t> labels;
  labels.reserve(items.size());
  for (const std::size_t item : items) {
    labels.push_back(static_cast<std::uint16_t>(optimal_model(recording, item, models)));
  }
  return labels;
}

std::vector<std::uint32_t> right_models(const Recording& recording,
                                        const std::vector<std::size_t>& items,
                                        const std::vector<ModelIndex>& models) {
  std::vector<std::uint32_t> right;
  right.reserve(items.size());
  for (const std::size_t item : items) {
    std::uint32_t bits = 0;
    for (std::size_t c = 0; c < models.size(); ++c) {
      if (recording.right[models[c]][item] != 0) bits |= 1U << c;
    }
    right.push_back(bits);
  }
  return right;
}

}  // namespace rightsize

#include "selector/feature_groups.h"

#include <algorithm>

namespace rightsize {

std::vector<std::uint8_t> groups_of(std::span<const std::uint16_t> features,
                                    const FeatureSet& set) {
  std::vector<std::uint8_t> groups;
  for (const std::uint16_t feature : features) {
    groups.push_back(static_cast<std::uint8_t>(set.features[feature].group));
  }
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

std::optional<Step> next_extraction(std::span<const std::uint8_t> groups,
                                    const State& state) noexcept {
  for (const std::uint8_t group : groups) {
    if (state.ready[group] || state.failed[group]) continue;
    return Step{.action = Action::kExtract, .reason = Reason::kFeatures, .group = group};
  }
  return std::nullopt;
}

}  // namespace rightsize

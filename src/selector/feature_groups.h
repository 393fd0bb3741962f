// Which groups of an input's features a rule must have extracted, and the next of them: what
// premodels and routing share.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/feature_set.h"
#include "rightsize/selector.h"

namespace rightsize {

// The groups that hold these features, ascending.
std::vector<std::uint8_t> groups_of(std::span<const std::uint16_t> features, const FeatureSet& set);

// The first of the groups that is neither ready nor failed, as a step that extracts it; nothing
// where there is none.
std::optional<Step> next_extraction(std::span<const std::uint8_t> groups,
                                    const State& state) noexcept;

inline bool any_failed(std::span<const std::uint8_t> groups, const State& state) noexcept {
  for (const std::uint8_t group : groups) {
    if (state.failed[group]) return true;
  }
  return false;
}

}  // namespace rightsize

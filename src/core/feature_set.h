// FeatureSet: what cheap measurements of an input there are, for any task.
//
// A task lists its features in a fixed order; a value is one float at the feature's place. Features
// of one group are computed together and cost together, so it is groups that are asked for and
// paid.
//
// Threading: constant data.
#pragma once

#include <cstddef>
#include <span>

#include "rightsize/decision.h"

namespace rightsize {

struct FeatureInfo {
  const char* name;
  std::size_t group;  // index into FeatureSet::groups
  const char* unit;   // "1" for shares and ratios
  double low, high;   // every value lies in [low, high]; high may be infinite
  const char* definition;
};

struct FeatureSet {
  const char* name;
  std::span<const FeatureInfo> features;  // at most kMaxFeatures
  std::span<const char* const> groups;    // names; at most kMaxFeatureGroups
};

}  // namespace rightsize

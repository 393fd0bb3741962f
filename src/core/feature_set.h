// What the features of a task are: cheap numbers of an input, in groups that are computed together.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "rightsize/decision.h"
#include "rightsize/status.h"

namespace rightsize {

struct FeatureInfo {
  const char* name;
  std::size_t group;
  const char* unit;
  double low;   // range
  double high;  // may be infinite
  const char* definition;
};

struct FeatureSet {
  const char* name;
  std::span<const FeatureInfo> features;      // at most kMaxFeatures
  std::span<const char* const> groups;        // at most kMaxFeatureGroups
};

// How the features of an image are computed; docs/features.md says what each option does.
struct ImageFeatureOptions {
  int max_side = 320;
  int keypoint_threshold = 20;
  int edge_low = 100;
  int edge_high = 200;
  bool operator==(const ImageFeatureOptions&) const = default;
};

// kInvalidInput if an option is out of its range.
Status check(const ImageFeatureOptions& options);

const FeatureSet& image_feature_set();

}  // namespace rightsize

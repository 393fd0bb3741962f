// The 29 features of an image: what they are and how they may be computed. Computing them is
// image/features.h; docs/features.md explains the choices.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/feature_set.h"
#include "rightsize/status.h"

namespace rightsize {

inline constexpr std::size_t kImageFeatures = 29;

// Features that are computed together.
enum class ImageFeatureGroup : std::uint8_t { kBrightness, kHue, kKeypoints, kEdges, kObject };
inline constexpr std::size_t kImageFeatureGroups = 5;

// "image-29", in the paper's order; its groups are those of ImageFeatureGroup.
const FeatureSet& image_feature_set();

inline constexpr int kMinWorkingSide = 16;  // of max_side, where it is not 0
inline constexpr int kMaxWorkingSide = 16384;
inline constexpr int kMaxGradient = 2040;  // that a 3x3 Sobel operator gives: |gx| + |gy|

struct ImageFeatureOptions {
  int max_side = 320;           // of the working image, in pixels: 16 to 16384, or 0 for any
  int keypoint_threshold = 20;  // of FAST, in grey levels: 1 to 254
  int edge_low = 100;           // of Canny: 0 <= low <= high <= 2040 (3x3 Sobel, |gx| + |gy|)
  int edge_high = 200;

  bool operator==(const ImageFeatureOptions&) const = default;
};

// The groups whose recorded cost holds work that this group needs too (the working image and grey
// are in the brightness group's, the edge map in the edges group's): whoever extracts this one
// alone pays at most for itself and these.
FeatureGroups shares_work_with(std::size_t group);

// kInvalidInput if an option is out of its range.
Status check(const ImageFeatureOptions& options);

}  // namespace rightsize

#include "core/image_feature_set.h"

#include <fmt/format.h>

#include <array>
#include <limits>

namespace rightsize {
namespace {

constexpr int kMostKeypointThreshold = 254;

constexpr std::size_t kBrightness = static_cast<std::size_t>(ImageFeatureGroup::kBrightness);
constexpr std::size_t kHue = static_cast<std::size_t>(ImageFeatureGroup::kHue);
constexpr std::size_t kKeypoints = static_cast<std::size_t>(ImageFeatureGroup::kKeypoints);
constexpr std::size_t kEdges = static_cast<std::size_t>(ImageFeatureGroup::kEdges);
constexpr std::size_t kObject = static_cast<std::size_t>(ImageFeatureGroup::kObject);

constexpr const char* kLevels = "grey levels";
constexpr const char* kShare = "1";
constexpr double kAny = std::numeric_limits<double>::infinity();

constexpr FeatureInfo edge_length(const char* name, const char* definition) {
  return {name, kEdges, "edges", 0, kAny, definition};
}
constexpr FeatureInfo edge_angle(const char* name, const char* definition) {
  return {name, kEdges, kShare, 0, 1, definition};
}
constexpr FeatureInfo hue(const char* name, const char* definition) {
  return {name, kHue, kShare, 0, 1, definition};
}

constexpr std::array<const char*, kImageFeatureGroups> kGroups = {"brightness", "hue", "keypoints",
                                                                  "edges", "object"};

constexpr std::array<FeatureInfo, kImageFeatures> kFeatures = {{
    {"n_keypoints", kKeypoints, "corners", 0, kAny,
     "number of FAST-9 corners after non-maximum suppression"},
    {"avg_brightness", kBrightness, kLevels, 0, 255, "mean of grey"},
    {"brightness_rms", kBrightness, kLevels, 0, 255, "root of the mean of grey squared"},
    {"avg_perc_brightness", kBrightness, kLevels, 0, 255,
     "sqrt(0.241 R^2 + 0.691 G^2 + 0.068 B^2) of the mean red, green and blue"},
    {"perc_brightness_rms", kBrightness, kLevels, 0, 255,
     "the same of the root mean squares of red, green and blue"},
    {"contrast", kBrightness, kLevels, 0, 127.5, "standard deviation of grey (RMS contrast)"},
    edge_length("edge_length1", "number of edges of 1 to 3 pixels"),
    edge_length("edge_length2", "number of edges of 4 to 7 pixels"),
    edge_length("edge_length3", "number of edges of 8 to 15 pixels"),
    edge_length("edge_length4", "number of edges of 16 to 31 pixels"),
    edge_length("edge_length5", "number of edges of 32 to 63 pixels"),
    edge_length("edge_length6", "number of edges of 64 to 127 pixels"),
    edge_length("edge_length7", "number of edges of 128 pixels or more"),
    edge_angle("edge_angle1", "share of edge pixels with gradient from 0 to 1/7 of 180 degrees"),
    edge_angle("edge_angle2", "share of edge pixels with gradient from 1/7 to 2/7 of 180 degrees"),
    edge_angle("edge_angle3", "share of edge pixels with gradient from 2/7 to 3/7 of 180 degrees"),
    edge_angle("edge_angle4", "share of edge pixels with gradient from 3/7 to 4/7 of 180 degrees"),
    edge_angle("edge_angle5", "share of edge pixels with gradient from 4/7 to 5/7 of 180 degrees"),
    edge_angle("edge_angle6", "share of edge pixels with gradient from 5/7 to 6/7 of 180 degrees"),
    edge_angle("edge_angle7", "share of edge pixels with gradient from 6/7 to 7/7 of 180 degrees"),
    {"area_by_perim", kObject, "pixels", 0, kAny,
     "area / perimeter of the main object, in pixels and sides of pixels; 0 without one"},
    {"aspect_ratio", kObject, "1", 0, kAny,
     "width / height of the main object's bounding box; 0 without one"},
    hue("hue1", "share of pixels with hue from 0 to 1/7 of 360 degrees, and of grey ones"),
    hue("hue2", "share of pixels with hue from 1/7 to 2/7 of 360 degrees"),
    hue("hue3", "share of pixels with hue from 2/7 to 3/7 of 360 degrees"),
    hue("hue4", "share of pixels with hue from 3/7 to 4/7 of 360 degrees"),
    hue("hue5", "share of pixels with hue from 4/7 to 5/7 of 360 degrees"),
    hue("hue6", "share of pixels with hue from 5/7 to 6/7 of 360 degrees"),
    hue("hue7", "share of pixels with hue from 6/7 to 7/7 of 360 degrees"),
}};

}  // namespace

const FeatureSet& image_feature_set() {
  static constexpr FeatureSet kSet = {"image-29", kFeatures, kGroups};
  return kSet;
}

Status check(const ImageFeatureOptions& options) {
  if (options.max_side != 0 &&
      (options.max_side < kMinWorkingSide || options.max_side > kMaxWorkingSide)) {
    return invalid_input(fmt::format("max_side is {}: it must be 0 or in [{}, {}]",
                                     options.max_side, kMinWorkingSide, kMaxWorkingSide));
  }
  if (options.keypoint_threshold < 1 || options.keypoint_threshold > kMostKeypointThreshold) {
    return invalid_input(fmt::format("keypoint_threshold is {}: it must be in [1, {}]",
                                     options.keypoint_threshold, kMostKeypointThreshold));
  }
  if (options.edge_low < 0 || options.edge_low > options.edge_high ||
      options.edge_high > kMaxGradient) {
    return invalid_input(
        fmt::format("edge_low is {} and edge_high {}: 0 <= edge_low <= edge_high <= {} must hold",
                    options.edge_low, options.edge_high, kMaxGradient));
  }
  return {};
}

FeatureGroups shares_work_with(std::size_t group) {
  FeatureGroups groups;
  if (group != kBrightness) groups.set(kBrightness);
  if (group == kObject) groups.set(kEdges);
  return groups;
}

}  // namespace rightsize

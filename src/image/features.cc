#include "image/features.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <new>

#include "core/passing.h"
#include "image/colour.h"

namespace rightsize {
namespace {

// Places in image_feature_set().
enum Place : std::size_t {
  kKeypointCount,
  kAverage,
  kRms,
  kPerceivedAverage,
  kPerceivedRms,
  kContrast,
  kFirstLength,
  kFirstAngle = kFirstLength + kEdgeLengthBins,
  kAreaByPerimeter = kFirstAngle + kEdgeAngleBins,
  kAspectRatio,
  kFirstHue,
  kEnd = kFirstHue + kHueBins
};
static_assert(kEnd == kImageFeatures);

constexpr double kWhite = 255;

// From squares, or means of squares, of red, green and blue. The weights sum up to 1.
float perceived(double red, double green, double blue) {
  const double root = std::sqrt(0.241 * red + 0.691 * green + 0.068 * blue);
  return static_cast<float>(std::min(root, kWhite));
}

double square(double value) { return value * value; }

// Shares of a sum, from `places` on; all 0 if the sum is.
template <std::size_t n>
void fill_shares(const std::array<std::size_t, n>& counts, std::size_t sum, float* places) {
  for (std::size_t i = 0; i < n; ++i) {
    places[i] =
        sum > 0 ? static_cast<float>(static_cast<double>(counts[i]) / static_cast<double>(sum)) : 0;
  }
}

}  // namespace

Result<ImageFeatures> ImageFeatures::make(const ImageFeatureOptions& options) {
  if (Status status = check(options); !status.ok()) return status;
  return ImageFeatures(options);
}

void ImageFeatures::begin(const Image& image) {
  image_ = &image;
  has_working_ = has_grey_ = has_edges_ = has_object_ = false;
}

Status ImageFeatures::extract(std::size_t group, std::span<float> features) {
  if (image_ == nullptr) return invalid_input("no image was begun");
  if (group >= kImageFeatureGroups) {
    return invalid_input(fmt::format("there is no feature group {}", group));
  }
  if (features.size() != kImageFeatures) {
    return invalid_input(
        fmt::format("there are {} places for {} features", features.size(), kImageFeatures));
  }
  try {
    return fill(static_cast<ImageFeatureGroup>(group), features);
  } catch (const std::bad_alloc&) {
    return passing_fault("not enough memory for the image's features; scale it down");
  }
}

Status ImageFeatures::fill(ImageFeatureGroup group, std::span<float> features) {
  if (Status status = need_working_image(); !status.ok()) return status;
  if (group != ImageFeatureGroup::kHue) need_grey();
  switch (group) {
    case ImageFeatureGroup::kBrightness:
      fill_brightness(features);
      break;
    case ImageFeatureGroup::kHue:
      fill_hue(features);
      break;
    case ImageFeatureGroup::kKeypoints:
      features[kKeypointCount] =
          static_cast<float>(corner_counter_.count(grey_, options_.keypoint_threshold));
      break;
    case ImageFeatureGroup::kEdges:
      need_edges();
      fill_edges(features);
      break;
    case ImageFeatureGroup::kObject:
      need_edges();
      fill_object(features);
      break;
  }
  return {};
}

Status ImageFeatures::need_working_image() {
  if (has_working_) return {};
  Status status = reducer_.reduce(*image_, options_.max_side, working_);
  has_working_ = status.ok();
  return status;
}

void ImageFeatures::need_grey() {
  if (!has_grey_) make_grey(working_, grey_);
  has_grey_ = true;
}

void ImageFeatures::need_edges() {
  if (!has_edges_) edge_detector_.detect(grey_, options_.edge_low, options_.edge_high, edges_);
  has_edges_ = true;
}

void ImageFeatures::fill_brightness(std::span<float> features) const {
  const Moments grey = moments_of(grey_);
  const Moments red = moments_of(working_.red);
  const Moments green = moments_of(working_.green);
  const Moments blue = moments_of(working_.blue);
  features[kAverage] = static_cast<float>(grey.mean);
  features[kRms] = static_cast<float>(std::sqrt(grey.mean_square));
  features[kPerceivedAverage] = perceived(square(red.mean), square(green.mean), square(blue.mean));
  features[kPerceivedRms] = perceived(red.mean_square, green.mean_square, blue.mean_square);
  features[kContrast] =
      static_cast<float>(std::sqrt(std::max(0.0, grey.mean_square - square(grey.mean))));
}

void ImageFeatures::fill_hue(std::span<float> features) const {
  fill_shares(hue_histogram(working_), working_.red.pixels.size(), &features[kFirstHue]);
}

void ImageFeatures::fill_edges(std::span<float> features) const {
  std::size_t pixels = 0;
  for (const std::size_t count : edges_.angles) pixels += count;
  for (std::size_t i = 0; i < kEdgeLengthBins; ++i) {
    features[kFirstLength + i] = static_cast<float>(edges_.lengths[i]);
  }
  fill_shares(edges_.angles, pixels, &features[kFirstAngle]);
}

void ImageFeatures::fill_object(std::span<float> features) {
  const std::optional<Region> object = object_finder_.find(edges_.map);
  has_object_ = object.has_value();
  features[kAreaByPerimeter] = 0;
  features[kAspectRatio] = 0;
  if (!object) return;
  features[kAreaByPerimeter] =
      static_cast<float>(static_cast<double>(object->pixels) / object->perimeter);
  features[kAspectRatio] = static_cast<float>(static_cast<double>(object->right - object->left) /
                                              (object->bottom - object->top));
}

}  // namespace rightsize

// ImageFeatures: the 29 cheap features of an image that a premodel may look at.
//
// V. S. Marco, B. Taylor, Z. Wang, Y. Elkhatib, "Optimizing Deep Learning Inference on Embedded
// Systems Through Adaptive Model Selection", ACM TECS 19(1), 2020, names them; image_feature_set()
// defines them, where the paper leaves it open. docs/features.md explains the choices and says what
// they cost. All are computed on a working image of limited size (image/working_image.h).
//
// Threading: one ImageFeatures per thread. Values do not depend on earlier images, nor on which
// groups are asked for in which order. Nothing is allocated after the first image of a size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/image_feature_set.h"
#include "image/corners.h"
#include "image/decode.h"
#include "image/edges.h"
#include "image/main_object.h"
#include "image/working_image.h"
#include "rightsize/status.h"

namespace rightsize {

class ImageFeatures {
 public:
  // kInvalidInput if an option is out of its range.
  static Result<ImageFeatures> make(const ImageFeatureOptions& options);

  // Goes to another image, which must live as long as its features are asked for. Computes nothing.
  void begin(const Image& image);

  // Fills the places of the group's features and leaves the others as they are. What groups share
  // (working image, grey, edges) is computed when it is first needed. kInvalidInput if there is no
  // such group, no image, an image without pixels, or not kImageFeatures places; kLimitExceeded if
  // the image is too large for its working image or for memory. Then nothing is filled.
  Status extract(std::size_t group, std::span<float> features);
  Status extract(ImageFeatureGroup group, std::span<float> features) {
    return extract(static_cast<std::size_t>(group), features);
  }

  // Did the last extraction of kObject find a main object?
  bool has_object() const { return has_object_; }

 private:
  explicit ImageFeatures(const ImageFeatureOptions& options) : options_(options) {}

  Status fill(ImageFeatureGroup group, std::span<float> features);
  Status need_working_image();
  void need_grey();
  void need_edges();
  void fill_brightness(std::span<float> features) const;
  void fill_hue(std::span<float> features) const;
  void fill_edges(std::span<float> features) const;
  void fill_object(std::span<float> features);

  ImageFeatureOptions options_;
  const Image* image_ = nullptr;
  bool has_working_ = false;
  bool has_grey_ = false;
  bool has_edges_ = false;
  bool has_object_ = false;
  Reducer reducer_;
  CornerCounter corner_counter_;
  EdgeDetector edge_detector_;
  ObjectFinder object_finder_;
  WorkingImage working_;
  Plane grey_;
  Edges edges_;
};

}  // namespace rightsize

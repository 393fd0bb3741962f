// Preprocessor: from a decoded image to the input tensor of a model, as its InputSpec says.
//
// Crop, resize, normalisation and layout are one pass in float, with no rounding to 8 bits between.
// The filters are those of OpenCV on float images: kArea is INTER_AREA (exact fractional coverage),
// kBilinear is INTER_LINEAR, kBicubic is INTER_CUBIC (a = -0.75); the last two have half-pixel
// centres and repeat the edge of the crop. Each axis picks its own: `shrink` where the crop is
// longer than the tensor, else `enlarge`. A crop is lround(crop_fraction * extent) pixels long, at
// least 1, and starts at floor((extent - length) / 2).
//
// Threading: run() uses scratch memory of the object, so one object per thread. Results do not
// depend on earlier calls. Calls with images of one size do not allocate after the first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/manifest.h"
#include "image/decode.h"
#include "rightsize/status.h"

namespace rightsize {

// How the outputs along one axis are made: output i is the sum over k < taps of
// weights[i * taps + k] * input[first[i] + k], with inputs counted from the start of the crop.
struct ResizeAxis {
  int crop_start = 0;
  int crop_length = 0;  // 0 before the first image
  int taps = 0;
  std::vector<int> first;
  std::vector<float> weights;
};

class Preprocessor {
 public:
  // kInvalidInput if the specification is out of the ranges that InputSpec gives.
  static Result<Preprocessor> make(const InputSpec& spec);

  // Floats in the tensor: 3 * height * width.
  std::size_t tensor_size() const;

  // Fills `tensor`, which has tensor_size() floats. kInvalidInput, with the tensor untouched, if a
  // size is wrong.
  Status run(const Image& image, std::span<float> tensor);

 private:
  explicit Preprocessor(const InputSpec& spec);

  void plan_for(const Image& image);
  void plan_axis(int extent, int cropped_extent, int outputs, ResizeAxis& axis) const;
  void fill(const Image& image, float* tensor);
  void place_row(int y, float* tensor) const;

  InputSpec spec_;
  // Of the image's red, green and blue: tensor = pixel * scale_ + offset_.
  std::array<float, 3> scale_{};
  std::array<float, 3> offset_{};
  ResizeAxis columns_;
  ResizeAxis rows_;
  std::vector<float> crop_row_;    // resized vertically; RGB, and a float of padding at the end
  std::vector<float> tensor_row_;  // resized both ways; RGB and a float of padding for each pixel
};

}  // namespace rightsize

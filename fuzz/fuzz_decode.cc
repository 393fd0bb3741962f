// Any bytes: decode_image gives a whole image or a message, and what it gives can be made a tensor
// of finite numbers.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "image/decode.h"
#include "image/preprocess.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

rightsize::InputSpec spec_for(const rightsize::Image& image) {
  rightsize::InputSpec spec;
  spec.width = 16;
  spec.height = 20;
  spec.crop_fraction = 0.875;
  if (image.width % 2 == 0) spec.layout = rightsize::Layout::kNhwc;
  if (image.height % 2 == 0) spec.crop = rightsize::CropMode::kBothSides;
  if (image.rgb[0] % 2 == 0) spec.shrink = rightsize::Filter::kBilinear;
  if (image.rgb[1] % 2 == 0) spec.enlarge = rightsize::Filter::kBilinear;
  return spec;
}

void check_tensor(const rightsize::Image& image) {
  auto preprocessor = rightsize::Preprocessor::make(spec_for(image));
  require(preprocessor.ok());
  std::vector<float> tensor(preprocessor->tensor_size(), std::nanf(""));
  require(preprocessor->run(image, tensor).ok());
  for (const float value : tensor) require(std::isfinite(value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rightsize::DecodeLimits limits;
  limits.max_pixels = 100'000;  // keeps the runs short
  const auto image = rightsize::decode_image(std::as_bytes(std::span(data, size)), limits);
  if (!image.ok()) {
    require(!image.status().message().empty());
    return 0;
  }
  require(image->width > 0 && image->height > 0);
  require(image->rgb.size() ==
          static_cast<std::size_t>(image->width) * static_cast<std::size_t>(image->height) * 3);
  check_tensor(*image);
  return 0;
}

#include "image/preprocess.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rightsize {
namespace {

constexpr std::size_t kChannels = 3;
constexpr std::size_t kLanes = 4;
constexpr int kMaxExtent = 1 << 14;

// Sets up an axis on which output i starts at tap first[i] of the input, all weights 0.
void reset(ResizeAxis& axis, int taps, int outputs) {
  axis.taps = std::min(taps, axis.crop_length);
  axis.first.assign(static_cast<std::size_t>(outputs), 0);
  axis.weights.assign(static_cast<std::size_t>(outputs) * static_cast<std::size_t>(axis.taps), 0);
}

// The taps of output i start at input `first`. Taps that reach over an edge fall on the edge pixel.
void start_output(ResizeAxis& axis, int i, int first) {
  axis.first[static_cast<std::size_t>(i)] = std::clamp(first, 0, axis.crop_length - axis.taps);
}
void add_tap(ResizeAxis& axis, int i, int input, double weight) {
  const int k =
      std::clamp(input, 0, axis.crop_length - 1) - axis.first[static_cast<std::size_t>(i)];
  axis.weights[static_cast<std::size_t>(i) * static_cast<std::size_t>(axis.taps) +
               static_cast<std::size_t>(k)] += static_cast<float>(weight);
}

// Output i covers [i, i + 1) * inputs / outputs of the input. Counted in 1 / outputs of an input
// all of this is whole, so the coverage is exact.
void plan_area(ResizeAxis& axis, int outputs) {
  const std::int64_t inputs = axis.crop_length;
  const std::int64_t divisor = std::gcd(inputs, std::int64_t{outputs});
  // With the ratio p / q in lowest terms, outputs start at every multiple of 1 / q.
  const std::int64_t p = inputs / divisor;
  const std::int64_t q = outputs / divisor;
  reset(axis, static_cast<int>((p + q - 2) / q + 1), outputs);
  for (int i = 0; i < outputs; ++i) {
    const std::int64_t begin = i * inputs;
    const std::int64_t end = begin + inputs;
    const std::int64_t first = begin / outputs;
    start_output(axis, i, static_cast<int>(first));
    for (std::int64_t at = first; at * outputs < end; ++at) {
      const std::int64_t covered =
          std::min(end, (at + 1) * outputs) - std::max(begin, at * outputs);
      add_tap(axis, i, static_cast<int>(at),
              static_cast<double>(covered) / static_cast<double>(inputs));
    }
  }
}

// The centre of output i on the input axis: the input at or before it, and the rest in [0, 1).
// Rounded to float as OpenCV does, so that its weights and ours are the same.
struct Centre {
  int input;
  double rest;
};
Centre centre_of(const ResizeAxis& axis, int i, int outputs) {
  const double scale = static_cast<double>(axis.crop_length) / outputs;
  const auto position = static_cast<float>((i + 0.5) * scale - 0.5);
  const float input = std::floor(position);
  return {static_cast<int>(input), position - input};
}

void plan_bilinear(ResizeAxis& axis, int outputs) {
  reset(axis, 2, outputs);
  for (int i = 0; i < outputs; ++i) {
    const auto [input, t] = centre_of(axis, i, outputs);
    start_output(axis, i, input);
    add_tap(axis, i, input, 1 - t);
    add_tap(axis, i, input + 1, t);
  }
}

// Keys' cubic with a = -0.75, at a distance of at most 1, and of 1 to 2.
constexpr double kKeysA = -0.75;
double keys_near(double d) { return ((kKeysA + 2) * d - (kKeysA + 3)) * d * d + 1; }
double keys_far(double d) { return kKeysA * (((d - 5) * d + 8) * d - 4); }

void plan_bicubic(ResizeAxis& axis, int outputs) {
  reset(axis, 4, outputs);
  for (int i = 0; i < outputs; ++i) {
    const auto [input, t] = centre_of(axis, i, outputs);
    start_output(axis, i, input - 1);
    add_tap(axis, i, input - 1, keys_far(1 + t));
    add_tap(axis, i, input, keys_near(t));
    add_tap(axis, i, input + 1, keys_near(1 - t));
    add_tap(axis, i, input + 2, keys_far(2 - t));
  }
}

void plan_filter(Filter filter, ResizeAxis& axis, int outputs) {
  switch (filter) {
    case Filter::kArea:
      return plan_area(axis, outputs);
    case Filter::kBilinear:
      return plan_bilinear(axis, outputs);
    case Filter::kBicubic:
      return plan_bicubic(axis, outputs);
  }
}

// out[j] (+)= the weighted sum of kCount rows of bytes.
template <std::size_t kCount, bool kAdd>
void blend_rows(const std::uint8_t* __restrict row, std::size_t stride,
                const float* __restrict weights, float* __restrict out, std::size_t length) {
  for (std::size_t j = 0; j < length; ++j) {
    float sum = weights[0] * static_cast<float>(row[j]);
    for (std::size_t k = 1; k < kCount; ++k) {
      sum += weights[k] * static_cast<float>(row[k * stride + j]);
    }
    out[j] = kAdd ? out[j] + sum : sum;
  }
}

// One row of the crop, `stride` bytes from the next, becomes row y of the resized ones.
void resize_vertically(const std::uint8_t* crop, std::size_t stride, const ResizeAxis& rows, int y,
                       float* out, std::size_t length) {
  const auto at = static_cast<std::size_t>(y);
  const float* weights = rows.weights.data() + at * static_cast<std::size_t>(rows.taps);
  const std::uint8_t* row = crop + static_cast<std::size_t>(rows.first[at]) * stride;
  std::size_t count = static_cast<std::size_t>(rows.taps);
  while (count > 1 && weights[count - 1] == 0) --count;

  constexpr std::size_t kGroup = 4;
  const std::size_t head = (count - 1) % kGroup + 1;
  if (head == 1) blend_rows<1, false>(row, stride, weights, out, length);
  if (head == 2) blend_rows<2, false>(row, stride, weights, out, length);
  if (head == 3) blend_rows<3, false>(row, stride, weights, out, length);
  if (head == 4) blend_rows<4, false>(row, stride, weights, out, length);
  for (std::size_t k = head; k < count; k += kGroup) {
    blend_rows<kGroup, true>(row + k * stride, stride, weights + k, out, length);
  }
}

// One row of the crop becomes one of the tensor, pixels kLanes floats apart: red, green, blue and a
// lane without meaning, which fills the registers of the smallest SIMD units. That lane of the last
// pixel reads the float after the row, which has to exist. kTaps is the number of taps if it is
// known when compiling, else 0.
template <int kTaps>
void resize_horizontally(const float* __restrict row, const ResizeAxis& columns,
                         float* __restrict out) {
  const int taps = kTaps > 0 ? kTaps : columns.taps;
  const float* __restrict weights = columns.weights.data();
  for (const int first : columns.first) {
    const float* pixel = row + kChannels * static_cast<std::size_t>(first);
    std::array<float, kLanes> sum{};
    for (int k = 0; k < taps; ++k, pixel += kChannels) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] += weights[k] * pixel[lane];
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) out[lane] = sum[lane];
    out += kLanes;
    weights += taps;
  }
}

void resize_horizontally(const float* row, const ResizeAxis& columns, float* out) {
  switch (columns.taps) {
    case 2:
      return resize_horizontally<2>(row, columns, out);
    case 3:
      return resize_horizontally<3>(row, columns, out);
    case 4:
      return resize_horizontally<4>(row, columns, out);
    default:
      return resize_horizontally<0>(row, columns, out);
  }
}

// Normalises one channel of a row into every kStep-th float of the tensor.
template <std::size_t kStep>
void normalise(const float* __restrict pixels, std::size_t width, float scale, float offset,
               float* __restrict out) {
  for (std::size_t x = 0; x < width; ++x) out[kStep * x] = pixels[kLanes * x] * scale + offset;
}

Status check(const InputSpec& spec) {
  if (spec.height < 1 || spec.width < 1 || spec.height > kMaxExtent || spec.width > kMaxExtent) {
    return invalid_input(fmt::format("input of {}x{} pixels: height and width must be 1 to {}",
                                     spec.width, spec.height, kMaxExtent));
  }
  if (!(spec.crop_fraction > 0 && spec.crop_fraction <= 1)) {
    return invalid_input(
        fmt::format("crop fraction {} must be above 0 and at most 1", spec.crop_fraction));
  }
  if (spec.shrink == Filter::kBicubic) {
    return invalid_input("the filter for shrinking must be area or bilinear");
  }
  if (spec.enlarge == Filter::kArea) {
    return invalid_input("the filter for enlarging must be bicubic or bilinear");
  }
  for (std::size_t c = 0; c < kChannels; ++c) {
    if (!std::isfinite(spec.mean[c]) || !std::isfinite(spec.std[c]) || !(spec.std[c] > 0)) {
      return invalid_input(
          fmt::format("channel {} has mean {} and std {}: both must be finite, and std above 0", c,
                      spec.mean[c], spec.std[c]));
    }
  }
  return {};
}

// The place of the image's channel (red 0, green 1, blue 2) in the tensor.
std::size_t tensor_channel(ColourOrder order, std::size_t channel) {
  return order == ColourOrder::kRgb ? channel : kChannels - 1 - channel;
}

}  // namespace

Result<Preprocessor> Preprocessor::make(const InputSpec& spec) {
  if (Status status = check(spec); !status.ok()) return status;
  return Preprocessor(spec);
}

Preprocessor::Preprocessor(const InputSpec& spec) : spec_(spec) {
  for (std::size_t c = 0; c < kChannels; ++c) {
    const std::size_t at = tensor_channel(spec.colour, c);
    scale_[c] = static_cast<float>(1.0 / spec.std[at]);
    offset_[c] = static_cast<float>(-static_cast<double>(spec.mean[at]) / spec.std[at]);
  }
}

std::size_t Preprocessor::tensor_size() const {
  return kChannels * static_cast<std::size_t>(spec_.height) * static_cast<std::size_t>(spec_.width);
}

void Preprocessor::plan_for(const Image& image) {
  const int short_side = std::min(image.width, image.height);
  const bool is_square = spec_.crop == CropMode::kCentreSquare;
  plan_axis(image.width, is_square ? short_side : image.width, spec_.width, columns_);
  plan_axis(image.height, is_square ? short_side : image.height, spec_.height, rows_);
  crop_row_.resize(kChannels * static_cast<std::size_t>(columns_.crop_length) + 1);
  tensor_row_.resize(kLanes * static_cast<std::size_t>(spec_.width));
}

void Preprocessor::plan_axis(int extent, int cropped_extent, int outputs, ResizeAxis& axis) const {
  const long rounded = std::lround(spec_.crop_fraction * cropped_extent);
  const int length = static_cast<int>(std::max(1L, rounded));
  axis.crop_start = (extent - length) / 2;
  if (axis.crop_length == length) return;
  axis.crop_length = length;
  plan_filter(length > outputs ? spec_.shrink : spec_.enlarge, axis, outputs);
}

void Preprocessor::fill(const Image& image, float* tensor) {
  const std::size_t stride = kChannels * static_cast<std::size_t>(image.width);
  const std::uint8_t* crop = image.rgb.data() +
                             static_cast<std::size_t>(rows_.crop_start) * stride +
                             kChannels * static_cast<std::size_t>(columns_.crop_start);
  const std::size_t length = kChannels * static_cast<std::size_t>(columns_.crop_length);
  for (int y = 0; y < spec_.height; ++y) {
    resize_vertically(crop, stride, rows_, y, crop_row_.data(), length);
    resize_horizontally(crop_row_.data(), columns_, tensor_row_.data());
    place_row(y, tensor);
  }
}

void Preprocessor::place_row(int y, float* tensor) const {
  const auto width = static_cast<std::size_t>(spec_.width);
  const std::size_t row = static_cast<std::size_t>(y) * width;
  const std::size_t plane = static_cast<std::size_t>(spec_.height) * width;
  for (std::size_t c = 0; c < kChannels; ++c) {
    const std::size_t place = tensor_channel(spec_.colour, c);
    const float* pixels = tensor_row_.data() + c;
    if (spec_.layout == Layout::kNchw) {
      normalise<1>(pixels, width, scale_[c], offset_[c], tensor + place * plane + row);
    } else {
      normalise<kChannels>(pixels, width, scale_[c], offset_[c], tensor + kChannels * row + place);
    }
  }
}

Status Preprocessor::run(const Image& image, std::span<float> tensor) {
  if (image.width < 1 || image.height < 1 ||
      image.rgb.size() != kChannels * static_cast<std::size_t>(image.width) *
                              static_cast<std::size_t>(image.height)) {
    return invalid_input(fmt::format("an image of {}x{} pixels cannot have {} bytes", image.width,
                                     image.height, image.rgb.size()));
  }
  if (tensor.size() != tensor_size()) {
    return invalid_input(fmt::format("the tensor has {} floats; the model's input has {}",
                                     tensor.size(), tensor_size()));
  }
  plan_for(image);
  fill(image, tensor.data());
  return {};
}

}  // namespace rightsize

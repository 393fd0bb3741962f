// Proves that Preprocessor crops, resizes, normalises and lays out as InputSpec says: the resize
// equals OpenCV's on float images to 0.001 grey levels for every filter, and OpenCV's 8-bit
// pipeline to a rounding; layouts, colour orders and normalisation are those of the specification.
#include "image/preprocess.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "tests/count_allocations.h"

namespace rightsize {
namespace {

Image noise_image(int width, int height) {
  cv::Mat mat(height, width, CV_8UC3);
  cv::RNG random(static_cast<std::uint64_t>(width * 7919 + height));
  random.fill(mat, cv::RNG::UNIFORM, 0, 256);
  return {width, height, std::vector<std::uint8_t>(mat.data, mat.data + mat.total() * 3)};
}

cv::Mat as_mat(const Image& image) {
  cv::Mat mat(image.height, image.width, CV_8UC3);
  std::copy(image.rgb.begin(), image.rgb.end(), mat.data);
  return mat;
}

InputSpec plain_spec(int width, int height) {
  InputSpec spec;
  spec.width = width;
  spec.height = height;
  spec.layout = Layout::kNhwc;
  spec.crop = CropMode::kBothSides;
  return spec;
}

std::vector<float> run(const InputSpec& spec, const Image& image) {
  Result<Preprocessor> preprocessor = Preprocessor::make(spec);
  EXPECT_TRUE(preprocessor.ok()) << preprocessor.status().message();
  std::vector<float> tensor(preprocessor->tensor_size(), std::numeric_limits<float>::quiet_NaN());
  const Status status = preprocessor->run(image, tensor);
  EXPECT_TRUE(status.ok()) << status.message();
  return tensor;
}

cv::Rect crop_of(const InputSpec& spec, const Image& image) {
  const auto length = [&](int extent) {
    return std::max(1, static_cast<int>(std::lround(spec.crop_fraction * extent)));
  };
  const bool is_square = spec.crop == CropMode::kCentreSquare;
  const int short_side = std::min(image.width, image.height);
  const int width = length(is_square ? short_side : image.width);
  const int height = length(is_square ? short_side : image.height);
  return {(image.width - width) / 2, (image.height - height) / 2, width, height};
}

int opencv_filter(const InputSpec& spec, int inputs, int outputs) {
  switch (inputs > outputs ? spec.shrink : spec.enlarge) {
    case Filter::kArea:
      return cv::INTER_AREA;
    case Filter::kBilinear:
      return cv::INTER_LINEAR;
    case Filter::kBicubic:
      break;
  }
  return cv::INTER_CUBIC;
}

// OpenCV's answer in NHWC: crop and resize on images of the given depth, one axis after the other
// where they need different filters.
cv::Mat opencv_resized(const InputSpec& spec, const Image& image, int depth) {
  cv::Mat crop;
  as_mat(image)(crop_of(spec, image)).convertTo(crop, depth);
  const int across = opencv_filter(spec, crop.cols, spec.width);
  const int down = opencv_filter(spec, crop.rows, spec.height);
  cv::Mat resized;
  if (across == down) {
    cv::resize(crop, resized, cv::Size(spec.width, spec.height), 0, 0, across);
  } else {
    cv::resize(crop, resized, cv::Size(spec.width, crop.rows), 0, 0, across);
    cv::resize(resized, resized, cv::Size(spec.width, spec.height), 0, 0, down);
  }
  resized.convertTo(resized, CV_32F);
  return resized;
}

double largest_difference(const std::vector<float>& tensor, const cv::Mat& expected) {
  EXPECT_EQ(tensor.size(), expected.total() * 3);
  double largest = 0;
  const float* values = expected.ptr<float>();
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    const double difference = std::abs(static_cast<double>(tensor[i]) - values[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

const std::vector<std::pair<Filter, Filter>> kFilterPairs = {{Filter::kArea, Filter::kBicubic},
                                                             {Filter::kArea, Filter::kBilinear},
                                                             {Filter::kBilinear, Filter::kBilinear},
                                                             {Filter::kBilinear, Filter::kBicubic}};

// Width and height of image and tensor.
struct Sizes {
  int image_width, image_height, width, height;
};
const std::vector<Sizes> kSizes = {
    {500, 375, 224, 224}, {375, 500, 240, 240}, {500, 375, 495, 371}, {448, 448, 224, 224},
    {896, 672, 112, 84},  {1000, 333, 125, 70}, {233, 311, 100, 37},  {640, 480, 299, 150},
    {100, 80, 224, 224},  {31, 57, 224, 160},   {224, 224, 224, 224}, {300, 100, 150, 200},
    {100, 300, 150, 200}, {3, 5, 7, 4},         {3, 5, 2, 2},         {1, 1, 1, 1},
    {1, 1, 8, 8},         {2, 2, 1, 1},         {1, 40, 16, 16},      {40, 1, 16, 16},
    {5, 3, 1, 9},         {640, 9, 1, 1}};

TEST(Preprocess, EqualsOpenCvOnFloatImages) {
  for (const auto& [shrink, enlarge] : kFilterPairs) {
    for (const Sizes& sizes : kSizes) {
      for (const double fraction : {1.0, 0.875}) {
        for (const CropMode crop : {CropMode::kBothSides, CropMode::kCentreSquare}) {
          SCOPED_TRACE(testing::Message()
                       << sizes.image_width << "x" << sizes.image_height << " to " << sizes.width
                       << "x" << sizes.height << " filters " << static_cast<int>(shrink) << " "
                       << static_cast<int>(enlarge) << " fraction " << fraction << " crop "
                       << static_cast<int>(crop));
          InputSpec spec = plain_spec(sizes.width, sizes.height);
          spec.shrink = shrink;
          spec.enlarge = enlarge;
          spec.crop_fraction = fraction;
          spec.crop = crop;
          const Image image = noise_image(sizes.image_width, sizes.image_height);
          const cv::Mat expected = opencv_resized(spec, image, CV_32F);
          EXPECT_LE(largest_difference(run(spec, image), expected), 1e-3);
        }
      }
    }
  }
}

// OpenCV rounds to 8 bits after each axis, and its bilinear and bicubic weights are fixed-point:
// one grey level on white noise, the hardest case.
TEST(Preprocess, IsWithinOneGreyLevelOfOpenCvsEightBits) {
  for (const auto& [shrink, enlarge] : kFilterPairs) {
    for (const Sizes& sizes : {Sizes{500, 375, 224, 224}, Sizes{448, 448, 224, 224},
                               Sizes{640, 480, 299, 150}, Sizes{233, 311, 100, 37}}) {
      SCOPED_TRACE(testing::Message()
                   << sizes.image_width << " to " << sizes.width << " filters "
                   << static_cast<int>(shrink) << " " << static_cast<int>(enlarge));
      InputSpec spec = plain_spec(sizes.width, sizes.height);
      spec.shrink = shrink;
      spec.enlarge = enlarge;
      const Image image = noise_image(sizes.image_width, sizes.image_height);
      EXPECT_LE(largest_difference(run(spec, image), opencv_resized(spec, image, CV_8U)), 1.0);
    }
  }
}

// When enlarging, bicubic overshoots; OpenCV's 8 bits cut that off, floats keep it.
TEST(Preprocess, EnlargingIsWithinOneGreyLevelOfOpenCvsEightBitsOnceClipped) {
  for (const Filter enlarge : {Filter::kBilinear, Filter::kBicubic}) {
    for (const Sizes& sizes : {Sizes{100, 80, 224, 224}, Sizes{31, 57, 224, 160}}) {
      InputSpec spec = plain_spec(sizes.width, sizes.height);
      spec.enlarge = enlarge;
      const Image image = noise_image(sizes.image_width, sizes.image_height);
      std::vector<float> tensor = run(spec, image);
      for (float& value : tensor) value = std::clamp(value, 0.0F, 255.0F);
      EXPECT_LE(largest_difference(tensor, opencv_resized(spec, image, CV_8U)), 1.0);
    }
  }
}

TEST(Preprocess, SameSizeKeepsThePixels) {
  const Image image = noise_image(20, 10);
  const std::vector<float> tensor = run(plain_spec(20, 10), image);
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    ASSERT_EQ(tensor[i], static_cast<float>(image.rgb[i]));
  }
}

TEST(Preprocess, ConstantImagesStayConstant) {
  Image image = noise_image(371, 299);
  std::fill(image.rgb.begin(), image.rgb.end(), std::uint8_t{200});
  for (const auto& [shrink, enlarge] : kFilterPairs) {
    for (const int side : {64, 224, 400}) {
      InputSpec spec = plain_spec(side, side);
      spec.shrink = shrink;
      spec.enlarge = enlarge;
      for (const float value : run(spec, image)) ASSERT_NEAR(value, 200.0F, 1e-3F);
    }
  }
}

TEST(Preprocess, LayoutColourOrderAndNormalisation) {
  const Image image = noise_image(50, 40);
  const InputSpec plain = plain_spec(13, 9);
  const std::vector<float> pixels = run(plain, image);  // NHWC, RGB, not normalised
  for (const Layout layout : {Layout::kNchw, Layout::kNhwc}) {
    for (const ColourOrder colour : {ColourOrder::kRgb, ColourOrder::kBgr}) {
      InputSpec spec = plain;
      spec.layout = layout;
      spec.colour = colour;
      spec.mean = {123.675F, 116.28F, 103.53F};
      spec.std = {58.395F, 57.12F, 57.375F};
      const std::vector<float> tensor = run(spec, image);
      const std::size_t area = 13 * 9;
      for (std::size_t i = 0; i < area; ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
          const std::size_t source = colour == ColourOrder::kRgb ? c : 2 - c;
          const float expected = (pixels[3 * i + source] - spec.mean[c]) / spec.std[c];
          const std::size_t at = layout == Layout::kNchw ? c * area + i : 3 * i + c;
          ASSERT_NEAR(tensor[at], expected, 1e-5F);
        }
      }
    }
  }
}

TEST(Preprocess, CropsTheCentre) {
  Image image{7, 4, std::vector<std::uint8_t>(7 * 4 * 3, 0)};
  for (std::size_t i = 0; i < 28; ++i) image.rgb[3 * i] = static_cast<std::uint8_t>(i);
  InputSpec spec = plain_spec(2, 2);
  spec.crop = CropMode::kCentreSquare;
  spec.crop_fraction = 0.5;  // 2 of 4 pixels, from column floor(5 / 2) and row 1
  const std::vector<float> tensor = run(spec, image);
  EXPECT_EQ(tensor[0], 9);
  EXPECT_EQ(tensor[3], 10);
  EXPECT_EQ(tensor[6], 16);
  EXPECT_EQ(tensor[9], 17);
}

TEST(Preprocess, ResultsDoNotDependOnEarlierImages) {
  InputSpec spec = plain_spec(32, 24);
  spec.crop = CropMode::kCentreSquare;
  spec.crop_fraction = 0.9;
  Result<Preprocessor> reused = Preprocessor::make(spec);
  ASSERT_TRUE(reused.ok());
  std::vector<float> tensor(reused->tensor_size());
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{
           {100, 80}, {80, 100}, {100, 80}, {7, 5}, {300, 40}, {1, 1}, {100, 80}}) {
    const Image image = noise_image(width, height);
    ASSERT_TRUE(reused->run(image, tensor).ok());
    EXPECT_EQ(tensor, run(spec, image));
  }
}

TEST(Preprocess, ImagesOfOneSizeDoNotAllocate) {
  Result<Preprocessor> preprocessor = Preprocessor::make(plain_spec(32, 24));
  ASSERT_TRUE(preprocessor.ok());
  std::vector<float> tensor(preprocessor->tensor_size());
  const Image image = noise_image(100, 80);
  ASSERT_TRUE(preprocessor->run(image, tensor).ok());
  const std::int64_t before = test::allocations;
  const bool ok = preprocessor->run(image, tensor).ok();
  EXPECT_EQ(test::allocations, before);
  EXPECT_TRUE(ok);
}

TEST(Preprocess, WrongSizesAreErrors) {
  Result<Preprocessor> preprocessor = Preprocessor::make(plain_spec(8, 8));
  ASSERT_TRUE(preprocessor.ok());
  std::vector<float> tensor(preprocessor->tensor_size());
  std::vector<float> short_tensor(tensor.size() - 1);
  const Image image = noise_image(10, 10);
  Image cut = image;
  cut.rgb.pop_back();
  EXPECT_TRUE(preprocessor->run(image, tensor).ok());
  EXPECT_EQ(preprocessor->run(image, short_tensor).code(), StatusCode::kInvalidInput);
  EXPECT_EQ(preprocessor->run(cut, tensor).code(), StatusCode::kInvalidInput);
  EXPECT_EQ(preprocessor->run(Image{}, tensor).code(), StatusCode::kInvalidInput);
}

TEST(Preprocess, SpecificationsOutOfRangeAreErrors) {
  const auto refused = [](auto&& change) {
    InputSpec spec = plain_spec(8, 8);
    change(spec);
    const Result<Preprocessor> result = Preprocessor::make(spec);
    return !result.ok() && result.status().code() == StatusCode::kInvalidInput &&
           !result.status().message().empty();
  };
  EXPECT_TRUE(refused([](InputSpec& spec) { spec.width = 0; }));
  EXPECT_TRUE(refused([](InputSpec& spec) { spec.height = -1; }));
  EXPECT_TRUE(refused([](InputSpec& spec) { spec.width = 1 << 20; }));
  EXPECT_TRUE(refused([](InputSpec& spec) { spec.crop_fraction = 0; }));
  EXPECT_TRUE(refused([](InputSpec& spec) { spec.crop_fraction = 1.01; }));
  EXPECT_TRUE(refused([](InputSpec& spec) { spec.crop_fraction = std::nan(""); }));
  EXPECT_TRUE(refused([](InputSpec& spec) { spec.std[1] = 0; }));
  EXPECT_TRUE(refused([](InputSpec& spec) { spec.mean[2] = std::nanf(""); }));
  EXPECT_TRUE(refused([](InputSpec& spec) { spec.shrink = Filter::kBicubic; }));
  EXPECT_TRUE(refused([](InputSpec& spec) { spec.enlarge = Filter::kArea; }));
  EXPECT_FALSE(refused([](InputSpec&) {}));
}

}  // namespace
}  // namespace rightsize

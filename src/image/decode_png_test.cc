// Proves that PNG files of every kind give the pixels that OpenCV gives, and that damaged,
// truncated and oversized ones are refused with a clear error.
#include <limits>

#include "image/decode_test_support.h"

namespace rightsize::test {
namespace {

TEST(DecodePng, EveryKindEqualsOpenCv) {
  struct Kind {
    int colour_type;
    int bits;
  };
  const std::vector<Kind> kinds = {
      {PNG_COLOR_TYPE_GRAY, 1},        {PNG_COLOR_TYPE_GRAY, 2},
      {PNG_COLOR_TYPE_GRAY, 4},        {PNG_COLOR_TYPE_GRAY, 8},
      {PNG_COLOR_TYPE_GRAY, 16},       {PNG_COLOR_TYPE_RGB, 8},
      {PNG_COLOR_TYPE_RGB, 16},        {PNG_COLOR_TYPE_GRAY_ALPHA, 8},
      {PNG_COLOR_TYPE_GRAY_ALPHA, 16}, {PNG_COLOR_TYPE_RGB_ALPHA, 8},
      {PNG_COLOR_TYPE_RGB_ALPHA, 16},  {PNG_COLOR_TYPE_PALETTE, 1},
      {PNG_COLOR_TYPE_PALETTE, 2},     {PNG_COLOR_TYPE_PALETTE, 4},
      {PNG_COLOR_TYPE_PALETTE, 8},
  };
  for (const Kind& kind : kinds) {
    for (const bool interlaced : {false, true}) {
      for (const bool transparent : {false, true}) {
        SCOPED_TRACE(testing::Message()
                     << "type " << kind.colour_type << " bits " << kind.bits << " interlaced "
                     << interlaced << " transparent " << transparent);
        PngOptions options;
        options.colour_type = kind.colour_type;
        options.bits = kind.bits;
        options.interlaced = interlaced;
        if (kind.colour_type == PNG_COLOR_TYPE_PALETTE) {
          for (int i = 0; i < 1 << kind.bits; ++i) {
            const auto value = static_cast<png_byte>(i * 7);
            options.palette.push_back({value, static_cast<png_byte>(255 - value), 50});
          }
          if (transparent) options.palette_alpha = {0, 128};
        }
        options.transparent_grey = transparent && kind.colour_type == PNG_COLOR_TYPE_GRAY;
        expect_same_as_opencv(random_png(options));
      }
    }
  }
}

TEST(DecodePng, LosslessForRgb) {
  const cv::Mat rgb = test_picture(33, 21);
  std::vector<Bytes> rows;
  for (int y = 0; y < rgb.rows; ++y) rows.emplace_back(rgb.ptr(y), rgb.ptr(y) + rgb.cols * 3);
  const Result<Image> image = decode(encode_png(rgb.cols, rgb.rows, rows, {}));
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(cv::norm(as_mat(*image), rgb, cv::NORM_INF), 0);
}

TEST(DecodePng, TruncatedAnywhereIsAnError) {
  for (const bool interlaced : {false, true}) {
    PngOptions options;
    options.interlaced = interlaced;
    const Bytes png = random_png(options);
    for (std::size_t size = 8; size < png.size(); ++size) {
      SCOPED_TRACE(size);
      const Bytes start(png.begin(), png.begin() + static_cast<std::ptrdiff_t>(size));
      expect_error(start, StatusCode::kInvalidInput, "truncated PNG");
    }
  }
}

TEST(DecodePng, WrongChecksumIsAnError) {
  Bytes png = random_png({});
  png[png.size() / 2] ^= 1;
  expect_error(png, StatusCode::kInvalidInput, "damaged PNG");
}

TEST(DecodePng, HugeHeaderIsRefusedBeforeAllocating) {
  const Bytes png = random_png({});
  expect_error(with_png_size(png, 50000, 50000), StatusCode::kLimitExceeded,
               "image of 50000x50000 pixels is over the limit of 100 million");
  DecodeLimits none;
  none.max_pixels = std::numeric_limits<std::uint64_t>::max();
  expect_error(with_png_size(png, 0x7FFFFFFF, 0x7FFFFFFF), StatusCode::kLimitExceeded,
               "larger than memory", none);
}

}  // namespace
}  // namespace rightsize::test

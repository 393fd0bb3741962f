// Proves that JPEG files of every kind give the pixels that OpenCV (and for CMYK, Pillow) gives,
// and that damaged, truncated and oversized ones are refused with a clear error.
#include <array>

#include "image/decode_test_support.h"

namespace rightsize::test {
namespace {

TEST(DecodeJpeg, EqualsOpenCvToTheLastBit) {
  const std::vector<cv::Size> sizes = {{1, 1}, {3, 5}, {16, 16}, {17, 31}, {500, 375}};
  for (const cv::Size& size : sizes) {
    for (const int quality : {30, 94, 100}) {
      for (const int subsampling : {1, 2}) {
        for (const bool progressive : {false, true}) {
          SCOPED_TRACE(testing::Message() << size << " q" << quality << " subsampling "
                                          << subsampling << " progressive " << progressive);
          JpegOptions options;
          options.quality = quality;
          options.chroma_subsampling = subsampling;
          options.progressive = progressive;
          expect_same_as_opencv(encode_jpeg(test_picture(size.width, size.height), options));
        }
      }
    }
  }
}

TEST(DecodeJpeg, RestartMarkers) {
  JpegOptions options;
  options.restart_interval = 2;
  expect_same_as_opencv(encode_jpeg(test_picture(100, 60), options));
}

TEST(DecodeJpeg, RgbWithoutYcc) {
  JpegOptions options;
  options.file_colours = JCS_RGB;
  options.chroma_subsampling = 1;
  expect_same_as_opencv(encode_jpeg(test_picture(40, 30), options));
}

TEST(DecodeJpeg, GreyBecomesRgb) {
  JpegOptions options;
  options.in_colours = options.file_colours = JCS_GRAYSCALE;
  options.chroma_subsampling = 1;
  expect_same_as_opencv(encode_jpeg(test_picture(40, 30, 1), options));
}

// Pillow 13: image.convert("RGB") of a CMYK JPEG, with or without Adobe's marker, takes ink as
// stored inverted. The picture is of one colour, so that quality 100 keeps it.
TEST(DecodeJpeg, CmykAsPillowConvertsIt) {
  const cv::Scalar stored(200, 120, 30, 180);
  const std::array<int, 3> expected = {141, 85, 21};  // round(stored * black / 255)
  for (const J_COLOR_SPACE file_colours : {JCS_CMYK, JCS_YCCK}) {
    for (const bool adobe_marker : {true, false}) {
      if (file_colours == JCS_YCCK && !adobe_marker) continue;  // the marker is what tells YCCK
      SCOPED_TRACE(testing::Message() << file_colours << " marker " << adobe_marker);
      JpegOptions options;
      options.in_colours = JCS_CMYK;
      options.file_colours = file_colours;
      options.adobe_marker = adobe_marker;
      options.quality = 100;
      options.chroma_subsampling = 1;
      const Bytes jpeg = encode_jpeg(cv::Mat(16, 24, CV_8UC4, stored), options);
      const Result<Image> image = decode(jpeg);
      ASSERT_TRUE(image.ok()) << image.status().message();
      ASSERT_EQ(image->width, 24);
      ASSERT_EQ(image->height, 16);
      for (std::size_t i = 0; i < image->rgb.size(); ++i) {
        ASSERT_NEAR(image->rgb[i], expected[i % 3], file_colours == JCS_CMYK ? 0 : 2);
      }
    }
  }
}

// OpenCV divides by 256 and truncates where Pillow divides by 255 and rounds.
TEST(DecodeJpeg, CmykNearOpenCv) {
  JpegOptions options;
  options.in_colours = JCS_CMYK;
  options.file_colours = JCS_YCCK;
  options.chroma_subsampling = 1;
  expect_same_as_opencv(encode_jpeg(test_picture(50, 40, 4), options), 2);
}

TEST(DecodeJpeg, TwoComponentsAreRefused) {
  JpegOptions options;
  options.in_colours = options.file_colours = JCS_UNKNOWN;
  options.chroma_subsampling = 1;
  expect_error(encode_jpeg(test_picture(20, 20, 2), options), StatusCode::kInvalidInput,
               "JPEG with 2 unknown colour components");
}

TEST(DecodeJpeg, TruncatedAnywhereIsAnError) {
  for (const bool progressive : {false, true}) {
    JpegOptions options;
    options.progressive = progressive;
    const Bytes jpeg = encode_jpeg(test_picture(60, 45), options);
    for (std::size_t size = 3; size < jpeg.size(); ++size) {
      SCOPED_TRACE(size);
      const Bytes start(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(size));
      expect_error(start, StatusCode::kInvalidInput, "truncated JPEG");
    }
  }
}

TEST(DecodeJpeg, BytesAfterTheEndAreIgnored) {
  Bytes jpeg = encode_jpeg(test_picture(60, 45));
  append(jpeg, "a preview, or whatever cameras put here");
  expect_same_as_opencv(jpeg);
}

TEST(DecodeJpeg, TablesWithoutImage) {
  JpegOptions options;
  options.tables_only = true;
  expect_error(encode_jpeg(test_picture(8, 8), options), StatusCode::kInvalidInput,
               "damaged or unusual JPEG");
}

TEST(DecodeJpeg, HugeHeaderIsRefusedBeforeAllocating) {
  Bytes jpeg = encode_jpeg(test_picture(64, 64));
  const Bytes start_of_frame = {0xFF, 0xC0, 0x00, 0x11, 0x08};
  const auto frame =
      std::search(jpeg.begin(), jpeg.end(), start_of_frame.begin(), start_of_frame.end());
  ASSERT_NE(frame, jpeg.end());
  std::fill_n(frame + 5, 4, std::uint8_t{0xF0});
  expect_error(jpeg, StatusCode::kLimitExceeded, "image of 61680x61680 pixels is over the limit");
}

TEST(DecodeJpeg, EndlessScansAreRefused) {
  JpegOptions options;
  options.progressive = true;
  Bytes jpeg = encode_jpeg(test_picture(16, 16), options);
  const Bytes start_of_scan = {0xFF, 0xDA};
  const auto last_scan =
      std::find_end(jpeg.begin(), jpeg.end(), start_of_scan.begin(), start_of_scan.end());
  const Bytes scan(last_scan, jpeg.end() - 2);
  jpeg.resize(jpeg.size() - 2);
  for (int i = 0; i < 600; ++i) append(jpeg, scan);
  append(jpeg, Bytes{0xFF, 0xD9});
  expect_error(jpeg, StatusCode::kLimitExceeded, "progressive JPEG with more than 500 scans");
}

// The more pixels, the fewer scans; what real files have is read at any size.
TEST(DecodeJpeg, ManyScansOfManyPixelsAreRefused) {
  JpegOptions options;
  options.progressive = true;
  Bytes jpeg = encode_jpeg(cv::Mat(4000, 5000, CV_8UC3, cv::Scalar(1, 2, 3)), options);
  EXPECT_TRUE(decode(jpeg).ok());
  const Bytes start_of_scan = {0xFF, 0xDA};
  const auto last_scan =
      std::find_end(jpeg.begin(), jpeg.end(), start_of_scan.begin(), start_of_scan.end());
  const Bytes scan(last_scan, jpeg.end() - 2);
  jpeg.resize(jpeg.size() - 2);
  for (int i = 0; i < 60; ++i) append(jpeg, scan);
  append(jpeg, Bytes{0xFF, 0xD9});
  expect_error(jpeg, StatusCode::kLimitExceeded,
               "more than 50 scans, too many for 5000x4000 pixels");
}

}  // namespace
}  // namespace rightsize::test

// Proves that photos are turned upright, whatever file carries their EXIF orientation.
#include <array>

#include "image/decode_test_support.h"

namespace rightsize::test {
namespace {

TEST(Orientation, AllEightAreTurnedUprightAsByOpenCv) {
  const Bytes plain = encode_jpeg(test_picture(70, 41));
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big_endian : {false, true}) {
      SCOPED_TRACE(testing::Message() << orientation << " big endian " << big_endian);
      const Bytes jpeg = with_exif(plain, exif_tiff(orientation, big_endian));
      expect_same_as_opencv(jpeg);
      const Result<Image> image = decode(jpeg);
      ASSERT_TRUE(image.ok());
      EXPECT_EQ(image->width, orientation >= 5 ? 41 : 70);
    }
  }
}

// A row of three grey pixels, each orientation written down by hand.
TEST(Orientation, PngIsTurnedUpright) {
  PngOptions options;
  options.colour_type = PNG_COLOR_TYPE_GRAY;
  const std::vector<Bytes> rows = {{1, 2, 3}, {4, 5, 6}};
  const std::array<Bytes, 8> expected = {{{1, 2, 3, 4, 5, 6},
                                          {3, 2, 1, 6, 5, 4},
                                          {6, 5, 4, 3, 2, 1},
                                          {4, 5, 6, 1, 2, 3},
                                          {1, 4, 2, 5, 3, 6},
                                          {4, 1, 5, 2, 6, 3},
                                          {6, 3, 5, 2, 4, 1},
                                          {3, 6, 2, 5, 1, 4}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    options.exif = exif_tiff(orientation);
    const Result<Image> image = decode(encode_png(3, 2, rows, options));
    ASSERT_TRUE(image.ok()) << image.status().message();
    EXPECT_EQ(image->width, orientation >= 5 ? 2 : 3);
    Bytes reds;
    for (std::size_t i = 0; i < image->rgb.size(); i += 3) reds.push_back(image->rgb[i]);
    EXPECT_EQ(reds, expected[static_cast<std::size_t>(orientation - 1)]);
  }
}

TEST(Orientation, WebpIsTurnedUpright) {
  const cv::Mat rgb = test_picture(20, 12);
  const Bytes tiff = exif_tiff(6);
  const Bytes file = webp_file(webp_header(0x08, 20, 12) + image_chunk(encode_webp(rgb, true)) +
                               riff_chunk("EXIF", std::string(tiff.begin(), tiff.end())));
  const Result<Image> image = decode(file);
  ASSERT_TRUE(image.ok()) << image.status().message();
  cv::Mat expected;
  cv::rotate(rgb, expected, cv::ROTATE_90_CLOCKWISE);
  ASSERT_EQ(image->width, 12);
  EXPECT_EQ(cv::norm(as_mat(*image), expected, cv::NORM_INF), 0);
}

TEST(Orientation, ValuesAndDataThatMakeNoSenseMeanUpright) {
  const Bytes plain = encode_jpeg(test_picture(30, 20));
  const Result<Image> expected = decode(plain);
  ASSERT_TRUE(expected.ok());
  std::vector<Bytes> damaged = {
      exif_tiff(0), exif_tiff(9), {}, {'I', 'I', 42, 0}, Bytes(200, 0xFF)};
  damaged.push_back(exif_tiff(6));
  damaged.back().resize(12);  // ends inside the entry
  for (const Bytes& tiff : damaged) {
    const Result<Image> image = decode(with_exif(plain, tiff));
    ASSERT_TRUE(image.ok()) << image.status().message();
    EXPECT_EQ(image->rgb, expected->rgb);
  }
}

}  // namespace
}  // namespace rightsize::test

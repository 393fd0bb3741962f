// Proves what holds for files of any format: other formats are named, limits hold, and damaged
// bytes never do harm.
#include <random>

#include "image/decode_test_support.h"

namespace rightsize::test {
namespace {

TEST(Decode, EmptyFile) { expect_error({}, StatusCode::kInvalidInput, "empty file"); }

TEST(Decode, OtherFormatsAreNamedByTheirFirstBytes) {
  expect_error({'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0}, StatusCode::kInvalidInput,
               "not a JPEG, PNG or WebP image (first bytes 47 49 46 38 39 61 01 00); convert it");
  expect_error({0xFF}, StatusCode::kInvalidInput, "(first bytes ff)");
  expect_error({0xFF, 0xD8}, StatusCode::kInvalidInput, "not a JPEG");
  Bytes wave;
  append(wave, std::string("RIFF\x10\0\0\0WAVEfmt ", 16));
  expect_error(wave, StatusCode::kInvalidInput, "not a JPEG");
}

TEST(Decode, LimitIsInclusive) {
  const Bytes jpeg = encode_jpeg(test_picture(30, 20));
  EXPECT_TRUE(decode(jpeg, {600}).ok());
  expect_error(jpeg, StatusCode::kLimitExceeded, "raise --max-pixels", {599});
}

// Damaged files may or may not decode; whatever comes out must be a whole image or a message.
TEST(Decode, DamagedBytesNeverDoHarm) {
  JpegOptions progressive;
  progressive.progressive = true;
  PngOptions interlaced;
  interlaced.interlaced = true;
  const std::vector<Bytes> files = {with_exif(encode_jpeg(test_picture(40, 30)), exif_tiff(6)),
                                    encode_jpeg(test_picture(40, 30), progressive),
                                    random_png(interlaced), encode_webp(test_picture(40, 30), true),
                                    encode_webp(test_picture(40, 30), false)};
  std::mt19937 random(7);
  for (const Bytes& file : files) {
    for (int round = 0; round < 500; ++round) {
      Bytes damaged = file;
      for (int flips = 0; flips < 1 + round % 8; ++flips) {
        damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
      }
      const Result<Image> image = decode(damaged, {1'000'000});
      if (image.ok()) {
        const auto pixels =
            static_cast<std::size_t>(image->width) * static_cast<std::size_t>(image->height);
        EXPECT_EQ(image->rgb.size(), 3 * pixels);
      } else {
        EXPECT_FALSE(image.status().message().empty());
      }
    }
  }
}

}  // namespace
}  // namespace rightsize::test

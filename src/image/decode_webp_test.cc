// Proves that WebP files give the pixels that OpenCV gives, and that animated, truncated and
// oversized ones are refused with a clear error.
#include <opencv2/imgcodecs.hpp>

#include "image/decode_test_support.h"

namespace rightsize::test {
namespace {

TEST(DecodeWebp, EqualsOpenCv) {
  for (const bool lossless : {false, true}) {
    for (const cv::Size& size : std::vector<cv::Size>{{1, 1}, {3, 5}, {130, 75}}) {
      SCOPED_TRACE(testing::Message() << size << " lossless " << lossless);
      expect_same_as_opencv(encode_webp(test_picture(size.width, size.height), lossless));
    }
  }
}

TEST(DecodeWebp, AlphaIsDropped) {
  Bytes webp;
  cv::imencode(".webp", test_picture(30, 20, 4), webp, {cv::IMWRITE_WEBP_QUALITY, 101});
  expect_same_as_opencv(webp);
}

TEST(DecodeWebp, TruncatedAnywhereIsAnError) {
  for (const bool lossless : {false, true}) {
    const Bytes webp = encode_webp(test_picture(40, 30), lossless);
    for (std::size_t size = 12; size < webp.size(); ++size) {
      SCOPED_TRACE(size);
      const Bytes start(webp.begin(), webp.begin() + static_cast<std::ptrdiff_t>(size));
      expect_error(start, StatusCode::kInvalidInput, "truncated WebP");
    }
  }
}

TEST(DecodeWebp, AnimationIsRefused) {
  const std::string frame = image_chunk(encode_webp(test_picture(16, 16), true));
  const std::string frame_header = std::string(6, '\0') + little_endian(15, 3) +
                                   little_endian(15, 3) + little_endian(100, 3) +
                                   std::string(1, '\0');
  const Bytes file =
      webp_file(webp_header(0x02, 16, 16) + riff_chunk("ANIM", std::string(6, '\0')) +
                riff_chunk("ANMF", frame_header + frame));
  expect_error(file, StatusCode::kInvalidInput, "animated WebP is not supported");
}

TEST(DecodeWebp, HugeHeaderIsRefusedBeforeAllocating) {
  Bytes webp = encode_webp(test_picture(16, 16), false);
  webp[26] = webp[28] = 0xFF;
  webp[27] = webp[29] = 0x3F;
  expect_error(webp, StatusCode::kLimitExceeded, "image of 16383x16383 pixels is over the limit");
}

}  // namespace
}  // namespace rightsize::test

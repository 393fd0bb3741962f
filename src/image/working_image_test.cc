// Proves that the working image consists of the rounded means of blocks, for all shapes and
// factors, and that its grey is OpenCV's, bit by bit.
#include "image/working_image.h"

#include <gtest/gtest.h>

#include "image/feature_test_images.h"

namespace rightsize {
namespace {

WorkingImage reduced(const Image& image, int max_side) {
  Reducer reducer;
  WorkingImage working;
  const Status status = reducer.reduce(image, max_side, working);
  EXPECT_TRUE(status.ok()) << status.message();
  return working;
}

// The definition, pixel by pixel.
void expect_means_of_blocks(const Image& image, int max_side) {
  SCOPED_TRACE(testing::Message() << image.width << "x" << image.height << " to " << max_side);
  const int longer = std::max(image.width, image.height);
  const int factor = max_side == 0 ? 1 : (longer + max_side - 1) / max_side;
  const int block_width = std::min(factor, image.width);
  const int block_height = std::min(factor, image.height);
  const WorkingImage working = reduced(image, max_side);
  ASSERT_EQ(image.width / block_width, working.red.width);
  ASSERT_EQ(image.height / block_height, working.red.height);
  const int count = block_width * block_height;
  int wrong = 0;
  for (int channel = 0; channel < 3; ++channel) {
    const Plane& plane = channel == 0 ? working.red : channel == 1 ? working.green : working.blue;
    for (int y = 0; y < plane.height; ++y) {
      for (int x = 0; x < plane.width; ++x) {
        std::int64_t sum = 0;
        for (int v = y * block_height; v < (y + 1) * block_height; ++v) {
          for (int u = x * block_width; u < (x + 1) * block_width; ++u) {
            sum += image.rgb[static_cast<std::size_t>(3 * (v * image.width + u) + channel)];
          }
        }
        wrong += (2 * sum + count) / (2 * count) == plane.row(y)[x] ? 0 : 1;
      }
    }
  }
  EXPECT_EQ(0, wrong);
}

TEST(WorkingImage, ConsistsOfMeansOfBlocks) {
  for (const auto& [name, image] : test::synthesised_images()) {
    for (const int max_side : {0, 16, 37, 320}) expect_means_of_blocks(image, max_side);
  }
}

// Blocks of more than 256 rows are summed up in parts; all white is the largest sum.
TEST(WorkingImage, LargeBlocks) {
  expect_means_of_blocks(test::as_image(test::noise(16 * 300, 601, 1)), 16);
  expect_means_of_blocks(test::as_image(test::noise(310, 16 * 300, 2)), 16);
  expect_means_of_blocks(test::as_image(cv::Mat(1100, 16 * 500, CV_8UC3, cv::Scalar::all(255))),
                         16);
}

// All 2^18 colours of 6 bits a channel, and noise for the rest.
TEST(WorkingImage, GreyIsOpenCvs) {
  cv::Mat colours(512, 512, CV_8UC3);
  for (int i = 0; i < 512 * 512; ++i) {
    const auto level = [&](int shift) {
      return static_cast<std::uint8_t>((i >> shift) % 64 * 255 / 63);
    };
    colours.at<cv::Vec3b>(i / 512, i % 512) = {level(0), level(6), level(12)};
  }
  for (const cv::Mat& mat : {colours, test::noise(500, 375, 3)}) {
    Plane grey;
    make_grey(reduced(test::as_image(mat), 0), grey);
    cv::Mat expected;
    cv::cvtColor(mat, expected, cv::COLOR_RGB2GRAY);
    EXPECT_TRUE(test::equal(expected, test::as_mat(grey)));
  }
}

TEST(WorkingImage, RefusesWhatIsNoImageOrTooLarge) {
  Reducer reducer;
  WorkingImage working;
  const auto code = [&](const Image& image) { return reducer.reduce(image, 16, working).code(); };
  EXPECT_EQ(StatusCode::kInvalidInput, code({}));
  EXPECT_EQ(StatusCode::kInvalidInput, code({2, 2, std::vector<std::uint8_t>(11)}));
  EXPECT_EQ(StatusCode::kInvalidInput, code({-2, -2, std::vector<std::uint8_t>(12)}));
  const int longest = 16 * 4096;
  EXPECT_EQ(StatusCode::kOk, code({longest, 1, std::vector<std::uint8_t>(3 * longest)}));
  EXPECT_EQ(StatusCode::kLimitExceeded,
            code({longest + 1, 1, std::vector<std::uint8_t>(3 * longest + 3)}));
}

}  // namespace
}  // namespace rightsize

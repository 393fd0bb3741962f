// Proves that corners and edges are OpenCV's: the number of FAST corners and the edge map of Canny
// bit by bit, at many thresholds; and that lengths and angles are those of the map.
#include "image/edges.h"

#include <gtest/gtest.h>

#include <opencv2/features2d.hpp>

#include "image/corners.h"
#include "image/feature_test_images.h"

namespace rightsize {
namespace {

std::vector<std::pair<std::string, cv::Mat>> grey_images() {
  std::vector<std::pair<std::string, cv::Mat>> images;
  auto named = test::synthesised_images();
  auto photos = test::real_photos(10);
  std::move(photos.begin(), photos.end(), std::back_inserter(named));
  for (const auto& [name, image] : named) {
    cv::Mat grey;
    cv::cvtColor(test::as_mat(image), grey, cv::COLOR_RGB2GRAY);
    images.emplace_back(name, grey);
  }
  return images;
}

TEST(Corners, AsManyAsOpenCvFinds) {
  CornerCounter counter;
  std::size_t all = 0;
  for (const auto& [name, grey] : grey_images()) {
    for (const int threshold : {1, 5, 20, 60, 254}) {
      std::vector<cv::KeyPoint> corners;
      cv::FAST(grey, corners, threshold, true, cv::FastFeatureDetector::TYPE_9_16);
      all += corners.size();
      EXPECT_EQ(corners.size(),
                static_cast<std::size_t>(counter.count(test::as_plane(grey), threshold)))
          << name << " at " << threshold;
    }
  }
  EXPECT_GT(all, 10000U);
}

TEST(Edges, TheMapIsOpenCvs) {
  EdgeDetector detector;
  Edges edges;
  int all = 0;
  for (const auto& [name, grey] : grey_images()) {
    for (const auto& [low, high] : std::vector<std::pair<int, int>>{
             {100, 200}, {0, 0}, {0, 2040}, {30, 60}, {200, 200}, {50, 800}, {2040, 2040}}) {
      cv::Mat expected;
      cv::Canny(grey, expected, low, high);
      detector.detect(test::as_plane(grey), low, high, edges);
      all += cv::countNonZero(expected);
      EXPECT_TRUE(test::equal(expected / 255, test::as_mat(edges.map)))
          << name << " at " << low << ", " << high;
    }
  }
  EXPECT_GT(all, 100000);
}

TEST(Edges, LengthsAreThoseOfConnectedPixels) {
  EdgeDetector detector;
  Edges edges;
  for (const auto& [name, grey] : grey_images()) {
    detector.detect(test::as_plane(grey), 100, 200, edges);
    cv::Mat labels, stats, centres;
    const int count =
        cv::connectedComponentsWithStats(test::as_mat(edges.map), labels, stats, centres, 8);
    std::array<std::size_t, kEdgeLengthBins> expected{};
    for (int i = 1; i < count; ++i) {
      const int length = stats.at<int>(i, cv::CC_STAT_AREA);
      std::size_t bin = 0;
      for (int border = 4; border <= 128; border *= 2) bin += length >= border ? 1 : 0;
      ++expected[bin];
    }
    EXPECT_EQ(expected, edges.lengths) << name;
  }
}

TEST(Edges, AnglesAreThoseOfTheGradient) {
  EdgeDetector detector;
  Edges edges;
  for (const auto& [name, grey] : grey_images()) {
    detector.detect(test::as_plane(grey), 100, 200, edges);
    cv::Mat gx, gy;
    cv::Sobel(grey, gx, CV_16S, 1, 0, 3, 1, 0, cv::BORDER_REPLICATE);
    cv::Sobel(grey, gy, CV_16S, 0, 1, 3, 1, 0, cv::BORDER_REPLICATE);
    std::array<std::size_t, kEdgeAngleBins> expected{};
    for (int y = 0; y < grey.rows; ++y) {
      for (int x = 0; x < grey.cols; ++x) {
        if (edges.map.row(y)[x] == 0) continue;
        const double degrees = std::atan2(gy.at<short>(y, x), gx.at<short>(y, x)) * 180 / CV_PI;
        const double direction = std::fmod(degrees + 360, 180);
        ++expected[std::min<std::size_t>(6, static_cast<std::size_t>(direction / 180 * 7))];
      }
    }
    EXPECT_EQ(expected, edges.angles) << name;
  }
}

}  // namespace
}  // namespace rightsize

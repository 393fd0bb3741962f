// Proves that Regions finds the connected regions that OpenCV finds, with their size, box,
// perimeter and peak, and that the main object is the largest that a closed contour encloses.
#include "image/regions.h"

#include <gtest/gtest.h>

#include <map>

#include "image/feature_test_images.h"
#include "image/main_object.h"

namespace rightsize {
namespace {

// Sides of the pixels of a label that face another label or the border.
int perimeter_of(const cv::Mat& labels, int label) {
  const auto is_in = [&](int y, int x) {
    return y >= 0 && x >= 0 && y < labels.rows && x < labels.cols && labels.at<int>(y, x) == label;
  };
  int sides = 0;
  for (int y = 0; y < labels.rows; ++y) {
    for (int x = 0; x < labels.cols; ++x) {
      if (!is_in(y, x)) continue;
      sides += !is_in(y - 1, x) + !is_in(y + 1, x) + !is_in(y, x - 1) + !is_in(y, x + 1);
    }
  }
  return sides;
}

void expect_opencvs_regions(const cv::Mat& mask, Connectivity connectivity) {
  Regions found;
  found.find(test::as_plane(mask), connectivity);
  cv::Mat labels, stats, centres;
  const int count = cv::connectedComponentsWithStats(
      mask, labels, stats, centres, connectivity == Connectivity::kCorners ? 8 : 4);
  ASSERT_EQ(static_cast<std::size_t>(count - 1), found.regions().size());
  std::map<int, int> label_of;
  int pixels = 0;
  for (const Run& run : found.runs()) {
    for (int x = run.begin; x < run.end; ++x, ++pixels) {
      const int label = label_of.try_emplace(run.region, labels.at<int>(run.y, x)).first->second;
      ASSERT_EQ(label, labels.at<int>(run.y, x));
    }
  }
  EXPECT_EQ(cv::countNonZero(mask), pixels);
  for (std::size_t i = 0; i < found.regions().size(); ++i) {
    const Region& region = found.regions()[i];
    const int label = label_of.at(static_cast<int>(i));
    EXPECT_EQ(stats.at<int>(label, cv::CC_STAT_AREA), region.pixels);
    EXPECT_EQ(stats.at<int>(label, cv::CC_STAT_LEFT), region.left);
    EXPECT_EQ(stats.at<int>(label, cv::CC_STAT_TOP), region.top);
    EXPECT_EQ(stats.at<int>(label, cv::CC_STAT_WIDTH), region.right - region.left);
    EXPECT_EQ(stats.at<int>(label, cv::CC_STAT_HEIGHT), region.bottom - region.top);
    EXPECT_EQ(perimeter_of(labels, label), region.perimeter);
    double peak = 0;
    cv::minMaxLoc(mask, nullptr, &peak, nullptr, nullptr, labels == label);
    EXPECT_EQ(peak, region.peak);
  }
}

TEST(Regions, AreOpenCvs) {
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{
           {1, 1}, {1, 30}, {30, 1}, {2, 2}, {8, 8}, {31, 17}, {60, 41}}) {
    for (int tenths = 0; tenths <= 10; ++tenths) {
      cv::Mat mask(height, width, CV_8UC1);
      cv::RNG random(static_cast<std::uint64_t>(width * 1000 + tenths));
      for (auto& pixel : cv::Mat_<std::uint8_t>(mask)) {
        pixel =
            random.uniform(0, 10) < tenths ? static_cast<std::uint8_t>(random.uniform(1, 4)) : 0;
      }
      for (const Connectivity connectivity : {Connectivity::kSides, Connectivity::kCorners}) {
        SCOPED_TRACE(testing::Message() << width << "x" << height << ", " << tenths << " tenths");
        expect_opencvs_regions(mask, connectivity);
      }
    }
  }
}

// Contours that fork and meet again, so that regions are joined late.
TEST(Regions, InRegionsOfManyTurns) {
  cv::Mat spiral(41, 41, CV_8UC1, cv::Scalar(0));
  for (int r = 1; r < 20; r += 2) {
    cv::rectangle(spiral, {20 - r, 20 - r}, {20 + r, 20 + r}, cv::Scalar(1));
    spiral.at<std::uint8_t>(20 - r - 1, 20 + r) = 1;
  }
  for (const Connectivity connectivity : {Connectivity::kSides, Connectivity::kCorners}) {
    expect_opencvs_regions(spiral, connectivity);
    expect_opencvs_regions(1 - spiral, connectivity);
  }
}

// An edge map of 60 x 40 with these rectangles, given by opposite corners, drawn one pixel wide.
cv::Mat map_with(const std::vector<std::pair<cv::Point, cv::Point>>& rectangles) {
  cv::Mat map(40, 60, CV_8UC1, cv::Scalar(0));
  for (const auto& [a, b] : rectangles) cv::rectangle(map, a, b, cv::Scalar(1));
  return map;
}

std::optional<Region> object_of(const cv::Mat& map) {
  return ObjectFinder().find(test::as_plane(map));
}

TEST(MainObject, IsTheInsideOfAClosedContour) {
  const auto object = object_of(map_with({{{10, 10}, {40, 25}}}));
  ASSERT_TRUE(object.has_value());
  // Columns 12 to 38 and rows 12 to 23: the contour is three pixels wide.
  EXPECT_EQ(27 * 12, object->pixels);
  EXPECT_EQ(2 * (27 + 12), object->perimeter);
  EXPECT_EQ(27, object->right - object->left);
  EXPECT_EQ(12, object->bottom - object->top);
}

TEST(MainObject, GapsOfTwoPixelsAreClosed) {
  cv::Mat map = map_with({{{10, 10}, {40, 25}}});
  for (int x = 20; x < 22; ++x) map.at<std::uint8_t>(10, x) = 0;
  EXPECT_TRUE(object_of(map).has_value());
  map.at<std::uint8_t>(10, 22) = 0;
  EXPECT_FALSE(object_of(map).has_value());
}

TEST(MainObject, ThePerimeterCountsHoles) {
  const auto object = object_of(map_with({{{5, 5}, {50, 35}}, {{20, 15}, {25, 20}}}));
  ASSERT_TRUE(object.has_value());
  // The hole is the inner contour with what it encloses: 8 x 8.
  EXPECT_EQ(42 * 27 - 8 * 8, object->pixels);
  EXPECT_EQ(2 * (42 + 27) + 4 * 8, object->perimeter);
}

TEST(MainObject, IsTheLargestAndAmongEqualsTheFirst) {
  EXPECT_EQ(32, object_of(map_with({{{5, 5}, {15, 15}}, {{30, 5}, {45, 30}}}))->left);
  EXPECT_EQ(32, object_of(map_with({{{5, 6}, {15, 16}}, {{30, 5}, {40, 15}}}))->left);
}

TEST(MainObject, IsNotOpenToTheBorder) {
  EXPECT_FALSE(object_of(map_with({})).has_value());
  EXPECT_FALSE(object_of(map_with({{{-5, 10}, {30, 20}}})).has_value());
  EXPECT_FALSE(object_of(map_with({{{10, 10}, {70, 20}}})).has_value());
  EXPECT_FALSE(object_of(map_with({{{10, -5}, {30, 20}}})).has_value());
  EXPECT_FALSE(object_of(map_with({{{10, 10}, {30, 50}}})).has_value());
}

}  // namespace
}  // namespace rightsize

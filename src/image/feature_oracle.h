// The 29 features computed again with OpenCV and in the plainest way, from their definitions; what
// tests compare with.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <opencv2/features2d.hpp>
#include <opencv2/imgproc.hpp>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace rightsize::test {

using Expected = std::vector<double>;  // in the paper's order

inline double perceived(const cv::Scalar& squares) {
  return std::sqrt(0.241 * squares[0] + 0.691 * squares[1] + 0.068 * squares[2]);
}

inline void add_brightness(const cv::Mat& rgb, const cv::Mat& grey, Expected& expected) {
  cv::Scalar mean, deviation;
  cv::meanStdDev(grey, mean, deviation);
  expected.push_back(mean[0]);
  expected.push_back(cv::norm(grey, cv::NORM_L2) / std::sqrt(static_cast<double>(grey.total())));
  cv::Mat values;
  rgb.convertTo(values, CV_64F);
  const cv::Scalar means = cv::mean(values);
  expected.push_back(perceived(means.mul(means)));
  expected.push_back(perceived(cv::mean(values.mul(values))));
  expected.push_back(deviation[0]);
}

inline void add_edges(const cv::Mat& grey, const cv::Mat& edges, Expected& expected) {
  cv::Mat labels, stats, centres, gx, gy;
  const int count = cv::connectedComponentsWithStats(edges, labels, stats, centres, 8);
  std::array<double, 7> lengths{}, angles{};
  for (int i = 1; i < count; ++i) {
    const double doublings = std::floor(std::log2(stats.at<int>(i, cv::CC_STAT_AREA)));
    ++lengths[static_cast<std::size_t>(std::clamp(doublings - 1, 0.0, 6.0))];
  }
  cv::Sobel(grey, gx, CV_64F, 1, 0, 3, 1, 0, cv::BORDER_REPLICATE);
  cv::Sobel(grey, gy, CV_64F, 0, 1, 3, 1, 0, cv::BORDER_REPLICATE);
  const double pixels = cv::countNonZero(edges);
  for (int i = 0; i < static_cast<int>(edges.total()); ++i) {
    const cv::Point at(i % edges.cols, i / edges.cols);
    if (edges.at<std::uint8_t>(at) == 0) continue;
    const double angle = std::atan2(gy.at<double>(at), gx.at<double>(at)) / CV_PI;
    angles[static_cast<std::size_t>(std::fmod(angle + 1, 1) * 7)] += 1 / pixels;
  }
  expected.insert(expected.end(), lengths.begin(), lengths.end());
  expected.insert(expected.end(), angles.begin(), angles.end());
}

inline void add_object(const cv::Mat& edges, Expected& expected) {
  cv::Mat thick, labels, stats, centres;
  cv::dilate(edges, thick, cv::Mat());
  cv::connectedComponentsWithStats(thick == 0, labels, stats, centres, 4);
  std::set<int> open;
  for (const cv::Mat& side :
       {labels.row(0), labels.row(labels.rows - 1), labels.col(0), labels.col(labels.cols - 1)}) {
    open.insert(side.begin<int>(), side.end<int>());
  }
  int most = 0, object = 0;
  std::set<int> seen;  // in scanning order, for ties
  for (int i = 0; i < static_cast<int>(labels.total()); ++i) {
    const int label = labels.at<int>(i / labels.cols, i % labels.cols);
    if (label == 0 || open.count(label) > 0 || !seen.insert(label).second) continue;
    const int area = stats.at<int>(label, cv::CC_STAT_AREA);
    if (area > most) std::tie(most, object) = std::pair(area, label);
  }
  if (object == 0) {
    expected.insert(expected.end(), {0, 0});
    return;
  }
  // No pixel of the object lies on the border.
  const cv::Mat inside = (labels == object) / 255;
  const cv::Rect all_but_one(0, 0, inside.cols - 1, inside.rows - 1);
  const double sides =
      cv::norm(inside(all_but_one), inside(all_but_one + cv::Point(1, 0)), cv::NORM_L1) +
      cv::norm(inside(all_but_one), inside(all_but_one + cv::Point(0, 1)), cv::NORM_L1);
  expected.push_back(most / sides);
  expected.push_back(static_cast<double>(stats.at<int>(object, cv::CC_STAT_WIDTH)) /
                     stats.at<int>(object, cv::CC_STAT_HEIGHT));
}

// A hue on a border belongs above it, but floating point may put it just below. No other hue of
// 8-bit colours is as near to one as this.
inline constexpr double kRoundingOfHue = 1e-9;

inline void add_hues(const cv::Mat& rgb, Expected& expected) {
  std::array<double, 7> hues{};
  for (int i = 0; i < static_cast<int>(rgb.total()); ++i) {
    const cv::Vec3b pixel = rgb.at<cv::Vec3b>(i / rgb.cols, i % rgb.cols);
    const double r = pixel[0], g = pixel[1], b = pixel[2];
    const double high = std::max({r, g, b});
    const double range = high - std::min({r, g, b});
    double hue = 0;
    if (range > 0 && high == r) hue = 60 * (g - b) / range + (g < b ? 360 : 0);
    if (range > 0 && high == g && high != r) hue = 120 + 60 * (b - r) / range;
    if (range > 0 && high == b && high != r && high != g) hue = 240 + 60 * (r - g) / range;
    ++hues[static_cast<std::size_t>(std::min(hue / 360 * 7 + kRoundingOfHue, 6.5))];
  }
  for (const double count : hues) expected.push_back(count / static_cast<double>(rgb.total()));
}

inline Expected expected_features(const cv::Mat& rgb) {
  cv::Mat grey, edges;
  cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
  cv::Canny(grey, edges, 100, 200);
  std::vector<cv::KeyPoint> corners;
  cv::FAST(grey, corners, 20, true, cv::FastFeatureDetector::TYPE_9_16);
  Expected expected = {static_cast<double>(corners.size())};
  add_brightness(rgb, grey, expected);
  add_edges(grey, edges, expected);
  add_object(edges, expected);
  add_hues(rgb, expected);
  return expected;
}

}  // namespace rightsize::test

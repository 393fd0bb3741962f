// What the 29 image features cost beside a plain OpenCV program that computes the same at full
// size, as one would write it: cvtColor, FAST, Canny, connectedComponents, calcHist. Both run in
// this process, in turns, on one CPU, on a decoded picture; CPU times.
//
//   bench_features                                  a synthesised 500x375 picture like a photo
//   RIGHTSIZE_BENCH_IMAGE=photo.jpg bench_features  a photo too
//   RIGHTSIZE_TEST_DATA=folder bench_features       the first photo of folder/imagenet/val
//
// <picture>/group/<name> is one group alone with all that it needs, at the default size. All
// options of Google Benchmark work.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <opencv2/features2d.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "bench/support.h"
#include "core/file.h"
#include "image/features.h"

namespace rightsize {
namespace {

Image as_image(const cv::Mat& picture) {
  return {picture.cols, picture.rows, {picture.data, picture.data + picture.total() * 3}};
}

Image read_photo(const std::filesystem::path& path) {
  const auto bytes = read_bytes(path);
  Result<Image> image = bytes.ok() ? decode_image(*bytes) : Result<Image>(bytes.status());
  if (!image.ok()) {
    fmt::print(stderr, "{}: {}\n", path.string(), image.status().message());
    std::exit(1);
  }
  return std::move(*image);
}

double perceived(const cv::Scalar& squares) {
  return std::sqrt(0.241 * squares[0] + 0.691 * squares[1] + 0.068 * squares[2]);
}

void opencv_brightness(const cv::Mat& rgb, const cv::Mat& grey, std::vector<double>& values) {
  cv::Scalar mean, deviation, means, deviations;
  cv::meanStdDev(grey, mean, deviation);
  cv::meanStdDev(rgb, means, deviations);
  const cv::Scalar squares = means.mul(means);
  values.insert(values.end(), {mean[0], std::hypot(mean[0], deviation[0]), perceived(squares),
                               perceived(squares + deviations.mul(deviations)), deviation[0]});
}

void opencv_edges(const cv::Mat& grey, const cv::Mat& edges, std::vector<double>& values) {
  cv::Mat labels, stats, centres;
  const int count = cv::connectedComponentsWithStats(edges, labels, stats, centres, 8, CV_32S);
  std::array<double, 7> lengths{};
  for (int i = 1; i < count; ++i) {
    const int length = stats.at<int>(i, cv::CC_STAT_AREA);
    std::size_t bin = 0;
    while (bin < 6 && length >= (4 << bin)) ++bin;
    ++lengths[bin];
  }
  values.insert(values.end(), lengths.begin(), lengths.end());
  cv::Mat gx, gy, angle, histogram;
  cv::Sobel(grey, gx, CV_32F, 1, 0);
  cv::Sobel(grey, gy, CV_32F, 0, 1);
  cv::phase(gx, gy, angle, true);
  cv::subtract(angle, 180, angle, angle >= 180);
  constexpr int kBins = 7;
  const std::array<float, 2> range = {0, 180};
  const float* ranges = range.data();
  cv::calcHist(&angle, 1, nullptr, edges, histogram, 1, &kBins, &ranges);
  histogram /= std::max(1.0, cv::sum(histogram)[0]);
  values.insert(values.end(), histogram.begin<float>(), histogram.end<float>());
}

void opencv_object(const cv::Mat& edges, std::vector<double>& values) {
  cv::Mat thick, labels, stats, centres;
  cv::dilate(edges, thick, cv::Mat());
  const int count = cv::connectedComponentsWithStats(thick == 0, labels, stats, centres, 4, CV_32S);
  int object = 0, most = 0;
  cv::Rect box;
  for (int i = 1; i < count; ++i) {
    const cv::Rect at(stats.at<int>(i, cv::CC_STAT_LEFT), stats.at<int>(i, cv::CC_STAT_TOP),
                      stats.at<int>(i, cv::CC_STAT_WIDTH), stats.at<int>(i, cv::CC_STAT_HEIGHT));
    const int area = stats.at<int>(i, cv::CC_STAT_AREA);
    const bool is_open =
        at.x == 0 || at.y == 0 || at.br().x == edges.cols || at.br().y == edges.rows;
    if (is_open || area <= most) continue;
    most = area;
    object = i;
    box = at;
  }
  if (object == 0) {
    values.insert(values.end(), {0, 0});
    return;
  }
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(labels(box) == object, contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE);
  double perimeter = 0;
  for (const auto& contour : contours) perimeter += cv::arcLength(contour, true);
  values.push_back(most / std::max(1.0, perimeter));
  values.push_back(static_cast<double>(box.width) / box.height);
}

void opencv_hues(const cv::Mat& rgb, std::vector<double>& values) {
  cv::Mat hsv, histogram;
  cv::cvtColor(rgb, hsv, cv::COLOR_RGB2HSV_FULL);
  constexpr int kBins = 7;
  constexpr int kHueChannel = 0;
  const std::array<float, 2> range = {0, 256};
  const float* ranges = range.data();
  cv::calcHist(&hsv, 1, &kHueChannel, cv::Mat(), histogram, 1, &kBins, &ranges);
  histogram /= static_cast<double>(rgb.total());
  values.insert(values.end(), histogram.begin<float>(), histogram.end<float>());
}

void opencv_features(const cv::Mat& rgb, std::vector<double>& values) {
  values.clear();
  cv::Mat grey, edges;
  cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
  std::vector<cv::KeyPoint> corners;
  cv::FAST(grey, corners, 20, true);
  values.push_back(static_cast<double>(corners.size()));
  opencv_brightness(rgb, grey, values);
  cv::Canny(grey, edges, 100, 200);
  opencv_edges(grey, edges, values);
  opencv_object(edges, values);
  opencv_hues(rgb, values);
}

void extract(benchmark::State& state, const Image& image, int max_side, std::size_t first,
             std::size_t end) {
  ImageFeatures features = *ImageFeatures::make({.max_side = max_side});
  std::array<float, kImageFeatures> values{};
  for (auto _ : state) {
    features.begin(image);
    for (std::size_t group = first; group < end; ++group) {
      if (!features.extract(group, values).ok()) state.SkipWithError("extraction failed");
    }
    benchmark::DoNotOptimize(values);
  }
}

void extract_with_opencv(benchmark::State& state, const Image& image) {
  cv::Mat rgb(image.height, image.width, CV_8UC3);
  std::copy(image.rgb.begin(), image.rgb.end(), rgb.data);
  std::vector<double> values;
  for (auto _ : state) opencv_features(rgb, values);
  if (values.size() != kImageFeatures) state.SkipWithError("features are missing");
}

void add_picture(const std::string& name, const Image& image) {
  const int max_side = ImageFeatureOptions().max_side;
  const auto groups = image_feature_set().groups;
  bench::add(name + "/ours",
             [=, &image](auto& state) { extract(state, image, max_side, 0, groups.size()); });
  bench::add(name + "/ours_at_full_size",
             [=, &image](auto& state) { extract(state, image, 0, 0, groups.size()); });
  bench::add(name + "/opencv", [&image](auto& state) { extract_with_opencv(state, image); });
  for (std::size_t g = 0; g < groups.size(); ++g) {
    bench::add(name + "/group/" + groups[g],
               [=, &image](auto& state) { extract(state, image, max_side, g, g + 1); });
  }
}

void add_all() {
  static const Image picture = as_image(bench::synthesised_picture());
  add_picture("synthesised", picture);
  const char* named = std::getenv("RIGHTSIZE_BENCH_IMAGE");
  const char* data = std::getenv("RIGHTSIZE_TEST_DATA");
  std::filesystem::path path = named != nullptr ? named : "";
  if (named == nullptr && data != nullptr) {
    path = std::filesystem::path(data) / "imagenet/val/ILSVRC2012_val_00000001.JPEG";
  }
  if (path.empty()) return;
  static const Image photo = read_photo(path);
  add_picture("photo", photo);
}

}  // namespace
}  // namespace rightsize

int main(int argc, char** argv) { return rightsize::bench::run(argc, argv, rightsize::add_all); }

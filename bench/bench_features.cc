// What the 29 image features cost beside a plain OpenCV program that computes the same at full
// size, as one would write it: cvtColor, FAST, Canny, connectedComponents, calcHist. Both run in
// this process, in turns, on one CPU, on a decoded picture; CPU times.
//
//   bench_features                                  a synthesised 500x375 picture like a photo
//   RIGHTSIZE_BENCH_IMAGE=photo.jpg bench_features  a photo
//   RIGHTSIZE_TEST_DATA=folder bench_features       the first photo of folder/imagenet/val too
//
// <picture>/group/<name> is one group alone with all that it needs, at the default size. All
// options of Google Benchmark work.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sched.h>

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

#include "core/file.h"
#include "image/features.h"

namespace rightsize {
namespace {

// Noise in octaves, fainter the finer.
Image synthesised_picture() {
  cv::Mat picture(375, 500, CV_32FC3, cv::Scalar::all(128));
  cv::RNG random(20);
  for (int cells = 4; cells <= 512; cells *= 2) {
    cv::Mat noise(cells * 3 / 4, cells, CV_32FC3);
    random.fill(noise, cv::RNG::UNIFORM, -1, 1);
    cv::resize(noise, noise, picture.size(), 0, 0, cv::INTER_CUBIC);
    picture += noise * (60 * std::pow(4.0 / cells, 0.45));
  }
  picture.convertTo(picture, CV_8UC3);
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
    if (!is_open && area > most) most = area, object = i, box = at;
  }
  if (object == 0) return values.push_back(0), values.push_back(0);
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

void add_picture(const std::string& name, const Image& image) {
  const auto add = [&](const std::string& what, auto function) {
    benchmark::RegisterBenchmark((name + "/" + what).c_str(), function)
        ->Unit(benchmark::kMicrosecond)
        ->MinTime(0.1)
        ->Repetitions(9)
        ->ReportAggregatesOnly()
        ->ComputeStatistics("fastest", [](const std::vector<double>& times) {
          return *std::min_element(times.begin(), times.end());
        });
  };
  const int max_side = ImageFeatureOptions().max_side;
  const auto groups = image_feature_set().groups;
  add("all",
      [&image, max_side, groups](auto& s) { extract(s, image, max_side, 0, groups.size()); });
  add("all_at_full_size", [&image, groups](auto& s) { extract(s, image, 0, 0, groups.size()); });
  add("opencv_at_full_size", [&image](auto& s) {
    const cv::Mat rgb(image.height, image.width, CV_8UC3,
                      const_cast<std::uint8_t*>(image.rgb.data()));
    std::vector<double> values;
    for (auto _ : s) opencv_features(rgb, values);
    if (values.size() != kImageFeatures) s.SkipWithError("features are missing");
  });
  for (std::size_t g = 0; g < groups.size(); ++g) {
    add(std::string("group/") + groups[g],
        [&image, max_side, g](auto& s) { extract(s, image, max_side, g, g + 1); });
  }
}

void pin_to_one_cpu() {
  const int cpu = sched_getcpu();
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(cpu), &set);
  if (cpu < 0 || sched_setaffinity(0, sizeof(set), &set) != 0) {
    fmt::print(stderr, "not pinned to one CPU; times may vary\n");
  }
}

int run(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  std::string in_turns = "--benchmark_enable_random_interleaving=true";
  arguments.insert(arguments.begin() + 1, in_turns.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  pin_to_one_cpu();
  cv::setNumThreads(1);

  const char* named = std::getenv("RIGHTSIZE_BENCH_IMAGE");
  const char* data = std::getenv("RIGHTSIZE_TEST_DATA");
  const auto first = std::filesystem::path(data != nullptr ? data : "") /
                     "imagenet/val/ILSVRC2012_val_00000001.JPEG";
  const bool has_photo = named != nullptr || std::filesystem::exists(first);
  const Image picture = synthesised_picture();
  const Image photo = has_photo ? read_photo(named != nullptr ? named : first) : Image();
  add_picture("synthesised", picture);
  if (has_photo) add_picture("photo", photo);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace rightsize

int main(int argc, char** argv) { return rightsize::run(argc, argv); }

// What the image path costs beside a plain OpenCV program that does the same: decode a JPEG, crop
// the centre, shrink to 224x224 with area averaging, normalise, lay out as NCHW. Both run in this
// process, in turns, on one CPU, and the CPU times and their ratio are printed (ours / OpenCV,
// lower is better).
//
//   bench_image                                  a synthesised 500x375 JPEG of quality 94
//   RIGHTSIZE_BENCH_IMAGE=photo.jpg bench_image  a photo
//
// All options of Google Benchmark work.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <span>
#include <string>
#include <vector>

#include "bench/support.h"
#include "core/manifest.h"
#include "image/decode.h"
#include "image/preprocess.h"

namespace rightsize {
namespace {

constexpr double kCropFraction = 0.875;
constexpr int kSide = 224;
constexpr float kMean = 127.0F;
constexpr float kStd = 128.0F;

std::vector<std::uint8_t> synthesised_jpeg() {
  std::vector<std::uint8_t> jpeg;
  cv::imencode(".jpg", bench::synthesised_picture(), jpeg, {cv::IMWRITE_JPEG_QUALITY, 94});
  return jpeg;
}

std::vector<std::uint8_t> read_photo(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty()) {
    fmt::print(stderr, "cannot read {}\n", path);
    std::exit(1);
  }
  return bytes;
}

const std::vector<std::uint8_t>& jpeg_bytes() {
  static const std::vector<std::uint8_t> bytes = [] {
    const char* path = std::getenv("RIGHTSIZE_BENCH_IMAGE");
    return path != nullptr ? read_photo(path) : synthesised_jpeg();
  }();
  return bytes;
}

std::span<const std::byte> our_bytes() { return std::as_bytes(std::span(jpeg_bytes())); }

Preprocessor our_preprocessor() {
  InputSpec spec;
  spec.height = spec.width = kSide;
  spec.crop_fraction = kCropFraction;
  spec.mean = {kMean, kMean, kMean};
  spec.std = {kStd, kStd, kStd};
  return *Preprocessor::make(spec);
}

// One OpenCV program's tensor from a decoded picture, as such programs are usually written.
void opencv_preprocess(const cv::Mat& picture, std::vector<float>& tensor) {
  const int side = cvRound(kCropFraction * std::min(picture.cols, picture.rows));
  const cv::Rect crop((picture.cols - side) / 2, (picture.rows - side) / 2, side, side);
  cv::Mat small;
  cv::resize(picture(crop), small, cv::Size(kSide, kSide), 0, 0, cv::INTER_AREA);
  cv::cvtColor(small, small, cv::COLOR_BGR2RGB);
  cv::Mat normalised;
  small.convertTo(normalised, CV_32FC3, 1.0 / static_cast<double>(kStd),
                  -static_cast<double>(kMean / kStd));
  std::vector<cv::Mat> planes;
  for (int c = 0; c < 3; ++c) {
    planes.emplace_back(kSide, kSide, CV_32FC1, tensor.data() + std::ptrdiff_t{c} * kSide * kSide);
  }
  cv::split(normalised, planes);
}

void decode_ours(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(decode_image(our_bytes()));
}
void decode_opencv(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(cv::imdecode(jpeg_bytes(), cv::IMREAD_COLOR));
}

void preprocess_ours(benchmark::State& state) {
  const Result<Image> image = decode_image(our_bytes());
  Preprocessor preprocessor = our_preprocessor();
  std::vector<float> tensor(preprocessor.tensor_size());
  for (auto _ : state) {
    if (!preprocessor.run(*image, tensor).ok()) state.SkipWithError("preprocessing failed");
    benchmark::ClobberMemory();
  }
}
void preprocess_opencv(benchmark::State& state) {
  const cv::Mat picture = cv::imdecode(jpeg_bytes(), cv::IMREAD_COLOR);
  std::vector<float> tensor(std::size_t{3} * kSide * kSide);
  for (auto _ : state) {
    opencv_preprocess(picture, tensor);
    benchmark::ClobberMemory();
  }
}

void whole_ours(benchmark::State& state) {
  Preprocessor preprocessor = our_preprocessor();
  std::vector<float> tensor(preprocessor.tensor_size());
  for (auto _ : state) {
    const Result<Image> image = decode_image(our_bytes());
    if (!preprocessor.run(*image, tensor).ok()) state.SkipWithError("preprocessing failed");
    benchmark::ClobberMemory();
  }
}
void whole_opencv(benchmark::State& state) {
  std::vector<float> tensor(std::size_t{3} * kSide * kSide);
  for (auto _ : state) {
    opencv_preprocess(cv::imdecode(jpeg_bytes(), cv::IMREAD_COLOR), tensor);
    benchmark::ClobberMemory();
  }
}

void add_all() {
  bench::add("decode/ours", decode_ours);
  bench::add("decode/opencv", decode_opencv);
  bench::add("preprocess/ours", preprocess_ours);
  bench::add("preprocess/opencv", preprocess_opencv);
  bench::add("whole/ours", whole_ours);
  bench::add("whole/opencv", whole_opencv);
}

}  // namespace
}  // namespace rightsize

int main(int argc, char** argv) { return rightsize::bench::run(argc, argv, rightsize::add_all); }

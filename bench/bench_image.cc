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
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "image/decode.h"
#include "image/preprocess.h"

namespace rightsize {
namespace {

constexpr double kCropFraction = 0.875;
constexpr int kSide = 224;
constexpr float kMean = 127.0F;
constexpr float kStd = 128.0F;

// Noise in octaves, fainter the finer: 72 kB and the contrast of a photo.
std::vector<std::uint8_t> synthesised_jpeg() {
  const cv::Size size(500, 375);
  cv::Mat picture(size, CV_32FC3, cv::Scalar::all(0));
  cv::RNG random(20);
  for (int cells = 4; cells <= 512; cells *= 2) {
    cv::Mat noise(cells * 3 / 4, cells, CV_32FC3);
    random.fill(noise, cv::RNG::UNIFORM, -1, 1);
    cv::resize(noise, noise, size, 0, 0, cv::INTER_CUBIC);
    picture += noise * (60 * std::pow(4.0 / cells, 0.45));
  }
  picture.convertTo(picture, CV_8UC3, 1, 128);
  std::vector<std::uint8_t> jpeg;
  cv::imencode(".jpg", picture, jpeg, {cv::IMWRITE_JPEG_QUALITY, 94});
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

// Prints every repetition, keeps the fastest of each benchmark and gives the ratios at the end.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      const double time = run.GetAdjustedCPUTime();
      const auto [entry, is_new] = fastest_.try_emplace(run.run_name.function_name, time);
      if (!is_new) entry->second = std::min(entry->second, time);
    }
  }

  void print_ratios() const {
    for (const auto& [name, ours] : fastest_) {
      const std::size_t suffix = name.rfind("/ours");
      if (suffix == std::string::npos) continue;
      const auto opencv = fastest_.find(name.substr(0, suffix) + "/opencv");
      if (opencv == fastest_.end()) continue;
      fmt::print("{:<11} ours {:7.1f} us, OpenCV {:7.1f} us of CPU: ratio {:.2f}\n",
                 name.substr(0, suffix), ours, opencv->second, ours / opencv->second);
    }
  }

 private:
  std::map<std::string, double> fastest_;
};

void pin_to_one_cpu() {
  const int cpu = sched_getcpu();
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(cpu), &set);
  if (cpu < 0 || sched_setaffinity(0, sizeof(set), &set) != 0) {
    fmt::print(stderr, "not pinned to one CPU; times may vary\n");
  }
}

void add(const char* name, void (*function)(benchmark::State&)) {
  benchmark::RegisterBenchmark(name, function)
      ->Unit(benchmark::kMicrosecond)
      ->MinTime(0.1)
      ->Repetitions(9);
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

  add("decode/ours", decode_ours);
  add("decode/opencv", decode_opencv);
  add("preprocess/ours", preprocess_ours);
  add("preprocess/opencv", preprocess_opencv);
  add("whole/ours", whole_ours);
  add("whole/opencv", whole_opencv);
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print_ratios();
  return 0;
}

}  // namespace
}  // namespace rightsize

int main(int argc, char** argv) { return rightsize::run(argc, argv); }

// What the benchmarks of the image path share: a picture, OpenCV as the peer in the same run, and a
// summary of the fastest times.
#pragma once

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

namespace rightsize::bench {

// Noise in octaves, fainter the finer: the contrast of a photo, and 72 kB as a JPEG of quality 94.
inline cv::Mat synthesised_picture() {
  cv::Mat picture(375, 500, CV_32FC3, cv::Scalar::all(0));
  cv::RNG random(20);
  for (int cells = 4; cells <= 512; cells *= 2) {
    cv::Mat noise(cells * 3 / 4, cells, CV_32FC3);
    random.fill(noise, cv::RNG::UNIFORM, -1, 1);
    cv::resize(noise, noise, picture.size(), 0, 0, cv::INTER_CUBIC);
    picture += noise * (60 * std::pow(4.0 / cells, 0.45));
  }
  picture.convertTo(picture, CV_8UC3, 1, 128);
  return picture;
}

inline void add(const std::string& name, const std::function<void(benchmark::State&)>& function) {
  benchmark::RegisterBenchmark(name.c_str(), function)
      ->Unit(benchmark::kMicrosecond)
      ->MinTime(0.1)
      ->Repetitions(9);
}

// Prints every repetition, keeps the fastest of each benchmark and gives them at the end, those
// named <case>/ours... with their ratio to <case>/opencv.
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

  void print_summary() const {
    fmt::print("\nfastest, us of CPU\n");
    for (const auto& [name, time] : fastest_) {
      fmt::print("{:<36} {:7.1f}", name, time);
      const auto opencv = fastest_.find(name.substr(0, name.rfind("/ours")) + "/opencv");
      if (name.find("/ours") != std::string::npos && opencv != fastest_.end()) {
        fmt::print("   {:.2f} of OpenCV's", time / opencv->second);
      }
      fmt::print("\n");
    }
  }

 private:
  std::map<std::string, double> fastest_;
};

inline void pin_to_one_cpu() {
  const int cpu = sched_getcpu();
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(cpu), &set);
  if (cpu < 0 || sched_setaffinity(0, sizeof(set), &set) != 0) {
    fmt::print(stderr, "not pinned to one CPU; times may vary\n");
  }
}

// Runs what `add_all` adds, in turns, on one CPU. Gives the exit code.
inline int run(int argc, char** argv, const std::function<void()>& add_all) {
  std::vector<char*> arguments(argv, argv + argc);
  std::string in_turns = "--benchmark_enable_random_interleaving=true";
  arguments.insert(arguments.begin() + 1, in_turns.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  pin_to_one_cpu();
  cv::setNumThreads(1);
  add_all();
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print_summary();
  return 0;
}

}  // namespace rightsize::bench

// How the laboratory says how far it is. The caller draws the bar and works out the time left.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace rightsize {

struct Progress {
  std::string phase;     // "outcomes", "timing, pass 1", "waiting for another profile to finish"
  std::size_t done = 0;  // the first report of a phase says what was found done
  std::size_t total = 0;
};

// Called one at a time, but not always from the same thread.
using ProgressSink = std::function<void(const Progress&)>;

// Passes reports on about ten times a second; the first and the last of a phase always.
class ProgressMeter {
 public:
  explicit ProgressMeter(const ProgressSink& sink) : sink_(sink) {}

  void report(const Progress& progress) {
    const auto now = std::chrono::steady_clock::now();
    const bool edge = progress.phase != phase_ || progress.done == progress.total;
    if (!sink_ || (!edge && now - last_ < std::chrono::milliseconds(100))) return;
    phase_ = progress.phase;
    last_ = now;
    sink_(progress);
  }

 private:
  const ProgressSink& sink_;
  std::string phase_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace rightsize

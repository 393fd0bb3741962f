#include "core/clock.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace rightsize {
namespace {

Nanoseconds read_clock(clockid_t id) noexcept {
  timespec t{};
  clock_gettime(id, &t);
  return std::chrono::seconds(t.tv_sec) + Nanoseconds(t.tv_nsec);
}

}  // namespace

double to_ms(Nanoseconds time) noexcept { return static_cast<double>(time.count()) / 1e6; }
Nanoseconds from_ms(double ms) noexcept {
  constexpr double kMost = 1e9;
  return Nanoseconds(std::isnan(ms) ? 0 : std::llround(std::clamp(ms, -kMost, kMost) * 1e6));
}

Nanoseconds wall_now() noexcept { return read_clock(CLOCK_MONOTONIC); }
Nanoseconds thread_cpu_now() noexcept { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace rightsize

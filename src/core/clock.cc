#include "core/clock.h"

#include <ctime>

namespace rightsize {
namespace {

Nanoseconds read_clock(clockid_t id) noexcept {
  timespec t{};
  clock_gettime(id, &t);
  return std::chrono::seconds(t.tv_sec) + Nanoseconds(t.tv_nsec);
}

}  // namespace

Nanoseconds wall_now() noexcept { return read_clock(CLOCK_MONOTONIC); }
Nanoseconds thread_cpu_now() noexcept { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace rightsize

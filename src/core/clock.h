// Time as the project measures it: CPU time of the calling thread and monotonic wall time.
#pragma once

#include "rightsize/decision.h"

namespace rightsize {

Nanoseconds wall_now() noexcept;        // monotonic
Nanoseconds thread_cpu_now() noexcept;  // of the calling thread

double to_ms(Nanoseconds time) noexcept;
// At most 11 days, so that sums fit.
Nanoseconds from_ms(double ms) noexcept;

struct Elapsed {
  Nanoseconds cpu{0};
  Nanoseconds wall{0};
};

// Starts when made.
class Stopwatch {
 public:
  Stopwatch() noexcept : cpu_(thread_cpu_now()), wall_(wall_now()) {}
  Elapsed elapsed() const noexcept { return {thread_cpu_now() - cpu_, wall_now() - wall_}; }

 private:
  Nanoseconds cpu_;
  Nanoseconds wall_;
};

}  // namespace rightsize

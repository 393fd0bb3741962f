// The clock of the engine: a function, so that tests can have one of their own.
#pragma once

#include "core/clock.h"

namespace rightsize {

// CPU time of the thread and wall time.
inline Elapsed time_now() noexcept { return {thread_cpu_now(), wall_now()}; }

inline Elapsed operator-(const Elapsed& a, const Elapsed& b) noexcept {
  return {a.cpu - b.cpu, a.wall - b.wall};
}

}  // namespace rightsize

// The machine that a profile runs on: what it is called, which cores may be used, and a thread that
// stays on one of them.
#pragma once

#include <sched.h>

#include <string>

#include "rightsize/status.h"

namespace rightsize {

// CPU model, architecture and the instruction sets on which an int8 network's answers can depend:
// "AMD EPYC 7B13 (x86_64; avx2)".
std::string device_name();
// The same from the text of /proc/cpuinfo and the machine name of uname.
std::string describe_device(const std::string& cpuinfo, const std::string& machine);

// How many cores this process may use.
int allowed_cores();

// Keeps the calling thread on one of the cores that it may use until destroyed (by the same
// thread).
class PinnedThread {
 public:
  static Result<PinnedThread> pin();

  PinnedThread(PinnedThread&& other) noexcept;
  PinnedThread& operator=(PinnedThread&&) = delete;
  ~PinnedThread();

 private:
  explicit PinnedThread(const cpu_set_t& before) : before_(before) {}
  cpu_set_t before_;
  bool pinned_ = true;
};

}  // namespace rightsize

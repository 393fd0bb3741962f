#include "lab/profile/device.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/file.h"

namespace rightsize {
namespace {

// The value of the first line "key : value"; empty where there is none.
std::string first_value(const std::string& cpuinfo, std::string_view key) {
  std::istringstream lines(cpuinfo);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t key_end = line.find_last_not_of(" \t", colon == 0 ? 0 : colon - 1);
    if (std::string_view(line).substr(0, key_end + 1) != key) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    if (begin != std::string::npos) return line.substr(begin);
  }
  return {};
}

std::string cpu_model(const std::string& cpuinfo) {
  const std::string model = first_value(cpuinfo, "model name");
  if (!model.empty()) return model;
  // Arm names no model, but numbers for who designed the core and which one it is.
  const std::string implementer = first_value(cpuinfo, "CPU implementer");
  const std::string part = first_value(cpuinfo, "CPU part");
  if (!implementer.empty()) return fmt::format("CPU {} part {}", implementer, part);
  return "unknown CPU";
}

std::string instruction_sets(const std::string& cpuinfo) {
  static constexpr std::array<std::string_view, 10> kWatched = {
      "avx2",     "avx512f", "avx512_vnni", "avx_vnni", "avx_vnni_int8",
      "amx_int8", "asimddp", "i8mm",        "sve",      "sve2"};
  const std::string x86 = first_value(cpuinfo, "flags");
  std::istringstream words(x86.empty() ? first_value(cpuinfo, "Features") : x86);
  std::vector<std::string> found;
  for (std::string word; words >> word;) {
    if (std::find(kWatched.begin(), kWatched.end(), word) != kWatched.end()) found.push_back(word);
  }
  return fmt::format("{}", fmt::join(found, " "));
}

}  // namespace

std::string describe_device(const std::string& cpuinfo, const std::string& machine) {
  const std::string sets = instruction_sets(cpuinfo);
  return fmt::format("{} ({}{}{})", cpu_model(cpuinfo), machine, sets.empty() ? "" : "; ", sets);
}

std::string device_name() {
  utsname system{};
  ::uname(&system);
  const Result<std::string> cpuinfo = read_text("/proc/cpuinfo");
  return describe_device(cpuinfo.ok() ? *cpuinfo : std::string(), system.machine);
}

int allowed_cores() {
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof(cores), &cores) != 0) return 1;
  return std::max(1, CPU_COUNT(&cores));
}

Result<PinnedThread> PinnedThread::pin() {
  const auto failure = [] {
    return runtime_error("the timing thread cannot be kept on one core: " +
                         std::generic_category().message(errno));
  };
  cpu_set_t before;
  if (::sched_getaffinity(0, sizeof(before), &before) != 0) return failure();
  // The last core: the first one usually serves the machine's interrupts.
  int core = CPU_SETSIZE - 1;
  while (core > 0 && !CPU_ISSET(static_cast<std::size_t>(core), &before)) --core;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(core), &one);
  if (::sched_setaffinity(0, sizeof(one), &one) != 0) return failure();
  return PinnedThread(before);
}

PinnedThread::PinnedThread(PinnedThread&& other) noexcept
    : before_(other.before_), pinned_(std::exchange(other.pinned_, false)) {}

PinnedThread::~PinnedThread() {
  if (pinned_) ::sched_setaffinity(0, sizeof(before_), &before_);
}

}  // namespace rightsize

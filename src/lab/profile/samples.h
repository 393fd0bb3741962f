// The latency samples of a run.db, in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "lab/profile/store.h"
#include "rightsize/decision.h"
#include "rightsize/status.h"

namespace rightsize {

// 11 days: no single time is longer, so that sums fit.
inline constexpr Nanoseconds kLongest{1'000'000'000'000'000};

// Of the decoding of an item, or of one group of its features.
struct ItemSample {
  std::int64_t item = 0;
  int pass = 0;
  Elapsed time;
};

struct StoredModelSample {
  std::int64_t item = 0;
  int pass = 0;
  Elapsed preprocess;
  Elapsed inference;
};

struct Samples {
  std::vector<ItemSample> decode;                      // by item, then pass
  std::vector<std::vector<StoredModelSample>> models;  // [model], each by item, then pass
  std::vector<std::vector<ItemSample>> features;       // [group], likewise
};

// Feature samples are not in a file of schema version 1.
Result<Samples> read_samples(RunStore& store);

// CPU time / wall time: how many cores the work kept busy; nothing without samples.
inline std::optional<double> cpu_cores(Nanoseconds cpu, Nanoseconds wall) {
  if (wall <= Nanoseconds(0)) return {};
  return static_cast<double>(cpu.count()) / static_cast<double>(wall.count());
}

// One part of every sample, as the median functions want it: parts(samples, &Sample::part,
// &Elapsed::cpu).
template <typename Sample>
std::vector<Nanoseconds> parts(const std::vector<Sample>& samples, Elapsed Sample::*part,
                               Nanoseconds Elapsed::*clock) {
  std::vector<Nanoseconds> values;
  values.reserve(samples.size());
  for (const Sample& sample : samples) values.push_back(sample.*part.*clock);
  return values;
}

}  // namespace rightsize

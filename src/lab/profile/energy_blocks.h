// The energy measurements of a run.db, in memory.
#pragma once

#include <cstddef>
#include <vector>

#include "lab/energy/meter.h"
#include "lab/profile/mean.h"
#include "lab/profile/store.h"
#include "rightsize/status.h"

namespace rightsize {

// What energy is measured of: a model (pre-processing and inference together), by its number, or
// one of these. The numbers are on disk.
inline constexpr int kDecoding = -1;
inline constexpr int kFeatures = -2;  // all of an image
inline constexpr int kFirstWork = kFeatures;

struct EnergyBlock {
  int work = 0;
  int block = 0;    // from 0
  int session = 0;  // the measurement of the idle power that belongs to it
  int runs = 0;     // of the work, one after the other
  EnergyUse use;    // of all of them, idle power included

  // Per run.
  double joules_above(const IdlePower& idle) const {
    const std::chrono::duration<double> wall = use.wall;
    return (use.joules - idle.watts * wall.count()) / runs;
  }
};

struct RunEnergy {
  std::vector<IdlePower> idle;              // one per time that energy was measured
  std::vector<double> decoding;             // joules above idle per image, one value per block
  std::vector<double> features;             // likewise
  std::vector<std::vector<double>> models;  // [model]: the same per classification

  std::vector<double>& of(int work) {
    if (work == kDecoding) return decoding;
    return work == kFeatures ? features : models[static_cast<std::size_t>(work)];
  }
};

// Nothing in a file of schema version 1.
Result<RunEnergy> read_energy(RunStore& store);

// `session` counts from 0. Each is committed at once.
Status insert_idle(RunStore& store, int session, const IdlePower& idle);
Status insert_block(RunStore& store, const EnergyBlock& block);

}  // namespace rightsize

// The third phase of a profile, where the machine has an energy sensor: what a classification of
// each model (pre-processing and inference), the decoding of an image and the extraction of all its
// features use, above the power of the idle machine.
//
// A single run is too short for any sensor, so blocks are measured: the idle power first, then, the
// works taking turns, one work again and again for `block`, by one thread on one core. A block of a
// model or of features runs on one image, decoded before, every block on another; a block of
// decoding goes over 32 files in whole rounds. Energy per run is (energy of the block - idle power
// x its wall time) / runs. It is kept as it comes out, also where noise makes it negative: cutting
// it off at zero would make the mean too large.
//
// Of translations there are the models alone: a block translates one sentence.
//
// Every block is committed at once; a phase that was interrupted is taken up where it stopped, with
// an idle power of its own.
#pragma once

#include <chrono>

#include "lab/energy/sensor.h"
#include "lab/profile/dataset.h"
#include "lab/profile/progress.h"
#include "lab/profile/store.h"
#include "lab/profile/timing.h"
#include "lab/profile/workload.h"
#include "rightsize/status.h"

namespace rightsize {

struct EnergyOptions {
  SensorOpener open_sensor = find_energy_sensor;
  std::chrono::milliseconds block{500};  // at the least
  std::chrono::milliseconds idle_window{500};
  int idle_windows = 10;  // at least 2
  int most_blocks = 20;   // of a work, wide intervals or not
};

// Measures each work until the 95 % interval of its mean is narrower than the tolerance of
// `timing`, on the items that are timed. Where there is no sensor, or it fails on the way, the
// reason is recorded (`RunStore::no_energy`) and the profile goes on: a failure is one of run.db.
Status record_energy(RunStore& store, const DataSet& data, const Workload& workload,
                     const EnergyOptions& options, const TimingOptions& timing,
                     ProgressMeter& progress);

}  // namespace rightsize

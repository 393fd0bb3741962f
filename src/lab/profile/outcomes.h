// The first phase of a profile: what every model answers on every item. Uses all cores that it is
// given; as every session runs on one thread, the answers do not depend on how many these are.
#pragma once

#include <span>

#include "lab/profile/dataset.h"
#include "lab/profile/progress.h"
#include "lab/profile/recorder.h"
#include "lab/profile/store.h"
#include "lab/profile/workload.h"
#include "rightsize/status.h"

namespace rightsize {

// One pending item of the run and what it is made of.
struct OutcomeTask {
  StoredItem item;
  const DataItem* data = nullptr;
};

// Runs all tasks on `threads` threads and records them, with the features of images. An item that
// cannot be read or decoded, or on which a model fails, is recorded as failed and the phase goes
// on; the first failure to record ends it. `progress` holds what is done already and the total.
Status record_outcomes(const Zoo& zoo, const Workload& workload, std::span<const OutcomeTask> tasks,
                       int threads, RunRecorder& recorder, Progress progress, ProgressMeter& meter);

}  // namespace rightsize

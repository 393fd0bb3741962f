// The first phase of a profile: what every model answers on every item. Uses all cores that it is
// given; as every session runs on one thread, the answers do not depend on how many these are.
#pragma once

#include <span>
#include <vector>

#include "lab/profile/dataset.h"
#include "lab/profile/progress.h"
#include "lab/profile/recorder.h"
#include "lab/profile/store.h"
#include "lab/profile/workload.h"
#include "rightsize/status.h"

namespace rightsize {

// One item of the run, what it is made of, and the models that are to run on it.
struct OutcomeTask {
  StoredItem item;
  const DataItem* data = nullptr;
  std::vector<ModelIndex> models;  // fewer than all: those that failed on an item that is recorded
};

// Runs all tasks on `threads` threads and records them, with the features of images. An item that
// cannot be read or decoded, or on which a model fails, is recorded as failed and the phase goes
// on. The first failure to record ends it, and so does a fault that may pass (no memory, too many
// open files, a mount that is away): that says nothing about the item, which stays as it was.
// `progress` holds what is done already and the total.
Status record_outcomes(const Zoo& zoo, const Workload& workload, std::span<const OutcomeTask> tasks,
                       int threads, RunRecorder& recorder, Progress progress, ProgressMeter& meter);

}  // namespace rightsize

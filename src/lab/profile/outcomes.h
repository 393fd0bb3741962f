// The first phase of a profile: what every model answers on every item. Uses all cores that it is
// given; as every session runs on one thread, the answers do not depend on how many these are.
#pragma once

#include <span>

#include "image/decode.h"
#include "image/features.h"
#include "lab/profile/dataset.h"
#include "lab/profile/progress.h"
#include "lab/profile/recorder.h"
#include "lab/profile/store.h"
#include "model/model_set.h"
#include "rightsize/status.h"

namespace rightsize {

// One pending item of the run and where its file is.
struct OutcomeTask {
  StoredItem item;
  std::filesystem::path path;
};

struct OutcomeOptions {
  int threads = 1;
  DecodeLimits limits;
  ImageFeatureOptions features;
};

// Runs all tasks and records them, with the features of the images. An item that cannot be read or
// decoded, or on which a model fails, is recorded as failed and the phase goes on; the first
// failure to record ends it. `progress` holds what is done already and the total.
Status record_outcomes(const Zoo& zoo, const ModelSet& models, std::span<const OutcomeTask> tasks,
                       const OutcomeOptions& options, RunRecorder& recorder, Progress progress,
                       ProgressMeter& meter);

}  // namespace rightsize

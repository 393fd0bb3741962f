// The second phase of a profile: what a model costs. One thread on one core, alone on the machine
// as far as other profiles go; decoding, every group of features, pre-processing and inference
// apart, CPU and wall time.
//
// After a warm-up the features of every drawn item are extracted and it is given to every model
// once (pass 0), the models taking turns. Further passes run the models whose median inference CPU
// time is not known well enough. Samples are committed regularly; a pass that was interrupted is
// taken up where it stopped.
#pragma once

#include <cstddef>

#include "lab/profile/dataset.h"
#include "lab/profile/progress.h"
#include "lab/profile/recorder.h"
#include "lab/profile/store.h"
#include "lab/profile/workload.h"
#include "rightsize/status.h"

namespace rightsize {

struct TimingOptions {
  double tolerance = 0.05;  // wanted width of the 95 % interval of the median, relative to it
  int max_passes = 20;      // at most, wide intervals or not
  int items = 500;          // timed: this many, drawn by item number; 0: all
};

// A model with fewer samples than this gets further passes.
inline constexpr std::size_t kFewestSamples = 30;

struct TimingResult {
  int passes = 0;             // that have samples in the file
  std::size_t not_timed = 0;  // drawn items whose file is gone or no longer what it was; they are
                              // left out, their outcomes stay
};

// `data` is the data set of the run.
Result<TimingResult> record_timing(RunStore& store, const DataSet& data, const Workload& workload,
                                   const TimingOptions& options, RunRecorder& recorder,
                                   ProgressMeter& meter);

}  // namespace rightsize

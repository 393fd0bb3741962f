// Profiling: every model of a zoo on every item of a data set, recorded in a run.db.
//
// A profile may be killed at any moment and started again with the same arguments: what is recorded
// is not lost and not measured twice, and what failed is tried again. While it runs PATH.lock keeps
// a second profile off the file.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lab/profile/dataset.h"
#include "lab/profile/energy.h"
#include "lab/profile/outcomes.h"
#include "lab/profile/progress.h"
#include "lab/profile/read_run.h"
#include "lab/profile/timing.h"
#include "model/runtime.h"
#include "rightsize/status.h"

namespace rightsize {

struct ProfileOptions {
  std::filesystem::path output;               // run.db; made, or taken up where it stopped
  std::vector<std::filesystem::path> models;  // folders to look for model files in, see `locate`
  int shard = 1;  // of `shards`, from 1: only every shards-th item; `merge_runs` joins them
  int shards = 1;
  int threads = 0;  // for the outcomes; 0: as many as there are cores this process may use
  TimingOptions timing;
  EnergyOptions energy;
  ImageFeatureOptions features;
  DecodeLimits limits;
  // What a kill may lose; every commit waits for the disk.
  std::chrono::milliseconds commit_every{1000};
  std::string version;  // of the program, recorded in a new run
};

struct ProfileSummary {
  RunSummary run;               // all that the file holds now
  std::size_t found = 0;        // items of the shard whose outcomes were there already
  std::size_t made = 0;         // items whose outcomes were made now
  std::size_t tried_again = 0;  // of those found: with a failure, which may have passed
  TimingResult timing;
};

// Fails before anything is measured where a model cannot be opened, the output cannot be written,
// or an existing output belongs to another zoo, data set, shard, device, runtime or schema version.
// A failure later (a full disk) leaves all that was committed in the file.
Result<ProfileSummary> profile(const Zoo& zoo, const DataSet& data,
                               const std::shared_ptr<Runtime>& runtime,
                               const ProfileOptions& options, const ProgressSink& sink);

// Do two runs belong together? If not, says which of zoo, data set, features, device and runtime
// differ.
Status check_same_origin(const RunHeader& a, const std::string& a_name, const RunHeader& b,
                         const std::string& b_name);

}  // namespace rightsize

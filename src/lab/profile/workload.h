// What a profile must know of a task: how an item is made ready, and what its models do with it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/clock.h"
#include "core/image_feature_set.h"
#include "core/manifest.h"
#include "image/decode.h"
#include "lab/profile/dataset.h"
#include "lab/profile/features.h"
#include "lab/profile/recorder.h"
#include "model/runtime.h"
#include "rightsize/decision.h"
#include "rightsize/status.h"

namespace rightsize {

struct WorkloadOptions {
  DecodeLimits limits;           // of images
  ImageFeatureOptions features;  // likewise
};

// Runs models on one item at a time. One per thread.
class Worker {
 public:
  virtual ~Worker() = default;
  // Makes an item ready for the models, given its bytes (see bytes_of). Fails where it is no such
  // item; then there is nothing to run or describe.
  virtual Status load(std::span<const std::byte> bytes) = 0;
  // Any item of the task: enough to run every layer of a model once.
  virtual void load_sample() = 0;
  // Fills in what a run.db keeps of the item itself.
  virtual void describe(ItemRecord& record) const = 0;
  // The times are filled in as far as the run came.
  virtual void run(ModelIndex model, ModelRecord& record, Elapsed& preprocess,
                   Elapsed& inference) = 0;
  // Empty where the task has none.
  virtual Result<ExtractedFeatures> features() = 0;
};

// Opened models of a zoo. What the workers share; outlives them.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual Result<std::unique_ptr<Worker>> make_worker() const = 0;
};

// Opens the models `wanted`, whose files are looked for as `locate` says. `zoo` must outlive it.
Result<std::unique_ptr<Workload>> open_workload(const Zoo& zoo, std::span<const ModelIndex> wanted,
                                                const std::vector<std::filesystem::path>& search,
                                                const std::shared_ptr<Runtime>& runtime,
                                                const WorkloadOptions& options);

// One for each task.
Result<std::unique_ptr<Workload>> open_image_workload(
    const Zoo& zoo, std::span<const ModelIndex> wanted,
    const std::vector<std::filesystem::path>& search, const std::shared_ptr<Runtime>& runtime,
    const WorkloadOptions& options);
Result<std::unique_ptr<Workload>> open_text_workload(
    const Zoo& zoo, std::span<const ModelIndex> wanted,
    const std::vector<std::filesystem::path>& search, const std::shared_ptr<Runtime>& runtime);

// Which features a profile of the task records.
FeatureSpec recorded_features(const Zoo& zoo, const ImageFeatureOptions& options);

}  // namespace rightsize

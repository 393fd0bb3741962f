#include "lab/profile/outcomes.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/checksum.h"
#include "core/file.h"
#include "image/classification.h"
#include "lab/profile/features.h"

namespace rightsize {
namespace {

ItemRecord measure(const OutcomeTask& task, std::vector<ImageModel>& models,
                   ImageFeatures& extractor, const DecodeLimits& limits) {
  ItemRecord record;
  record.item = task.item.id;
  record.label = task.item.label;
  const Result<std::vector<std::byte>> bytes = read_bytes(task.path);
  if (!bytes.ok()) {
    record.decoded = bytes.status();
    return record;
  }
  record.sha256 = sha256(*bytes);
  const Result<Image> image = decode_image(*bytes, limits);
  if (!image.ok()) {
    record.decoded = image.status().with_context(task.path.string());
    return record;
  }
  record.width = image->width;
  record.height = image->height;
  record.models.resize(models.size());
  for (std::size_t i = 0; i < models.size(); ++i) {
    ImageModel::Times not_kept;
    record.models[i].status = models[i].classify(*image, record.models[i].outcome, not_kept);
  }
  Result<ExtractedFeatures> features = extract_all(extractor, *image);
  if (features.ok()) {
    record.features = std::move(features->values);
    record.has_object = features->has_object;
  }
  return record;
}

// The tasks, handed out to threads one by one, and the one place where results are recorded.
class OutcomePhase {
 public:
  OutcomePhase(const Zoo& zoo, const ModelSet& models, std::span<const OutcomeTask> tasks,
               const OutcomeOptions& options, RunRecorder& recorder, Progress progress,
               ProgressMeter& meter)
      : zoo_(zoo),
        models_(models),
        tasks_(tasks),
        options_(options),
        recorder_(recorder),
        progress_(std::move(progress)),
        meter_(meter) {}

  Status run(int threads) {
    meter_.report(progress_);
    {
      std::vector<std::jthread> workers;
      try {
        for (int i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
      } catch (const std::exception& error) {
        stop(runtime_error(std::string("cannot start a thread: ") + error.what()));
      }
    }
    return status_.ok() ? recorder_.commit() : status_;
  }

 private:
  void work() noexcept {
    try {
      std::vector<ImageModel> models;
      models.reserve(zoo_.models.size());
      for (std::size_t i = 0; i < zoo_.models.size(); ++i) {
        models.emplace_back(zoo_.models[i], *models_.session(static_cast<ModelIndex>(i)));
      }
      Result<ImageFeatures> extractor = ImageFeatures::make(options_.features);
      if (!extractor.ok()) return stop(extractor.status());
      while (!stopped_) {
        const std::size_t task = next_.fetch_add(1);
        if (task >= tasks_.size()) return;
        record(measure(tasks_[task], models, *extractor, options_.limits));
      }
    } catch (const std::exception& error) {
      stop(runtime_error(std::string("out of memory: use fewer threads: ") + error.what()));
    }
  }

  void record(const ItemRecord& result) {
    const std::lock_guard lock(mutex_);
    if (!status_.ok()) return;
    status_ = recorder_.add(result);
    stopped_ = !status_.ok();
    if (stopped_) return;
    ++progress_.done;
    meter_.report(progress_);
  }

  void stop(Status status) {
    const std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = std::move(status);
    stopped_ = true;
  }

  const Zoo& zoo_;
  const ModelSet& models_;
  std::span<const OutcomeTask> tasks_;
  OutcomeOptions options_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};

  std::mutex mutex_;  // guards all below
  RunRecorder& recorder_;
  Progress progress_;
  ProgressMeter& meter_;
  Status status_;
};

}  // namespace

Status record_outcomes(const Zoo& zoo, const ModelSet& models, std::span<const OutcomeTask> tasks,
                       const OutcomeOptions& options, RunRecorder& recorder, Progress progress,
                       ProgressMeter& meter) {
  const int useful = static_cast<int>(std::min<std::size_t>(tasks.size(), 1024));
  OutcomePhase phase(zoo, models, tasks, options, recorder, std::move(progress), meter);
  return phase.run(std::clamp(options.threads, 1, std::max(useful, 1)));
}

}  // namespace rightsize

#include "lab/profile/outcomes.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/checksum.h"

namespace rightsize {
namespace {

ItemRecord measure(const OutcomeTask& task, Worker& worker, std::size_t models) {
  ItemRecord record;
  record.item = task.item.id;
  record.label = task.item.label;
  const Result<std::vector<std::byte>> bytes = bytes_of(*task.data);
  if (!bytes.ok()) {
    record.decoded = bytes.status();
    return record;
  }
  record.sha256 = sha256(*bytes);
  if (Status status = worker.load(*bytes); !status.ok()) {
    record.decoded = status.with_context(task.data->where);
    return record;
  }
  worker.describe(record);
  record.models.resize(models);
  for (std::size_t m = 0; m < models; ++m) {
    Elapsed not_kept;
    worker.run(static_cast<ModelIndex>(m), record.models[m], not_kept, not_kept);
  }
  Result<ExtractedFeatures> features = worker.features();
  if (features.ok()) {
    record.features = std::move(features->values);
    record.has_object = features->has_object;
  }
  return record;
}

// The tasks, handed out to threads one by one, and the one place where results are recorded.
class OutcomePhase {
 public:
  OutcomePhase(const Zoo& zoo, const Workload& workload, std::span<const OutcomeTask> tasks,
               RunRecorder& recorder, Progress progress, ProgressMeter& meter)
      : models_(zoo.models.size()),
        workload_(workload),
        tasks_(tasks),
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
      const Result<std::unique_ptr<Worker>> worker = workload_.make_worker();
      if (!worker.ok()) return stop(worker.status());
      while (!stopped_) {
        const std::size_t task = next_.fetch_add(1);
        if (task >= tasks_.size()) return;
        record(measure(tasks_[task], **worker, models_));
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

  std::size_t models_;
  const Workload& workload_;
  std::span<const OutcomeTask> tasks_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};

  std::mutex mutex_;  // guards all below
  RunRecorder& recorder_;
  Progress progress_;
  ProgressMeter& meter_;
  Status status_;
};

}  // namespace

Status record_outcomes(const Zoo& zoo, const Workload& workload, std::span<const OutcomeTask> tasks,
                       int threads, RunRecorder& recorder, Progress progress,
                       ProgressMeter& meter) {
  const int useful = static_cast<int>(std::min<std::size_t>(tasks.size(), 1024));
  OutcomePhase phase(zoo, workload, tasks, recorder, std::move(progress), meter);
  return phase.run(std::clamp(threads, 1, std::max(useful, 1)));
}

}  // namespace rightsize

#include "lab/profile/outcomes.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/checksum.h"
#include "core/passing.h"

namespace rightsize {
namespace {

// What is to be recorded of an item; nothing where a retry changes nothing.
using Measured = Result<std::optional<ItemRecord>>;

Status passing_of(const Status& fault, const OutcomeTask& task) {
  return fault.with_context(
      task.data->where +
      ": nothing is recorded of it; run the same command again when there is enough of what lacks");
}

// An item that was decoded once keeps what was recorded of it.
Measured unreadable(ItemRecord record, const Status& fault, const OutcomeTask& task) {
  if (is_passing(fault)) return passing_of(fault, task);
  if (task.item.status == ItemStatus::kDecoded) return std::optional<ItemRecord>();
  record.decoded = fault;
  return std::optional(std::move(record));
}

Status add_features(Worker& worker, ItemRecord& record) {
  Result<ExtractedFeatures> features = worker.features();
  if (is_passing(features.status())) return features.status();
  if (!features.ok()) return {};
  record.features = std::move(features->values);
  record.has_object = features->has_object;
  return {};
}

Measured measure(const OutcomeTask& task, Worker& worker, std::size_t models) {
  ItemRecord record;
  record.item = task.item.id;
  record.label = task.item.label;
  const Result<std::vector<std::byte>> bytes = bytes_of(*task.data);
  if (!bytes.ok()) return unreadable(std::move(record), bytes.status(), task);
  record.sha256 = sha256(*bytes);
  if (Status status = worker.load(*bytes); !status.ok()) {
    return unreadable(std::move(record), status.with_context(task.data->where), task);
  }
  worker.describe(record);
  record.models.resize(models);
  for (ModelRecord& each : record.models) each.made = false;
  for (const ModelIndex model : task.models) {
    Elapsed not_kept;
    ModelRecord& own = record.models[model];
    own.made = true;
    worker.run(model, own, not_kept, not_kept);
    if (is_passing(own.status)) return passing_of(own.status, task);
  }
  if (task.models.size() == models) {
    if (Status status = add_features(worker, record); !status.ok()) return passing_of(status, task);
  }
  return std::optional(std::move(record));
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
    const Status committed = recorder_.commit();  // also what was made before a fault
    return status_.ok() ? committed : status_;
  }

 private:
  void work() noexcept {
    try {
      const Result<std::unique_ptr<Worker>> worker = workload_.make_worker();
      if (!worker.ok()) return stop(worker.status());
      while (!stopped_) {
        const std::size_t task = next_.fetch_add(1);
        if (task >= tasks_.size()) return;
        const Measured measured = measure(tasks_[task], **worker, models_);
        if (!measured.ok()) return stop(measured.status());
        record(*measured);
      }
    } catch (const std::exception& error) {
      stop(status_of(error).with_context("use fewer threads"));
    }
  }

  void record(const std::optional<ItemRecord>& result) {
    const std::lock_guard lock(mutex_);
    if (!status_.ok()) return;
    if (result) status_ = recorder_.add(*result);
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

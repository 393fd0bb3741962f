#include "lab/profile/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/checksum.h"
#include "core/zoo_identity.h"
#include "lab/profile/device.h"
#include "lab/profile/feature_spec.h"
#include "lab/profile/file_lock.h"
#include "lab/profile/resources.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWaiting = "waiting for another profile to finish";

Status check_options(const ProfileOptions& options) {
  if (options.shards < 1 || options.shard < 1 || options.shard > options.shards) {
    return invalid_input(fmt::format("there is no shard {} of {}: shards count from 1",
                                     options.shard, options.shards));
  }
  if (!(options.timing.tolerance > 0.0)) return invalid_input("the tolerance must be above 0");
  if (options.timing.max_passes < 1) return invalid_input("there must be at least one timing pass");
  if (options.threads < 0) return invalid_input("the number of threads cannot be negative");
  if (options.timing.items < 0)
    return invalid_input("the number of timed items cannot be negative");
  return ImageFeatures::make(options.features).status();
}

RunHeader header_of(const Zoo& zoo, const DataSet& data, const Runtime& runtime,
                    const ProfileOptions& options) {
  RunHeader header;
  header.zoo = zoo;
  header.provenance = {new_run_id(),   data.name, device_name(),
                       runtime.name(), utc_now(), options.version};
  header.shard = options.shard;
  header.shards = options.shards;
  header.features = recorded_features(zoo, options.features);
  header.items_sha256 = digest_of(data.items);
  return header;
}

Result<std::unique_ptr<Workload>> open_models(const Zoo& zoo, const ProfileOptions& options,
                                              const std::shared_ptr<Runtime>& runtime) {
  std::vector<ModelIndex> all(zoo.models.size());
  std::iota(all.begin(), all.end(), ModelIndex{0});
  return open_workload(zoo, all, options.models, runtime, {options.limits, options.features});
}

// Is what the item is made of no longer what was recorded? What cannot be read now is not: its
// outcomes are those of what could be read.
bool has_changed(const StoredItem& item, const DataItem& data) {
  const Result<std::vector<std::byte>> bytes = bytes_of(data);
  return bytes.ok() && sha256(*bytes) != item.sha256;
}

// Outcomes of something else must not be mixed with those of what is there now.
Status check_unchanged(const std::vector<StoredItem>& items, const DataSet& data,
                       const RunHeader& header) {
  std::vector<const DataItem*> changed;
  for (const StoredItem& item : items) {
    const DataItem& now = data.items[static_cast<std::size_t>(item.id)];
    if (header.owns(item.id) && item.status == ItemStatus::kDecoded && has_changed(item, now)) {
      changed.push_back(&now);
    }
  }
  if (changed.empty()) return {};
  return mismatch(fmt::format(
      "{}: is not what its recorded outcomes were made of ({} of the inputs {}): put back what was "
      "profiled, or profile into another file",
      changed.front()->where, changed.size(),
      changed.size() == 1 ? "has changed" : "have changed"));
}

// A file that is refused stays as it is.
Status check_belongs(const RunHeader& wanted, const DataSet& data, const fs::path& path) {
  Result<RunStore> store = RunStore::open_to_check(path);
  if (!store.ok()) return store.status();
  if (Status status = store->check_newest(); !status.ok()) return status;
  const RunHeader& found = store->header();
  const Status same = check_same_origin(found, path.string(), wanted, "this profile");
  if (!same.ok()) {
    return Status(same.code(), same.message() + "; profile into another file, or delete this one");
  }
  if (found.shard != wanted.shard || found.shards != wanted.shards) {
    return mismatch(
        fmt::format("{}: holds shard {}/{}, this profile is of shard {}/{}; give each "
                    "shard a file of its own",
                    path.string(), found.shard, found.shards, wanted.shard, wanted.shards));
  }
  const Result<std::vector<StoredItem>> items = store->items();
  if (!items.ok()) return items.status();
  const bool same_items = std::equal(items->begin(), items->end(), data.items.begin(),
                                     data.items.end(), [](const StoredItem& a, const DataItem& b) {
                                       return a.name == b.name && a.label == b.label;
                                     });
  if (!same_items) return invalid_input(path.string() + ": the file is damaged (items)");
  return check_unchanged(*items, data, wanted).with_context(path.string());
}

Result<RunStore> create_or_resume(const RunHeader& wanted, const DataSet& data,
                                  const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return RunStore::create(path, wanted, pending_items(data));
  if (Status status = check_belongs(wanted, data, path); !status.ok()) return status;
  return RunStore::open(path);
}

// [item]: the models that failed on it.
Result<std::vector<std::vector<ModelIndex>>> failed_models(RunStore& store, std::size_t items) {
  Result<Statement> select =
      store.database().prepare("SELECT item, model FROM outcomes WHERE status = 1");
  if (!select.ok()) return select.status();
  std::vector<std::vector<ModelIndex>> failed(items);
  const auto models = static_cast<std::int64_t>(store.header().zoo.models.size());
  const Status status = for_each_row(*select, [&]() -> Status {
    const auto item = select->integer(0, 0, static_cast<std::int64_t>(items) - 1);
    if (!item.ok()) return item.status();
    const auto model = select->integer(1, 0, models - 1);
    if (!model.ok()) return model.status();
    failed[static_cast<std::size_t>(*item)].push_back(static_cast<ModelIndex>(*model));
    return {};
  });
  return status.ok() ? Result<std::vector<std::vector<ModelIndex>>>(std::move(failed)) : status;
}

// What is not recorded yet, and what failed: a failure may have passed by now.
Result<std::vector<OutcomeTask>> tasks_of(RunStore& store, const std::vector<StoredItem>& items,
                                          const DataSet& data) {
  auto failed = failed_models(store, items.size());
  if (!failed.ok()) return failed.status();
  std::vector<ModelIndex> all(store.header().zoo.models.size());
  std::iota(all.begin(), all.end(), ModelIndex{0});
  std::vector<OutcomeTask> tasks;
  for (const StoredItem& item : items) {
    const auto id = static_cast<std::size_t>(item.id);
    const bool decoded = item.status == ItemStatus::kDecoded;
    std::vector<ModelIndex> models = decoded ? std::move((*failed)[id]) : all;
    if (!store.header().owns(item.id) || models.empty()) continue;
    tasks.push_back({item, &data.items[id], std::move(models)});
  }
  return tasks;
}

std::size_t count_pending(const std::vector<OutcomeTask>& tasks) {
  return static_cast<std::size_t>(std::count_if(
      tasks.begin(), tasks.end(),
      [](const OutcomeTask& task) { return task.item.status == ItemStatus::kPending; }));
}

class Profile {
 public:
  Profile(RunStore& store, RunRecorder& recorder, const Zoo& zoo, const DataSet& data,
          const Workload& workload, const std::shared_ptr<Runtime>& runtime,
          const ProfileOptions& options, const ProgressSink& sink)
      : store_(store),
        recorder_(recorder),
        zoo_(zoo),
        data_(data),
        workload_(workload),
        runtime_(runtime),
        options_(options),
        meter_(sink) {}

  Result<ProfileSummary> run() {
    Result<ProfileSummary> summary = measure();
    const Status closed = store_.finish();  // also after a fault
    return summary.ok() && !closed.ok() ? Result<ProfileSummary>(closed) : summary;
  }

 private:
  Result<FileLock> wait_for_machine(FileLock::Kind kind) {
    return lock_machine(kind, [this] { meter_.report({kWaiting, 0, 1}); });
  }

  Result<ProfileSummary> measure() {
    ProfileSummary summary;
    if (Status status = make_outcomes(summary); !status.ok()) return status;
    if (Status status = measure_costs(summary); !status.ok()) return status;
    Result<RunSummary> run = summarise(store_);
    if (!run.ok()) return run.status();
    summary.run = std::move(*run);
    return summary;
  }

  Status make_outcomes(ProfileSummary& summary) {
    const Result<std::vector<StoredItem>> items = store_.items();
    if (!items.ok()) return items.status();
    const Result<std::vector<OutcomeTask>> tasks = tasks_of(store_, *items, data_);
    if (!tasks.ok()) return tasks.status();
    const auto owned = static_cast<std::size_t>(
        std::count_if(items->begin(), items->end(),
                      [&](const StoredItem& item) { return store_.header().owns(item.id); }));
    summary.made = count_pending(*tasks);
    summary.found = owned - summary.made;
    summary.tried_again = tasks->size() - summary.made;
    if (tasks->empty()) return {};
    const Result<FileLock> lock = wait_for_machine(FileLock::Kind::kShared);
    if (!lock.ok()) return lock.status();
    const int threads = options_.threads > 0 ? options_.threads : allowed_cores();
    return record_outcomes(store_.header().zoo, workload_, *tasks, threads, recorder_,
                           {"outcomes", owned - tasks->size(), owned}, meter_);
  }

  // What depends on nothing else running on the machine.
  Status measure_costs(ProfileSummary& summary) {
    const Result<RunSummary> outcomes = summarise(store_);
    if (!outcomes.ok()) return outcomes.status();
    if (outcomes->failed == outcomes->items) {
      return invalid_input(fmt::format("none of the {} inputs could be read; the first: {}",
                                       outcomes->items, outcomes->first_error));
    }
    const Result<FileLock> lock = wait_for_machine(FileLock::Kind::kExclusive);
    if (!lock.ok()) return lock.status();
    if (Status status = record_resources(store_, zoo_, options_.models, runtime_, meter_);
        !status.ok()) {
      return status;
    }
    Result<TimingResult> timing =
        record_timing(store_, data_, workload_, options_.timing, recorder_, meter_);
    if (!timing.ok()) return timing.status();
    summary.timing = *timing;
    const Status complete = store_.set_timing_tolerance(options_.timing.tolerance);
    if (!complete.ok()) return complete;
    return record_energy(store_, data_, workload_, options_.energy, options_.timing, meter_);
  }

  RunStore& store_;
  RunRecorder& recorder_;
  const Zoo& zoo_;
  const DataSet& data_;
  const Workload& workload_;
  const std::shared_ptr<Runtime>& runtime_;
  const ProfileOptions& options_;
  ProgressMeter meter_;
};

// Keeps a second profile off the same file; gone with the process, or at the end.
class OutputLock {
 public:
  static Result<OutputLock> take(const fs::path& output) {
    Result<std::optional<FileLock>> lock =
        FileLock::try_lock(output.string() + ".lock", FileLock::Kind::kExclusive);
    if (!lock.ok()) return lock.status();
    if (!lock->has_value()) {
      return io_error(output.string() + ": another profile is writing this file");
    }
    return OutputLock(std::move(**lock));
  }
  OutputLock(OutputLock&&) noexcept = default;
  OutputLock& operator=(OutputLock&&) = delete;
  ~OutputLock() { lock_.remove(); }

 private:
  explicit OutputLock(FileLock lock) : lock_(std::move(lock)) {}
  FileLock lock_;
};

// How messages tell data sets of one name apart.
std::string short_digest(const std::string& digest) { return digest.substr(0, 8); }

}  // namespace

Status check_same_origin(const RunHeader& a, const std::string& a_name, const RunHeader& b,
                         const std::string& b_name) {
  const auto differ = [&](const char* what, const std::string& of_a, const std::string& of_b) {
    return mismatch(fmt::format("{} and {} differ in their {}: {} against {}", a_name, b_name, what,
                                of_a, of_b));
  };
  if (const auto zoo = difference_of_zoos(a.zoo, b.zoo)) {
    return differ(("zoo (" + zoo->field + ")").c_str(), zoo->a, zoo->b);
  }
  const Provenance& pa = a.provenance;
  const Provenance& pb = b.provenance;
  if (a.items_sha256 != b.items_sha256) {
    return differ("data set (names or labels of the items)",
                  fmt::format("'{}' ({})", pa.data, short_digest(a.items_sha256)),
                  fmt::format("'{}' ({})", pb.data, short_digest(b.items_sha256)));
  }
  if (a.features != b.features) {
    return differ("features", to_json_text(a.features), to_json_text(b.features));
  }
  if (pa.device != pb.device) return differ("device", pa.device, pb.device);
  if (pa.runtime != pb.runtime) return differ("runtime", pa.runtime, pb.runtime);
  return {};
}

Result<ProfileSummary> profile(const Zoo& zoo, const DataSet& data,
                               const std::shared_ptr<Runtime>& runtime,
                               const ProfileOptions& options, const ProgressSink& sink) {
  if (Status status = check_options(options); !status.ok()) return status;
  const Result<std::unique_ptr<Workload>> workload = open_models(zoo, options, runtime);
  if (!workload.ok()) return workload.status();
  const Result<OutputLock> lock = OutputLock::take(options.output);
  if (!lock.ok()) return lock.status();
  Result<RunStore> store =
      create_or_resume(header_of(zoo, data, *runtime, options), data, options.output);
  if (!store.ok()) return store.status();
  Result<RunRecorder> recorder = RunRecorder::make(store->database(), zoo, options.commit_every);
  if (!recorder.ok()) return recorder.status();
  return Profile(*store, *recorder, zoo, data, **workload, runtime, options, sink).run();
}

}  // namespace rightsize

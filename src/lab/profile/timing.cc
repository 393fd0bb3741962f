#include "lab/profile/timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "core/passing.h"
#include "lab/profile/device.h"
#include "lab/profile/median.h"
#include "lab/profile/samples.h"
#include "lab/profile/timed_items.h"

namespace rightsize {
namespace {

constexpr int kWarmUpRuns = 3;

class TimingPhase {
 public:
  TimingPhase(std::size_t models, std::span<const StoredItem> items, const DataSet& data,
              Worker& worker, const TimingOptions& options, RunRecorder& recorder,
              ProgressMeter& meter)
      : items_(items),
        data_(data),
        options_(options),
        recorder_(recorder),
        meter_(meter),
        worker_(worker),
        inference_(models) {}

  Result<TimingResult> run(const std::vector<std::int64_t>& timed, const Samples& found) {
    load(found);
    std::set<std::int64_t> not_timed;
    TimingResult result;
    for (int pass = 0; pass < options_.max_passes; ++pass) {
      const std::vector<ModelIndex> active = models_to_run(pass);
      if (active.empty()) break;
      const Status status = run_pass(pass, timed, active, not_timed);
      if (!status.ok()) return status;
      if (not_timed.size() == timed.size()) {
        return not_found("latencies cannot be measured: the inputs are gone or have changed");
      }
      result.passes = pass + 1;
    }
    result.not_timed = not_timed.size();
    if (Status status = recorder_.commit(); !status.ok()) return status;
    return result;
  }

 private:
  void load(const Samples& found) {
    for (const ItemSample& sample : found.decode) done_.emplace(sample.pass, sample.item);
    for (std::size_t i = 0; i < inference_.size(); ++i) {
      for (const StoredModelSample& sample : found.models[i]) {
        inference_[i].emplace_back(sample.pass, sample.inference.cpu);
      }
    }
  }

  // Decided by the samples of earlier passes alone, so that it is the same after an interruption.
  std::vector<ModelIndex> models_to_run(int pass) const {
    std::vector<ModelIndex> active;
    for (std::size_t i = 0; i < inference_.size(); ++i) {
      std::vector<Nanoseconds> earlier;
      for (const auto& [sample_pass, cpu] : inference_[i]) {
        if (sample_pass < pass) earlier.push_back(cpu);
      }
      const MedianInterval interval = median_interval(std::move(earlier));
      if (interval.samples < kFewestSamples || interval.relative_width() > options_.tolerance) {
        active.push_back(static_cast<ModelIndex>(i));
      }
    }
    return active;
  }

  Status run_pass(int pass, std::vector<std::int64_t> items, const std::vector<ModelIndex>& active,
                  std::set<std::int64_t>& not_timed) {
    sort_by_rank(items, pass);
    const auto is_done = [&](std::int64_t item) { return done_.contains({pass, item}); };
    Progress progress{fmt::format("timing, pass {}", pass + 1),
                      static_cast<std::size_t>(std::count_if(items.begin(), items.end(), is_done)),
                      items.size()};
    meter_.report(progress);
    for (const std::int64_t item : items) {
      if (is_done(item)) continue;
      const Result<std::vector<std::byte>> bytes = read_unchanged(data_, items_, item);
      if (is_passing(bytes.status())) return bytes.status();
      if (!bytes.ok()) {
        not_timed.insert(item);
      } else if (Status status = time_item(pass, item, *bytes, active); !status.ok()) {
        return status;
      }
      ++progress.done;
      meter_.report(progress);
    }
    return {};
  }

  Status time_item(int pass, std::int64_t item, const std::vector<std::byte>& bytes,
                   const std::vector<ModelIndex>& active) {
    const Stopwatch decoding;
    const Status loaded = worker_.load(bytes);
    TimingRecord record{item, pass, decoding.elapsed(), {}, {}};
    if (!loaded.ok()) return loaded.with_context(data_.items[static_cast<std::size_t>(item)].where);
    warm_up();
    Result<ExtractedFeatures> features = worker_.features();
    if (features.ok()) record.features = std::move(features->times);
    // Each model is first in turn, so that none always finds the caches as decoding left them.
    const std::size_t first = rank_of(item, pass) % active.size();
    for (std::size_t i = 0; i < active.size(); ++i) {
      const ModelIndex model = active[(first + i) % active.size()];
      ModelSample sample{model, {}, {}};
      // A failure has its cost too; whether the model failed is in its outcome.
      worker_.run(model, outcome_, sample.preprocess, sample.inference);
      if (is_passing(outcome_.status)) return outcome_.status;
      record.models.push_back(sample);
      inference_[model].emplace_back(pass, sample.inference.cpu);
    }
    return recorder_.add(record);
  }

  void warm_up() {
    if (std::exchange(warm_, true)) return;
    for (std::size_t model = 0; model < inference_.size(); ++model) {
      for (int run = 0; run < kWarmUpRuns; ++run) {
        Elapsed not_kept;
        worker_.run(static_cast<ModelIndex>(model), outcome_, not_kept, not_kept);
      }
    }
    for (int run = 0; run < kWarmUpRuns; ++run) static_cast<void>(worker_.features());
  }

  std::span<const StoredItem> items_;
  const DataSet& data_;
  TimingOptions options_;
  RunRecorder& recorder_;
  ProgressMeter& meter_;
  Worker& worker_;
  std::set<std::pair<int, std::int64_t>> done_;  // (pass, item) found in the file
  std::vector<std::vector<std::pair<int, Nanoseconds>>> inference_;  // [model]: (pass, CPU time)
  ModelRecord outcome_;
  bool warm_ = false;
};

}  // namespace

Result<TimingResult> record_timing(RunStore& store, const DataSet& data, const Workload& workload,
                                   const TimingOptions& options, RunRecorder& recorder,
                                   ProgressMeter& meter) {
  const Result<std::vector<StoredItem>> items = store.items();
  if (!items.ok()) return items.status();
  const Result<Samples> found = read_samples(store);
  if (!found.ok()) return found.status();
  const Result<PinnedThread> pinned = PinnedThread::pin();
  if (!pinned.ok()) return pinned.status();
  const Result<std::unique_ptr<Worker>> worker = workload.make_worker();
  if (!worker.ok()) return worker.status();
  TimingPhase phase(store.header().zoo.models.size(), *items, data, **worker, options, recorder,
                    meter);
  return phase.run(draw_timed_items(*items, store.header(), options.items), *found);
}

}  // namespace rightsize

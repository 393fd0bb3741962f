#include "lab/profile/energy.h"

#include <fmt/format.h>

#include <functional>
#include <thread>
#include <vector>

#include "lab/profile/device.h"
#include "lab/profile/energy_blocks.h"
#include "lab/profile/timed_items.h"

namespace rightsize {
namespace {

constexpr std::size_t kFilesOfABlock = 32;
constexpr std::size_t kImagesOfABlock = 8;  // for features, whose cost depends on the image

// The inputs of the blocks: the timed items in turn, those left out whose file is gone or has
// changed.
class BlockItems {
 public:
  BlockItems(const DataSet& data, std::span<const StoredItem> items,
             const std::vector<std::int64_t>& timed)
      : data_(data), items_(items), timed_(timed) {}

  // Of the next item at or after the `position`-th that there is.
  Result<std::vector<std::byte>> file(std::size_t position) const {
    for (std::size_t i = 0; i < timed_.size(); ++i) {
      const std::int64_t item = timed_[(position + i) % timed_.size()];
      Result<std::vector<std::byte>> bytes = read_unchanged(data_, items_, item);
      if (bytes.ok()) return bytes;
    }
    return not_found("energy cannot be measured: the inputs are gone or have changed");
  }

  Result<std::vector<std::vector<std::byte>>> files(std::size_t position, std::size_t count) const {
    std::vector<std::vector<std::byte>> files;
    for (std::size_t i = 0; i < std::min(count, timed_.size()); ++i) {
      Result<std::vector<std::byte>> next = file(position + i);
      if (!next.ok()) return next.status();
      files.push_back(std::move(*next));
    }
    return files;
  }

 private:
  const DataSet& data_;
  std::span<const StoredItem> items_;
  const std::vector<std::int64_t>& timed_;
};

class EnergyPhase {
 public:
  EnergyPhase(RunStore& store, const BlockItems& inputs, const Workload& workload,
              const EnergyOptions& options, double tolerance, RunEnergy found,
              ProgressMeter& progress)
      : store_(store),
        inputs_(inputs),
        workload_(workload),
        options_(options),
        tolerance_(tolerance),
        energy_(std::move(found)),
        progress_(progress),
        models_(static_cast<int>(store.header().zoo.models.size())),
        first_work_(store.header().features.set.empty() ? 0 : kFirstWork) {}

  Status run() {
    if (unknown_works().empty()) return {};
    SensorResult sensor = options_.open_sensor();
    if (!sensor.ok()) return give_up(sensor.status());
    const std::string& name = (*sensor)->name();
    if (!energy_.idle.empty() && energy_.idle.front().sensor != name) {
      return give_up(mismatch(fmt::format("this run's energy was measured by {}, now there is {}",
                                          energy_.idle.front().sensor, name)));
    }
    Result<std::unique_ptr<Worker>> worker = workload_.make_worker();
    if (!worker.ok()) return worker.status();
    worker_ = std::move(*worker);
    EnergyMeter meter(std::move(*sensor));
    const Result<PinnedThread> pinned = PinnedThread::pin();  // after the meter was made, see there
    if (!pinned.ok()) return give_up(pinned.status());
    return measure_all(meter);
  }

 private:
  Status give_up(const Status& reason) { return store_.set_no_energy(reason.message()); }

  std::vector<int> unknown_works() {
    std::vector<int> works;
    for (int work = first_work_; work < models_; ++work) {
      const MeanInterval known = mean_interval(energy_.of(work));
      if (known.relative_width() > tolerance_ &&
          known.samples < static_cast<std::size_t>(options_.most_blocks)) {
        works.push_back(work);
      }
    }
    return works;
  }

  Status measure_all(EnergyMeter& meter) {
    const auto works = static_cast<std::size_t>(models_ - first_work_);
    progress_.report({"energy", works - unknown_works().size(), works});
    const Result<IdlePower> idle = meter.measure_idle(
        options_.idle_windows, [&] { std::this_thread::sleep_for(options_.idle_window); });
    if (!idle.ok()) return give_up(idle.status());
    if (idle->watts <= 0) {
      return give_up(invalid_input(fmt::format(
          "{} stands still: an idle machine of 0 W is none; virtual machines have such counters",
          idle->sensor)));
    }
    const auto session = static_cast<int>(energy_.idle.size());
    if (Status status = insert_idle(store_, session, *idle); !status.ok()) return status;
    for (std::vector<int> unknown = unknown_works(); !unknown.empty(); unknown = unknown_works()) {
      for (const int work : unknown) {
        Result<EnergyBlock> block = measure(meter, work);
        if (!block.ok()) return give_up(block.status());
        block->session = session;
        if (Status status = insert_block(store_, *block); !status.ok()) return status;
        energy_.of(work).push_back(block->joules_above(*idle));
      }
      progress_.report({"energy", works - unknown_works().size(), works});
    }
    return store_.set_no_energy("");
  }

  Result<EnergyBlock> measure(EnergyMeter& meter, int work) {
    const std::size_t number = energy_.of(work).size();
    if (work == kDecoding) {
      const auto files = inputs_.files(number * kFilesOfABlock, kFilesOfABlock);
      if (!files.ok()) return files.status();
      return measure(meter, work, [&] {
        for (const auto& file : *files) static_cast<void>(worker_->load(file));
        return static_cast<int>(files->size());
      });
    }
    if (work == kFeatures) return measure_features(meter, number);
    const Result<std::vector<std::byte>> file = inputs_.file(number);
    if (!file.ok()) return file.status();
    if (Status status = worker_->load(*file); !status.ok()) return status;
    return measure(meter, work, [&] {
      Elapsed not_kept;
      // A failure has its cost too; whether the model failed is in its outcome.
      worker_->run(static_cast<ModelIndex>(work), outcome_, not_kept, not_kept);
      return 1;
    });
  }

  Result<EnergyBlock> measure_features(EnergyMeter& meter, std::size_t number) {
    const auto files = inputs_.files(number * kImagesOfABlock, kImagesOfABlock);
    if (!files.ok()) return files.status();
    std::vector<std::unique_ptr<Worker>> loaded;  // one for each image
    for (const auto& file : *files) {
      Result<std::unique_ptr<Worker>> worker = workload_.make_worker();
      if (!worker.ok()) return worker.status();
      if (Status status = (*worker)->load(file); !status.ok()) return status;
      loaded.push_back(std::move(*worker));
    }
    return measure(meter, kFeatures, [&] {
      for (const auto& worker : loaded) static_cast<void>(worker->features());
      return static_cast<int>(loaded.size());
    });
  }

  // `once` does the work and says how many runs that were.
  Result<EnergyBlock> measure(EnergyMeter& meter, int work, const std::function<int()>& once) {
    EnergyBlock block;
    block.work = work;
    block.block = static_cast<int>(energy_.of(work).size());
    once();  // to warm up
    const Result<EnergyUse> use = meter.measure([&] {
      const Nanoseconds end = wall_now() + options_.block;
      do {
        block.runs += once();
      } while (wall_now() < end);
    });
    if (!use.ok()) return use.status();
    block.use = *use;
    return block;
  }

  RunStore& store_;
  const BlockItems& inputs_;
  const Workload& workload_;
  const EnergyOptions& options_;
  double tolerance_;
  RunEnergy energy_;
  ProgressMeter& progress_;
  int models_;
  int first_work_;  // of those that energy is measured of
  std::unique_ptr<Worker> worker_;
  ModelRecord outcome_;
};

}  // namespace

Status record_energy(RunStore& store, const DataSet& data, const Workload& workload,
                     const EnergyOptions& options, const TimingOptions& timing,
                     ProgressMeter& progress) {
  const Result<std::vector<StoredItem>> items = store.items();
  if (!items.ok()) return items.status();
  Result<RunEnergy> found = read_energy(store);
  if (!found.ok()) return found.status();
  const std::vector<std::int64_t> timed = draw_timed_items(*items, store.header(), timing.items);
  const BlockItems inputs(data, *items, timed);
  EnergyPhase phase(store, inputs, workload, options, timing.tolerance, std::move(*found),
                    progress);
  return phase.run();
}

}  // namespace rightsize

#include "lab/profile/read_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/profile/blob.h"
#include "lab/profile/energy_blocks.h"
#include "lab/profile/features.h"
#include "lab/profile/resources.h"
#include "lab/profile/samples.h"
#include "lab/profile/translations.h"

namespace rightsize {
namespace {

Status damaged(const Database& database, const std::string& what) {
  return invalid_input(fmt::format("{}: the file is damaged ({})", database.path(), what));
}

// Fills the table but for the times. `rows` gives the table's row of each item id, -1 for none.
Status read_cells(Database& database, const std::vector<std::ptrdiff_t>& rows,
                  OutcomeTable& table) {
  Result<Statement> select = database.prepare(
      "SELECT item, model, status, max_probability, margin, entropy, top, rest FROM outcomes "
      "ORDER BY item, model");
  if (!select.ok()) return select.status();
  std::size_t next = 0;  // the cell that must come now
  for (;; ++next) {
    const Result<bool> row = select->step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const std::int64_t item = select->integer(0);
    const std::int64_t model = select->integer(1);
    if (next >= table.cells.size() || item < 0 || static_cast<std::size_t>(item) >= rows.size() ||
        rows[static_cast<std::size_t>(item)] !=
            static_cast<std::ptrdiff_t>(next / table.model_count()) ||
        model != static_cast<std::int64_t>(next % table.model_count())) {
      return damaged(database, fmt::format("outcome of item {}, model {}", item, model));
    }
    RecordedOutcome& cell = table.cells[next];
    cell.status = static_cast<TrialStatus>(select->integer(2));
    if (cell.status != TrialStatus::kOk) continue;
    if (table.zoo.task == kTranslation) continue;
    for (std::size_t i = 0; i < kClassSignalCount; ++i) {
      cell.outcome.signals[i] = select->real(3 + static_cast<int>(i));
    }
    cell.outcome.top.rest = static_cast<float>(select->real(7));
    if (!decode_top(select->blob(6), cell.outcome.top)) {
      return damaged(database, fmt::format("classes of item {}, model {}", item, model));
    }
  }
  return next == table.cells.size() ? Status() : damaged(database, "outcomes are missing");
}

// Puts into `result[row]` the median of `part` of the row's samples; rows without keep their value.
template <typename Sample>
void medians_by_item(const std::vector<Sample>& samples, Elapsed Sample::*part,
                     const std::vector<std::ptrdiff_t>& rows, std::vector<Elapsed>& result) {
  for (auto begin = samples.begin(); begin != samples.end();) {
    const auto end =
        std::find_if(begin, samples.end(), [&](const Sample& s) { return s.item != begin->item; });
    const std::vector<Sample> own(begin, end);
    const auto item = static_cast<std::size_t>(begin->item);
    if (item < rows.size() && rows[item] >= 0) {
      result[static_cast<std::size_t>(rows[item])] = {median(parts(own, part, &Elapsed::cpu)),
                                                      median(parts(own, part, &Elapsed::wall))};
    }
    begin = end;
  }
}

template <typename Sample>
Elapsed median_of(const std::vector<Sample>& samples, Elapsed Sample::*part) {
  return {median(parts(samples, part, &Elapsed::cpu)),
          median(parts(samples, part, &Elapsed::wall))};
}

void fill_feature_times(const std::vector<std::vector<ItemSample>>& groups,
                        const std::vector<std::ptrdiff_t>& rows, OutcomeTable& table) {
  table.feature_cpu.resize(table.item_count() * groups.size());
  table.feature_wall.resize(table.feature_cpu.size());
  for (std::size_t group = 0; group < groups.size(); ++group) {
    std::vector<Elapsed> times(table.item_count(), median_of(groups[group], &ItemSample::time));
    medians_by_item(groups[group], &ItemSample::time, rows, times);
    for (std::size_t item = 0; item < table.item_count(); ++item) {
      table.feature_cpu[item * groups.size() + group] = times[item].cpu;
      table.feature_wall[item * groups.size() + group] = times[item].wall;
    }
  }
}

// What the inference of a model takes on every row: of images the median over all, as their content
// does not matter; of sentences by their lengths.
std::vector<Elapsed> inference_times(const std::vector<StoredModelSample>& samples,
                                     std::size_t model, const std::vector<std::ptrdiff_t>& rows,
                                     const OutcomeTable& table) {
  constexpr auto kInference = &StoredModelSample::inference;
  if (table.zoo.task != kTranslation) return {table.item_count(), median_of(samples, kInference)};
  constexpr Elapsed kNotMeasured{Nanoseconds(-1), Nanoseconds(-1)};
  std::vector<Elapsed> medians(table.item_count(), kNotMeasured);
  medians_by_item(samples, kInference, rows, medians);
  std::vector<std::optional<Elapsed>> measured(medians.size());
  for (std::size_t row = 0; row < medians.size(); ++row) {
    if (medians[row].cpu >= Nanoseconds(0)) measured[row] = medians[row];
  }
  return times_by_length(table, model, measured);
}

void fill_times(const Samples& samples, const std::vector<std::ptrdiff_t>& rows,
                OutcomeTable& table) {
  std::vector<Elapsed> decode(table.item_count(), median_of(samples.decode, &ItemSample::time));
  medians_by_item(samples.decode, &ItemSample::time, rows, decode);
  for (const Elapsed& time : decode) {
    table.decode_cpu.push_back(time.cpu);
    table.decode_wall.push_back(time.wall);
  }
  fill_feature_times(samples.features, rows, table);
  for (std::size_t model = 0; model < table.model_count(); ++model) {
    const std::vector<StoredModelSample>& own = samples.models[model];
    const Elapsed usual = median_of(own, &StoredModelSample::inference);
    table.resources[model].cpu_cores = cpu_cores(usual.cpu, usual.wall);
    const std::vector<Elapsed> inference = inference_times(own, model, rows, table);
    std::vector<Elapsed> preprocess(table.item_count(),
                                    median_of(own, &StoredModelSample::preprocess));
    medians_by_item(own, &StoredModelSample::preprocess, rows, preprocess);
    for (std::size_t item = 0; item < table.item_count(); ++item) {
      RecordedOutcome& cell = table.cells[item * table.model_count() + model];
      cell.cpu = inference[item].cpu + preprocess[item].cpu;
      cell.wall = inference[item].wall + preprocess[item].wall;
    }
  }
}

std::optional<std::int64_t> mean_nanojoules(const std::vector<double>& joules) {
  if (joules.size() < kFewestForMean) return {};
  return std::llround(mean_interval(joules).mean * 1e9);
}

void fill_energy(const RunEnergy& energy, OutcomeTable& table) {
  table.decode_energy_nj = mean_nanojoules(energy.decoding);
  table.feature_energy_nj = mean_nanojoules(energy.features);
  for (std::size_t model = 0; model < table.model_count(); ++model) {
    const std::optional<std::int64_t> mean = mean_nanojoules(energy.models[model]);
    for (std::size_t item = 0; item < table.item_count(); ++item) {
      table.cells[item * table.model_count() + model].energy_nj = mean;
    }
  }
}

Status check_complete(RunStore& store, const std::vector<StoredItem>& items) {
  const std::string& path = store.database().path();
  const RunHeader& header = store.header();
  if (header.shards != 1) {
    return invalid_input(fmt::format("{}: is shard {} of {}: merge the shards first", path,
                                     header.shard, header.shards));
  }
  const auto pending = std::count_if(items.begin(), items.end(), [](const StoredItem& item) {
    return item.status == ItemStatus::kPending;
  });
  if (pending > 0) {
    return invalid_input(fmt::format(
        "{}: {} of {} items have no outcomes yet: run the same profile command again to finish it",
        path, pending, items.size()));
  }
  const Result<std::optional<double>> tolerance = store.timing_tolerance();
  if (!tolerance.ok()) return tolerance.status();
  if (!tolerance->has_value()) {
    return invalid_input(fmt::format(
        "{}: latencies are not measured yet: run the same profile command again to finish it",
        path));
  }
  return {};
}

Result<OutcomeTable> read_complete(RunStore& store) {
  const Result<std::vector<StoredItem>> items = store.items();
  if (!items.ok()) return items.status();
  if (Status status = check_complete(store, *items); !status.ok()) return status;

  OutcomeTable table;
  table.zoo = store.header().zoo;
  table.provenance = store.header().provenance;
  std::vector<std::ptrdiff_t> rows(items->size(), -1);
  for (std::size_t i = 0; i < items->size(); ++i) {
    const StoredItem& item = (*items)[i];
    if (item.id != static_cast<std::int64_t>(i)) return damaged(store.database(), "item numbers");
    if (item.status != ItemStatus::kDecoded) {
      ++table.failed_items;
      continue;
    }
    rows[i] = static_cast<std::ptrdiff_t>(table.items.size());
    table.items.push_back(item.name);
    table.contents.push_back(item.sha256);
    table.labels.push_back(item.label.value_or(-1));
  }
  table.cells.resize(table.items.size() * table.zoo.models.size());
  if (Status status = read_cells(store.database(), rows, table); !status.ok()) return status;
  if (table.zoo.task == kTranslation) {
    if (Status status = read_translations(store, rows, table); !status.ok()) return status;
  }
  if (Status status = read_features(store, rows, table); !status.ok()) return status;
  const Result<Samples> samples = read_samples(store);
  if (!samples.ok()) return samples.status();
  Result<std::vector<ModelResources>> resources = read_resources(store);
  if (!resources.ok()) return resources.status();
  table.resources = std::move(*resources);
  fill_times(*samples, rows, table);
  const Result<RunEnergy> energy = read_energy(store);
  if (!energy.ok()) return energy.status();
  fill_energy(*energy, table);
  return table;
}

}  // namespace

// Everything is read in one transaction: a profile may be writing at the same time.
Result<OutcomeTable> read_table(const std::filesystem::path& path) {
  Result<RunStore> store = RunStore::open_read_only(path);
  if (!store.ok()) return store.status();
  if (Status status = store->database().execute("BEGIN"); !status.ok()) return status;
  return read_complete(*store);
}

Result<OutcomeTable> read_table(const std::filesystem::path& path,
                                const std::vector<std::string>& left_out) {
  Result<OutcomeTable> table = read_table(path);
  if (!table.ok() || left_out.empty()) return table;
  return leave_out(*table, left_out);
}

}  // namespace rightsize

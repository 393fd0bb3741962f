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

// Fails where the answer is none that a model of the zoo can give.
Status read_answer(const Statement& row, const Zoo& zoo, ClassOutcome& outcome) {
  bool good = true;
  for (std::size_t i = 0; i < kClassSignalCount; ++i) {
    outcome.signals[i] = row.real(3 + static_cast<int>(i));
    good = good && std::isfinite(outcome.signals[i]);
  }
  const double rest = row.real(7);
  outcome.top.rest = static_cast<float>(rest);
  good = good && rest >= 0 && rest <= 1 && decode_top(row.blob(6), outcome.top);
  for (std::uint32_t i = 0; good && i < outcome.top.count; ++i) {
    const auto& [label, log_probability] = outcome.top.classes[i];
    good = label >= 0 && static_cast<std::size_t>(label) < zoo.classes.size() &&
           std::isfinite(log_probability) && log_probability <= 0;
  }
  return good ? Status() : invalid_input("classes or signals");
}

// Fills the table but for the times. `rows` gives the table's row of each item id, -1 for none.
Status read_cells(RunStore& store, const std::vector<std::ptrdiff_t>& rows, OutcomeTable& table) {
  Database& database = store.database();
  Result<Statement> select = database.prepare(
      "SELECT item, model, status, max_probability, margin, entropy, top, rest FROM outcomes "
      "ORDER BY item, model");
  if (!select.ok()) return select.status();
  std::size_t next = 0;  // the cell that must come now
  const Status status = for_each_row(*select, [&]() -> Status {
    const std::int64_t item = select->integer(0);
    const std::int64_t model = select->integer(1);
    const auto place = [&] { return fmt::format("outcome of item {}, model {}", item, model); };
    if (next >= table.cells.size() || item < 0 || static_cast<std::size_t>(item) >= rows.size() ||
        rows[static_cast<std::size_t>(item)] !=
            static_cast<std::ptrdiff_t>(next / table.model_count()) ||
        model != static_cast<std::int64_t>(next % table.model_count())) {
      return damaged(database, place());
    }
    RecordedOutcome& cell = table.cells[next++];
    const auto trial = select->integer(2, 0, static_cast<std::int64_t>(store.last_status()));
    if (!trial.ok()) return trial.status();
    cell.status = static_cast<TrialStatus>(*trial);
    if (cell.status != TrialStatus::kOk || table.zoo.task == kTranslation) return {};
    const Status answer = read_answer(*select, table.zoo, cell.outcome);
    return answer.ok() ? answer : damaged(database, answer.message() + " of the " + place());
  });
  if (!status.ok()) return status;
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
      // What is too short for the clock is not for nothing: costs are divided by.
      constexpr Nanoseconds kShortest{1};
      cell.cpu = std::max(kShortest, inference[item].cpu + preprocess[item].cpu);
      cell.wall = std::max(kShortest, inference[item].wall + preprocess[item].wall);
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
  if (Status status = read_cells(store, rows, table); !status.ok()) return status;
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
  if (Status status = check_sums(table); !status.ok())
    return damaged(store.database(), status.message());
  return table;
}

}  // namespace

Status check_sums(const OutcomeTable& table) {
  constexpr double kMost = 1e18;  // nanoseconds: 31 years; or nanojoules
  double time = 0;
  double energy = 0;
  const auto add = [](double& sum, double value) { sum += std::abs(value); };
  const auto add_times = [&](const std::vector<Nanoseconds>& times) {
    for (const Nanoseconds each : times) add(time, static_cast<double>(each.count()));
  };
  add_times(table.decode_cpu);
  add_times(table.decode_wall);
  add_times(table.feature_cpu);
  add_times(table.feature_wall);
  const double overhead = static_cast<double>(table.decode_energy_nj.value_or(0)) +
                          static_cast<double>(table.feature_energy_nj.value_or(0));
  add(energy, overhead * static_cast<double>(table.item_count()));
  for (const RecordedOutcome& cell : table.cells) {
    add(time, static_cast<double>(cell.cpu.count()));
    add(time, static_cast<double>(cell.wall.count()));
    add(energy, static_cast<double>(cell.energy_nj.value_or(0)));
  }
  if (time > kMost) return invalid_input("the times of all inputs together are above 31 years");
  if (energy > kMost) return invalid_input("the energies of all inputs together are above 1 GJ");
  return {};
}

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

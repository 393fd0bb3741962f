#include <algorithm>

#include "lab/profile/energy_blocks.h"
#include "lab/profile/read_run.h"
#include "lab/profile/resources.h"
#include "lab/profile/samples.h"

namespace rightsize {
namespace {

Status count_items(RunStore& store, RunSummary& summary) {
  const Result<std::vector<StoredItem>> items = store.items();
  if (!items.ok()) return items.status();
  for (const StoredItem& item : *items) {
    if (!summary.header.owns(item.id)) continue;
    ++summary.items;
    summary.pending += item.status == ItemStatus::kPending ? 1 : 0;
    if (item.status == ItemStatus::kFailed && summary.failed++ == 0) {
      summary.first_error = item.error;
    }
  }
  return {};
}

// Calls `read` with the summary of the model that the first column names.
template <typename Read>
Status for_each_model(Statement& query, RunSummary& summary, Read read) {
  return for_each_row(query, [&]() -> Status {
    const Result<std::int64_t> model =
        query.integer(0, 0, static_cast<std::int64_t>(summary.models.size()) - 1);
    if (!model.ok()) return model.status();
    read(summary.models[static_cast<std::size_t>(*model)]);
    return {};
  });
}

Status count_answers(RunStore& store, RunSummary& summary) {
  Result<Statement> select = store.database().prepare(
      "SELECT model, sum(status = 0), sum(status = 1), sum(status = 2), count(top1), "
      "sum(top1 = 1), sum(top5 = 1) "
      "FROM outcomes GROUP BY model");
  if (!select.ok()) return select.status();
  const auto count = [&](int column) { return static_cast<std::size_t>(select->integer(column)); };
  return for_each_model(*select, summary, [&](ModelSummary& own) {
    own.answered = count(1);
    own.failed = count(2);
    own.unanswered = count(3);
    own.labelled = count(4);
    own.top1 = count(5);
    own.top5 = count(6);
  });
}

Status find_first_errors(RunStore& store, RunSummary& summary) {
  Result<Statement> select = store.database().prepare(
      "SELECT model, error, min(item) FROM outcomes WHERE status = 1 GROUP BY model");
  if (!select.ok()) return select.status();
  return for_each_model(*select, summary,
                        [&](ModelSummary& own) { own.first_error = select->text(1); });
}

Status add_times(RunStore& store, RunSummary& summary) {
  const Result<Samples> samples = read_samples(store);
  if (!samples.ok()) return samples.status();
  summary.decode_cpu = median(parts(samples->decode, &ItemSample::time, &Elapsed::cpu));
  summary.decode_wall = median(parts(samples->decode, &ItemSample::time, &Elapsed::wall));
  for (const std::vector<ItemSample>& group : samples->features) {
    summary.features.push_back({median(parts(group, &ItemSample::time, &Elapsed::cpu)),
                                median(parts(group, &ItemSample::time, &Elapsed::wall))});
  }
  for (std::size_t i = 0; i < summary.models.size(); ++i) {
    const auto of = [&](Elapsed StoredModelSample::*part, Nanoseconds Elapsed::*clock) {
      return parts(samples->models[i], part, clock);
    };
    ModelSummary& model = summary.models[i];
    model.inference_cpu = median_interval(of(&StoredModelSample::inference, &Elapsed::cpu));
    model.inference_wall = median_interval(of(&StoredModelSample::inference, &Elapsed::wall));
    model.resources.cpu_cores = cpu_cores(model.inference_cpu.median, model.inference_wall.median);
    model.preprocess_cpu = median(of(&StoredModelSample::preprocess, &Elapsed::cpu));
    model.preprocess_wall = median(of(&StoredModelSample::preprocess, &Elapsed::wall));
  }
  const Result<std::optional<double>> tolerance = store.timing_tolerance();
  if (tolerance.ok()) summary.tolerance = *tolerance;
  return tolerance.status();
}

Status add_resources(RunStore& store, RunSummary& summary) {
  const Result<std::vector<ModelResources>> resources = read_resources(store);
  if (!resources.ok()) return resources.status();
  for (std::size_t i = 0; i < summary.models.size(); ++i) {
    summary.models[i].resources = (*resources)[i];
  }
  return {};
}

Status add_energy(RunStore& store, RunSummary& summary) {
  const Result<RunEnergy> energy = read_energy(store);
  if (!energy.ok()) return energy.status();
  summary.decode_energy = mean_interval(energy->decoding);
  summary.feature_energy = mean_interval(energy->features);
  for (std::size_t i = 0; i < summary.models.size(); ++i) {
    summary.models[i].energy = mean_interval(energy->models[i]);
  }
  if (!energy->idle.empty()) summary.idle = energy->idle.back();
  const Result<std::string> reason = store.no_energy();
  if (reason.ok()) summary.no_energy = *reason;
  return reason.status();
}

}  // namespace

Result<RunSummary> summarise(RunStore& store) {
  RunSummary summary;
  summary.header = store.header();
  for (const ModelSpec& model : summary.header.zoo.models) {
    summary.models.emplace_back().name = model.name;
  }
  for (const auto& step :
       {count_items, count_answers, find_first_errors, add_resources, add_times, add_energy}) {
    if (Status status = step(store, summary); !status.ok()) return status;
  }
  return summary;
}

Result<RunSummary> read_run_summary(const std::filesystem::path& path) {
  Result<RunStore> store = RunStore::open_read_only(path);
  if (!store.ok()) return store.status();
  if (Status status = store->database().execute("BEGIN"); !status.ok()) return status;
  return summarise(*store);
}

}  // namespace rightsize

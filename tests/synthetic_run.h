// For tests of commands: made-up outcomes as the run.db of a profile.
#pragma once

#include <filesystem>

#include "lab/profile/recorder.h"
#include "lab/profile/store.h"
#include "lab/synthetic_table.h"

namespace rightsize::test {

inline Status write_run(const std::filesystem::path& path, const OutcomeTable& table) {
  RunHeader header{
      .zoo = table.zoo, .provenance = table.provenance, .features = {}, .items_sha256 = {}};
  std::vector<StoredItem> items;
  for (std::size_t i = 0; i < table.item_count(); ++i) {
    items.push_back(
        {.id = static_cast<std::int64_t>(i), .name = table.items[i], .label = {}, .sha256 = {}});
  }
  Result<RunStore> store = RunStore::create(path, header, items);
  if (!store.ok()) return store.status();
  auto recorder = RunRecorder::make(store->database(), table.zoo, std::chrono::seconds(60));
  if (!recorder.ok()) return recorder.status();
  for (std::size_t i = 0; i < table.item_count(); ++i) {
    ItemRecord record{.item = static_cast<std::int64_t>(i), .label = {}, .decoded = {}};
    if (table.labels[i] >= 0) record.label = table.labels[i];
    TimingRecord timing{.item = record.item, .decode = {table.decode_cpu[i], table.decode_wall[i]}};
    for (std::size_t m = 0; m < table.model_count(); ++m) {
      const RecordedOutcome& cell = table.at(i, m);
      record.models.push_back({.status = {}, .outcome = cell.outcome, .translation = {}});
      timing.models.push_back({.model = static_cast<ModelIndex>(m),
                               .preprocess = {},
                               .inference = {cell.cpu, cell.wall}});
    }
    if (Status status = recorder->add(record); !status.ok()) return status;
    if (Status status = recorder->add(timing); !status.ok()) return status;
  }
  if (Status status = recorder->commit(); !status.ok()) return status;
  if (Status status = store->set_timing_tolerance(0.05); !status.ok()) return status;
  return store->finish();
}

}  // namespace rightsize::test

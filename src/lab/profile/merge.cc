#include "lab/profile/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lab/profile/energy_blocks.h"
#include "lab/profile/profile.h"
#include "lab/profile/read_run.h"
#include "lab/profile/store.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

// The target is `main`, the input is `src`. Items whose file or answers are not the same in both.
constexpr const char* kDisagreements = R"(
SELECT a.name FROM main.items a JOIN src.items b USING(id)
WHERE a.status != 0 AND b.status != 0 AND (
  a.status != b.status OR a.sha256 IS NOT b.sha256 OR EXISTS(
    SELECT 1 FROM main.outcomes p JOIN src.outcomes q USING(item, model)
    WHERE p.item = a.id AND (p.status != q.status OR p.label IS NOT q.label)) OR EXISTS(
    SELECT 1 FROM main.translations p JOIN src.translations q USING(item, model)
    WHERE p.item = a.id AND p.text != q.text))
ORDER BY a.id LIMIT 1)";

constexpr const char* kRepeated =
    "SELECT count(*) FROM main.items a JOIN src.items b USING(id) "
    "WHERE a.status != 0 AND b.status != 0";

constexpr const char* kCopy = R"(
UPDATE main.items AS a SET
  status = b.status, error = b.error, sha256 = b.sha256, width = b.width, height = b.height
  FROM src.items AS b WHERE a.id = b.id AND a.status = 0 AND b.status != 0;
INSERT OR IGNORE INTO main.outcomes SELECT * FROM src.outcomes;
INSERT OR IGNORE INTO main.sentences SELECT * FROM src.sentences;
INSERT OR IGNORE INTO main.translations SELECT * FROM src.translations;
INSERT OR IGNORE INTO main.decode_samples SELECT * FROM src.decode_samples;
INSERT OR IGNORE INTO main.timing_samples SELECT * FROM src.timing_samples;
INSERT OR IGNORE INTO main.features SELECT * FROM src.features;
INSERT OR IGNORE INTO main.feature_samples SELECT * FROM src.feature_samples;
INSERT OR IGNORE INTO main.resources SELECT * FROM src.resources;
INSERT OR IGNORE INTO main.idle_power SELECT * FROM src.idle_power;
INSERT OR IGNORE INTO main.energy_blocks SELECT * FROM src.energy_blocks)";

Status add_attached(Database& target, const fs::path& input, MergeSummary& summary) {
  {
    Result<Statement> disagreement = target.prepare(kDisagreements);
    if (!disagreement.ok()) return disagreement.status();
    const Result<bool> row = disagreement->step();
    if (!row.ok()) return row.status();
    if (*row) {
      return mismatch(fmt::format(
          "{}: item '{}' has another file or other answers than in the inputs before it: profile "
          "again with one set of files",
          input.string(), disagreement->text(0)));
    }
  }
  const Result<std::int64_t> repeated = target.query_integer(kRepeated);
  if (!repeated.ok()) return repeated.status();
  summary.repeated += static_cast<std::size_t>(*repeated);
  return target.execute(kCopy);
}

Status add(Database& target, const fs::path& input, MergeSummary& summary) {
  {
    Result<Statement> attach = target.prepare("ATTACH ? AS src");
    if (!attach.ok()) return attach.status();
    attach->bind_text(1, fs::absolute(input).string());
    if (Status status = attach->run(); !status.ok()) return status.with_context(input.string());
  }
  Status status = target.execute("BEGIN");
  if (status.ok()) status = add_attached(target, input, summary);
  if (status.ok()) status = target.execute("COMMIT");
  return status.ok() ? target.execute("DETACH src") : status;
}

// What the inputs have in common, and whether the timing of all is complete.
struct Origin {
  RunHeader header;
  std::vector<StoredItem> items;
  std::optional<double> tolerance;  // the widest
  std::string no_energy;            // the first reason that an input gives
  std::string sensor;               // of the energy; empty: none measured it
};

// Energies by different sensors cannot be told apart once they lie in one file.
Status add_energy_origin(RunStore& store, const fs::path& input, Origin& origin) {
  const Result<std::string> reason = store.no_energy();
  if (!reason.ok()) return reason.status();
  if (origin.no_energy.empty()) origin.no_energy = *reason;
  const Result<RunEnergy> energy = read_energy(store);
  if (!energy.ok()) return energy.status();
  for (const IdlePower& idle : energy->idle) {
    if (origin.sensor.empty()) origin.sensor = idle.sensor;
    if (origin.sensor == idle.sensor) continue;
    return mismatch(fmt::format("{}: its energy was measured by {}, in the inputs before it by {}",
                                input.string(), idle.sensor, origin.sensor));
  }
  return {};
}

Result<Origin> common_origin(const std::vector<fs::path>& inputs) {
  std::optional<Origin> origin;
  bool timing_complete = true;
  for (const fs::path& input : inputs) {
    Result<RunStore> store = RunStore::open_read_only(input);
    if (!store.ok()) return store.status();
    if (Status status = store->check_newest(); !status.ok()) return status;
    const Result<std::optional<double>> tolerance = store->timing_tolerance();
    if (!tolerance.ok()) return tolerance.status();
    timing_complete = timing_complete && tolerance->has_value();
    if (!origin) {
      Result<std::vector<StoredItem>> items = store->items();
      if (!items.ok()) return items.status();
      origin = Origin{store->header(), std::move(*items), *tolerance, {}, {}};
    }
    const Status same =
        check_same_origin(origin->header, inputs.front().string(), store->header(), input.string());
    if (!same.ok()) return same;
    origin->tolerance = std::max(origin->tolerance, *tolerance);
    if (Status status = add_energy_origin(*store, input, *origin); !status.ok()) return status;
  }
  if (!timing_complete) origin->tolerance.reset();
  origin->header.shard = origin->header.shards = 1;
  origin->header.provenance.run_id = new_run_id();
  origin->header.provenance.date = utc_now();
  return std::move(*origin);
}

Result<MergeSummary> merge_into(const fs::path& path, const Origin& origin,
                                const std::vector<fs::path>& inputs) {
  Result<RunStore> target = RunStore::create(path, origin.header, origin.items);
  if (!target.ok()) return target.status();
  MergeSummary summary;
  for (const fs::path& input : inputs) {
    const Status status = add(target->database(), input, summary);
    if (!status.ok()) return status;
  }
  const Result<std::int64_t> pending =
      target->database().query_integer("SELECT count(*) FROM items WHERE status = 0");
  if (!pending.ok()) return pending.status();
  summary.items = origin.items.size();
  summary.pending = static_cast<std::size_t>(*pending);
  summary.timing_complete = origin.tolerance.has_value();
  if (Status status = target->set_no_energy(origin.no_energy); !status.ok()) return status;
  // With items missing, the timing of the whole is not complete either.
  if (origin.tolerance && summary.pending == 0) {
    const Status status = target->set_timing_tolerance(*origin.tolerance);
    if (!status.ok()) return status;
  }
  if (Status status = target->finish(); !status.ok()) return status;
  return summary;
}

Status read_back(const fs::path& path, const MergeSummary& summary) {
  const bool complete = summary.pending == 0 && summary.timing_complete;
  return complete ? read_table(path).status() : read_run_summary(path).status();
}

}  // namespace

Result<MergeSummary> merge_runs(const std::vector<fs::path>& inputs, const fs::path& output) {
  if (inputs.empty()) return invalid_input("there is nothing to merge");
  std::error_code error;
  if (fs::exists(output, error)) {
    return invalid_input(
        fmt::format("{}: exists already: delete it or choose another name", output.string()));
  }
  const Result<Origin> origin = common_origin(inputs);
  if (!origin.ok()) return origin.status();
  const fs::path temporary = output.string() + ".merging";
  Result<MergeSummary> summary = merge_into(temporary, *origin, inputs);
  if (summary.ok()) {
    const Status readable = read_back(temporary, *summary);
    if (!readable.ok()) summary = readable.with_context("the inputs do not make a run");
  }
  if (summary.ok()) {
    fs::rename(temporary, output, error);
    if (error) return io_error(fmt::format("{}: {}", output.string(), error.message()));
  } else {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
      fs::remove(temporary.string() + suffix, error);
    }
  }
  return summary;
}

}  // namespace rightsize

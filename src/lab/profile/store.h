// run.db: the file of a profile. docs/file-formats.md describes its tables.
//
// A new file is made under the name PATH.new and renamed when its tables and its list of items are
// complete. While it is written it is in SQLite's WAL mode (PATH-wal and PATH-shm lie beside it);
// `finish` makes it one file again, which can be copied and read in a read-only folder.
//
// Threading: one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "lab/profile/dataset.h"
#include "lab/profile/schema.h"
#include "lab/profile/sqlite.h"
#include "lab/table.h"
#include "rightsize/status.h"

namespace rightsize {

// What a run belongs to; written when it is made and never changed.
struct RunHeader {
  Zoo zoo;
  Provenance provenance;
  int shard = 1;  // from 1; item i (from 0) belongs to shard i % shards + 1
  int shards = 1;
  FeatureSpec features;      // that are recorded
  std::string items_sha256;  // of the names and labels of all items, see `digest_of`

  bool owns(std::int64_t item) const { return item % shards == shard - 1; }
};

std::string digest_of(std::span<const DataItem> items);
std::string new_run_id();
std::string utc_now();  // ISO 8601

// On disk: do not change the numbers.
enum class ItemStatus : std::uint8_t { kPending = 0, kDecoded = 1, kFailed = 2 };

struct StoredItem {
  std::int64_t id = 0;  // position in the data set, from 0
  std::string name;
  std::optional<std::int32_t> label;
  ItemStatus status = ItemStatus::kPending;
  std::string sha256;   // of the file's bytes when its outcomes were made; empty if it was not read
  std::string error{};  // why it failed
};

class RunStore {
 public:
  // Makes the file, with all items pending. Nothing is left behind on failure.
  static Result<RunStore> create(const std::filesystem::path& path, const RunHeader& header,
                                 std::span<const StoredItem> items);
  // To go on recording. Only files of the newest schema version.
  static Result<RunStore> open(const std::filesystem::path& path);
  // To read; works on a read-only folder if the run was finished.
  static Result<RunStore> open_read_only(const std::filesystem::path& path);
  // To look whether to go on recording. A finished file stays as it is; what a killed profile left
  // half written is undone first, which takes a file that can be written.
  static Result<RunStore> open_to_check(const std::filesystem::path& path);

  const RunHeader& header() const { return header_; }
  Database& database() { return database_; }

  // Of the schema. A file of version 1 has no tables of energy and resources.
  int version() const { return version_; }
  // The largest that outcomes of the file may have.
  TrialStatus last_status() const {
    return version_ < kSchemaWithDoubts ? TrialStatus::kFailed : TrialStatus::kNoAnswer;
  }
  // Fails where the file is of an older version than this program writes.
  Status check_newest() const;

  // In the order of their ids, which are their positions; those of other shards included.
  Result<std::vector<StoredItem>> items();

  // The tolerance of the last complete timing phase; nothing where there was none.
  Result<std::optional<double>> timing_tolerance();
  Status set_timing_tolerance(double tolerance);

  // Why energy was not measured, or not to the end; empty where it was, or was not tried yet.
  Result<std::string> no_energy();
  Status set_no_energy(const std::string& reason);

  // Makes the file whole: nothing is left in side files.
  Status finish();

 private:
  static Result<RunStore> open_as(const std::filesystem::path& path, Database::Mode mode);
  explicit RunStore(Database database) : database_(std::move(database)) {}
  Status check_format();
  Status read_header();
  Result<std::optional<std::string>> meta(const std::string& key);

  Database database_;
  int version_ = 0;
  RunHeader header_;
};

// The items of a data set as a new run has them.
std::vector<StoredItem> pending_items(const DataSet& data);

}  // namespace rightsize

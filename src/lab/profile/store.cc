#include "lab/profile/store.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <ctime>
#include <map>
#include <random>
#include <system_error>

#include "core/checksum.h"
#include "lab/profile/feature_spec.h"
#include "lab/profile/schema.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

void remove_with_side_files(const fs::path& path) {
  std::error_code ignored;
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    fs::remove(path.string() + suffix, ignored);
  }
}

using Meta = std::map<std::string, std::string>;

Meta meta_of(const RunHeader& header) {
  const Provenance& from = header.provenance;
  return {{"zoo", canonical_json(header.zoo)},
          {"run_id", from.run_id},
          {"data", from.data},
          {"device", from.device},
          {"runtime", from.runtime},
          {"date", from.date},
          {"version", from.version},
          {"shard", std::to_string(header.shard)},
          {"shards", std::to_string(header.shards)},
          {"features", to_json_text(header.features)},
          {"items_sha256", header.items_sha256}};
}

Status insert_meta(Database& database, const std::string& key, const std::string& value) {
  Result<Statement> insert = database.prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)");
  if (!insert.ok()) return insert.status();
  insert->bind_text(1, key);
  insert->bind_text(2, value);
  return insert->run();
}

Status insert_models(Database& database, const Zoo& zoo) {
  Result<Statement> insert = database.prepare("INSERT INTO models VALUES(?, ?, ?)");
  if (!insert.ok()) return insert.status();
  for (std::size_t i = 0; i < zoo.models.size(); ++i) {
    insert->bind_integer(1, static_cast<std::int64_t>(i));
    insert->bind_text(2, zoo.models[i].name);
    insert->bind_text(3, zoo.models[i].sha256);
    if (Status status = insert->run(); !status.ok()) return status;
  }
  return {};
}

Status insert_items(Database& database, std::span<const StoredItem> items) {
  Result<Statement> insert =
      database.prepare("INSERT INTO items(id, name, label, status) VALUES(?, ?, ?, ?)");
  if (!insert.ok()) return insert.status();
  for (const StoredItem& item : items) {
    insert->bind_integer(1, item.id);
    insert->bind_text(2, item.name);
    if (item.label) {
      insert->bind_integer(3, *item.label);
    } else {
      insert->bind_null(3);
    }
    insert->bind_integer(4, static_cast<std::int64_t>(ItemStatus::kPending));
    if (Status status = insert->run(); !status.ok()) return status;
  }
  return {};
}

Status write_new(const fs::path& path, const RunHeader& header, std::span<const StoredItem> items) {
  Result<Database> database = Database::open(path, Database::Mode::kCreate);
  if (!database.ok()) return database.status();
  Status status = database->execute(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}; BEGIN;{}", kApplicationId,
                  kSchemaVersion, kSchema));
  for (const auto& [key, value] : meta_of(header)) {
    if (status.ok()) status = insert_meta(*database, key, value);
  }
  if (status.ok()) status = insert_models(*database, header.zoo);
  if (status.ok()) status = insert_items(*database, items);
  if (status.ok()) status = database->execute("COMMIT");
  return status;
}

}  // namespace

std::string digest_of(std::span<const DataItem> items) {
  std::string text;
  for (const DataItem& item : items) {
    text += item.name;
    text += '\0';
    if (item.label) text += std::to_string(*item.label);
    text += '\0';
    if (!item.text.empty()) text += item.text + '\0';
  }
  return sha256(text);
}

std::string new_run_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  return text;
}

std::vector<StoredItem> pending_items(const DataSet& data) {
  std::vector<StoredItem> items;
  items.reserve(data.items.size());
  for (const DataItem& item : data.items) {
    items.push_back(
        {static_cast<std::int64_t>(items.size()), item.name, item.label, ItemStatus::kPending, {}});
  }
  return items;
}

Result<RunStore> RunStore::create(const fs::path& path, const RunHeader& header,
                                  std::span<const StoredItem> items) {
  const fs::path temporary = path.string() + ".new";
  remove_with_side_files(temporary);
  Status status = write_new(temporary, header, items);
  if (status.ok()) status = open_read_only(temporary).status();
  if (status.ok()) {
    // A write-ahead log left by a file of this name that was deleted would be taken for ours.
    remove_with_side_files(path);
    std::error_code error;
    fs::rename(temporary, path, error);
    if (error) status = io_error(fmt::format("{}: {}", path.string(), error.message()));
  }
  if (!status.ok()) {
    remove_with_side_files(temporary);
    return status;
  }
  return open(path);
}

Result<RunStore> RunStore::open(const fs::path& path) {
  Result<RunStore> store = open_as(path, Database::Mode::kReadWrite);
  if (!store.ok()) return store;
  if (Status status = store->check_newest(); !status.ok()) return status;
  const Status status =
      store->database_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  if (!status.ok()) return status;
  return store;
}

Result<RunStore> RunStore::open_read_only(const fs::path& path) {
  return open_as(path, Database::Mode::kReadOnly);
}

Result<RunStore> RunStore::open_to_check(const fs::path& path) {
  std::error_code error;
  const bool unfinished =
      fs::exists(path.string() + "-journal", error) || fs::exists(path.string() + "-wal", error);
  return open_as(path, unfinished ? Database::Mode::kReadWrite : Database::Mode::kReadOnly);
}

Result<RunStore> RunStore::open_as(const fs::path& path, Database::Mode mode) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return not_found(fmt::format("{}: there is no such file", path.string()));
  }
  Result<Database> database = Database::open(path, mode);
  if (!database.ok()) return database.status();
  RunStore store(std::move(*database));
  if (Status status = store.check_format(); !status.ok()) return status;
  if (Status status = store.read_header(); !status.ok()) return status;
  return store;
}

Status RunStore::check_format() {
  const Result<std::int64_t> application = database_.query_integer("PRAGMA application_id");
  if (!application.ok()) return application.status();
  if (*application != kApplicationId) {
    return invalid_input(fmt::format("{}: this is no run.db of rightsize", database_.path()));
  }
  const Result<std::int64_t> version = database_.query_integer("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version < kOldestSchemaVersion || *version > kSchemaVersion) {
    return mismatch(fmt::format(
        "{}: has schema version {}, this program reads versions {} to {}: use the version of "
        "rightsize that made it, or profile again into another file",
        database_.path(), *version, kOldestSchemaVersion, kSchemaVersion));
  }
  version_ = static_cast<int>(*version);
  return {};
}

Status RunStore::check_newest() const {
  if (version_ == kSchemaVersion) return {};
  return mismatch(
      fmt::format("{}: has schema version {}, which can be read, but not added to or merged; that "
                  "takes version "
                  "{}: profile again into another file",
                  database_.path(), version_, kSchemaVersion));
}

Status RunStore::read_header() {
  Result<Statement> select = database_.prepare("SELECT key, value FROM meta");
  if (!select.ok()) return select.status();
  Meta meta;
  for (;;) {
    const Result<bool> row = select->step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    meta[select->text(0)] = select->text(1);
  }
  Result<Zoo> zoo = zoo_from_json(meta["zoo"]);
  if (!zoo.ok()) return zoo.status().with_context(database_.path() + ": the recorded zoo");
  header_.zoo = std::move(*zoo);
  header_.provenance = {meta["run_id"],  meta["data"], meta["device"],
                        meta["runtime"], meta["date"], meta["version"]};
  header_.items_sha256 = meta["items_sha256"];
  if (meta.contains("features")) {
    Result<FeatureSpec> features = feature_spec_from_json(meta["features"]);
    if (!features.ok()) return features.status().with_context(database_.path() + ": the features");
    header_.features = std::move(*features);
  }
  const auto read_number = [&](const std::string& text, int& value) {
    return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
  };
  if (!read_number(meta["shard"], header_.shard) || !read_number(meta["shards"], header_.shards) ||
      header_.shard < 1 || header_.shard > header_.shards) {
    return invalid_input(database_.path() + ": the file is damaged (shard)");
  }
  return {};
}

Result<std::vector<StoredItem>> RunStore::items() {
  Result<Statement> select =
      database_.prepare("SELECT id, name, label, status, sha256, error FROM items ORDER BY id");
  if (!select.ok()) return select.status();
  const auto classes = static_cast<std::int64_t>(header_.zoo.classes.size());
  std::vector<StoredItem> items;
  const Status status = for_each_row(*select, [&]() -> Status {
    const auto next = static_cast<std::int64_t>(items.size());
    const Result<std::int64_t> id = select->integer(0, next, next);
    if (!id.ok()) return id.status();
    const Result<std::int64_t> state = select->integer(3, 0, 2);
    if (!state.ok()) return state.status();
    StoredItem item{*id,
                    select->text(1),
                    std::nullopt,
                    static_cast<ItemStatus>(*state),
                    select->text(4),
                    select->text(5)};
    if (!select->is_null(2)) {
      const Result<std::int64_t> label = select->integer(2, 0, classes - 1);
      if (!label.ok()) return label.status();
      item.label = static_cast<std::int32_t>(*label);
    }
    items.push_back(std::move(item));
    return {};
  });
  return status.ok() ? Result<std::vector<StoredItem>>(std::move(items)) : status;
}

Result<std::optional<std::string>> RunStore::meta(const std::string& key) {
  Result<Statement> select = database_.prepare("SELECT value FROM meta WHERE key = ?");
  if (!select.ok()) return select.status();
  select->bind_text(1, key);
  const Result<bool> row = select->step();
  if (!row.ok()) return row.status();
  return *row ? std::optional(select->text(0)) : std::nullopt;
}

Result<std::optional<double>> RunStore::timing_tolerance() {
  const Result<std::optional<std::string>> text = meta("timing_tolerance");
  if (!text.ok()) return text.status();
  if (!*text) return std::optional<double>();
  double tolerance = 0;
  std::from_chars((*text)->data(), (*text)->data() + (*text)->size(), tolerance);
  if (std::isfinite(tolerance) && tolerance > 0) return std::optional(tolerance);
  return invalid_input(database_.path() + ": the file is damaged (timing_tolerance)");
}

Status RunStore::set_timing_tolerance(double tolerance) {
  return insert_meta(database_, "timing_tolerance", fmt::format("{}", tolerance));
}

Result<std::string> RunStore::no_energy() {
  const Result<std::optional<std::string>> text = meta("no_energy");
  return text.ok() ? Result<std::string>(text->value_or("")) : text.status();
}

Status RunStore::set_no_energy(const std::string& reason) {
  return insert_meta(database_, "no_energy", reason);
}

Status RunStore::finish() {
  return database_.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
      .with_context("everything is recorded, but run the same command once more to close the file");
}

}  // namespace rightsize

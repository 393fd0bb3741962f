#include "lab/profile/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include "core/file.h"
#include "core/passing.h"

namespace rightsize {
namespace {

// Long enough for a reader such as `rightsize info` to let go of the file.
constexpr int kBusyTimeoutMs = 10'000;

Status disk_full(const std::string& path) {
  return io_error(
      fmt::format("{}: cannot be written: the disk is full, or a quota or file size limit is "
                  "reached: make room "
                  "and run the same command again, what was recorded is kept",
                  path));
}

Status interrupted(const std::string& path) {
  return io_error(fmt::format(
      "{}: a profile was interrupted and left it unfinished: run the same profile command again",
      path));
}

Status failure(sqlite3* db, int code, const std::string& path) {
  const int system_error = db == nullptr ? 0 : sqlite3_system_errno(db);
  const std::string detail = db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db);
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return disk_full(path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      // Opened to read, but killed in the moment between the two journal modes.
      if (code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY) {
        return interrupted(path);
      }
      return io_error(
          fmt::format("{}: the file or its folder cannot be written: choose another place", path));
    case SQLITE_CANTOPEN:
      return io_error(fmt::format("{}: cannot be opened ({})", path,
                                  std::generic_category().message(system_error)));
    case SQLITE_INTERRUPT:
      return invalid_input(
          fmt::format("{}: the file is damaged (reading it takes more work than a file of its size "
                      "can ask for)",
                      path));
    case SQLITE_NOMEM:
      return passing_fault(fmt::format("{}: there is not enough memory to read it", path));
    case SQLITE_ERROR:  // a table or a column that is not there
    case SQLITE_CORRUPT:
      return invalid_input(fmt::format("{}: the file is damaged ({})", path, detail));
    case SQLITE_NOTADB:
      return invalid_input(fmt::format("{}: this is no run.db of rightsize", path));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return io_error(
          fmt::format("{}: another program is using the file: try again when it is done", path));
    case SQLITE_IOERR:
      // SQLite reports ENOSPC as SQLITE_FULL, but a quota or a file size limit like this.
      if (code == SQLITE_IOERR_WRITE) return disk_full(path);
      return io_error(fmt::format("{}: reading or writing failed ({})", path, detail));
    default:
      return io_error(fmt::format("{}: {}", path, detail));
  }
}

constexpr int kInstructionsPerCall = 1000;

// Far above what honest files need, which is some instructions a byte; a second or so for small
// ones.
std::int64_t most_calls(const std::filesystem::path& path) {
  constexpr std::int64_t kInstructionsPerByte = 100;
  constexpr std::int64_t kForAnyFile = 100'000'000;
  std::int64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path.string() + suffix, error);
    if (!error) bytes += static_cast<std::int64_t>(std::min(size, std::uintmax_t{1} << 50));
  }
  return (kForAnyFile + bytes * kInstructionsPerByte) / kInstructionsPerCall;
}

// Only where the file does not grow: a profile's own work grows with what it records.
void set_limit(sqlite3* db, WorkLimit& limit, const std::filesystem::path& path) {
  limit.allowed = most_calls(path);
  limit.renew();
  sqlite3_progress_handler(
      db, kInstructionsPerCall,
      [](void* data) { return static_cast<WorkLimit*>(data)->left-- > 0 ? 0 : 1; }, &limit);
}

void distrust(sqlite3* db) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::note(int code) {
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void Statement::bind_integer(int parameter, std::int64_t value) {
  note(sqlite3_bind_int64(statement_.get(), parameter, value));
}

void Statement::bind_real(int parameter, double value) {
  note(sqlite3_bind_double(statement_.get(), parameter, value));
}

void Statement::bind_text(int parameter, std::string_view value) {
  note(sqlite3_bind_text64(statement_.get(), parameter, value.data(), value.size(),
                           SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind_blob(int parameter, std::span<const std::byte> value) {
  note(sqlite3_bind_blob64(statement_.get(), parameter, value.data(), value.size(),
                           SQLITE_TRANSIENT));
}

void Statement::bind_null(int parameter) { note(sqlite3_bind_null(statement_.get(), parameter)); }

Result<bool> Statement::step() {
  if (sqlite3_stmt_busy(statement_.get()) == 0) limit_->renew();
  const int code = bind_code_ != SQLITE_OK ? bind_code_ : sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(sqlite3_db_handle(statement_.get()), code, *path_);
}

Status Statement::run() {
  const Result<bool> row = step();
  sqlite3_reset(statement_.get());
  bind_code_ = SQLITE_OK;
  return row.status();
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

Result<std::int64_t> Statement::integer(int column, std::int64_t low, std::int64_t high) const {
  const bool typed = sqlite3_column_type(statement_.get(), column) == SQLITE_INTEGER;
  const std::int64_t value = integer(column);
  if (typed && value >= low && value <= high) return value;
  return invalid_input(fmt::format("{}: the file is damaged ({} is {}, it must be {} to {})",
                                   *path_, sqlite3_column_name(statement_.get(), column),
                                   text(column), low, high));
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::text(int column) const {
  const std::span<const std::byte> bytes = blob(column);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> Statement::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Result<Database> Database::open(const std::filesystem::path& path, Mode mode) {
  Database database;
  database.path_ = std::make_unique<std::string>(path.string());
  database.limit_ = std::make_unique<WorkLimit>();
  int flags = SQLITE_OPEN_NOMUTEX;
  if (mode == Mode::kReadOnly) flags |= SQLITE_OPEN_READONLY;
  if (mode == Mode::kReadWrite) flags |= SQLITE_OPEN_READWRITE;
  if (mode == Mode::kCreate) flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  // An absolute path can never be taken for a "file:" URI.
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return io_error(fmt::format("{}: {}", path.string(), error.message()));
  if (mode != Mode::kCreate) {  // SQLite would wait for ever for a pipe
    const Status ordinary = InputFile::open(absolute).status();
    if (!ordinary.ok() && ordinary.code() != StatusCode::kNotFound) return ordinary;
  }
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(absolute.c_str(), &db, flags, nullptr);
  database.db_.reset(db);
  if (code != SQLITE_OK) return failure(db, code, database.path());
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyTimeoutMs);
  if (mode == Mode::kCreate) return database;
  distrust(db);
  if (mode == Mode::kReadOnly) set_limit(db, *database.limit_, absolute);
  if (Status status = database.check_objects(); !status.ok()) return status;
  return database;
}

// Everything that a statement on the file could run besides reading and writing its tables.
Status Database::check_objects() {
  std::vector<std::string> tables;
  {
    Result<Statement> select =
        prepare("SELECT type, name, rootpage, sql IS NULL FROM sqlite_schema");
    if (!select.ok()) return select.status();
    for (;;) {
      const Result<bool> row = select->step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      const bool is_table = select->text(0) == "table" && select->integer(2) > 0;
      const bool is_own_index = select->text(0) == "index" && select->integer(3) != 0;
      if (!is_table && !is_own_index) {
        return invalid_input(
            fmt::format("{}: this is no run.db of rightsize, or a damaged one "
                        "('{}' is a {}, and no ordinary table)",
                        path(), select->text(1), select->text(0)));
      }
      if (is_table) tables.push_back(select->text(1));
    }
  }
  for (const std::string& table : tables) {
    if (Status status = check_columns(table); !status.ok()) return status;
  }
  return {};
}

Status Database::check_columns(const std::string& table) {
  Result<Statement> select = prepare("SELECT name FROM pragma_table_xinfo(?) WHERE hidden != 0");
  if (!select.ok()) return select.status();
  select->bind_text(1, table);
  const Result<bool> generated = select->step();
  if (!generated.ok()) return generated.status();
  if (!*generated) return {};
  return invalid_input(
      fmt::format("{}: this is no run.db of rightsize, or a damaged one (column '{}' of '{}' is "
                  "computed)",
                  path(), select->text(0), table));
}

Status Database::execute(const std::string& sql) {
  limit_->renew();
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : failure(db_.get(), code, path());
}

Result<Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &statement, nullptr);
  if (code != SQLITE_OK) return failure(db_.get(), code, path());
  return Statement({statement, {}}, limit_.get(), path_.get());
}

Result<std::int64_t> Database::query_integer(const std::string& sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement.ok()) return statement.status();
  const Result<bool> row = statement->step();
  if (!row.ok()) return row.status();
  if (!*row) return invalid_input(fmt::format("{}: the file is damaged (no row)", path()));
  return statement->integer(0);
}

}  // namespace rightsize

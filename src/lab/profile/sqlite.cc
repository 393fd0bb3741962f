#include "lab/profile/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <system_error>

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
  int flags = SQLITE_OPEN_NOMUTEX;
  if (mode == Mode::kReadOnly) flags |= SQLITE_OPEN_READONLY;
  if (mode == Mode::kReadWrite) flags |= SQLITE_OPEN_READWRITE;
  if (mode == Mode::kCreate) flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  // An absolute path can never be taken for a "file:" URI.
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return io_error(fmt::format("{}: {}", path.string(), error.message()));
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(absolute.c_str(), &db, flags, nullptr);
  database.db_.reset(db);
  if (code != SQLITE_OK) return failure(db, code, database.path());
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyTimeoutMs);
  return database;
}

Status Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : failure(db_.get(), code, path());
}

Result<Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &statement, nullptr);
  if (code != SQLITE_OK) return failure(db_.get(), code, path());
  return Statement({statement, {}}, path_.get());
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

// A thin owner around SQLite's C interface: a connection, a prepared statement, and failures turned
// into a Status that names the file and says what to do.
//
// A file may come from anywhere. One that holds anything but ordinary tables (a view, a trigger, a
// virtual table, a generated column: all of them run what somebody else wrote) is refused when it
// is opened, and no statement on a file that is only read does more work than a file of its size
// can ask for.
//
// Threading: a connection and its statements belong to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rightsize/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace rightsize {

class Database;

// How much a statement may still do, counted in thousands of SQLite's instructions.
struct WorkLimit {
  std::int64_t allowed = 0;
  std::int64_t left = 0;
  void renew() { left = allowed; }
};

// Made by Database::prepare; must not outlive its database.
class Statement {
 public:
  // Parameters are numbered from 1; text and blobs are copied. A failure to bind is reported by the
  // next `step` or `run`.
  void bind_integer(int parameter, std::int64_t value);
  void bind_real(int parameter, double value);
  void bind_text(int parameter, std::string_view value);
  void bind_blob(int parameter, std::span<const std::byte> value);
  void bind_null(int parameter);

  // Goes to the next row; false after the last one.
  Result<bool> step();
  // Executes a statement that gives no rows and makes it ready for new parameters.
  Status run();

  // Columns of the current row are numbered from 0. A blob is valid until the next `step`.
  std::int64_t integer(int column) const;
  // A number that must lie in [low, high]; fails otherwise, and where it is no integer.
  Result<std::int64_t> integer(int column, std::int64_t low, std::int64_t high) const;
  double real(int column) const;
  std::string text(int column) const;
  std::span<const std::byte> blob(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(std::unique_ptr<sqlite3_stmt, Finalize> statement, WorkLimit* limit,
            const std::string* path)
      : statement_(std::move(statement)), limit_(limit), path_(path) {}

  void note(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  WorkLimit* limit_;         // of the database
  const std::string* path_;  // likewise, for messages
  int bind_code_ = 0;
};

class Database {
 public:
  enum class Mode {
    kReadOnly,   // works on a read-only folder
    kReadWrite,  // the file must exist
    kCreate,     // the file is made if it does not exist
  };
  static Result<Database> open(const std::filesystem::path& path, Mode mode);

  // One or more statements that give no rows.
  Status execute(const std::string& sql);
  Result<Statement> prepare(const std::string& sql);
  // The first column of the first row of a query without parameters.
  Result<std::int64_t> query_integer(const std::string& sql);

  const std::string& path() const { return *path_; }

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  Status check_objects();
  Status check_columns(const std::string& table);

  std::unique_ptr<std::string> path_;  // its address is stable, statements point to it
  std::unique_ptr<WorkLimit> limit_;   // likewise
  std::unique_ptr<sqlite3, Close> db_;
};

// Calls `read` for each row of a query; the first failure, of either, ends it.
template <typename Read>
Status for_each_row(Statement& query, Read read) {
  for (;;) {
    const Result<bool> row = query.step();
    if (!row.ok()) return row.status();
    if (!*row) return {};
    if (Status status = read(); !status.ok()) return status;
  }
}

}  // namespace rightsize

// Proves that a run.db from anywhere is either read or refused: whatever its tables are and
// whatever numbers lie in them, nothing crashes, hangs, or is taken for something else.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "lab/evaluate/evaluate.h"
#include "lab/profile/merge.h"
#include "lab/profile/profile_test_support.h"
#include "lab/profile/read_run.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

// A finished run of 12 images and 2 networks, to be spoilt.
class UntrustedRunTest : public testing::Test {
 protected:
  void SetUp() override {
    const Zoo zoo = test::make_zoo(folder_ / "zoo");
    ASSERT_TRUE(test::run_profile(zoo, test::make_data(folder_ / "data", 12),
                                  test::make_options(folder_ / "whole.db"))
                    .ok());
  }
  // By SQLite itself, which writes what this program would not.
  void spoil(const std::string& sql) {
    fs::copy_file(folder_ / "whole.db", path_, fs::copy_options::overwrite_existing);
    sqlite3* db = nullptr;
    ASSERT_EQ(SQLITE_OK, sqlite3_open(path_.c_str(), &db));
    char* message = nullptr;
    ASSERT_EQ(SQLITE_OK, sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message))
        << sql << ": " << message;
    sqlite3_close(db);
  }
  std::string refusal() {
    const Result<OutcomeTable> table = read_table(path_);
    return table.ok() ? "read" : table.status().message();
  }
  void expect_refused(const std::string& sql, const std::string& why) {
    spoil(sql);
    EXPECT_NE(std::string::npos, refusal().find(path_.string())) << refusal();
    EXPECT_NE(std::string::npos, refusal().find(why)) << sql << ": " << refusal();
    static_cast<void>(read_run_summary(path_));
    fs::remove(folder_ / "merged.db");
    static_cast<void>(merge_runs({path_, folder_ / "whole.db"}, folder_ / "merged.db"));
  }

  test::Folder folder_;
  fs::path path_ = folder_ / "run.db";
};

TEST_F(UntrustedRunTest, WhatIsNoOrdinaryTableIsRefused) {
  for (const char* table : {"meta", "items", "outcomes", "timing_samples", "energy_blocks"}) {
    const std::string name = table;
    const std::string moved = "ALTER TABLE " + name + " RENAME TO moved;";
    expect_refused(moved + "CREATE VIEW " + name + " AS SELECT * FROM moved", "no ordinary table");
  }
  expect_refused(
      "DROP TABLE outcomes; CREATE VIEW outcomes(item, model, status, error, label, top1, top5,"
      " max_probability, margin, entropy, top, rest) AS WITH RECURSIVE r(n) AS"
      " (SELECT 0 UNION ALL SELECT n + 1 FROM r) SELECT n, n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM r",
      "no ordinary table");
  expect_refused("CREATE TRIGGER t AFTER UPDATE ON items BEGIN DELETE FROM outcomes; END",
                 "no ordinary table");
  expect_refused("CREATE INDEX i ON items(abs(label))", "no ordinary table");
  expect_refused(
      "ALTER TABLE resources RENAME TO moved;"
      "CREATE TABLE resources(model INTEGER, memory_bytes INTEGER, file_bytes AS (model * 2))",
      "is computed");
  expect_refused("DROP TABLE outcomes", "no such table");
  expect_refused("ALTER TABLE items DROP COLUMN error", "no such column");
}

TEST_F(UntrustedRunTest, NumbersThatPointOutsideOrCannotBeAreRefused) {
  expect_refused("UPDATE items SET id = -1 WHERE id = 0", "id is -1");
  expect_refused("UPDATE items SET id = 9223372036854775807 WHERE id = 11", "id is 9223372036854");
  expect_refused("UPDATE items SET label = 40 WHERE id = 3", "label is 40");
  expect_refused("UPDATE items SET label = -1 WHERE id = 3", "label is -1");
  expect_refused("UPDATE items SET status = 3 WHERE id = 3", "status is 3");
  expect_refused("UPDATE outcomes SET status = 9 WHERE item = 3", "status is 9");
  expect_refused("UPDATE outcomes SET model = 7 WHERE item = 3 AND model = 1", "model 7");
  expect_refused("DELETE FROM outcomes WHERE item = 11", "outcomes are missing");
  expect_refused("UPDATE outcomes SET margin = 1e999 WHERE item = 3", "item 3");
  expect_refused("UPDATE outcomes SET margin = -1e999 WHERE item = 3", "item 3");
  expect_refused("UPDATE outcomes SET rest = 2 WHERE item = 3", "item 3");
  expect_refused("UPDATE outcomes SET top = x'0102' WHERE item = 3", "item 3");
  expect_refused("UPDATE outcomes SET top = x'28000000000080BF' WHERE item = 3", "item 3");
  expect_refused("UPDATE outcomes SET top = x'010000000000C07F' WHERE item = 3", "item 3");
  expect_refused("UPDATE timing_samples SET model = -1 WHERE pass = 0 AND model = 0 AND item = 3",
                 "model is -1");
  expect_refused("UPDATE feature_samples SET feature_group = 99 WHERE feature_group = 1",
                 "feature_group is 99");
  expect_refused("UPDATE features SET features = x'00' WHERE item = 3", "features of item 3");
  expect_refused("UPDATE resources SET model = 2 WHERE model = 1", "model is 2");
  expect_refused("UPDATE meta SET value = 'nan' WHERE key = 'timing_tolerance'", "tolerance");
}

TEST_F(UntrustedRunTest, TimesThatDoNotAddUpAreRefused) {
  expect_refused("UPDATE timing_samples SET inference_cpu_ns = 9223372036854775807",
                 "inference_cpu_ns is 9223372036854775807");
  expect_refused("UPDATE decode_samples SET wall_ns = -1", "wall_ns is -1");
  expect_refused("UPDATE timing_samples SET inference_cpu_ns = 1000000000000001",
                 "inference_cpu_ns is 1000000000000001");
  expect_refused("INSERT INTO idle_power VALUES('r', 0, 's', 1e999, 0)", "idle power");
  spoil("UPDATE timing_samples SET inference_cpu_ns = 0, preprocess_cpu_ns = 0");
  const Result<OutcomeTable> table = read_table(path_);
  ASSERT_TRUE(table.ok()) << table.status().message();
  EXPECT_GT(table->at(0, 0).cpu, Nanoseconds(0)) << "costs are divided by";
}

TEST_F(UntrustedRunTest, ManyLongTimesTogetherAreRefused) {
  OutcomeTable table = *read_table(folder_ / "whole.db");
  EXPECT_TRUE(check_sums(table).ok());
  for (RecordedOutcome& cell : table.cells) cell.wall = Nanoseconds(std::int64_t{1} << 58);
  EXPECT_NE(std::string::npos, check_sums(table).message().find("31 years"));
}

TEST_F(UntrustedRunTest, TheSummaryOfAModelThatIsNotThereIsRefused) {
  spoil("UPDATE outcomes SET model = 4000000, status = 1 WHERE model = 1");
  const Result<RunSummary> summary = read_run_summary(path_);
  ASSERT_FALSE(summary.ok());
  EXPECT_NE(std::string::npos, summary.status().message().find("model is 4000000"));
}

TEST_F(UntrustedRunTest, NoModelThatAnsweredIsSaid) {
  const std::string fails = "UPDATE outcomes SET status = 1, top = NULL";
  spoil(fails);
  const OutcomeTable none = *read_table(path_);
  const Result<Evaluation> refused = evaluate(none, nullptr, {.folds = {.folds = 2}});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(std::string::npos, refused.status().message().find("no model answered any"));
  for (const char* some : {" WHERE model = 0", " WHERE model = 1", " WHERE item > 0"}) {
    spoil(fails + some);
    const OutcomeTable part = *read_table(path_);
    const Result<Evaluation> evaluation = evaluate(part, nullptr, {.folds = {.folds = 2}});
    EXPECT_TRUE(evaluation.ok()) << some << ": " << evaluation.status().message();
  }
}

TEST_F(UntrustedRunTest, APipeIsNotWaitedFor) {
  ASSERT_EQ(0, ::mkfifo(path_.c_str(), 0600));
  EXPECT_NE(std::string::npos, refusal().find("ordinary file"));
}

}  // namespace
}  // namespace rightsize

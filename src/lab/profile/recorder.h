// Writes what a profile measures into run.db, in small batches; a process that is killed loses at
// most the batch that was open.
//
// Threading: one thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/classes.h"
#include "core/clock.h"
#include "lab/profile/sqlite.h"
#include "lab/table.h"
#include "rightsize/decision.h"
#include "rightsize/status.h"

namespace rightsize {

// What one model did on one item; the rest is meaningless where `status` is a failure.
struct ModelRecord {
  Status status;
  bool answered = true;  // false: the model ran and knows no answer
  ClassOutcome outcome;
  std::uint32_t doubts = 0;  // as RecordedOutcome::doubts
  TextCell translation;      // of the task "translation"; the signals are those of `outcome`
  bool made = true;          // false: it was not run now, what the file has of it stays
};

// All that is recorded of one item at once, so that an item is either pending or complete.
struct ItemRecord {
  std::int64_t item = 0;
  std::optional<std::int32_t> label;
  Status decoded;      // a failure: `models` is empty
  std::string sha256;  // of the file's bytes; empty where it could not be read
  int width = 0;       // pixels of the decoded image
  int height = 0;
  std::string source;  // of the task "translation"
  std::string reference;
  std::vector<ModelRecord> models;  // one per model of the zoo
  std::vector<float> features;      // empty where they could not be computed
  bool has_object = false;          // is there a main object, by these features?
};

struct ModelSample {
  ModelIndex model = 0;
  Elapsed preprocess;
  Elapsed inference;
};

// One item in one pass of the timing phase.
struct TimingRecord {
  std::int64_t item = 0;
  int pass = 0;  // from 0
  Elapsed decode;
  std::vector<ModelSample> models;
  std::vector<Elapsed> features;  // [group]; empty where they could not be computed
};

class RunRecorder {
 public:
  // A batch is committed with the first record that comes `commit_every` after it was opened.
  static Result<RunRecorder> make(Database& database, const Zoo& zoo,
                                  std::chrono::milliseconds commit_every);

  // After a failure the open batch is undone and the recorder is of no more use.
  Status add(const ItemRecord& record);
  Status add(const TimingRecord& record);
  // Commits what is open. Without it the destructor of the database undoes the open batch.
  Status commit();

 private:
  struct Inserts {
    Statement item;
    Statement outcome;
    Statement sentence;
    Statement translation;
    Statement features;
    Statement decode;
    Statement timing;
    Statement feature_times;
  };
  RunRecorder(Database& database, bool translates, std::chrono::milliseconds commit_every,
              Inserts inserts)
      : database_(&database),
        translates_(translates),
        commit_every_(commit_every),
        to_(std::move(inserts)) {}
  Status insert(const ItemRecord& record);
  Status insert_outcome(const ItemRecord& record, ModelIndex model);
  void bind_classes(const ModelRecord& record, std::optional<std::int32_t> label);
  Status insert_sentence(const ItemRecord& record);
  Status insert_translation(const ItemRecord& record, ModelIndex model);
  Status insert_features(const ItemRecord& record);
  Status insert(const TimingRecord& record);
  Status insert_feature_times(const TimingRecord& record);
  template <typename Record>
  Status add_to_batch(const Record& record);

  Database* database_;
  bool translates_;
  std::chrono::milliseconds commit_every_;
  Inserts to_;
  bool open_ = false;
  std::chrono::steady_clock::time_point opened_;
};

}  // namespace rightsize

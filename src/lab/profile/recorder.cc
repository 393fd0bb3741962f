#include "lab/profile/recorder.h"

#include "lab/profile/blob.h"
#include "lab/profile/store.h"

namespace rightsize {
namespace {

static_assert(static_cast<int>(TrialStatus::kOk) == 0 &&
                  static_cast<int>(TrialStatus::kFailed) == 1 &&
                  static_cast<int>(TrialStatus::kNoAnswer) == 2,
              "the numbers are on disk");

TrialStatus status_of(const ModelRecord& record) {
  if (!record.status.ok()) return TrialStatus::kFailed;
  return record.answered ? TrialStatus::kOk : TrialStatus::kNoAnswer;
}

void bind_text_or_null(Statement& statement, int parameter, const std::string& text) {
  if (text.empty()) {
    statement.bind_null(parameter);
  } else {
    statement.bind_text(parameter, text);
  }
}

}  // namespace

Result<RunRecorder> RunRecorder::make(Database& database, const Zoo& zoo,
                                      std::chrono::milliseconds commit_every) {
  Status status;
  const auto prepare = [&](const char* sql) {
    Result<Statement> statement = database.prepare(sql);
    if (!statement.ok() && status.ok()) status = statement.status();
    return statement;
  };
  auto item = prepare(
      "UPDATE items SET status = ?, error = ?, sha256 = ?, width = ?, height = ? WHERE id = ?");
  auto outcome =
      prepare("INSERT OR REPLACE INTO outcomes VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  auto sentence = prepare("INSERT OR REPLACE INTO sentences VALUES(?, ?, ?)");
  auto translation =
      prepare("INSERT OR REPLACE INTO translations VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  auto features = prepare("INSERT OR REPLACE INTO features VALUES(?, ?, ?)");
  auto decode = prepare("INSERT INTO decode_samples VALUES(?, ?, ?, ?)");
  auto timing = prepare("INSERT INTO timing_samples VALUES(?, ?, ?, ?, ?, ?, ?)");
  auto feature_times = prepare("INSERT INTO feature_samples VALUES(?, ?, ?, ?, ?)");
  if (!status.ok()) return status;
  return RunRecorder(
      database, zoo.task == kTranslation, commit_every,
      {std::move(*item), std::move(*outcome), std::move(*sentence), std::move(*translation),
       std::move(*features), std::move(*decode), std::move(*timing), std::move(*feature_times)});
}

Status RunRecorder::add(const ItemRecord& record) { return add_to_batch(record); }
Status RunRecorder::add(const TimingRecord& record) { return add_to_batch(record); }

template <typename Record>
Status RunRecorder::add_to_batch(const Record& record) {
  if (!open_) {
    if (Status status = database_->execute("BEGIN IMMEDIATE"); !status.ok()) return status;
    open_ = true;
    opened_ = std::chrono::steady_clock::now();
  }
  if (Status status = insert(record); !status.ok()) {
    // SQLite may have undone it already; then this fails and changes nothing.
    static_cast<void>(database_->execute("ROLLBACK"));
    open_ = false;
    return status;
  }
  return std::chrono::steady_clock::now() - opened_ < commit_every_ ? Status() : commit();
}

Status RunRecorder::commit() {
  if (!open_) return {};
  open_ = false;
  Status status = database_->execute("COMMIT");
  if (!status.ok()) static_cast<void>(database_->execute("ROLLBACK"));
  return status;
}

Status RunRecorder::insert(const ItemRecord& record) {
  const bool decoded = record.decoded.ok();
  to_.item.bind_integer(
      1, static_cast<std::int64_t>(decoded ? ItemStatus::kDecoded : ItemStatus::kFailed));
  bind_text_or_null(to_.item, 2, record.decoded.message());
  bind_text_or_null(to_.item, 3, record.sha256);
  if (decoded && !translates_) {
    to_.item.bind_integer(4, record.width);
    to_.item.bind_integer(5, record.height);
  } else {
    to_.item.bind_null(4);
    to_.item.bind_null(5);
  }
  to_.item.bind_integer(6, record.item);
  if (Status status = to_.item.run(); !status.ok()) return status;
  if (decoded && translates_) {
    if (Status status = insert_sentence(record); !status.ok()) return status;
  }
  for (std::size_t model = 0; model < record.models.size(); ++model) {
    if (!record.models[model].made) continue;
    const Status status = insert_outcome(record, static_cast<ModelIndex>(model));
    if (!status.ok()) return status;
  }
  return record.features.empty() ? Status() : insert_features(record);
}

Status RunRecorder::insert_sentence(const ItemRecord& record) {
  to_.sentence.bind_integer(1, record.item);
  to_.sentence.bind_text(2, record.source);
  to_.sentence.bind_text(3, record.reference);
  return to_.sentence.run();
}

// Signals that are no number are null.
Status RunRecorder::insert_translation(const ItemRecord& record, ModelIndex model) {
  const TextCell& cell = record.models[model].translation;
  to_.translation.bind_integer(1, record.item);
  to_.translation.bind_integer(2, model);
  to_.translation.bind_text(3, cell.text);
  to_.translation.bind_integer(4, cell.source_pieces);
  to_.translation.bind_integer(5, cell.target_tokens);
  to_.translation.bind_integer(6, cell.finished ? 1 : 0);
  for (std::size_t s = 0; s < kTranslationSignals.size(); ++s) {
    to_.translation.bind_real(
        7 + static_cast<int>(s),
        record.models[model].outcome.signals[static_cast<std::size_t>(kTranslationSignals[s])]);
  }
  to_.translation.bind_integer(7 + static_cast<int>(kTranslationSignals.size()),
                               record.models[model].doubts);
  return to_.translation.run();
}

Status RunRecorder::insert_features(const ItemRecord& record) {
  to_.features.bind_integer(1, record.item);
  to_.features.bind_integer(2, record.has_object ? 1 : 0);
  to_.features.bind_blob(3, encode_floats(record.features));
  return to_.features.run();
}

Status RunRecorder::insert_outcome(const ItemRecord& record, ModelIndex model) {
  const TrialStatus status = status_of(record.models[model]);
  to_.outcome.bind_integer(1, record.item);
  to_.outcome.bind_integer(2, model);
  to_.outcome.bind_integer(3, static_cast<std::int64_t>(status));
  bind_text_or_null(to_.outcome, 4, record.models[model].status.message());
  for (int parameter = 5; parameter <= 12; ++parameter) to_.outcome.bind_null(parameter);
  if (!translates_) bind_classes(record.models[model], record.label);
  if (Status done = to_.outcome.run(); !done.ok()) return done;
  return translates_ && status == TrialStatus::kOk ? insert_translation(record, model) : Status();
}

void RunRecorder::bind_classes(const ModelRecord& record, std::optional<std::int32_t> label) {
  const auto& [status, answered, outcome, no_doubts, no_translation, made] = record;
  if (label) {
    to_.outcome.bind_integer(6, status.ok() && hit(outcome.top, *label, 1) ? 1 : 0);
    to_.outcome.bind_integer(7, status.ok() && hit(outcome.top, *label, 5) ? 1 : 0);
  }
  if (!status.ok()) return;
  to_.outcome.bind_integer(5, outcome.label());
  for (std::size_t i = 0; i < kClassSignalCount; ++i) {
    to_.outcome.bind_real(8 + static_cast<int>(i), outcome.signals[i]);
  }
  to_.outcome.bind_blob(11, encode_top(outcome.top));
  to_.outcome.bind_real(12, static_cast<double>(outcome.top.rest));
}

Status RunRecorder::insert(const TimingRecord& record) {
  to_.decode.bind_integer(1, record.item);
  to_.decode.bind_integer(2, record.pass);
  to_.decode.bind_integer(3, record.decode.cpu.count());
  to_.decode.bind_integer(4, record.decode.wall.count());
  if (Status status = to_.decode.run(); !status.ok()) return status;
  for (const ModelSample& sample : record.models) {
    to_.timing.bind_integer(1, record.item);
    to_.timing.bind_integer(2, sample.model);
    to_.timing.bind_integer(3, record.pass);
    to_.timing.bind_integer(4, sample.preprocess.cpu.count());
    to_.timing.bind_integer(5, sample.preprocess.wall.count());
    to_.timing.bind_integer(6, sample.inference.cpu.count());
    to_.timing.bind_integer(7, sample.inference.wall.count());
    if (Status status = to_.timing.run(); !status.ok()) return status;
  }
  return insert_feature_times(record);
}

Status RunRecorder::insert_feature_times(const TimingRecord& record) {
  for (std::size_t group = 0; group < record.features.size(); ++group) {
    to_.feature_times.bind_integer(1, record.item);
    to_.feature_times.bind_integer(2, record.pass);
    to_.feature_times.bind_integer(3, static_cast<std::int64_t>(group));
    to_.feature_times.bind_integer(4, record.features[group].cpu.count());
    to_.feature_times.bind_integer(5, record.features[group].wall.count());
    if (Status status = to_.feature_times.run(); !status.ok()) return status;
  }
  return {};
}

}  // namespace rightsize

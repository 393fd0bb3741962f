#include "lab/profile/recorder.h"

#include <bit>

#include "lab/profile/store.h"

namespace rightsize {
namespace {

constexpr std::size_t kBytesPerClass = 8;

static_assert(static_cast<int>(TrialStatus::kOk) == 0 &&
                  static_cast<int>(TrialStatus::kFailed) == 1,
              "the numbers are on disk");

void put_little_endian(std::uint32_t value, std::vector<std::byte>& bytes) {
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(std::byte(value >> shift & 0xFF));
}

std::uint32_t get_little_endian(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::to_integer<std::uint32_t>(bytes[i]) << 8 * i;
  return value;
}

void bind_text_or_null(Statement& statement, int parameter, const std::string& text) {
  if (text.empty()) {
    statement.bind_null(parameter);
  } else {
    statement.bind_text(parameter, text);
  }
}

}  // namespace

std::vector<std::byte> encode_top(const TopClasses& top) {
  std::vector<std::byte> bytes;
  bytes.reserve(top.count * kBytesPerClass);
  for (std::uint32_t i = 0; i < top.count; ++i) {
    put_little_endian(std::bit_cast<std::uint32_t>(top.classes[i].label), bytes);
    put_little_endian(std::bit_cast<std::uint32_t>(top.classes[i].log_probability), bytes);
  }
  return bytes;
}

bool decode_top(std::span<const std::byte> bytes, TopClasses& top) {
  if (bytes.empty() || bytes.size() % kBytesPerClass != 0 ||
      bytes.size() / kBytesPerClass > kTopClasses) {
    return false;
  }
  top.count = static_cast<std::uint32_t>(bytes.size() / kBytesPerClass);
  for (std::size_t i = 0; i < top.count; ++i) {
    const std::span<const std::byte> entry = bytes.subspan(i * kBytesPerClass, kBytesPerClass);
    top.classes[i] = {std::bit_cast<std::int32_t>(get_little_endian(entry)),
                      std::bit_cast<float>(get_little_endian(entry.subspan(4)))};
  }
  return true;
}

Result<RunRecorder> RunRecorder::make(Database& database, std::chrono::milliseconds commit_every) {
  Result<Statement> item = database.prepare(
      "UPDATE items SET status = ?, error = ?, sha256 = ?, width = ?, height = ? WHERE id = ?");
  if (!item.ok()) return item.status();
  Result<Statement> outcome =
      database.prepare("INSERT INTO outcomes VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!outcome.ok()) return outcome.status();
  Result<Statement> decode = database.prepare("INSERT INTO decode_samples VALUES(?, ?, ?, ?)");
  if (!decode.ok()) return decode.status();
  Result<Statement> timing =
      database.prepare("INSERT INTO timing_samples VALUES(?, ?, ?, ?, ?, ?, ?)");
  if (!timing.ok()) return timing.status();
  return RunRecorder(database, commit_every, std::move(*item), std::move(*outcome),
                     std::move(*decode), std::move(*timing));
}

RunRecorder::RunRecorder(Database& database, std::chrono::milliseconds commit_every, Statement item,
                         Statement outcome, Statement decode, Statement timing)
    : database_(&database),
      commit_every_(commit_every),
      item_(std::move(item)),
      outcome_(std::move(outcome)),
      decode_(std::move(decode)),
      timing_(std::move(timing)) {}

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
  item_.bind_integer(
      1, static_cast<std::int64_t>(decoded ? ItemStatus::kDecoded : ItemStatus::kFailed));
  bind_text_or_null(item_, 2, record.decoded.message());
  bind_text_or_null(item_, 3, record.sha256);
  if (decoded) {
    item_.bind_integer(4, record.width);
    item_.bind_integer(5, record.height);
  } else {
    item_.bind_null(4);
    item_.bind_null(5);
  }
  item_.bind_integer(6, record.item);
  if (Status status = item_.run(); !status.ok()) return status;
  for (std::size_t model = 0; model < record.models.size(); ++model) {
    const Status status = insert_outcome(record, static_cast<ModelIndex>(model));
    if (!status.ok()) return status;
  }
  return {};
}

Status RunRecorder::insert_outcome(const ItemRecord& record, ModelIndex model) {
  const auto& [status, outcome] = record.models[model];
  outcome_.bind_integer(1, record.item);
  outcome_.bind_integer(2, model);
  outcome_.bind_integer(
      3, static_cast<std::int64_t>(status.ok() ? TrialStatus::kOk : TrialStatus::kFailed));
  bind_text_or_null(outcome_, 4, status.message());
  for (int parameter = 5; parameter <= 12; ++parameter) outcome_.bind_null(parameter);
  if (record.label) {
    outcome_.bind_integer(6, status.ok() && outcome.hit(*record.label, 1) ? 1 : 0);
    outcome_.bind_integer(7, status.ok() && outcome.hit(*record.label, 5) ? 1 : 0);
  }
  if (status.ok()) {
    outcome_.bind_integer(5, outcome.label());
    for (std::size_t i = 0; i < kSignalCount; ++i) {
      outcome_.bind_real(8 + static_cast<int>(i), outcome.signals[i]);
    }
    outcome_.bind_blob(11, encode_top(outcome.top));
    outcome_.bind_real(12, static_cast<double>(outcome.top.rest));
  }
  return outcome_.run();
}

Status RunRecorder::insert(const TimingRecord& record) {
  decode_.bind_integer(1, record.item);
  decode_.bind_integer(2, record.pass);
  decode_.bind_integer(3, record.decode.cpu.count());
  decode_.bind_integer(4, record.decode.wall.count());
  if (Status status = decode_.run(); !status.ok()) return status;
  for (const ModelSample& sample : record.models) {
    timing_.bind_integer(1, record.item);
    timing_.bind_integer(2, sample.model);
    timing_.bind_integer(3, record.pass);
    timing_.bind_integer(4, sample.preprocess.cpu.count());
    timing_.bind_integer(5, sample.preprocess.wall.count());
    timing_.bind_integer(6, sample.inference.cpu.count());
    timing_.bind_integer(7, sample.inference.wall.count());
    if (Status status = timing_.run(); !status.ok()) return status;
  }
  return {};
}

}  // namespace rightsize

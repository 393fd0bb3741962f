#include "lab/profile/translations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "core/checksum.h"
#include "lab/least_squares.h"
#include "lab/profile/samples.h"
#include "lab/profile/schema.h"
#include "text/memory_answer.h"

namespace rightsize {
namespace {

Status damaged(RunStore& store, const char* what, std::int64_t item) {
  return invalid_input(
      fmt::format("{}: the file is damaged ({} of item {})", store.database().path(), what, item));
}

Status check_count(RunStore& store, const char* what, std::size_t found, std::size_t wanted) {
  if (found == wanted) return {};
  return invalid_input(fmt::format("{}: the file is damaged ({} {} where there must be {})",
                                   store.database().path(), found, what, wanted));
}

// The row of an item, or -1.
std::ptrdiff_t row_of(const std::vector<std::ptrdiff_t>& rows, std::int64_t item) {
  const auto index = static_cast<std::size_t>(item);
  return item >= 0 && index < rows.size() ? rows[index] : -1;
}

Status read_sentences(RunStore& store, const std::vector<std::ptrdiff_t>& rows,
                      OutcomeTable& table) {
  table.text.sources.resize(table.item_count());
  table.text.references.resize(table.item_count());
  Result<Statement> select =
      store.database().prepare("SELECT item, source, reference FROM sentences");
  if (!select.ok()) return select.status();
  std::size_t found = 0;
  const Status status = for_each_row(*select, [&]() -> Status {
    const std::ptrdiff_t row = row_of(rows, select->integer(0));
    if (row < 0) return damaged(store, "sentence", select->integer(0));
    table.text.sources[static_cast<std::size_t>(row)] = select->text(1);
    table.contents[static_cast<std::size_t>(row)] = sha256(select->text(1));
    table.text.references[static_cast<std::size_t>(row)] = select->text(2);
    ++found;
    return {};
  });
  return status.ok() ? check_count(store, "sentences", found, table.item_count()) : status;
}

bool is_known(const Statement& select, int column) {
  return !select.is_null(column) && std::isfinite(select.real(column));
}

constexpr int kDoubtsColumn = 6 + static_cast<int>(kTranslationSignals.size());

Status read_cell(const Statement& select, RecordedOutcome& outcome, TextCell& cell) {
  constexpr std::int64_t kMostPieces = 1'000'000;
  const Result<std::int64_t> pieces = select.integer(3, 0, kMostPieces);
  if (!pieces.ok()) return pieces.status();
  const Result<std::int64_t> tokens = select.integer(4, 0, kMostPieces);
  if (!tokens.ok()) return tokens.status();
  const Result<std::int64_t> doubts =
      select.integer(kDoubtsColumn, 0, std::numeric_limits<std::uint32_t>::max());
  if (!doubts.ok()) return doubts.status();
  outcome.doubts = static_cast<std::uint32_t>(*doubts);
  cell.text = select.text(2);
  cell.source_pieces = static_cast<std::int32_t>(*pieces);
  cell.target_tokens = static_cast<std::int32_t>(*tokens);
  cell.finished = select.integer(5) != 0;
  for (std::size_t s = 0; s < kTranslationSignals.size(); ++s) {
    const int column = 6 + static_cast<int>(s);
    outcome.outcome.signals[static_cast<std::size_t>(kTranslationSignals[s])] =
        is_known(select, column) ? select.real(column) : std::numeric_limits<double>::quiet_NaN();
  }
  return {};
}

// Before version 4 a memory's nearest entry counted as an answer, whatever it said. Of those runs
// only what a memory of today surely answers is one: how often an entry came is not recorded.
void take_back_near_answers(OutcomeTable& table) {
  const auto similarity = static_cast<std::size_t>(Signal::kSimilarity);
  for (std::size_t cell = 0; cell < table.cells.size(); ++cell) {
    const std::string& source = table.text.sources[cell / table.model_count()];
    RecordedOutcome& outcome = table.cells[cell];
    if (!table.zoo.models[cell % table.model_count()].translation.memory ||
        outcome.status != TrialStatus::kOk || source.empty()) {
      continue;
    }
    if (outcome.outcome.signals[similarity] == 1.0 && count_words(source) >= kFewestWords) continue;
    outcome.status = TrialStatus::kNoAnswer;
    outcome.outcome = {};
    table.text.cells[cell] = {};
  }
}

std::array<double, 3> lengths_of(const TextCell& cell) {
  return {1.0, static_cast<double>(cell.source_pieces), static_cast<double>(cell.target_tokens)};
}

}  // namespace

Status read_translations(RunStore& store, const std::vector<std::ptrdiff_t>& rows,
                         OutcomeTable& table) {
  if (Status status = read_sentences(store, rows, table); !status.ok()) return status;
  table.text.cells.resize(table.cells.size());
  // Files of older versions know of no doubts.
  Result<Statement> select = store.database().prepare(fmt::format(
      "SELECT item, model, text, source_pieces, target_tokens, finished, mean_log_probability, "
      "min_log_probability, margin, length_ratio, similarity, {} FROM translations",
      store.version() < kSchemaWithDoubts ? "0" : "doubts"));
  if (!select.ok()) return select.status();
  std::size_t found = 0;
  const Status status = for_each_row(*select, [&]() -> Status {
    const std::ptrdiff_t row = row_of(rows, select->integer(0));
    const auto model = select->integer(1, 0, static_cast<std::int64_t>(table.model_count()) - 1);
    if (!model.ok()) return model.status();
    if (row < 0) return damaged(store, "translation", select->integer(0));
    const std::size_t cell =
        static_cast<std::size_t>(row) * table.model_count() + static_cast<std::size_t>(*model);
    if (table.cells[cell].status != TrialStatus::kOk) {
      return damaged(store, "translation of a model that gave none", select->integer(0));
    }
    ++found;
    return read_cell(*select, table.cells[cell], table.text.cells[cell]);
  });
  if (!status.ok()) return status;
  const auto answers = std::count_if(table.cells.begin(), table.cells.end(), [](const auto& cell) {
    return cell.status == TrialStatus::kOk;
  });
  const Status counted =
      check_count(store, "translations", found, static_cast<std::size_t>(answers));
  if (counted.ok() && store.version() < kSchemaWithDoubts) take_back_near_answers(table);
  return counted;
}

std::vector<Elapsed> times_by_length(const OutcomeTable& table, std::size_t model,
                                     const std::vector<std::optional<Elapsed>>& measured) {
  LeastSquares of_cpu(3);
  LeastSquares of_wall(3);
  for (std::size_t row = 0; row < measured.size(); ++row) {
    if (!measured[row]) continue;
    const std::array<double, 3> x = lengths_of(table.text_at(row, model));
    of_cpu.add(x, static_cast<double>(measured[row]->cpu.count()));
    of_wall.add(x, static_cast<double>(measured[row]->wall.count()));
  }
  const std::vector<double> cpu = of_cpu.solve();
  const std::vector<double> wall = of_wall.solve();
  std::vector<Elapsed> times(measured.size());
  for (std::size_t row = 0; row < times.size(); ++row) {
    const std::array<double, 3> x = lengths_of(table.text_at(row, model));
    const auto at = [&](const std::vector<double>& line) {
      const double time = line[0] * x[0] + line[1] * x[1] + line[2] * x[2];
      const auto most = static_cast<double>(kLongest.count());
      return Nanoseconds(time > 0 ? std::llround(std::min(time, most)) : 0);
    };
    times[row] = measured[row] ? *measured[row] : Elapsed{at(cpu), at(wall)};
  }
  return times;
}

}  // namespace rightsize

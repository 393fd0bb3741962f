#include "lab/profile/translations.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include <optional>

#include "lab/least_squares.h"
#include "lab/profile/schema.h"

namespace rightsize {
namespace {

Status damaged(RunStore& store, const char* what, std::int64_t item) {
  return invalid_input(
      fmt::format("{}: the file is damaged ({} of item {})", store.database().path(), what, item));
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
  for (;;) {
    const Result<bool> more = select->step();
    if (!more.ok()) return more.status();
    if (!*more) return {};
    const std::ptrdiff_t row = row_of(rows, select->integer(0));
    if (row < 0) return damaged(store, "sentence", select->integer(0));
    table.text.sources[static_cast<std::size_t>(row)] = select->text(1);
    table.text.references[static_cast<std::size_t>(row)] = select->text(2);
  }
}

constexpr int kDoubtsColumn = 6 + static_cast<int>(kTranslationSignals.size());

void read_cell(const Statement& select, RecordedOutcome& outcome, TextCell& cell) {
  cell.text = select.text(2);
  cell.source_pieces = static_cast<std::int32_t>(select.integer(3));
  cell.target_tokens = static_cast<std::int32_t>(select.integer(4));
  cell.finished = select.integer(5) != 0;
  for (std::size_t s = 0; s < kTranslationSignals.size(); ++s) {
    const int column = 6 + static_cast<int>(s);
    outcome.outcome.signals[static_cast<std::size_t>(kTranslationSignals[s])] =
        select.is_null(column) ? std::numeric_limits<double>::quiet_NaN() : select.real(column);
  }
  outcome.doubts = static_cast<std::uint32_t>(select.integer(kDoubtsColumn));
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
  for (;;) {
    const Result<bool> more = select->step();
    if (!more.ok()) return more.status();
    if (!*more) return {};
    const std::ptrdiff_t row = row_of(rows, select->integer(0));
    const std::int64_t model = select->integer(1);
    if (row < 0 || model < 0 || model >= static_cast<std::int64_t>(table.model_count())) {
      return damaged(store, "translation", select->integer(0));
    }
    const std::size_t cell =
        static_cast<std::size_t>(row) * table.model_count() + static_cast<std::size_t>(model);
    read_cell(*select, table.cells[cell], table.text.cells[cell]);
  }
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
      return Nanoseconds(
          std::llround(std::max(0.0, line[0] * x[0] + line[1] * x[1] + line[2] * x[2])));
    };
    times[row] = measured[row] ? *measured[row] : Elapsed{at(cpu), at(wall)};
  }
  return times;
}

}  // namespace rightsize

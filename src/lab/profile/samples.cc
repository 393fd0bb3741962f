#include "lab/profile/samples.h"

namespace rightsize {
namespace {

Elapsed elapsed(const Statement& row, int column) {
  return {Nanoseconds(row.integer(column)), Nanoseconds(row.integer(column + 1))};
}

Status read_decode(Database& database, Samples& samples) {
  Result<Statement> select = database.prepare(
      "SELECT item, pass, cpu_ns, wall_ns FROM decode_samples ORDER BY item, pass");
  if (!select.ok()) return select.status();
  for (;;) {
    const Result<bool> row = select->step();
    if (!row.ok()) return row.status();
    if (!*row) return {};
    samples.decode.push_back(
        {select->integer(0), static_cast<int>(select->integer(1)), elapsed(*select, 2)});
  }
}

Status read_models(Database& database, Samples& samples) {
  Result<Statement> select = database.prepare(
      "SELECT model, item, pass, preprocess_cpu_ns, preprocess_wall_ns, inference_cpu_ns, "
      "inference_wall_ns FROM timing_samples ORDER BY item, model, pass");
  if (!select.ok()) return select.status();
  for (;;) {
    const Result<bool> row = select->step();
    if (!row.ok()) return row.status();
    if (!*row) return {};
    const std::int64_t model = select->integer(0);
    if (model < 0 || static_cast<std::size_t>(model) >= samples.models.size()) {
      return invalid_input(database.path() + ": the file is damaged (model of a timing sample)");
    }
    samples.models[static_cast<std::size_t>(model)].push_back(
        {select->integer(1), static_cast<int>(select->integer(2)), elapsed(*select, 3),
         elapsed(*select, 5)});
  }
}

}  // namespace

Result<Samples> read_samples(Database& database, std::size_t models) {
  Samples samples;
  samples.models.resize(models);
  if (Status status = read_decode(database, samples); !status.ok()) return status;
  if (Status status = read_models(database, samples); !status.ok()) return status;
  return samples;
}

}  // namespace rightsize

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

Status read_features(Database& database, Samples& samples) {
  Result<Statement> select = database.prepare(
      "SELECT feature_group, item, pass, cpu_ns, wall_ns FROM feature_samples ORDER BY item, pass");
  if (!select.ok()) return select.status();
  for (;;) {
    const Result<bool> row = select->step();
    if (!row.ok()) return row.status();
    if (!*row) return {};
    const std::int64_t group = select->integer(0);
    if (group < 0 || static_cast<std::size_t>(group) >= samples.features.size()) {
      return invalid_input(database.path() + ": the file is damaged (group of a feature sample)");
    }
    samples.features[static_cast<std::size_t>(group)].push_back(
        {select->integer(1), static_cast<int>(select->integer(2)), elapsed(*select, 3)});
  }
}

}  // namespace

Result<Samples> read_samples(RunStore& store) {
  Samples samples;
  samples.models.resize(store.header().zoo.models.size());
  if (Status status = read_decode(store.database(), samples); !status.ok()) return status;
  if (Status status = read_models(store.database(), samples); !status.ok()) return status;
  if (store.header().features.set.empty()) return samples;
  samples.features.resize(image_feature_set().groups.size());
  if (Status status = read_features(store.database(), samples); !status.ok()) return status;
  return samples;
}

}  // namespace rightsize

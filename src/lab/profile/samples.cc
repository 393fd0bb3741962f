#include "lab/profile/samples.h"

#include <limits>

namespace rightsize {
namespace {

// One row of samples; the first failure of its columns stays.
class Row {
 public:
  explicit Row(const Statement& statement) : statement_(statement) {}
  std::int64_t integer(int column, std::int64_t most) {
    const Result<std::int64_t> value = statement_.integer(column, 0, most);
    if (!value.ok() && status_.ok()) status_ = value.status();
    return value.ok() ? *value : 0;
  }
  std::int64_t item(int column) { return integer(column, std::numeric_limits<int>::max()); }
  int pass(int column) {
    return static_cast<int>(integer(column, std::numeric_limits<int>::max()));
  }
  std::size_t index(int column, std::size_t size) {
    return static_cast<std::size_t>(integer(column, static_cast<std::int64_t>(size) - 1));
  }
  Elapsed elapsed(int column) {
    return {Nanoseconds(integer(column, kLongest.count())),
            Nanoseconds(integer(column + 1, kLongest.count()))};
  }
  const Status& status() const { return status_; }

 private:
  const Statement& statement_;
  Status status_;
};

Status read_decode(Database& database, Samples& samples) {
  Result<Statement> select = database.prepare(
      "SELECT item, pass, cpu_ns, wall_ns FROM decode_samples ORDER BY item, pass");
  if (!select.ok()) return select.status();
  return for_each_row(*select, [&] {
    Row row(*select);
    samples.decode.push_back({row.item(0), row.pass(1), row.elapsed(2)});
    return row.status();
  });
}

Status read_models(Database& database, Samples& samples) {
  Result<Statement> select = database.prepare(
      "SELECT model, item, pass, preprocess_cpu_ns, preprocess_wall_ns, inference_cpu_ns, "
      "inference_wall_ns FROM timing_samples ORDER BY item, model, pass");
  if (!select.ok()) return select.status();
  return for_each_row(*select, [&] {
    Row row(*select);
    const std::size_t model = row.index(0, samples.models.size());
    if (!row.status().ok()) return row.status();
    samples.models[model].push_back({row.item(1), row.pass(2), row.elapsed(3), row.elapsed(5)});
    return row.status();
  });
}

Status read_features(Database& database, Samples& samples) {
  Result<Statement> select = database.prepare(
      "SELECT feature_group, item, pass, cpu_ns, wall_ns FROM feature_samples ORDER BY item, pass");
  if (!select.ok()) return select.status();
  return for_each_row(*select, [&] {
    Row row(*select);
    const std::size_t group = row.index(0, samples.features.size());
    if (!row.status().ok()) return row.status();
    samples.features[group].push_back({row.item(1), row.pass(2), row.elapsed(3)});
    return row.status();
  });
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

#include "lab/profile/energy_blocks.h"

#include <cmath>
#include <limits>

#include "lab/profile/samples.h"

namespace rightsize {
namespace {

// Above what any machine draws and any block takes.
constexpr double kMost = 1e6;  // watts, joules

bool is_sane(double value) { return std::abs(value) <= kMost; }  // not so of what is no number

Status read_idle(Database& database, RunEnergy& energy) {
  Result<Statement> select =
      database.prepare("SELECT sensor, watts, spread FROM idle_power ORDER BY run, session");
  if (!select.ok()) return select.status();
  return for_each_row(*select, [&]() -> Status {
    energy.idle.push_back({select->text(0), select->real(1), select->real(2)});
    if (is_sane(energy.idle.back().watts) && is_sane(energy.idle.back().spread)) return {};
    return invalid_input(database.path() + ": the file is damaged (idle power)");
  });
}

Result<EnergyBlock> block_of(const Statement& row, std::size_t models) {
  const auto work = row.integer(0, kFirstWork, static_cast<std::int64_t>(models) - 1);
  if (!work.ok()) return work.status();
  const auto runs = row.integer(1, 1, std::numeric_limits<int>::max());
  if (!runs.ok()) return runs.status();
  const auto wall = row.integer(3, 0, kLongest.count());
  if (!wall.ok()) return wall.status();
  EnergyBlock block;
  block.work = static_cast<int>(*work);
  block.runs = static_cast<int>(*runs);
  block.use = {row.real(2), Nanoseconds(*wall)};
  return block;
}

Status read_blocks(Database& database, RunEnergy& energy) {
  Result<Statement> select = database.prepare(
      "SELECT work, runs, joules, wall_ns, watts FROM energy_blocks JOIN idle_power "
      "USING(run, session) ORDER BY work, run, block");
  if (!select.ok()) return select.status();
  return for_each_row(*select, [&]() -> Status {
    const Result<EnergyBlock> block = block_of(*select, energy.models.size());
    const double joules = block.ok() ? block->joules_above({"", select->real(4), 0}) : 0.0;
    if (!block.ok() || !is_sane(joules)) {
      return invalid_input(database.path() + ": the file is damaged (energy block)");
    }
    energy.of(block->work).push_back(joules);
    return {};
  });
}

}  // namespace

Result<RunEnergy> read_energy(RunStore& store) {
  RunEnergy energy;
  energy.models.resize(store.header().zoo.models.size());
  if (store.version() < 2) return energy;
  if (Status status = read_idle(store.database(), energy); !status.ok()) return status;
  if (Status status = read_blocks(store.database(), energy); !status.ok()) return status;
  return energy;
}

Status insert_idle(RunStore& store, int session, const IdlePower& idle) {
  Result<Statement> insert =
      store.database().prepare("INSERT INTO idle_power VALUES(?, ?, ?, ?, ?)");
  if (!insert.ok()) return insert.status();
  insert->bind_text(1, store.header().provenance.run_id);
  insert->bind_integer(2, session);
  insert->bind_text(3, idle.sensor);
  insert->bind_real(4, idle.watts);
  insert->bind_real(5, idle.spread);
  return insert->run();
}

Status insert_block(RunStore& store, const EnergyBlock& block) {
  Result<Statement> insert =
      store.database().prepare("INSERT INTO energy_blocks VALUES(?, ?, ?, ?, ?, ?, ?)");
  if (!insert.ok()) return insert.status();
  insert->bind_text(1, store.header().provenance.run_id);
  insert->bind_integer(2, block.work);
  insert->bind_integer(3, block.block);
  insert->bind_integer(4, block.session);
  insert->bind_integer(5, block.runs);
  insert->bind_real(6, block.use.joules);
  insert->bind_integer(7, block.use.wall.count());
  return insert->run();
}

}  // namespace rightsize

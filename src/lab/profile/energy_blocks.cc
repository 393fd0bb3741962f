#include "lab/profile/energy_blocks.h"

namespace rightsize {
namespace {

Status read_idle(Database& database, RunEnergy& energy) {
  Result<Statement> select =
      database.prepare("SELECT sensor, watts, spread FROM idle_power ORDER BY run, session");
  if (!select.ok()) return select.status();
  for (;;) {
    const Result<bool> row = select->step();
    if (!row.ok()) return row.status();
    if (!*row) return {};
    energy.idle.push_back({select->text(0), select->real(1), select->real(2)});
  }
}

Status read_blocks(Database& database, RunEnergy& energy) {
  Result<Statement> select = database.prepare(
      "SELECT work, runs, joules, wall_ns, watts FROM energy_blocks JOIN idle_power "
      "USING(run, session) ORDER BY work, run, block");
  if (!select.ok()) return select.status();
  for (;;) {
    const Result<bool> row = select->step();
    if (!row.ok()) return row.status();
    if (!*row) return {};
    EnergyBlock block;
    block.work = static_cast<int>(select->integer(0));
    block.runs = static_cast<int>(select->integer(1));
    block.use = {select->real(2), Nanoseconds(select->integer(3))};
    if (block.work < kFirstWork || block.work >= static_cast<int>(energy.models.size()) ||
        block.runs < 1) {
      return invalid_input(database.path() + ": the file is damaged (energy block)");
    }
    energy.of(block.work).push_back(block.joules_above({"", select->real(4), 0}));
  }
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

#include "lab/replay/recording.h"

#include <cmath>
#include <limits>

namespace rightsize {
namespace {

// Nanojoules of every model on every judged item; nothing where any of them is not recorded.
std::vector<std::vector<std::int64_t>> energies_of(const OutcomeTable& table,
                                                   const std::vector<std::size_t>& items) {
  std::vector<std::vector<std::int64_t>> energies;
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    auto& energy = energies.emplace_back();
    for (const std::size_t i : items) {
      const std::optional<std::int64_t>& one = table.at(i, m).energy_nj;
      if (!one) return {};
      energy.push_back(*one);
    }
  }
  return energies;
}

}  // namespace

const char* to_string(Criterion criterion) {
  return criterion == Criterion::kTop5 ? "top-5" : "top-1";
}

bool Recording::is_right(const TopClasses& answer, std::size_t i) const {
  return hit(answer, wanted[i], criterion == Criterion::kTop5 ? 5 : 1);
}

double Recording::sureness(Signal signal, std::size_t model, std::size_t i) const {
  const RecordedOutcome& cell = table->at(item[i], model);
  const double value = rightsize::sureness(cell.outcome.signals, signal);
  const bool usable = cell.status == TrialStatus::kOk && !std::isnan(value);
  return usable ? value : -std::numeric_limits<double>::infinity();
}

const char* to_string(CostKind kind) { return kind == CostKind::kTime ? "time" : "energy"; }

Result<Recording> judge(const OutcomeTable& table, const Reference& reference, CostKind cost) {
  std::size_t reference_model = 0;
  if (!reference.model.empty()) {
    const Result<std::size_t> found = model_index(table.zoo, reference.model);
    if (!found.ok()) return found.status();
    reference_model = *found;
  }
  Recording recording;
  recording.table = &table;
  recording.cost_kind = cost;
  recording.criterion = reference.criterion;
  for (std::size_t i = 0; i < table.item_count(); ++i) {
    const RecordedOutcome* answer =
        reference.model.empty() ? nullptr : &table.at(i, reference_model);
    const bool answered = answer != nullptr && answer->status == TrialStatus::kOk;
    const std::int32_t label = answer == nullptr ? table.labels[i]
                               : answered        ? answer->outcome.label()
                                                 : -1;
    if (label < 0) {
      ++recording.skipped;
      continue;
    }
    recording.item.push_back(i);
    recording.decode_cpu.push_back(table.decode_cpu[i].count());
    recording.wanted.push_back(label);
  }
  if (recording.item.empty()) {
    return invalid_input(reference.model.empty()
                             ? "the run has no labels; give --reference MODEL to judge against the "
                               "answers of a model"
                             : "the reference model answered no input");
  }
  recording.energy = energies_of(table, recording.item);
  if (cost == CostKind::kEnergy && recording.energy.empty()) {
    return invalid_input(
        "the run has no energy for every model, so energy cannot be the cost: `rightsize info` "
        "says why it was not measured");
  }
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    auto& right = recording.right.emplace_back();
    auto& ok = recording.ok.emplace_back();
    auto& cpu = recording.cpu.emplace_back();
    for (std::size_t i = 0; i < recording.items(); ++i) {
      const RecordedOutcome& cell = table.at(recording.item[i], m);
      ok.push_back(cell.status == TrialStatus::kOk);
      right.push_back(ok.back() != 0 && recording.is_right(cell.outcome.top, i));
      cpu.push_back(cell.cpu.count());
    }
  }
  return recording;
}

RecordedWorld::RecordedWorld(const Recording& recording)
    : recording_(recording), models_(recording.models()) {
  costs_.reserve(recording.items() * models_);
  for (const std::size_t i : recording.item) {
    for (std::size_t m = 0; m < models_; ++m) {
      const RecordedOutcome& cell = recording.table->at(i, m);
      costs_.push_back({.cpu = cell.cpu, .wall = cell.wall});
    }
  }
}

std::span<const float> RecordedWorld::features() const noexcept {
  const OutcomeTable& table = *recording_.table;
  const std::size_t count = table.feature_count();
  return {table.features.data() + recording_.item[item_] * count, count};
}

bool RecordedWorld::extract(std::size_t group) noexcept {
  const OutcomeTable& table = *recording_.table;
  const std::size_t groups = table.group_count();
  if (group >= groups) return false;
  const std::span<const float> values = features();
  for (std::size_t f = 0; f < values.size(); ++f) {
    const bool lacks = image_feature_set().features[f].group == group && std::isnan(values[f]);
    if (lacks) return false;
  }
  FeatureGroups due = shares_work_with(group);
  due.set(group);
  due &= ~paid_;
  paid_ |= due;
  for (std::size_t g = 0; g < groups; ++g) {
    if (!due[g]) continue;
    cpu_ += table.feature_cpu[recording_.item[item_] * groups + g];
    wall_ += table.feature_wall[recording_.item[item_] * groups + g];
  }
  return true;
}

void RecordedWorld::select(std::size_t item) {
  item_ = item;
  paid_.reset();
  cpu_ = recording_.table->decode_cpu[recording_.item[item]];
  wall_ = recording_.table->decode_wall[recording_.item[item]];
}

Trial RecordedWorld::run(ModelIndex model) noexcept {
  const RecordedOutcome& cell = recording_.table->at(recording_.item[item_], model);
  cpu_ += cell.cpu;
  wall_ += cell.wall;
  Trial trial{.model = model, .status = cell.status, .cpu = cell.cpu, .wall = cell.wall};
  if (cell.status == TrialStatus::kOk) set_answer(cell.outcome, trial);
  return trial;
}

double Recording::mean_decode_ms() const {
  double sum = 0.0;
  for (const std::int64_t ns : decode_cpu) sum += static_cast<double>(ns) / 1e6;
  return sum / static_cast<double>(items());
}

std::vector<ReplayedItem> replay(const Selector& selector, const Recording& recording,
                                 const std::vector<std::size_t>& items) {
  RecordedWorld world(recording);
  std::vector<ReplayedItem> results;
  results.reserve(items.size());
  for (const std::size_t item : items) {
    world.select(item);
    const Decision decision = decide(selector, world);
    ReplayedItem result{.answered = decision.answered(),
                        .cpu = decision.cpu.count(),
                        .wall = decision.wall.count(),
                        .features_cpu = decision.features_cpu.count()};
    for (const Trial& trial : decision.trials()) {
      result.energy += recording.energy_of(trial.model, item);
    }
    result.energy += recording.overhead_energy(decision.extracted.any());
    if (result.answered) {
      result.model = decision.answered_by().model;
      result.answer = decision.answer.value;
      result.right = recording.is_right(decision.answer.top, item);
    }
    results.push_back(result);
  }
  return results;
}

}  // namespace rightsize

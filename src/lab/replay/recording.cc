#include "lab/replay/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "text/translation.h"

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
  if (const std::optional<TextMetric> metric = metric_of(criterion)) return to_string(*metric);
  return criterion == Criterion::kTop5 ? "top-5" : "top-1";
}

std::optional<TextMetric> metric_of(Criterion criterion) {
  switch (criterion) {
    case Criterion::kTop1:
    case Criterion::kTop5:
      return std::nullopt;
    case Criterion::kBleu:
      return TextMetric::kBleu;
    case Criterion::kChrf:
      return TextMetric::kChrf;
    case Criterion::kRougeL:
      return TextMetric::kRougeL;
    case Criterion::kTokenF1:
      return TextMetric::kTokenF1;
    case Criterion::kPaperF1:
      return TextMetric::kPaperF1;
  }
  return std::nullopt;
}

std::vector<Signal> signals_of(const Zoo& zoo) {
  if (zoo.task != kTranslation) return {Signal::kMaxProbability};
  return {kTranslationSignals.begin(), kTranslationSignals.end()};
}

void set_recorded_answer(const OutcomeTable& table, std::size_t item, std::size_t model,
                         Trial& trial) {
  const ClassOutcome& outcome = table.at(item, model).outcome;
  set_answer(outcome, trial);
  trial.doubtful = table.at(item, model).doubts != 0;
  if (table.text.cells.empty()) return;
  trial.top = nullptr;
  trial.answer = answer_of(table.text_at(item, model).text);
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

namespace {

Status no_reference(const Reference& reference) {
  if (!reference.model.empty()) return invalid_input("the reference model answered no input");
  return invalid_input(metric_of(reference.criterion)
                           ? "the run has no reference translations; give --reference MODEL to "
                             "judge against those of "
                             "a model"
                           : "the run has no labels; give --reference MODEL to judge against the "
                             "answers of a model");
}

// Which items have a reference; of images also which class it is.
void choose_items(const OutcomeTable& table, std::optional<std::size_t> model,
                  Recording& recording) {
  for (std::size_t i = 0; i < table.item_count(); ++i) {
    const bool answered = model && table.at(i, *model).status == TrialStatus::kOk;
    std::int32_t wanted = -1;
    if (recording.is_graded()) {
      // A blank sentence has a blank translation.
      const bool given = !table.text.references[i].empty() || table.text.sources[i].empty();
      wanted = (model ? answered : given) ? 0 : -1;
    } else if (model) {
      wanted = answered ? table.at(i, *model).outcome.label() : -1;
    } else {
      wanted = table.labels[i];
    }
    if (wanted < 0) {
      ++recording.skipped;
      continue;
    }
    recording.item.push_back(i);
    recording.decode_cpu.push_back(table.decode_cpu[i].count());
    recording.wanted.push_back(wanted);
  }
}

void count_translations(std::optional<std::size_t> reference, double suitable,
                        Recording& recording) {
  const OutcomeTable& table = *recording.table;
  const auto text = [&](std::size_t i, std::size_t m) -> const std::string& {
    return table.text_at(i, m).text;
  };
  const auto wanted = [&](std::size_t i) -> const std::string& {
    return reference ? text(i, *reference) : table.text.references[i];
  };
  for (const std::size_t i : recording.item) recording.unanswered.push_back(count("", wanted(i)));
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    auto& counts = recording.counts.emplace_back();
    auto& right = recording.right.emplace_back();
    for (const std::size_t i : recording.item) {
      counts.push_back(count(text(i, m), wanted(i)));
      const bool blank = wanted(i).empty() && text(i, m).empty();
      right.push_back(table.at(i, m).status == TrialStatus::kOk &&
                      (blank || sentence_value(counts.back(), *recording.metric) >= suitable));
    }
  }
}

// What every translation adds to the corpus's metric, linearised at the best single model.
void weigh_translations(Recording& recording) {
  constexpr std::int64_t kUnit = 1000000;
  std::vector<TextCounts> sums(recording.models());
  std::size_t best = 0;
  for (std::size_t m = 0; m < recording.models(); ++m) {
    for (const TextCounts& counts : recording.counts[m]) sums[m] += counts;
    const auto value = [&](std::size_t of) { return corpus_value(sums[of], *recording.metric); };
    if (value(m) > value(best)) best = m;
  }
  recording.unit = kUnit;
  const auto slope = gradient(sums[best], *recording.metric);
  const double scale = static_cast<double>(kUnit) * static_cast<double>(recording.items());
  const auto weigh = [&](const std::vector<TextCounts>& all) {
    std::vector<std::int32_t> worth;
    for (const TextCounts& counts : all) {
      worth.push_back(static_cast<std::int32_t>(
          std::llround(std::clamp(scale * credit(counts, slope), -2e9, 2e9))));
    }
    return worth;
  };
  for (const auto& of_model : recording.counts) recording.worth.push_back(weigh(of_model));
  recording.worth_of_nothing = weigh(recording.unanswered);
}

void judge_classes(Recording& recording) {
  const OutcomeTable& table = *recording.table;
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    auto& right = recording.right.emplace_back();
    for (std::size_t i = 0; i < recording.items(); ++i) {
      const RecordedOutcome& cell = table.at(recording.item[i], m);
      right.push_back(cell.status == TrialStatus::kOk && recording.is_right(cell.outcome.top, i));
    }
    recording.worth.emplace_back(right.begin(), right.end());
  }
}

Status check_answers(const Recording& recording) {
  for (const std::vector<char>& ok : recording.ok) {
    if (std::count(ok.begin(), ok.end(), 1) > 0) return {};
  }
  return invalid_input(
      fmt::format("no model answered any of the {} inputs: there is nothing to choose among; "
                  "`rightsize info` shows what failed",
                  recording.items()));
}

}  // namespace

Result<Recording> judge(const OutcomeTable& table, const Reference& reference, CostKind cost) {
  std::optional<std::size_t> model;
  if (!reference.model.empty()) {
    const Result<std::size_t> found = model_index(table.zoo, reference.model);
    if (!found.ok()) return found.status();
    model = *found;
  }
  Recording recording;
  recording.table = &table;
  recording.cost_kind = cost;
  recording.criterion = reference.criterion;
  recording.metric = metric_of(reference.criterion);
  if (recording.is_graded() != (table.zoo.task == kTranslation)) {
    return invalid_input(fmt::format("the criterion {} is not one of the run's task, {}",
                                     to_string(reference.criterion), table.zoo.task));
  }
  choose_items(table, model, recording);
  if (recording.item.empty()) return no_reference(reference);
  recording.energy = energies_of(table, recording.item);
  if (cost == CostKind::kEnergy && recording.energy.empty()) {
    return invalid_input(
        "the run has no energy for every model, so energy cannot be the cost: `rightsize info` "
        "says why it was not measured");
  }
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    auto& ok = recording.ok.emplace_back();
    auto& sound = recording.sound.emplace_back();
    auto& cpu = recording.cpu.emplace_back();
    for (const std::size_t i : recording.item) {
      ok.push_back(table.at(i, m).status == TrialStatus::kOk);
      sound.push_back(ok.back() != 0 && table.at(i, m).doubts == 0);
      cpu.push_back(table.at(i, m).cpu.count());
    }
  }
  if (Status status = check_answers(recording); !status.ok()) return status;
  if (recording.is_graded()) {
    count_translations(model, reference.suitable, recording);
    weigh_translations(recording);
  } else {
    judge_classes(recording);
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
  if (cell.status == TrialStatus::kOk) {
    set_recorded_answer(*recording_.table, recording_.item[item_], model, trial);
  }
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
      result.right = recording.is_graded() ? recording.right[result.model][item] != 0
                                           : recording.is_right(decision.answer.top, item);
    }
    if (recording.is_graded()) {
      result.counts =
          result.answered ? &recording.counts[result.model][item] : &recording.unanswered[item];
    }
    results.push_back(result);
  }
  return results;
}

}  // namespace rightsize

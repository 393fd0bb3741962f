#include "lab/text/text_outcomes.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace rightsize {
namespace {

bool has_energy(const OutcomeTable& table) {
  return std::all_of(table.cells.begin(), table.cells.end(),
                     [](const RecordedOutcome& cell) { return cell.energy_nj.has_value(); });
}

double best_value(const TextOutcomes& outcomes, std::size_t row,
                  const std::vector<ModelIndex>& models) {
  double best = 0.0;
  for (const ModelIndex model : models) best = std::max(best, outcomes.value[model][row]);
  return best;
}

bool is_good(double value, double best, const TextLabelOptions& options) {
  constexpr double kRounding = 1e-12;
  return value >= options.none_below && value >= best - options.tolerance - kRounding;
}

// The greatest of the models in question is the label.
double merit(const TextOutcomes& outcomes, ModelIndex model, std::size_t row,
             const TextLabelOptions& options) {
  const auto time = static_cast<double>(std::max<std::int64_t>(outcomes.cpu[model][row], 1));
  const double value = outcomes.value[model][row];
  return options.per_time ? value * value / time : -time;
}

}  // namespace

Result<TextOutcomes> judge_texts(const OutcomeTable& table, TextMetric metric) {
  const std::size_t models = table.model_count();
  if (table.text.sources.size() != table.item_count() ||
      table.text.references.size() != table.item_count() ||
      table.text.cells.size() != table.cells.size() || models == 0) {
    return invalid_input("the run holds no translations: profile a zoo whose task is translation");
  }
  TextOutcomes outcomes;
  for (std::size_t i = 0; i < table.item_count(); ++i) {
    if (table.text.references[i].empty()) {
      ++outcomes.skipped;
    } else {
      outcomes.item.push_back(i);
      outcomes.unanswered.push_back(count("", table.text.references[i]));
    }
  }
  if (outcomes.item.empty()) {
    return invalid_input(
        "no sentence of the run has a reference: profile parallel text, with its translations");
  }
  const bool energy = has_energy(table);
  if (energy) outcomes.energy.resize(models);
  for (std::size_t m = 0; m < models; ++m) {
    std::vector<TextCounts> counts;
    std::vector<double> values;
    std::vector<std::int64_t> cpu;
    for (const std::size_t i : outcomes.item) {
      const RecordedOutcome& cell = table.at(i, m);
      const bool ok = cell.status == TrialStatus::kOk;
      counts.push_back(count(ok ? table.text_at(i, m).text : "", table.text.references[i]));
      values.push_back(sentence_value(counts.back(), metric));
      const Nanoseconds reading = table.decode_cpu.empty() ? Nanoseconds(0) : table.decode_cpu[i];
      cpu.push_back((reading + cell.cpu).count());
      if (energy) {
        outcomes.energy[m].push_back(*cell.energy_nj + table.decode_energy_nj.value_or(0));
      }
    }
    outcomes.counts.push_back(std::move(counts));
    outcomes.value.push_back(std::move(values));
    outcomes.cpu.push_back(std::move(cpu));
  }
  return outcomes;
}

std::vector<std::uint16_t> text_labels(const TextOutcomes& outcomes,
                                       const std::vector<std::size_t>& rows,
                                       const std::vector<ModelIndex>& models,
                                       const TextLabelOptions& options) {
  std::vector<std::uint16_t> labels;
  labels.reserve(rows.size());
  for (const std::size_t row : rows) {
    const double best = best_value(outcomes, row, models);
    std::size_t label = models.size();
    double greatest = 0.0;
    for (std::size_t c = 0; c < models.size(); ++c) {
      const bool wanted = options.per_time ? outcomes.value[models[c]][row] >= options.none_below
                                           : is_good(outcomes.value[models[c]][row], best, options);
      if (!wanted) continue;
      const double now = merit(outcomes, models[c], row, options);
      if (label == models.size() || now > greatest) {
        label = c;
        greatest = now;
      }
    }
    labels.push_back(static_cast<std::uint16_t>(label));
  }
  return labels;
}

std::vector<ModelIndex> choose_text_models(const OutcomeTable& table, const TextOutcomes& outcomes,
                                           const std::vector<std::size_t>& rows,
                                           const TextLabelOptions& labels,
                                           const ModelChoiceOptions& options) {
  std::vector<ModelIndex> all(outcomes.models());
  std::iota(all.begin(), all.end(), ModelIndex{0});
  Recording recording;
  recording.table = &table;
  recording.item = outcomes.item;
  recording.cpu = outcomes.cpu;
  recording.right.assign(all.size(), std::vector<char>(outcomes.items(), 0));
  for (const std::size_t row : rows) {
    const double best = best_value(outcomes, row, all);
    for (const ModelIndex m : all) {
      recording.right[m][row] = is_good(outcomes.value[m][row], best, labels) ? 1 : 0;
    }
  }
  std::vector<ModelIndex> models;
  for (const ChosenModel& chosen : choose_models(recording, rows, options)) {
    models.push_back(chosen.model);
  }
  return models;
}

}  // namespace rightsize

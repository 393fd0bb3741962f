#include "lab/report/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/terminal_text.h"
#include "lab/report/figures.h"

namespace rightsize {
namespace {

constexpr std::size_t kLineWidth = 110;

// Rows of cells, laid out once all are known; the first column flush left, the others right.
class Table {
 public:
  void heading(std::string text) { rows_.push_back({{std::move(text)}, true}); }
  void row(std::vector<std::string> cells) { rows_.push_back({std::move(cells), false}); }

  std::string layout() const {
    std::vector<std::size_t> widths;
    for (const Row& row : rows_) {
      if (row.heading) continue;
      widths.resize(std::max(widths.size(), row.cells.size()), 0);
      for (std::size_t c = 0; c < row.cells.size(); ++c) {
        widths[c] = std::max(widths[c], terminal_columns(row.cells[c]));
      }
    }
    std::string text;
    for (const Row& row : rows_) {
      if (row.heading) text += "\n";
      for (std::size_t c = 0; c < row.cells.size(); ++c) {
        if (row.heading) {
          text += row.cells[c];
        } else if (c == 0) {
          text += fmt::format("{:<{}}", row.cells[c], widths[c]);
        } else {
          text += fmt::format("  {:>{}}", row.cells[c], widths[c]);
        }
      }
      text += "\n";
    }
    return text;
  }

 private:
  struct Row {
    std::vector<std::string> cells;
    bool heading;
  };
  std::vector<Row> rows_;
};

// As with_interval, a little tighter: "79.5 [77.1,81.8]".
std::string tight(const Estimate& estimate, Format format, const char* unit = "") {
  std::string text = with_interval(estimate, format, unit);
  text.erase(text.find(", ") + 1, 1);
  return text;
}

void add(Table& table, const StrategyFigures& figures, bool with_abstained) {
  std::vector<std::string> cells = {figures.name,
                                    tight(figures.quality, percent),
                                    tight(figures.difference, points),
                                    milliseconds(figures.cpu_ms.value),
                                    tight(figures.speedup, times, "x"),
                                    tight(figures.over_mix, points)};
  if (figures.by_labels) cells.push_back(tight(*figures.by_labels, points));
  if (with_abstained) cells.push_back(percent(figures.abstained));
  table.row(std::move(cells));
}

void add(Table& table, const std::string& heading, const std::vector<StrategyFigures>& list,
         bool with_abstained) {
  if (list.empty()) return;
  table.heading(heading);
  for (const StrategyFigures& figures : list) add(table, figures, with_abstained);
}

bool any_abstained(const Evaluation& evaluation) {
  const auto abstains = [](const StrategyFigures& figures) { return figures.abstained > 0; };
  bool any = std::any_of(evaluation.models.begin(), evaluation.models.end(), abstains);
  for (const KindFigures& kind : evaluation.kinds) {
    any = any || std::any_of(kind.points.begin(), kind.points.end(), abstains);
  }
  return any;
}

// Every metric of the single models and of the first kind's first points: BLEU is not all.
std::string metrics_table(const Evaluation& evaluation) {
  if (evaluation.models.front().by_metric.empty()) return "";
  constexpr std::size_t kPoints = 2;
  Table table;
  std::vector<std::string> header = {""};
  for (const TextMetric metric : kAllTextMetrics) header.emplace_back(to_string(metric));
  header.insert(header.end(), {"BLEU-PS", "suitable %"});
  table.row(std::move(header));
  const auto add_row = [&](const StrategyFigures& figures) {
    std::vector<std::string> cells = {figures.name};
    for (const double value : figures.by_metric) cells.push_back(percent(value));
    const double bleu = figures.by_metric[static_cast<std::size_t>(TextMetric::kBleu)];
    cells.push_back(
        fmt::format("{:.0f}", bleu_per_second(100 * bleu, figures.cpu_ms.value / 1000)));
    cells.push_back(percent(figures.suitable));
    table.row(std::move(cells));
  };
  for (const StrategyFigures& figures : evaluation.models) add_row(figures);
  const std::vector<StrategyFigures>& points = evaluation.kinds.front().points;
  for (std::size_t p = 0; p < std::min(kPoints, points.size()); ++p) add_row(points[p]);
  return "\nevery metric, of the corpus; BLEU-PS: BLEU squared by mean CPU seconds; suitable: "
         "sentences whose own " +
         evaluation.criterion + " reaches the threshold\n" + table.layout();
}

std::string facts(const Evaluation& evaluation) {
  const Provenance& from = evaluation.provenance;
  return fmt::format(
      "{} on {}: {} inputs ({} without a reference, {} not readable)\n"
      "{} against {}; {}-fold cross-validation, seed {}; 95 % intervals of {} resamples\n"
      "{}, {}, {}\n"
      "CPU ms: mean CPU time per input, with decoding ({} ms)\n",
      evaluation.zoo, from.data, evaluation.inputs, evaluation.skipped, evaluation.failed,
      evaluation.criterion, evaluation.reference, evaluation.folds, evaluation.seed,
      evaluation.resamples, from.device, from.runtime, from.date,
      milliseconds(evaluation.decode_cpu_ms));
}

}  // namespace

std::string evaluation_text(const Evaluation& whole) {
  const Evaluation evaluation = without_unreached(whole);
  const bool abstained = any_abstained(evaluation);
  Table table;
  std::vector<std::string> header = {
      "", evaluation.criterion + " %", "vs baseline", "CPU ms", "speed-up", "over mix"};
  if (evaluation.labelled > 0) header.emplace_back("by labels");
  if (abstained) header.emplace_back("none");
  table.row(std::move(header));
  const std::string& baseline = evaluation.model_names[evaluation.baseline];
  add(table, "single models (baseline: " + baseline + ")", evaluation.models, abstained);
  for (const KindFigures& kind : evaluation.kinds) {
    add(table, kind_words(kind), kind.points, abstained);
  }
  StrategyFigures zoo = evaluation.oracle_zoo;
  StrategyFigures chosen = evaluation.oracle_chosen;
  zoo.name = "whole zoo";
  chosen.name = "chosen models";
  add(table, "oracles: bounds, no results", {zoo, chosen}, abstained);
  std::string notes = fmt::format(
      "\nvs baseline, over mix: points of {}; mix: random choice among single models at equal "
      "mean CPU time.\n",
      quality_word(evaluation));
  if (!evaluation.by_labels()) {
    notes += fmt::format(
        "{}: share of inputs with the same answer as {}{}.\n", evaluation.criterion,
        evaluation.reference,
        evaluation.labelled > 0 ? "" : "; which answers are right, nobody knows without labels");
  }
  const std::string unreached = unreached_note(evaluation);
  if (!unreached.empty()) notes += wrapped(unreached, kLineWidth) + "\n";
  if (evaluation.labelled > 0) {
    notes += fmt::format(
        "by labels: points of top-1 against the baseline on the {} inputs that have "
        "a label.\n",
        evaluation.labelled);
  }
  if (abstained) notes += "none: % of inputs without an answer; they count as not right.\n";
  return printable(facts(evaluation) + "\n" + table.layout() + notes + metrics_table(evaluation) +
                   "\n" + wrapped(evaluation.verdict.sentence, kLineWidth) + "\n");
}

}  // namespace rightsize

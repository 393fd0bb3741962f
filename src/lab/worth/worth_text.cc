#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>

#include "core/terminal_text.h"
#include "lab/replay/search.h"
#include "lab/report/figures.h"
#include "lab/worth/worth.h"

namespace rightsize {
namespace {

constexpr std::size_t kLineWidth = 100;
constexpr double kMiB = 1 << 20;
constexpr const char* kNone = "-";

using Row = std::vector<std::string>;

std::string paragraph(const std::string& text) { return wrapped(text, kLineWidth) + "\n"; }

std::string facts(const WorthReport& report) {
  const Evaluation& e = report.now.evaluation;
  return fmt::format(
      "{} on {}: {} inputs ({} without a reference, {} not readable)\n"
      "{} against {}; {}-fold cross-validation, seed {}; in brackets 95 % intervals\n"
      "{}, {}, {}\n",
      e.zoo, e.provenance.data, e.inputs, e.skipped, e.failed, e.criterion, e.reference, e.folds,
      e.seed, e.provenance.device, e.provenance.runtime, e.provenance.date);
}

std::string names(const Worth& worth, const std::vector<ModelIndex>& models) {
  Row names;
  for (const ModelIndex model : models) names.push_back(worth.name(model));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string memory(const std::optional<std::int64_t>& bytes) {
  return bytes ? fmt::format("{:.1f}", static_cast<double>(*bytes) / kMiB) : "-";
}

std::string inputs_to_show_gain(const Worth& worth) {
  const Verdict& verdict = worth.evaluation.verdict;
  switch (verdict.kind) {
    case VerdictKind::kPays:
    case VerdictKind::kAgrees:
      return "shown";
    case VerdictKind::kDoesNotPay:
    case VerdictKind::kDoesNotAgree:
      return "it does not";
    case VerdictKind::kTooFewData:
      break;
  }
  return fmt::format("about {}", verdict.inputs_needed);
}

std::string inputs_of(const Worth& worth, std::size_t limit) {
  if (!worth.point) return kNone;  // and then there are no proofs
  const LossProof& proof = worth.proofs[limit];
  return proof.inputs ? fmt::format("about {}", rounded_up(*proof.inputs))
                      : "its loss looks larger";
}

std::string limit_words(const SubsetLimits& limits) {
  std::string words;
  if (limits.models)
    words = fmt::format("at most {} model{}", *limits.models, *limits.models == 1 ? "" : "s");
  if (limits.bytes)
    words += fmt::format("{}{} MiB", words.empty() ? "at most " : ", ", memory(limits.bytes));
  return words;
}

// The rows of the key figures; one column for each of the worths.
class KeyFigures {
 public:
  explicit KeyFigures(const WorthReport& report) {
    worths_.push_back(&report.now);
    Row head = {"what", report.then ? "now" : "figure"};
    if (report.then) {
      worths_.push_back(&*report.then);
      head.emplace_back("then");
    }
    rows_.push_back(head);
  }

  void add(const std::string& label, const std::function<std::string(const Worth&)>& figure) {
    Row row = {label};
    for (const Worth* worth : worths_) row.push_back(figure(*worth));
    rows_.push_back(std::move(row));
  }
  std::string text() const { return text_table(rows_); }

 private:
  std::vector<const Worth*> worths_;
  std::vector<Row> rows_;
};

void add_bounds(KeyFigures& table, const Evaluation& e) {
  table.add(e.by_labels() ? "best single model (the baseline)" : "the reference (the baseline)",
            [](const Worth& w) { return w.name(w.evaluation.baseline); });
  table.add("  " + e.criterion + " %",
            [](const Worth& w) { return with_interval(w.baseline().quality, percent); });
  table.add("  CPU ms per input, with decoding",
            [](const Worth& w) { return milliseconds(w.baseline().cpu_ms.value); });
  table.add("perfect chooser (a bound), " + e.criterion + " %",
            [](const Worth& w) { return with_interval(w.evaluation.oracle_zoo.quality, percent); });
  table.add("  CPU ms",
            [](const Worth& w) { return milliseconds(w.evaluation.oracle_zoo.cpu_ms.value); });
  table.add("  random mix of single models in that time, %",
            [](const Worth& w) { return percent(w.mix_at_oracle); });
}

// Of the point that the verdict names.
void add_point(KeyFigures& table, const std::string& criterion) {
  const auto add = [&](const std::string& label, auto figure) {
    table.add(label, [figure](const Worth& w) {
      return w.point ? figure(w, *w.point) : std::string(kNone);
    });
  };
  using Figures = const StrategyFigures&;
  table.add("cascade, held out: operating point",
            [](const Worth& w) { return w.point ? w.point->name : std::string("none is faster"); });
  add("  " + criterion + " %",
      [](const Worth&, Figures p) { return with_interval(p.quality, percent); });
  add("  points against the baseline",
      [](const Worth&, Figures p) { return with_interval(p.difference, points); });
  add("  CPU ms", [](const Worth&, Figures p) { return milliseconds(p.cpu_ms.value); });
  add("  speed-up", [](const Worth&, Figures p) { return with_interval(p.speedup, times, "x"); });
  add("  of the time a perfect chooser saves, %",
      [](const Worth& w, Figures) { return percent(w.head_room_taken); });
  add("  random mix of single models in that time, %",
      [](const Worth& w, Figures) { return percent(w.mix_at_point); });
  add("  points above that mix",
      [](const Worth&, Figures p) { return with_interval(p.over_mix, points); });
}

void add_labels(KeyFigures& table, const Worth& now) {
  const bool labels = now.evaluation.by_labels();
  table.add(labels ? "inputs to show that it pays" : "inputs to show that it agrees as asked",
            inputs_to_show_gain);
  for (std::size_t p = 0; p < now.proofs.size(); ++p) {
    const double limit = 100 * now.proofs[p].limit;
    table.add(labels ? fmt::format("  that it loses at most {:.1f} points", limit)
                     : fmt::format("  that at most {:.1f} % get another answer", limit),
              [p](const Worth& w) { return inputs_of(w, p); });
  }
}

void add_subset(KeyFigures& table, const SubsetLimits& limits) {
  const std::string words = limits.any() ? "best set of " + limit_words(limits)
                                         : std::string("models of the no-loss cascade");
  table.add(words, [](const Worth& w) { return names(w, w.subset.models); });
  table.add("  chosen in so many folds", [](const Worth& w) {
    return fmt::format("{} of {}", w.subset.agreeing, w.subset.folds);
  });
  table.add("  MiB in memory", [](const Worth& w) { return memory(w.subset.bytes); });
  if (!limits.any()) return;
  table.add("  CPU ms, held out",
            [](const Worth& w) { return milliseconds(w.subset.figures.cpu_ms.value); });
  table.add("  speed-up",
            [](const Worth& w) { return with_interval(w.subset.figures.speedup, times, "x"); });
  table.add("  points against the baseline",
            [](const Worth& w) { return with_interval(w.subset.figures.difference, points); });
  table.add("  points above the random mix in that time",
            [](const Worth& w) { return with_interval(w.subset.figures.over_mix, points); });
}

std::string time_change(const Change& change) {
  return fmt::format("{:+.0f} %", 100 * change.time.value);
}

std::string drop_table(const Worth& worth) {
  const DropAnalysis& drops = worth.drops;
  if (drops.skipped) {
    return worth.evaluation.models.size() < 2
               ? ""
               : paragraph(
                     "Which models never help is not looked at: the zoo and the inputs are too "
                     "many "
                     "for that; --leave-out the models that you suspect, or take a part of the "
                     "data.");
  }
  std::vector<Row> rows = {{"without", " oracle", " its ms", " no-loss", " points", " loss-1",
                            " points", " loss-3", " points", "so"}};
  const auto row = [](std::string name, std::string quality, std::string ms,
                      const std::vector<Change>& changes, std::string judgement) {
    Row cells = {std::move(name), std::move(quality), std::move(ms)};
    for (const Change& change : changes) {
      cells.push_back(time_change(change));
      cells.push_back(points(change.quality.value));
    }
    cells.push_back(std::move(judgement));
    return cells;
  };
  for (const ModelUse& use : drops.models) {
    rows.push_back(row(worth.name(use.model), points(use.oracle_quality),
                       fmt::format("{:+.2f}", use.oracle_ms), use.changes,
                       to_string(use.usefulness)));
  }
  if (drops.droppable.size() > 1) {
    rows.push_back(
        row(fmt::format("all {} to drop", drops.droppable.size()), "", "", drops.together, "drop"));
  }
  return text_table(rows);
}

std::string drop_section(const std::string& title, const Worth& worth) {
  const DropAnalysis& drops = worth.drops;
  std::string text = "\n" + title + "\n" + drop_table(worth);
  if (drops.skipped) return text;
  return text +
         paragraph(fmt::format(
             "oracle, its ms: what the perfect chooser of the whole zoo loses, in points and ms. "
             "Then "
             "the CPU time and points of the cascades at no loss and at losses of 1 and 3 points, "
             "{}; faster points may need other models.",
             drops.folds > 0 ? fmt::format("held out by {} folds", drops.folds)
                             : std::string("on the very inputs that they were fitted to, which is "
                                           "optimistic, because so many models and inputs would "
                                           "take too long by folds")));
}

// Where the limits exclude what no loss is measured against.
std::string instead_note(const Worth& worth) {
  if (!worth.subset.instead) return "";
  return fmt::format(
      "no set within the limits reaches {}; no loss means there: against {}, the best single model "
      "within them.",
      worth.name(worth.evaluation.baseline), worth.name(*worth.subset.instead));
}

std::string notes(const WorthReport& report) {
  const SubsetChoice& subset = report.now.subset;
  std::string text;
  if (report.limits.any()) {
    text += paragraph(fmt::format(
        "Best set: that whose no-loss cascade takes the least time, {}; its figures are held out, "
        "with the set chosen anew in each fold. A cascade runs at most {} models: more would not "
        "be "
        "faster at one operating point.",
        subset.exhaustive ? "of all sets" : "found greedily, one model after the other",
        SearchOptions{}.max_stages));
  }
  const std::string now = instead_note(report.now);
  const std::string then = report.then ? instead_note(*report.then) : std::string();
  if (!now.empty()) text += paragraph("Now " + now);
  if (!then.empty()) text += paragraph("Then " + then);
  if (subset.estimated > 0) {
    text += paragraph(
        fmt::format("The memory of {} models was not recorded: the size of the file stands for it.",
                    subset.estimated));
  }
  return text.empty() ? "" : "\n" + text;
}

}  // namespace

std::string worth_text(const WorthReport& report) {
  const Worth& now = report.now;
  KeyFigures table(report);
  add_bounds(table, now.evaluation);
  add_point(table, now.evaluation.criterion);
  add_labels(table, now);
  add_subset(table, report.limits);
  std::string text = facts(report);
  if (report.then) text += paragraph("then: " + report.change);
  text += "\n" + table.text() + "\n" + paragraph(now.evaluation.verdict.sentence);
  if (report.then) text += paragraph("Then: " + report.then->evaluation.verdict.sentence);
  text += drop_section("what leaving a model out changes", now);
  if (report.then) text += drop_section("then: what leaving a model out changes", *report.then);
  text += notes(report) + "\nWhat to do\n";
  for (const std::string& sentence : report.recommendation) text += paragraph(sentence);
  return printable(text);
}

}  // namespace rightsize

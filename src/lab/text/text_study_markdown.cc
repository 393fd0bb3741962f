#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>

#include "lab/text/text_study.h"

namespace rightsize {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string interval(const Estimate& e, double factor) {
  return fmt::format("{:+.2f} [{:+.2f}, {:+.2f}]", factor * e.value, factor * e.low,
                     factor * e.high);
}

// A name as a cell of a table, nothing in it markup.
std::string cell(const std::string& name) {
  constexpr std::string_view kMarkup = "\\|`*<>";
  std::string safe;
  for (const char c : name) {
    if (kMarkup.find(c) != std::string_view::npos) safe += '\\';
    safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return safe;
}

bool has_energy(const TextStudy& study) { return study.results.front().energy_mj.has_value(); }

void write_data(const TextStudy& study, Out out) {
  fmt::format_to(
      out,
      "{} sentences, {} without a reference left out; {} folds; metric {}. A translation "
      "is good enough within {:.3g} of the best on its sentence; where that is below "
      "{:.3g} the label is \"none\" ({:.1f} % of sentences). Algorithm 1 with theta "
      "{:.1f} points chose: ",
      study.items, study.skipped, study.folds, to_string(study.metric), study.labels.tolerance,
      study.labels.none_below, 100 * study.label_shares.back(), 100 * study.theta);
  const char* comma = "";
  for (std::size_t m = 0; m < study.models.size(); ++m) {
    if (study.chosen[m] == 0) continue;
    fmt::format_to(out, "{}{} ({} of {} folds)", comma, study.models[m], study.chosen[m],
                   study.folds);
    comma = ", ";
  }
  fmt::format_to(out, ".{}{}{}\n\n",
                 study.labels.per_time
                     ? " Labels are the models with the greatest metric x metric / "
                       "time of those that are not below that."
                     : "",
                 study.lexicon ? "" : " There was no lexicon: parts of speech count 0.",
                 study.timed ? "" : " Premodels were not timed: their own time counts 0.");
}

void write_models(const TextStudy& study, Out out) {
  const bool energy = has_energy(study);
  fmt::format_to(out,
                 "## Single models and perfect choosers\n\n| | BLEU | chrF2 | ROUGE-L | token "
                 "F1 | F1 | ms | BLEU x BLEU / s |{}\n|---|---|---|---|---|---|---|---|{}\n",
                 energy ? " mJ |" : "", energy ? "---|" : "");
  for (const TextResult& result : study.results) {
    if (result.kind == TextResultKind::kPremodel) continue;
    fmt::format_to(out, "| {} |", cell(result.name));
    for (const double value : result.quality) fmt::format_to(out, " {:.2f} |", 100 * value);
    fmt::format_to(out, " {:.3f} | {:.0f} |", result.ms, result.bleu_per_second);
    if (energy) fmt::format_to(out, " {:.2f} |", result.energy_mj.value_or(0));
    fmt::format_to(out, "\n");
  }
  fmt::format_to(out,
                 "\nF1 is the paper's, 2 R B / (R + B) of ROUGE-L and BLEU. The paper: BLEU 12.7, "
                 "29.5, 31.2, F1 19.3, 37.9, 39.7 and 736, 1137, 1512 ms of its three models, "
                 "premodel 31.1, 39.5, 1128 ms, perfect chooser 39.1, 47.5, 1145 ms.\n\n");
}

void write_premodels(const TextStudy& study, Out out) {
  fmt::format_to(
      out,
      "## Premodels, held out\n\n| | {} | right choices % | none % | ms | of it its own | "
      "over the random mix | over the best model | times its speed | F1 | the paper's "
      "|\n|---|---|---|---|---|---|---|---|---|---|---|\n",
      to_string(study.metric));
  for (const TextResult& result : study.results) {
    const bool majority = result.kind == TextResultKind::kMajority;
    if (!majority && (!result.spec ||
                      (result.spec->bag != BagUse::kNone && result.spec->words != study.words))) {
      continue;
    }
    const auto paper = result.spec ? paper_f1(*result.spec) : std::nullopt;
    fmt::format_to(
        out,
        "| {}{} | {:.2f} | {:.1f} | {:.1f} | {:.3f} | {:.3f} | {} | {} | {:.2f} | {:.1f} | {} |\n",
        cell(result.name), result.surely_above_mix ? " *" : "", 100 * result.value.value,
        100 * result.choice_accuracy, 100 * result.none, result.ms, result.own_ms,
        interval(result.over_mix, 100), interval(result.over_best, 100), result.time_ratio.value,
        100 * result.quality[static_cast<std::size_t>(TextMetric::kPaperF1)],
        paper ? fmt::format("{:.1f}", *paper) : "");
  }
  fmt::format_to(
      out,
      "\nDifferences in points of {}, with 95 % intervals of each alone; * is surely above "
      "the random mix of single models that takes as long, all {} premodels considered. "
      "Where a premodel says \"none\" the {} of its models answers. The features cost "
      "{:.3f} ms per sentence, the bag of words {:.3f} ms.\n\n",
      to_string(study.metric), study.premodels, study.cheapest_if_none ? "cheapest" : "best",
      study.features_ms, study.bag_ms);
}

void write_shares(const TextStudy& study, Out out) {
  fmt::format_to(out, "## Which model answers, % of sentences\n\n| |");
  for (const std::string& name : study.models) fmt::format_to(out, " {} |", cell(name));
  fmt::format_to(out, "\n|---|");
  for (std::size_t m = 0; m < study.models.size(); ++m) fmt::format_to(out, "---|");
  fmt::format_to(out, "\n");
  for (std::size_t r = 0; r < study.results.size(); ++r) {
    const TextResult& result = study.results[r];
    const bool shown = result.kind == TextResultKind::kOracle ||
                       result.kind == TextResultKind::kMajority || r == study.best_premodel ||
                       (result.spec && result.spec->words == study.words);
    if (!shown) continue;
    fmt::format_to(out, "| {} |", cell(result.name));
    for (const double share : result.shares) fmt::format_to(out, " {:.1f} |", 100 * share);
    fmt::format_to(out, "\n");
  }
  fmt::format_to(out, "\n");
}

const TextResult* of_size(const TextStudy& study, BagUse bag, std::size_t words) {
  const auto found =
      std::find_if(study.results.begin(), study.results.end(), [&](const TextResult& result) {
        return result.spec && result.spec->bag == bag && result.spec->words == words &&
               result.spec->shape.name() == "naive-bayes";
      });
  return found == study.results.end() ? nullptr : &*found;
}

void write_bag_sizes(const TextStudy& study, Out out) {
  static const std::map<std::size_t, double> kPaperLoss = {{500, 6.8},  {1000, 2.2}, {1500, 0.2},
                                                           {2000, 0.0}, {2500, 3.6}, {3000, 4.0},
                                                           {3500, 4.8}, {4000, 4.7}, {5000, 5.7}};
  std::vector<std::size_t> sizes;
  for (const TextResult& result : study.results) {
    if (result.spec && result.spec->bag == BagUse::kColumns) sizes.push_back(result.spec->words);
  }
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  fmt::format_to(
      out,
      "## Size of the bag of words\n\n| words | naive Bayes: {0} | right choices % | over "
      "the mix | stacked: {0} | right choices % | over the mix | the paper's loss "
      "|\n|---|---|---|---|---|---|---|---|\n",
      to_string(study.metric));
  for (const std::size_t words : sizes) {
    fmt::format_to(out, "| {} |", words);
    for (const BagUse bag : {BagUse::kColumns, BagUse::kStacked}) {
      const TextResult* result = of_size(study, bag, words);
      if (result == nullptr) {
        fmt::format_to(out, " | | |");
      } else {
        fmt::format_to(out, " {:.2f} | {:.1f} | {} |", 100 * result->value.value,
                       100 * result->choice_accuracy, interval(result->over_mix, 100));
      }
    }
    const auto paper = kPaperLoss.find(words);
    fmt::format_to(out, " {} |\n",
                   paper == kPaperLoss.end() ? "" : fmt::format("{:.1f}", paper->second));
  }
  fmt::format_to(out, "\nThe training rows of a fold have {:.0f} different words.\n\n",
                 study.vocabulary);
}

void write_importance(const TextStudy& study, Out out) {
  static const std::map<std::string, double> kPaper = {
      {"n_words", 54.6},   {"avg_adj", 54.6}, {"avg_sat_adj", 2.9},
      {"avg_adverb", 1.4}, {"avg_noun", 1.1}, {"avg_word_length", 0.7},
      {"avg_verb", 0.5},   {"avg_bpe", 0.3},  {"avg_punc", 0.0}};
  fmt::format_to(
      out,
      "## What a feature tells\n\nWhat naive Bayes with {} words loses where a feature's "
      "values are shuffled among held-out sentences.\n\n| feature | right choices, points "
      "| {}, points | folds that used it | the paper's importance without words "
      "|\n|---|---|---|---|---|\n",
      study.words, to_string(study.metric));
  for (const TextImportance& one : study.importance) {
    const auto paper = kPaper.find(one.feature);
    fmt::format_to(out, "| {} | {:+.2f} | {:+.3f} | {} | {} |\n", one.feature,
                   100 * one.accuracy_lost, 100 * one.value_lost, one.folds,
                   paper == kPaper.end() ? "" : fmt::format("{:.1f} %", paper->second));
  }
  fmt::format_to(out, "\n");
}

void write_findings(const TextStudy& study, Out out) {
  fmt::format_to(out, "## The paper's statements\n\n| the paper | here | holds |\n|---|---|---|\n");
  for (const TextFinding& one : text_findings(study)) {
    fmt::format_to(out, "| {} | {} | {} |\n", one.paper, cell(one.ours), one.holds ? "yes" : "no");
  }
}

}  // namespace

std::string text_study_markdown(const TextStudy& study) {
  std::string text;
  const Out out(text);
  fmt::format_to(out, "# Premodels for translation\n\n{}\n\n", study.verdict);
  write_data(study, out);
  write_models(study, out);
  write_premodels(study, out);
  write_shares(study, out);
  write_bag_sizes(study, out);
  write_importance(study, out);
  write_findings(study, out);
  return text;
}

}  // namespace rightsize

// rightsize translate: sentences through a selector file or a single model of a zoo.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/budget.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/doubts.h"
#include "cli/text_files.h"
#include "core/clock.h"
#include "core/terminal_text.h"
#include "rightsize/translator.h"
#include "selector/selector_file.h"
#include "text/translation_check.h"

namespace rightsize::cli {
namespace {

Result<std::vector<Sentence>> read_sentences(const TranslateArgs& args) {
  std::vector<Sentence> sentences;
  for (const std::string& text : args.sentences) {
    sentences.push_back({fmt::format("sentence {}", sentences.size() + 1), text});
  }
  for (const std::filesystem::path& path : args.files) {
    if (Status status = read_lines(path, sentences); !status.ok()) return status;
  }
  if (args.sentences.empty() && args.files.empty()) {
    if (Status status = read_lines("-", sentences); !status.ok()) return status;
  }
  return sentences;
}

struct Row {
  Sentence sentence;
  Translation translation;
};

std::string models_tried(const Translation& translation, const Translator& translator) {
  std::string names;
  for (const Trial& trial : translation.decision.trials()) {
    names += (names.empty() ? "" : " > ") + translator.model_name(trial.model);
    if (trial.status == TrialStatus::kFailed) names += " (failed)";
    if (trial.status == TrialStatus::kNoAnswer) names += " (no answer)";
  }
  return names;
}

std::string trust(const Translation& translation) {
  const double percent = 100 * translation.confidence;
  return translation.by_memory ? fmt::format("similarity {:.0f} %", percent)
                               : fmt::format("{:.0f} % sure", percent);
}

std::string remarks(const Translation& translation) {
  std::string text;
  if (translation.cut) text += ", cut short";
  if (translation.late) text += ", late";
  if (translation.drafted > 0) {
    text += fmt::format(", {} of {} drafted tokens accepted", translation.accepted,
                        translation.drafted);
  }
  return text;
}

void print_row(const Row& row, const Translator& translator) {
  const Translation& t = row.translation;
  if (!t.answered) {
    print(fmt::format("(no answer)\n    {}\n", t.failure));
    return;
  }
  print(fmt::format("{}\n    {}, {}, {:.1f} ms{}\n", printable(t.text), models_tried(t, translator),
                    trust(t), to_ms(t.decision.wall), remarks(t)));
  if (!t.doubts.empty()) print(fmt::format("    doubtful: {}\n", printable(words_of(t.doubts))));
  if (!t.explanation.empty()) print(t.explanation);
}

nlohmann::ordered_json to_json(const Row& row, const Translator& translator) {
  const Translation& t = row.translation;
  auto tried = nlohmann::ordered_json::array();
  for (const Trial& trial : t.decision.trials()) {
    tried.push_back({{"model", translator.model_name(trial.model)},
                     {"ok", trial.status == TrialStatus::kOk},
                     {"no_answer", trial.status == TrialStatus::kNoAnswer},
                     {"doubtful", trial.doubtful},
                     {"cpu_ms", to_ms(trial.cpu)},
                     {"wall_ms", to_ms(trial.wall)}});
  }
  // A sentence that was refused at once has no decision.
  const auto similarity =
      t.by_memory ? nlohmann::ordered_json(t.confidence) : nlohmann::ordered_json();
  const char* reason = t.decision.steps().empty() ? "" : to_string(t.decision.last().reason);
  nlohmann::ordered_json document = {{"place", row.sentence.place},
                                     {"source", row.sentence.text},
                                     {"answered", t.answered},
                                     {"translation", t.text},
                                     {"model", t.model},
                                     {"point", t.point},
                                     {"confidence", t.confidence},
                                     {"similarity", similarity},
                                     {"cut", t.cut},
                                     {"late", t.late},
                                     {"doubtful", !t.doubts.empty()},
                                     {"doubts", json_of(t.doubts)},
                                     {"failure", t.failure},
                                     {"tried", tried},
                                     {"reason", reason},
                                     {"source_pieces", t.source_pieces},
                                     {"target_tokens", t.target_tokens},
                                     {"decoder_calls", t.decoder_calls},
                                     {"drafted", t.drafted},
                                     {"accepted", t.accepted},
                                     {"cpu_ms", to_ms(t.decision.cpu)},
                                     {"wall_ms", to_ms(t.decision.wall)},
                                     {"runtime_cpu_ms", to_ms(t.runtime_cpu)}};
  if (!t.explanation_json.empty()) {
    document["explanation"] = nlohmann::ordered_json::parse(t.explanation_json);
  }
  return document;
}

struct Totals {
  double cpu_ms = 0.0;
  double wall_ms = 0.0;
  double runtime_cpu_ms = 0.0;
  std::size_t late = 0;
  std::size_t doubtful = 0;
  std::size_t failed = 0;
};

Totals totals_of(const std::vector<Row>& rows) {
  Totals totals;
  for (const Row& row : rows) {
    totals.cpu_ms += to_ms(row.translation.decision.cpu);
    totals.wall_ms += to_ms(row.translation.decision.wall);
    totals.runtime_cpu_ms += to_ms(row.translation.runtime_cpu);
    totals.late += row.translation.late ? 1 : 0;
    totals.doubtful += row.translation.doubts.empty() ? 0U : 1U;
    totals.failed += row.translation.answered ? 0 : 1;
  }
  return totals;
}

void print_document(const std::vector<Row>& rows, const Translator& translator) {
  auto results = nlohmann::ordered_json::array();
  for (const Row& row : rows) results.push_back(to_json(row, translator));
  const Totals totals = totals_of(rows);
  print_json({{"point", translator.point()},
              {"source_language", translator.source_language()},
              {"target_language", translator.target_language()},
              {"sentences", results},
              {"failed", totals.failed},
              {"late", totals.late},
              {"doubtful", totals.doubtful},
              {"cpu_ms", totals.cpu_ms},
              {"wall_ms", totals.wall_ms},
              {"runtime_cpu_ms", totals.runtime_cpu_ms}});
}

void print_rows(const std::vector<Row>& rows, const Translator& translator, bool plain) {
  for (const Row& row : rows) {
    if (plain) {
      print(row.translation.text + "\n");
      if (!row.translation.doubts.empty()) {
        warn(fmt::format("{}: doubtful: {}", row.sentence.place,
                         printable(words_of(row.translation.doubts))));
      }
    } else {
      print_row(row, translator);
    }
  }
  if (plain || rows.size() < 2) return;
  const Totals totals = totals_of(rows);
  print(fmt::format("\n{} sentences in {:.1f} ms CPU time, {:.1f} ms wall time\n", rows.size(),
                    totals.cpu_ms, totals.wall_ms));
  if (totals.late > 0) print(fmt::format("late: {} of {}\n", totals.late, rows.size()));
  if (totals.doubtful > 0) print(fmt::format("doubtful: {} of {}\n", totals.doubtful, rows.size()));
}

// Whose words the check goes by.
Result<Zoo> zoo_of(const std::filesystem::path& path) {
  if (path.extension() == ".toml") return read_manifest(path);
  Result<SelectorFile> file = read_selector_file(path);
  if (!file.ok()) return file.status();
  return std::move(file->zoo);
}

struct CheckedPair {
  std::string place;
  std::string source;
  std::string translation;
  std::vector<Doubt> doubts;
};

void print_document(const std::vector<CheckedPair>& pairs) {
  auto results = nlohmann::ordered_json::array();
  std::size_t doubtful = 0;
  for (const CheckedPair& pair : pairs) {
    doubtful += pair.doubts.empty() ? 0U : 1U;
    results.push_back({{"place", pair.place},
                       {"source", pair.source},
                       {"translation", pair.translation},
                       {"doubtful", !pair.doubts.empty()},
                       {"doubts", json_of(pair.doubts)}});
  }
  print_json({{"sentences", results}, {"doubtful", doubtful}});
}

void print_pairs(const std::vector<CheckedPair>& pairs) {
  std::size_t doubtful = 0;
  for (const CheckedPair& pair : pairs) {
    if (pair.doubts.empty()) continue;
    ++doubtful;
    print(fmt::format("{}: doubtful: {}\n    {}\n    {}\n", pair.place,
                      printable(words_of(pair.doubts)), printable(pair.source),
                      printable(pair.translation)));
  }
  print(fmt::format("doubtful: {} of {}\n", doubtful, pairs.size()));
}

}  // namespace

int translate(const TranslateArgs& args) {
  const Budget budget = budget_of(args.budget);
  if (args.selector.extension() == ".toml" && args.point.empty() && budget.chooses_point()) {
    return fail(invalid_input(args.selector.string() +
                              ": a manifest has no figures to choose by; train a "
                              "selector, or name a model with --point"));
  }
  auto translator = Translator::open(args.selector, {.point = args.point,
                                                     .steerable = budget.chooses_point(),
                                                     .explain = args.explain,
                                                     .models = args.models,
                                                     .runtime = args.runtime});
  if (!translator.ok()) return fail(translator.status());
  const auto sentences = read_sentences(args);
  if (!sentences.ok()) return fail(sentences.status());
  std::vector<Row> rows;
  std::size_t refused = 0;
  {
    ProgressBar progress;
    for (const Sentence& sentence : *sentences) {
      Result<Translation> translation = translator->translate(sentence.text, budget);
      if (translation.ok() && !translation->answered) {
        warn(fmt::format("{}: {}", sentence.place, translation->failure));
        ++refused;
      } else if (!translation.ok()) {
        warn(translation.status().with_context(sentence.place).message());
        translation = Translation{.failure = translation.status().message()};
        ++refused;
      }
      rows.push_back({sentence, std::move(*translation)});
      progress.update("translating", rows.size(), sentences->size());
    }
  }
  if (args.json) {
    print_document(rows, *translator);
  } else {
    print_rows(rows, *translator, args.plain);
  }
  if (refused > 0) {
    warn(fmt::format("{} of {} sentences could not be translated", refused, rows.size()));
  }
  return refused == 0 ? kOk : kFailed;
}

int check_translations(const TranslateArgs& args) {
  const Result<Zoo> zoo = zoo_of(args.selector);
  if (!zoo.ok()) return fail(zoo.status());
  const auto sources = read_sentences(args);
  if (!sources.ok()) return fail(sources.status());
  std::vector<Sentence> translations;
  if (Status status = read_lines(args.check, translations); !status.ok()) return fail(status);
  if (sources->size() != translations.size()) {
    return fail(
        invalid_input(fmt::format("{} has {} lines, but there are {} sentences",
                                  args.check.string(), translations.size(), sources->size())));
  }
  const TranslationCheck check(zoo->checks);
  std::vector<CheckedPair> pairs;
  for (std::size_t i = 0; i < sources->size(); ++i) {
    const auto source = clean_source((*sources)[i].text);
    if (!source.ok()) return fail(source.status().with_context((*sources)[i].place));
    const auto translation = clean_source(translations[i].text);
    if (!translation.ok()) return fail(translation.status().with_context(translations[i].place));
    pairs.push_back(
        {translations[i].place, *source, *translation, check.doubts_of(*source, *translation)});
  }
  if (args.json) {
    print_document(pairs);
  } else {
    print_pairs(pairs);
  }
  return kOk;
}

}  // namespace rightsize::cli

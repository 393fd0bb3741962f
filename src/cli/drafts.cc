// rightsize drafts: what drafting saves, and could save, for every pair of networks.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/text_files.h"
#include "core/terminal_text.h"
#include "lab/text/draft_report.h"
#include "model/file_identity.h"
#include "text/translation.h"

namespace rightsize::cli {
namespace {

// So many of the sentences, spread evenly; those that are no text are left out.
std::vector<std::string> chosen(const std::vector<Sentence>& lines, std::size_t wanted) {
  const std::size_t count = wanted == 0 ? lines.size() : std::min(wanted, lines.size());
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < count; ++i) {
    Result<std::string> clean = clean_source(lines[i * lines.size() / count].text);
    if (clean.ok() && !clean->empty()) sentences.push_back(std::move(*clean));
  }
  return sentences;
}

std::string draft_words(const DraftedPair& pair) {
  std::string words = pair.draft.empty() ? "source" : pair.draft;
  if (!pair.memory.empty()) words += " + " + pair.memory;
  return words;
}

void print_table(const std::vector<DraftedPair>& pairs) {
  std::vector<std::vector<std::string>> rows = {{"network", "draft", " greedy ms", " drafted ms",
                                                 " speed-up", " bound", " same %", " proposed %",
                                                 " accepted %", " tokens/call", " drafting ms"}};
  for (const DraftedPair& pair : pairs) {
    rows.push_back(
        {pair.network, draft_words(pair), fmt::format("{:.2f}", pair.greedy_ms),
         fmt::format("{:.2f}", pair.drafted_ms), fmt::format("{:.2f}x", pair.speedup()),
         pair.best_length > 0 ? fmt::format("{:.2f}x at {}", pair.bound, pair.best_length) : "none",
         fmt::format("{:.2f}", 100 * pair.same), fmt::format("{:.0f}", 100 * pair.proposed),
         fmt::format("{:.0f}", 100 * pair.acceptance),
         fmt::format("{:.2f}", pair.calls > 0 ? pair.tokens / pair.calls : 0.0),
         fmt::format("{:.2f}", pair.drafting_ms)});
  }
  print(text_table(rows));
  print(
      "\nmeans per sentence, CPU time of one thread, ways taking turns; same: sentences with the "
      "text of\nthe network's own greedy decoding; bound: by acceptance and costs of calls, at the "
      "best constant\ndraft length; proposed: share of the calls that a draft was there for, where "
      "one is asked for;\n"
      "accepted: of the drafted tokens up to the first wrong one; drafting: part of the time that\n"
      "goes into proposals.\n");
}

nlohmann::ordered_json to_json(const DraftedPair& pair) {
  return {{"network", pair.network},
          {"draft", pair.draft},
          {"memory", pair.memory},
          {"greedy_ms", pair.greedy_ms},
          {"drafted_ms", pair.drafted_ms},
          {"speedup", pair.speedup()},
          {"bound", pair.bound},
          {"best_length", pair.best_length},
          {"same", pair.same},
          {"proposed", pair.proposed},
          {"acceptance", pair.acceptance},
          {"tokens", pair.tokens},
          {"calls", pair.calls},
          {"preparing_ms", pair.preparing_ms},
          {"call_ms", pair.call_ms},
          {"further_ms", pair.further_ms},
          {"draft_token_ms", pair.draft_ms},
          {"drafting_ms", pair.drafting_ms},
          {"sentences", pair.sentences}};
}

}  // namespace

int drafts(const DraftsArgs& args) {
  const Result<Zoo> zoo = read_zoo(args.zoo, args.models);
  if (!zoo.ok()) return fail(zoo.status());
  if (zoo->task != kTranslation) {
    return fail(invalid_input(fmt::format("{}: is a zoo for {}; drafts are of translations",
                                          args.zoo.string(), zoo->task)));
  }
  std::vector<Sentence> lines;
  if (Status status = read_lines(args.file, lines); !status.ok()) return fail(status);
  const std::vector<std::string> sentences = chosen(lines, args.sentences);
  if (sentences.empty()) return fail(invalid_input(args.file.string() + ": has no sentence"));
  const auto runtime = load_onnx_runtime(args.runtime);
  if (!runtime.ok()) return fail(runtime.status());
  ProgressBar bar;
  const auto pairs = measure_drafts(
      *zoo, args.models, *runtime, sentences, args.rounds,
      [&](std::size_t done, std::size_t total) { bar.update("translating", done, total); });
  bar.finish();
  if (!pairs.ok()) return fail(pairs.status());
  if (!args.json) {
    print_table(*pairs);
    return kOk;
  }
  auto document = nlohmann::ordered_json::array();
  for (const DraftedPair& pair : *pairs) document.push_back(to_json(pair));
  print_json({{"zoo", zoo->name}, {"runtime", (*runtime)->name()}, {"pairs", document}});
  return kOk;
}

}  // namespace rightsize::cli

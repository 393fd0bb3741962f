// rightsize memory: building a translation memory and looking things up in it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/text_files.h"
#include "core/clock.h"
#include "core/terminal_text.h"
#include "text/translation.h"
#include "text/translation_memory.h"

namespace rightsize::cli {
namespace {

// The texts of a file, cleaned as models get them; the first line that is no UTF-8 is named.
Result<std::vector<std::string>> read_clean(const std::filesystem::path& path) {
  std::vector<Sentence> lines;
  if (Status status = read_lines(path, lines); !status.ok()) return status;
  std::vector<std::string> texts;
  texts.reserve(lines.size());
  for (const Sentence& line : lines) {
    Result<std::string> clean = clean_source(line.text);
    if (!clean.ok()) return clean.status().with_context(line.place);
    texts.push_back(std::move(*clean));
  }
  return texts;
}

}  // namespace

int memory_build(const MemoryBuildArgs& args) {
  if (Status status = check_outputs({args.output}, {args.source, args.target}); !status.ok()) {
    return fail(status);
  }
  auto sources = read_clean(args.source);
  if (!sources.ok()) return fail(sources.status());
  auto targets = read_clean(args.target);
  if (!targets.ok()) return fail(targets.status());
  if (sources->size() != targets->size()) {
    return fail(invalid_input(fmt::format(
        "{} has {} lines, {} has {}; line by line they must be translations of each other",
        args.source.string(), sources->size(), args.target.string(), targets->size())));
  }
  std::vector<SentencePair> pairs;
  pairs.reserve(sources->size());
  for (std::size_t i = 0; i < sources->size(); ++i) {
    pairs.push_back({std::move((*sources)[i]), std::move((*targets)[i])});
  }
  if (Status status = build_memory(pairs, args.output); !status.ok()) return fail(status);
  const auto memory = TranslationMemory::open(args.output);
  if (!memory.ok()) return fail(memory.status());
  const auto bytes = std::filesystem::file_size(args.output);
  if (args.json) {
    print_json({{"pairs", pairs.size()}, {"entries", (*memory)->size()}, {"bytes", bytes}});
  } else {
    print(fmt::format("{}: {} entries of {} pairs, {:.1f} MB\n", args.output.string(),
                      (*memory)->size(), pairs.size(), static_cast<double>(bytes) / 1e6));
  }
  return kOk;
}

int memory_lookup(const MemoryLookupArgs& args) {
  const auto memory = TranslationMemory::open(args.memory);
  if (!memory.ok()) return fail(memory.status());
  std::vector<Sentence> sentences;
  for (const std::string& text : args.sentences) {
    sentences.push_back({fmt::format("sentence {}", sentences.size() + 1), text});
  }
  if (args.sentences.empty()) {
    if (Status status = read_lines("-", sentences); !status.ok()) return fail(status);
  }
  auto results = nlohmann::ordered_json::array();
  MemoryScratch scratch;
  std::size_t failed = 0;
  double total_us = 0.0;
  for (const Sentence& sentence : sentences) {
    const Result<std::string> clean = clean_source(sentence.text);
    if (!clean.ok()) {
      warn(clean.status().with_context(sentence.place).message());
      ++failed;
      continue;
    }
    MemoryMatch match;
    const Stopwatch stopwatch;
    (*memory)->lookup(*clean, args.least, scratch, match);
    const double us = 1000 * to_ms(stopwatch.elapsed().cpu);
    total_us += us;
    if (args.json) {
      results.push_back({{"place", sentence.place},
                         {"source", sentence.text},
                         {"similarity", match.similarity},
                         {"exact", match.exact},
                         {"answered", match.answers},
                         {"entry", std::string(match.source)},
                         {"translation", match.adapted},
                         {"cpu_us", us}});
    } else if (match.similarity > 0) {
      print(fmt::format("{:.2f}  {}\n      {}\n{}", match.similarity,
                        printable(std::string(match.source)), printable(match.adapted),
                        match.answers ? "" : "      (no answer)\n"));
    } else {
      print("   -  (nothing alike)\n");
    }
  }
  if (args.json) {
    print_json({{"sentences", results}, {"failed", failed}, {"cpu_us", total_us}});
  }
  return failed == 0 ? kOk : kFailed;
}

}  // namespace rightsize::cli

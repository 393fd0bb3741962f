// The command line of the program and of the device's commands; what commands do is in the other
// files.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/options.h"
#include "rightsize/version.h"

namespace rightsize::cli {
namespace {

constexpr const char* kAbout =
    "Rightsize runs the smallest pre-trained model that gets each input right.\n\n"
    "The way from models to a selector:\n"
    "  zoo.toml -> profile -> run.db -> train -> selector.json -> classify\n"
    "                              \\-> evaluate -> report.html";

constexpr const char* kExits =
    "Data goes to stdout, words to stderr. Exit code: 0 done, 1 failed, 2 wrong usage.\n"
    "Environment: RIGHTSIZE_ONNXRUNTIME is the path of libonnxruntime.so.1, where the loader does\n"
    "not find it; RIGHTSIZE_POWER_RAIL names the power rail that `profile` measures energy at;\n"
    "RIGHTSIZE_SYSFS is where it looks for sensors instead of /sys.";

void add_zoo_check(CLI::App& app, ZooCheckArgs& args, Run& run) {
  CLI::App& zoo = *app.add_subcommand("zoo", "Look after a zoo of models");
  zoo.require_subcommand(1);
  CLI::App& check = *zoo.add_subcommand(
      "check", "Verify checksums, load every model, compare declared and real inputs and outputs");
  check.add_option("ZOO", args.zoo, "The manifest, zoo.toml")->required();
  add_models(check, args.models);
  add_runtime(check, args.runtime);
  add_json(check, args.json);
  check.footer("Example:\n  rightsize zoo check zoo/efficientnet-lite/zoo.toml");
  check.callback([&] { run = [&] { return zoo_check(args); }; });
}

void add_budget(CLI::App& command, BudgetArgs& args) {
  const std::string group = "Budget";
  command
      .add_option("--max-loss", args.max_loss_points,
                  "Lose at most so many points of quality against the baseline; may be negative")
      ->check(finite_range(-100.0, 100.0))
      ->type_name("POINTS")
      ->group(group);
  command
      .add_flag("--proven", args.proven,
                "--max-loss is about what the selector's certificate proves")
      ->group(group);
  command
      .add_option("--min-quality", args.min_quality_percent,
                  "Answer at least so many percent right")
      ->check(finite_range(0.0, 100.0))
      ->type_name("PERCENT")
      ->group(group);
  command
      .add_option("--mean-latency", args.mean_ms,
                  "Take at most so many milliseconds on average, at the machine's present speed")
      ->check(finite_range(0.0, 1e9))
      ->type_name("MS")
      ->group(group);
  command
      .add_option("--deadline", args.deadline_ms,
                  "Answer each input within so many milliseconds, its decoding included")
      ->check(finite_range(0.0, 1e9))
      ->type_name("MS")
      ->group(group);
  command
      .add_flag("--answer-late", args.answer_late,
                "Where no model can meet the deadline: answer as soon as possible, do not refuse")
      ->group(group);
  command
      .add_option("--max-energy", args.max_energy_mj, "Use at most so many millijoules on average")
      ->check(finite_range(0.0, 1e9))
      ->type_name("MJ")
      ->group(group);
}

void add_classify(CLI::App& app, ClassifyArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "classify", "Classify images with as little computation as each of them needs");
  command.add_option("SELECTOR", args.selector, "The selector file")->required();
  command
      .add_option("IMAGE", args.images,
                  "JPEG, PNG or WebP files; folders, for all images below them; - for stdin")
      ->required();
  command.add_option("--point", args.point,
                     "Operating point of the selector file (`rightsize info` lists them)");
  add_budget(command, args.budget);
  command.add_flag("--explain", args.explain,
                   "Say of every image why this answer, what would have changed it, and what the "
                   "other models would have cost");
  command.add_flag("--retreat", args.retreat,
                   "Let the best single model alone answer once the images look unlike those that "
                   "the selector was trained on");
  command.add_flag("--tolerate-missing", args.tolerate_missing,
                   "Do without models that cannot be opened");
  command.add_flag("--compare", args.compare,
                   "Run the best single model on every image too, and show its answer and time");
  add_models(command, args.models);
  add_max_pixels(command, args.max_megapixels);
  add_runtime(command, args.runtime);
  add_json(command, args.json);
  command.footer(
      "Examples:\n"
      "  rightsize classify zoo/efficientnet-lite/selector.json photos/\n"
      "  rightsize classify selector.json --point 2x --compare a.jpg b.png\n"
      "  rightsize classify selector.json --max-loss 0.5 photos/\n"
      "  rightsize classify selector.json --deadline 20 --explain a.jpg\n"
      "  curl -s https://example.org/cat.jpg | rightsize classify selector.json - --json");
  command.callback([&] { run = [&] { return classify(args); }; });
}

void add_translate(CLI::App& app, TranslateArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "translate", "Translate sentences with as little computation as each of them needs");
  command
      .add_option("SELECTOR", args.selector,
                  "The selector file; or a zoo's manifest, whose models are operating points then")
      ->required();
  command.add_option("SENTENCE", args.sentences, "Sentences; without any, lines of stdin");
  command.add_option("--file,-f", args.files, "Text files, one sentence a line; - for stdin")
      ->type_name("FILE");
  command.add_option("--point", args.point,
                     "Operating point of the selector file (`rightsize info` lists them)");
  add_budget(command, args.budget);
  command.add_flag("--explain", args.explain,
                   "Say of every sentence why this answer, what would have changed it, and what "
                   "the other models would have cost");
  CLI::Option& plain = *command.add_flag("--plain", args.plain,
                                         "Print the translations alone, a line for each sentence");
  command
      .add_option("--check", args.check,
                  "Translate nothing: say what the translations in this file, a line for each "
                  "sentence, have lost of it (numbers, placeholders, negations, ...)")
      ->type_name("FILE");
  add_models(command, args.models);
  add_runtime(command, args.runtime);
  add_json(command, args.json)->excludes(&plain);
  command.footer(
      "Examples:\n"
      "  rightsize translate zoo/libreoffice-en-de/selector.json \"Click the icon.\"\n"
      "  rightsize translate selector.json --deadline 10 --file help.en\n"
      "  rightsize translate zoo.toml --point trf_big --plain < help.en > help.de\n"
      "  rightsize translate zoo.toml --file help.en --check help.de");
  command.callback([&] {
    run = [&] { return args.check.empty() ? translate(args) : check_translations(args); };
  });
}

void add_memory(CLI::App& app, MemoryBuildArgs& build, MemoryLookupArgs& lookup, Run& run) {
  CLI::App& memory = *app.add_subcommand("memory", "Build a translation memory, or look things up");
  memory.require_subcommand(1);
  CLI::App& make = *memory.add_subcommand(
      "build", "Make a memory from two text files, line by line translations of each other");
  make.add_option("SOURCE", build.source, "Sentences")->required();
  make.add_option("TARGET", build.target, "Their translations")->required();
  make.add_option("-o,--output", build.output, "The memory to write")->required();
  add_json(make, build.json);
  make.footer(
      "Of several translations of a sentence the most frequent one is kept.\n\n"
      "Example:\n"
      "  rightsize memory build train.en train.de -o memory.rstm");
  make.callback([&] { run = [&] { return memory_build(build); }; });
  CLI::App& find = *memory.add_subcommand("lookup", "Show the most similar entry of sentences");
  find.add_option("MEMORY", lookup.memory, "The memory")->required();
  find.add_option("SENTENCE", lookup.sentences, "Sentences; without any, lines of stdin");
  find.add_option("--least", lookup.least, "Show entries of this similarity or more")
      ->check(finite_range(0.0, 1.0))
      ->capture_default_str();
  add_json(find, lookup.json);
  find.footer(
      "Examples:\n"
      "  rightsize memory lookup memory.rstm \"Click the icon.\"\n"
      "  rightsize memory lookup memory.rstm --json < test.en");
  find.callback([&] { run = [&] { return memory_lookup(lookup); }; });
}

void add_features(CLI::App& app, FeaturesArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "features", "Show the 29 cheap features of images, and what it costs to compute them");
  command
      .add_option("IMAGE", args.images,
                  "JPEG, PNG or WebP files; folders, for all images below them; - for stdin")
      ->required();
  add_feature_options(command, args.features);
  add_max_pixels(command, args.max_megapixels);
  CLI::Option& csv =
      *command.add_flag("--csv", args.csv, "Print comma-separated values, one line for each image");
  add_json(command, args.json)->excludes(&csv);
  command.footer(
      "A group's time includes what it is the first to need: reduction, grey, edges.\n"
      "docs/features.md defines every feature.\n\n"
      "Examples:\n"
      "  rightsize features photo.jpg\n"
      "  rightsize features --csv photos/ > features.csv\n"
      "  rightsize features --json --max-side 0 a.png b.webp");
  command.callback([&] { run = [&] { return features(args); }; });
}

void add_info(CLI::App& app, InfoArgs& args, Run& run) {
  CLI::App& command =
      *app.add_subcommand("info", "Say what is in a zoo manifest, a run.db or a selector file");
  command.add_option("FILE", args.file, "zoo.toml, run.db or selector.json")->required();
  add_json(command, args.json);
  command.footer(
      "Examples:\n"
      "  rightsize info zoo/efficientnet-lite/zoo.toml\n"
      "  rightsize info run.db\n"
      "  rightsize info --json selector.json");
  command.callback([&] { run = [&] { return info(args); }; });
}

struct AllArgs {
  ZooCheckArgs zoo_check;
  ClassifyArgs classify;
  TranslateArgs translate;
  MemoryBuildArgs memory_build;
  MemoryLookupArgs memory_lookup;
  FeaturesArgs features;
  InfoArgs info;
#ifdef RIGHTSIZE_WITH_LAB
  LabArgs lab;
#endif
};

int main_of(int argc, char** argv) {
  AllArgs args;
  Run run;
  CLI::App app{kAbout, "rightsize"};
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("rightsize ") + kVersion);
  app.footer(kExits);
  add_zoo_check(app, args.zoo_check, run);
#ifdef RIGHTSIZE_WITH_LAB
  add_lab_commands(app, args.lab, run);
#endif
  add_classify(app, args.classify, run);
  add_translate(app, args.translate, run);
  add_memory(app, args.memory_build, args.memory_lookup, run);
  add_features(app, args.features, run);
  add_info(app, args.info, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  const int code = run();
  // A full disk shows itself here at the latest.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  return fail(io_error("the output cannot be written completely"));
}

}  // namespace
}  // namespace rightsize::cli

int main(int argc, char** argv) {
  try {
    return rightsize::cli::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rightsize: %s\n", error.what());
    return rightsize::cli::kFailed;
  }
}

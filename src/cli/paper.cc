// rightsize reproduce and labels: the paper's evaluation, and what a premodel is to learn.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/premodel_options.h"
#include "cli/reference.h"
#include "cli/text_study.h"
#include "core/file.h"
#include "lab/paper/reproduce.h"
#include "lab/paper/reproduction_html.h"
#include "lab/paper/reproduction_json.h"
#include "lab/paper/reproduction_markdown.h"
#include "lab/paper/reproduction_text.h"
#include "lab/premodel/cnn.h"
#include "lab/premodel/labels.h"
#include "lab/profile/read_run.h"
#include "lab/replay/statistics.h"
#include "lab/report/figures.h"

namespace rightsize::cli {
namespace {

// Quoted where a comma, a quote or a line break asks for it.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string command_of(const ReproduceArgs& args) {
  const ReproduceArgs plain;
  std::string command = "rightsize reproduce " + shell_word(args.run.string());
  const auto add = [&](const char* option, const std::string& value, const std::string& usual) {
    if (value != usual) command += fmt::format(" {} {}", option, shell_word(value));
  };
  add("--compression", args.compression.string(), "");
  add("--cnn", args.cnn.string(), "");
  for (const std::string& pattern : args.leave_out) add("--leave-out", pattern, "");
  add("--baseline", args.baseline, "");
  add("--cost", args.cost, plain.cost);
  add("--max-models", std::to_string(args.max_models), std::to_string(plain.max_models));
  return fmt::format("{} --folds {} --seed {}", command, args.folds, args.seed);
}

Status write_pages(const ReproduceArgs& args, const Reproduction& reproduction) {
  if (!args.html.empty()) {
    Status status = write_atomically(args.html, reproduction_html(reproduction));
    if (!status.ok()) return status;
  }
  if (args.markdown.empty()) return {};
  return write_atomically(args.markdown, reproduction_markdown(reproduction));
}

Result<Reproduction> run_reproduction(const ReproduceArgs& args, const OutcomeTable& table) {
  OutcomeTable compression;
  if (!args.compression.empty()) {
    Result<OutcomeTable> read = read_table(args.compression);
    if (!read.ok()) return read.status();
    compression = std::move(*read);
  }
  ReproduceOptions options{.study = {.baseline = args.baseline,
                                     .max_models = args.max_models,
                                     .folds = {.folds = args.folds, .seed = args.seed}},
                           .cost = cost_kind(args.cost),
                           .command = command_of(args)};
  if (!args.cnn.empty()) {
    const auto runtime = load_onnx_runtime(args.runtime);
    if (!runtime.ok()) return runtime.status();
    Result<CnnPremodel> cnn = read_cnn(args.cnn, **runtime);
    if (!cnn.ok()) return cnn.status();
    options.study.cnn = std::move(*cnn);
  }
  ProgressBar bar;
  return reproduce(
      table, args.compression.empty() ? nullptr : &compression, options,
      [&](std::size_t done, std::size_t total) { bar.update("experiments", done, total); });
}

// One line per item: its class when training for each fold (empty where it is tested), and for all.
std::string labels_csv(const Recording& recording, const LabelsArgs& args) {
  const std::size_t n = recording.items();
  const ModelChoiceOptions choice{.max_models = args.max_models};
  const auto folds = shuffled_folds(n, args.folds, args.seed);
  std::vector<std::vector<std::string>> columns(folds.size() + 1, std::vector<std::string>(n));
  for (std::size_t f = 0; f <= folds.size(); ++f) {
    const auto items = f < folds.size() ? all_but(n, folds[f]) : all_but(n, {});
    std::vector<ModelIndex> models;
    for (const ChosenModel& one : choose_models(recording, items, choice)) {
      models.push_back(one.model);
    }
    for (const std::size_t item : items) {
      const std::size_t label = optimal_model(recording, item, models);
      columns[f][item] =
          label < models.size() ? recording.table->zoo.models[models[label]].name : "none";
    }
  }
  std::string text = "item";
  for (std::size_t f = 0; f < folds.size(); ++f) text += fmt::format(",fold_{}", f);
  text += ",all\n";
  for (std::size_t i = 0; i < n; ++i) {
    text += csv_field(recording.table->items[recording.item[i]]);
    for (const auto& column : columns) text += "," + csv_field(column[i]);
    text += "\n";
  }
  return text;
}

Result<Recording> judge_by_default(const OutcomeTable& table, CostKind cost) {
  const Result<Reference> reference = reference_of(table, "", "", kSuitable);
  if (!reference.ok()) return reference.status();
  return judge(table, *reference, cost);
}

}  // namespace

int reproduce(const ReproduceArgs& args) {
  const Status writable = check_outputs({args.html, args.markdown}, {args.run, args.compression});
  if (!writable.ok()) return fail(writable);
  const Result<OutcomeTable> table = read_table(args.run, args.leave_out);
  if (!table.ok()) return fail(table.status());
  if (table->zoo.task == kTranslation) return reproduce_translation(args, *table);
  const Result<Reproduction> reproduction = run_reproduction(args, *table);
  if (!reproduction.ok()) return fail(reproduction.status());
  if (Status status = write_pages(args, *reproduction); !status.ok()) return fail(status);
  print(args.json ? reproduction_json(*reproduction) : reproduction_text(*reproduction));
  if (!args.html.empty()) warn(fmt::format("page written to {}", args.html.string()));
  return kOk;
}

int labels(const LabelsArgs& args) {
  if (Status status = check_outputs({args.output}, {args.run}); !status.ok()) return fail(status);
  const Result<OutcomeTable> table = read_table(args.run, args.leave_out);
  if (!table.ok()) return fail(table.status());
  const auto recording = judge_by_default(*table, cost_kind(args.cost));
  if (!recording.ok()) return fail(recording.status());
  if (recording->items() < args.folds) {
    return fail(invalid_input(fmt::format("{} labelled inputs are too few for {} folds",
                                          recording->items(), args.folds)));
  }
  const std::string text = labels_csv(*recording, args);
  if (args.output.empty()) {
    print(text);
    return kOk;
  }
  if (Status status = write_atomically(args.output, text); !status.ok()) return fail(status);
  warn(fmt::format("labels of {} inputs written to {}", recording->items(), args.output.string()));
  return kOk;
}

}  // namespace rightsize::cli

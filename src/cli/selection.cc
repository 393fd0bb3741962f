// rightsize train and evaluate: from recorded outcomes to a selector, a report and a verdict.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/premodel_options.h"
#include "cli/reference.h"
#include "cli/training_options.h"
#include "core/file.h"
#include "lab/evaluate/train.h"
#include "lab/profile/read_run.h"
#include "lab/report/html.h"
#include "lab/report/json.h"
#include "lab/report/plots.h"
#include "lab/report/text.h"

namespace rightsize::cli {
namespace {

Status write_pictures(const EvaluateArgs& args, const Evaluation& evaluation) {
  if (!args.html.empty()) {
    const Status status = write_atomically(args.html, report_html(evaluation));
    if (!status.ok()) return status;
  }
  if (!args.plot.empty()) return write_atomically(args.plot, quality_cost_plot(evaluation));
  return {};
}

void say_written(const std::filesystem::path& path, const char* what) {
  if (!path.empty()) warn(fmt::format("{} written to {}", what, path.string()));
}

}  // namespace

Status write_selector(const std::filesystem::path& path, const SelectorFile& file) {
  return write_checked(path, to_json_text(file), [&](std::string_view content) {
    return parse_selector_file(std::string(content), path.string()).status();
  });
}

Result<EvaluateOptions> training_options(const EvaluateArgs& args, const OutcomeTable& table) {
  const auto premodel = premodel_options(args.premodel, !args.cnn.empty());
  if (!premodel.ok()) return premodel.status();
  const auto kinds = parse_kinds(args.kinds);
  if (!kinds.ok()) return kinds.status().with_context("--kinds");
  std::optional<SelectorKind> kind;
  if (args.kind != "auto") {
    const Result<SelectorKind> named = parse_kind(args.kind);
    if (!named.ok()) return named.status().with_context("--kind");
    kind = *named;
  }
  const bool by_default = args.kinds == EvaluateArgs().kinds;
  const bool translates = table.zoo.task == kTranslation;
  Result<Reference> reference = reference_of(table, args.reference, args.criterion, args.suitable);
  if (!reference.ok()) return reference.status();
  EvaluateOptions options{
      .baseline = args.baseline.empty() ? reference->model : args.baseline,
      .reference = *reference,
      .max_loss = args.max_loss_points / 100,
      .cost = cost_kind(args.cost),
      .kind = kind,
      .more_kinds = by_default && translates ? std::vector<SelectorKind>() : *kinds,
      .premodel = *premodel,
      .folds = {.folds = args.folds, .seed = args.seed},
      .more_arguments = arguments_of(args.premodel, args.cost)};
  if (!by_default) {
    options.more_arguments.insert(options.more_arguments.end(), {"--kinds", args.kinds});
  }
  if (args.cnn.empty()) return options;
  const auto runtime = load_onnx_runtime(args.runtime);
  if (!runtime.ok()) return runtime.status();
  Result<CnnPremodel> cnn = read_cnn(args.cnn, **runtime);
  if (!cnn.ok()) return cnn.status();
  options.cnn = std::move(*cnn);
  options.cnn_fallback = args.premodel.fallback;
  return options;
}

int train(const EvaluateArgs& args) {
  if (Status status = check_outputs({args.output}, {args.run}); !status.ok()) return fail(status);
  const Result<OutcomeTable> table = read_table(args.run, args.leave_out);
  if (!table.ok()) return fail(table.status());
  const Result<EvaluateOptions> options = training_options(args, *table);
  if (!options.ok()) return fail(options.status());
  const Result<Training> training = rightsize::train(*table, *options);
  if (!training.ok()) return fail(training.status());
  const Status written = write_selector(args.output, training->file);
  if (!written.ok()) return fail(written);
  if (args.json) {
    print(to_json_text(training->file));
    return kOk;
  }
  info({.file = args.output});
  print(fmt::format("\n{}\n", training->evaluation.verdict.sentence));
  say_written(args.output, "selector");
  return kOk;
}

int evaluate(const EvaluateArgs& args) {
  const Status writable = check_outputs({args.html, args.plot}, {args.run, args.selector});
  if (!writable.ok()) return fail(writable);
  const Result<OutcomeTable> table = read_table(args.run, args.leave_out);
  if (!table.ok()) return fail(table.status());
  SelectorFile selector;
  if (!args.selector.empty()) {
    Result<SelectorFile> read = read_selector_file(args.selector);
    if (!read.ok()) return fail(read.status());
    selector = std::move(*read);
  }
  const Result<EvaluateOptions> options = training_options(args, *table);
  if (!options.ok()) return fail(options.status());
  const char* criterion = to_string(options->reference.criterion);
  if (!args.selector.empty() && selector.criterion != criterion) {
    warn(fmt::format("the selector was trained for {}, and is judged by {} here (--criterion)",
                     selector.criterion, criterion));
  }
  const Result<Evaluation> evaluation =
      rightsize::evaluate(*table, args.selector.empty() ? nullptr : &selector, *options);
  if (!evaluation.ok()) return fail(evaluation.status());
  if (Status status = write_pictures(args, *evaluation); !status.ok()) return fail(status);
  print(args.json ? evaluation_json(*evaluation) : evaluation_text(*evaluation));
  say_written(args.html, "report");
  say_written(args.plot, "plot");
  return kOk;
}

}  // namespace rightsize::cli

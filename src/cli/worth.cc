// rightsize worth: what adaptive selection can give, before anybody trains.
#include "lab/worth/worth.h"

#include <cmath>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/reference.h"
#include "lab/profile/read_run.h"
#include "lab/worth/what_if.h"

namespace rightsize::cli {
namespace {

Result<WorthOptions> options_of(const WorthArgs& args, const OutcomeTable& table) {
  Result<Reference> reference = reference_of(table, args.reference, args.criterion, args.suitable);
  if (!reference.ok()) return reference.status();
  WorthOptions options;
  options.evaluate.baseline = args.baseline.empty() ? reference->model : args.baseline;
  options.evaluate.reference = *reference;
  options.evaluate.max_loss = args.max_loss_points / 100;
  options.evaluate.folds = {.folds = args.folds, .seed = args.seed};
  if (args.max_models > 0) options.limits.models = args.max_models;
  if (args.max_mib > 0) {
    options.limits.bytes = static_cast<std::int64_t>(std::floor(args.max_mib * (1 << 20)));
  }
  return options;
}

Result<WhatIf> what_if_of(const WorthArgs& args) {
  WhatIf what_if{.without = args.without, .latencies = {}, .faster = {}};
  if (!args.latencies.empty()) {
    Result<DeviceLatencies> latencies = read_latencies(args.latencies);
    if (!latencies.ok()) return latencies.status();
    what_if.latencies = std::move(*latencies);
  }
  for (const std::string& text : args.faster) {
    const Result<Faster> faster = parse_faster(text);
    if (!faster.ok()) return faster.status().with_context("--faster");
    what_if.faster.push_back(*faster);
  }
  return what_if;
}

}  // namespace

int worth(const WorthArgs& args) {
  const Result<WhatIf> what_if = what_if_of(args);
  if (!what_if.ok()) return fail(what_if.status());
  const Result<OutcomeTable> now = read_table(args.run, args.leave_out);
  if (!now.ok()) return fail(now.status());
  const Result<OutcomeTable> then = transformed(*now, *what_if);
  if (!then.ok()) return fail(then.status());
  const Result<WorthOptions> options = options_of(args, *now);
  if (!options.ok()) return fail(options.status());
  const Result<WorthReport> report =
      worth_report(*now, what_if->empty() ? nullptr : &*then, words_of(*what_if), *options);
  if (!report.ok()) return fail(report.status());
  print(args.json ? worth_json(*report) : worth_text(*report));
  return kOk;
}

}  // namespace rightsize::cli

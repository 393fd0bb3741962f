// rightsize deadlines: what choosing a model by its predicted time is worth, over many deadlines.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/reference.h"
#include "core/file.h"
#include "lab/profile/read_run.h"
#include "lab/text/deadline.h"

namespace rightsize::cli {

int deadlines(const DeadlinesArgs& args) {
  if (Status status = check_outputs({args.markdown}, {args.run}); !status.ok()) return fail(status);
  const Result<OutcomeTable> table = read_table(args.run, args.leave_out);
  if (!table.ok()) return fail(table.status());
  const Result<Reference> reference = reference_of(*table, "labels", args.criterion, kSuitable);
  if (!reference.ok()) return fail(reference.status());
  if (!metric_of(reference->criterion)) {
    return fail(invalid_input(
        "deadlines are of sentences, whose lengths tell what they cost; of images every operating "
        "point has one time (rightsize classify --deadline)"));
  }
  const DeadlineOptions options{
      .clock = args.wall ? DeadlineClock::kWall : DeadlineClock::kCpu,
      .late_text = args.late == "cheapest" ? LateText::kCheapest : LateText::kEmpty,
      .metric = *metric_of(reference->criterion),
      .folds = args.folds,
      .seed = args.seed};
  const Result<DeadlineEvaluation> evaluation = evaluate_deadlines(*table, options);
  if (!evaluation.ok()) return fail(evaluation.status());
  const std::string page = to_markdown(*evaluation);
  if (!args.markdown.empty()) {
    if (Status status = write_atomically(args.markdown, page); !status.ok()) return fail(status);
  }
  if (args.json) {
    print_json(to_json(*evaluation));
  } else {
    print(page);
  }
  return kOk;
}

}  // namespace rightsize::cli

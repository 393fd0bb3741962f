#include "cli/text_study.h"

#include <fmt/format.h>

#include "cli/common.h"
#include "cli/reference.h"
#include "core/clock.h"
#include "core/file.h"
#include "lab/text/text_study.h"

namespace rightsize::cli {
namespace {

Status check_arguments(const ReproduceArgs& args) {
  const bool of_images = !args.compression.empty() || !args.cnn.empty() || !args.html.empty() ||
                         !args.baseline.empty();
  if (!of_images) return {};
  return invalid_input(
      "--compression, --cnn, --baseline and --html are for runs of images; of translations there "
      "are --markdown and --json");
}

}  // namespace

int reproduce_translation(const ReproduceArgs& args, const OutcomeTable& table) {
  if (Status status = check_arguments(args); !status.ok()) return fail(status);
  const Result<Reference> reference = reference_of(table, "labels", args.criterion, kSuitable);
  if (!reference.ok()) return fail(reference.status());
  TextStudyOptions options{.metric = *metric_of(reference->criterion),
                           .folds = args.folds,
                           .seed = args.seed,
                           .clock = thread_cpu_now};
  std::optional<Lexicon> lexicon;
  if (args.lexicon.empty()) {
    warn("no --lexicon: features of parts of speech are 0");
  } else {
    Result<Lexicon> opened = Lexicon::open(args.lexicon);
    if (!opened.ok()) return fail(opened.status());
    for (const std::string& name : opened->missing()) {
      warn(fmt::format("{}: has no {}: parts of speech are told less well", args.lexicon.string(),
                       name));
    }
    lexicon = std::move(*opened);
    options.lexicon = &*lexicon;
  }
  const Result<TextStudy> study = run_text_study(table, options);
  if (!study.ok()) return fail(study.status());
  const std::string page = text_study_markdown(*study);
  if (!args.markdown.empty()) {
    if (Status status = write_atomically(args.markdown, page); !status.ok()) return fail(status);
  }
  print(args.json ? text_study_json(*study) : page);
  return kOk;
}

}  // namespace rightsize::cli

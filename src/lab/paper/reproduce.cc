#include "lab/paper/reproduce.h"

#include <fmt/format.h>

#include "lab/paper/exhibits.h"
#include "lab/report/figures.h"

namespace rightsize {
namespace {

constexpr const char* kUncompressed = "none";  // what zoo/compressed calls the network itself
constexpr std::size_t kStudies = 3;            // top-1, top-5, compression

// What of the study `number` is done, as a share of all of them.
StudyProgress part_of(const StudyProgress& progress, std::size_t number) {
  return [&progress, number](std::size_t done, std::size_t total) {
    progress(number * total + done, kStudies * total);
  };
}

std::vector<std::string> notes_on(const Findings& findings, const ReproduceOptions& options) {
  return {
      fmt::format(
          "{}-fold cross-validation, shuffled (seed {}): models, labels, features, scaling, "
          "classifiers and thresholds are chosen inside each training fold; {} inputs.",
          options.study.folds.folds, options.study.folds.seed, findings.recording().items()),
      fmt::format(
          "Intervals are 95 %, paired bootstrap over the inputs ({} resamples). A random mix "
          "is the best way of drawing among single models blindly at the same mean time.",
          options.resamples),
      fmt::format(
          "The premodel: greedy choice by accuracy, theta 0.5 points, at most {} models; the "
          "cheaper by {} of right models is optimal; filter at |r| > 0.75, elimination to "
          "seven features by 5-fold accuracy; kNN with k = 5.",
          options.study.max_models, to_string(options.cost)),
      findings.has_energy()
          ? "Energy is above that of the idle machine, decoding included, and all features where a "
            "premodel extracts any."
          : "Energy is absent: the machine of this profile has no sensor that could be read.",
      "A group of features that is extracted without the groups that share work with it is charged "
      "those too: an upper bound.",
      "The paper's GPU, its 14 networks and its board are not ours: absolute figures differ, "
      "what can be compared are ratios and orders."};
}

}  // namespace

Result<Reproduction> reproduce(const OutcomeTable& table, const OutcomeTable* compression,
                               const ReproduceOptions& options, const StudyProgress& progress) {
  const auto top1 = judge(table, {.criterion = Criterion::kTop1}, options.cost);
  if (!top1.ok()) return top1.status();
  const auto study = run_study(*top1, options.study, part_of(progress, 0));
  if (!study.ok()) return study.status();
  const Findings findings(*top1, *study, options.resamples, options.study.folds.seed);

  const auto top5 = judge(table, {.criterion = Criterion::kTop5}, options.cost);
  if (!top5.ok()) return top5.status();
  ReproduceOptions other = options;
  other.study.cnn.reset();
  other.study.brief = true;
  const auto study5 = run_study(*top5, other.study, part_of(progress, 1));
  if (!study5.ok()) return study5.status();
  const Findings findings5(*top5, *study5, options.resamples, options.study.folds.seed);

  Reproduction result{.provenance = table.provenance,
                      .zoo = table.zoo.name,
                      .inputs = top1->items(),
                      .command = options.command};
  result.exhibits = {headline_exhibit(findings),
                     shares_exhibit(findings),
                     levels_exhibit(findings),
                     shapes_exhibit(findings),
                     criteria_exhibit(findings, findings5),
                     choice_exhibit(findings),
                     model_count_exhibit(findings),
                     feature_count_exhibit(findings),
                     correlation_exhibit(findings),
                     importance_exhibit(findings),
                     neighbours_exhibit(findings),
                     radius_exhibit(findings),
                     conformal_exhibit(findings),
                     overhead_exhibit(findings),
                     resources_exhibit(findings)};
  if (compression == nullptr) {
    result.exhibits.push_back(compression_exhibit(nullptr));
  } else {
    const auto recording = judge(*compression, {.criterion = Criterion::kTop1}, options.cost);
    if (!recording.ok()) return recording.status();
    const bool named = compression->zoo.find(kUncompressed) != nullptr;
    other.study.baseline = named ? kUncompressed : "";
    other.study.fallback = other.study.baseline;
    other.study.all_models = true;
    const auto variants = run_study(*recording, other.study, part_of(progress, 2));
    if (!variants.ok()) return variants.status();
    const Findings compressed(*recording, *variants, options.resamples, options.study.folds.seed);
    result.exhibits.push_back(compression_exhibit(&compressed));
  }
  result.summary = {result.exhibits.front().finding};
  result.notes = notes_on(findings, options);
  return result;
}

}  // namespace rightsize

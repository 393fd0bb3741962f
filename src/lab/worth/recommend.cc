// The end of the report: what to do, in sentences that somebody can act on.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "lab/report/figures.h"
#include "lab/worth/worth.h"

namespace rightsize {
namespace {

std::string names(const Worth& worth, const std::vector<ModelIndex>& models) {
  std::string text;
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (i > 0) text += i + 1 == models.size() ? " and " : ", ";
    text += worth.name(models[i]);
  }
  return text;
}

// "38 % of efflite3's CPU time at +0.1 points [-0.9, +1.0] of top-1".
std::string saving(const Worth& worth) {
  const StrategyFigures& point = worth.no_loss;
  return fmt::format("{:.0f} % of {}'s CPU time at {} points of {}",
                     100.0 * (1.0 - 1.0 / point.speedup.value),
                     worth.name(worth.evaluation.baseline), with_interval(point.difference, points),
                     worth.evaluation.criterion);
}

// The next cheaper model at a corner of the random mix's hull, if there is one.
std::string cheaper_single(const Worth& worth) {
  const std::vector<std::size_t>& hull = worth.evaluation.hull;
  const StrategyFigures& base = worth.baseline();
  for (std::size_t k = hull.size(); k-- > 0;) {
    const StrategyFigures& model = worth.evaluation.models[hull[k]];
    if (model.cpu_ms.value >= base.cpu_ms.value) continue;
    return fmt::format(", or {} where {} points are worth {}x the speed", model.name,
                       points(model.difference.value), times(model.speedup.value));
  }
  return "";
}

std::string first_step(const WorthReport& report) {
  const Worth& worth = report.now;
  const Verdict& verdict = worth.evaluation.verdict;
  const std::string& baseline = worth.name(worth.evaluation.baseline);
  switch (verdict.kind) {
    case VerdictKind::kPays:
      return fmt::format(
          "Train a selector (`rightsize train`): held out, {} no-loss point saves {}.",
          report.limits.any() ? "the whole zoo's" : "its", saving(worth));
    case VerdictKind::kDoesNotPay:
      return fmt::format("Do not train a selector on this zoo: run {} alone{}.", baseline,
                         cheaper_single(worth));
    case VerdictKind::kTooFewData:
      break;
  }
  const std::string more =
      verdict.inputs_needed > worth.evaluation.inputs
          ? fmt::format("profile about {} inputs in all", rounded_up(verdict.inputs_needed))
          : std::string("profile more inputs");
  return fmt::format(
      "Before you train a selector, {}: {} cannot settle whether its no-loss point, which seems to "
      "save {}, beats single models in the same time; until then run {}{}.",
      more, worth.evaluation.inputs, saving(worth), baseline, cheaper_single(worth));
}

std::string which_models(const WorthReport& report) {
  const Worth& worth = report.now;
  const SubsetChoice& subset = worth.subset;
  if (report.limits.any()) {
    const bool alone = subset.models.size() == 1;
    const Estimate& gain = subset.figures.over_mix;
    const std::string doubt =
        alone || gain.low > 0
            ? ""
            : fmt::format(
                  ", not surely better than a random mix of single models in that time ({} "
                  "points)",
                  with_interval(gain, points));
    return fmt::format(
        "Within the limits, {} {}{}: held out, {} {} ms ({}x) at {} points against {}{}.",
        alone ? "run" : "ship", names(worth, subset.models), alone ? " alone" : "",
        alone ? "that takes" : "such a set takes", milliseconds(subset.figures.cpu_ms.value),
        times(subset.figures.speedup.value), with_interval(subset.figures.difference, points),
        worth.name(worth.evaluation.baseline), doubt);
  }
  if (worth.drops.droppable.empty() || worth.evaluation.verdict.kind == VerdictKind::kDoesNotPay) {
    return "";
  }
  return fmt::format("Drop {}: without {} cascades that lose up to 3 points are as good.",
                     names(worth, worth.drops.droppable),
                     worth.drops.droppable.size() == 1 ? "it" : "them together");
}

std::string what_then(const WorthReport& report) {
  const Worth& then = *report.then;
  return fmt::format(
      "If changed ({}): {}; the no-loss point would save {}, in {} ms instead of {}.",
      report.change,
      then.evaluation.verdict.kind == VerdictKind::kPays ? "a selector pays"
      : then.evaluation.verdict.kind == VerdictKind::kDoesNotPay
          ? "a selector does not pay"
          : "too few inputs to say whether a selector pays",
      saving(then), milliseconds(then.no_loss.cpu_ms.value),
      milliseconds(report.now.no_loss.cpu_ms.value));
}

// Of a loss of one point, by what is recommended.
std::string proof(const WorthReport& report) {
  constexpr double kLimit = 0.01;
  const Worth& worth = report.now;
  const std::optional<std::size_t> needed =
      labels_needed(report.limits.any() ? worth.subset.discordance : worth.discordance, kLimit);
  const std::size_t have = worth.evaluation.inputs;
  if (!needed) {
    return fmt::format(
        "Do not promise a loss of at most 1 point: on these {} inputs it looks larger.", have);
  }
  if (*needed <= have) {
    return fmt::format("These {} inputs may be enough to prove that it loses at most 1 point.",
                       have);
  }
  return fmt::format(
      "To prove with 95 % confidence that it loses at most 1 point, collect about {} inputs (there "
      "are {}).",
      rounded_up(*needed), have);
}

}  // namespace

std::vector<std::string> recommend(const WorthReport& report) {
  std::vector<std::string> sentences = {first_step(report)};
  const std::string models = which_models(report);
  if (!models.empty()) sentences.push_back(models);
  if (report.then) {
    sentences.push_back(what_then(report));
  } else if (report.now.evaluation.verdict.kind != VerdictKind::kDoesNotPay) {
    sentences.push_back(proof(report));
  }
  return sentences;
}

}  // namespace rightsize

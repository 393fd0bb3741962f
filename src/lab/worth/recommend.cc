// The end of the report: what to do, in sentences that somebody can act on.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "lab/evaluate/verdict.h"
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

// "its no-loss point saves 38 % of efflite3's CPU time at +0.1 [-0.9, +1.0] points of top-1".
std::string saving(const Worth& worth, const char* verb) {
  const Evaluation& e = worth.evaluation;
  const StrategyFigures& point = *worth.point;
  const std::string time =
      fmt::format("{} point {} {:.0f} % of {}'s CPU time", point.name, verb,
                  100.0 * (1.0 - 1.0 / point.speedup.value), worth.name(e.baseline));
  if (e.by_labels()) {
    return fmt::format("{} at {} points of {}", time, with_interval(point.difference, points),
                       e.criterion);
  }
  return fmt::format("{}, with the same answer as {} on {} % of inputs", time, e.reference,
                     with_interval(point.quality, percent));
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

std::string before_training(const Worth& worth) {
  const Evaluation& e = worth.evaluation;
  const std::string seems =
      worth.point ? fmt::format(" (its {})", saving(worth, "seems to save")) : std::string();
  return fmt::format(
      "Before you train a selector, profile about {} inputs in all: {} cannot settle whether it "
      "{}{}; until then run {}.",
      e.verdict.inputs_needed, e.inputs, e.by_labels() ? "pays" : "agrees as often as asked", seems,
      worth.name(e.baseline));
}

std::string first_step(const WorthReport& report) {
  const Worth& worth = report.now;
  const std::string& baseline = worth.name(worth.evaluation.baseline);
  const std::string allowed =
      worth.evaluation.max_loss > 0
          ? fmt::format("a loss of {:g} points", 100 * worth.evaluation.max_loss)
          : "no loss";
  switch (worth.evaluation.verdict.kind) {
    case VerdictKind::kPays:
    case VerdictKind::kAgrees:
      return fmt::format("Train a selector (`rightsize train`): held out, {} {}.",
                         report.limits.any() ? "the whole zoo's" : "its", saving(worth, "saves"));
    case VerdictKind::kDoesNotPay:
      return fmt::format("Do not train a selector for {} on this zoo: run {} alone{}.", allowed,
                         baseline, cheaper_single(worth));
    case VerdictKind::kDoesNotAgree:
      return fmt::format(
          "Run {} alone: no faster selector answers as it does as often as asked; --max-loss says "
          "how many percent of other answers you accept.",
          baseline);
    case VerdictKind::kTooFewData:
      break;
  }
  return before_training(worth);
}

std::string which_within_limits(const WorthReport& report) {
  const Worth& worth = report.now;
  const SubsetChoice& subset = worth.subset;
  if (worth.evaluation.inputs < kFewestInputs) {
    return fmt::format("Which models to ship within the limits, {} inputs cannot tell.",
                       worth.evaluation.inputs);
  }
  const bool alone = subset.models.size() == 1;
  const Estimate& gain = subset.figures.over_mix;
  const std::string doubt =
      alone || gain.low > 0
          ? ""
          : fmt::format(
                ", not surely better than a random mix of single models in that time ({} points)",
                with_interval(gain, points));
  return fmt::format(
      "Within the limits, {} {}{}: held out, {} {} ms ({}x) at {} points against {}{}.",
      alone ? "run" : "ship", names(worth, subset.models), alone ? " alone" : "",
      alone ? "that takes" : "such a set takes", milliseconds(subset.figures.cpu_ms.value),
      times(subset.figures.speedup.value), with_interval(subset.figures.difference, points),
      worth.name(worth.evaluation.baseline), doubt);
}

bool is_shown(const Verdict& verdict) {
  return verdict.kind == VerdictKind::kPays || verdict.kind == VerdictKind::kAgrees;
}

std::string which_models(const WorthReport& report) {
  if (report.limits.any()) return which_within_limits(report);
  const Worth& worth = report.now;
  const Evaluation& e = worth.evaluation;
  if (e.verdict.kind == VerdictKind::kTooFewData && e.inputs < kFewestToDrop) {
    return fmt::format("Which models to drop, {} inputs cannot tell: about {} could.", e.inputs,
                       std::max(kFewestToDrop, e.verdict.inputs_needed));
  }
  if (worth.drops.droppable.empty() || !is_shown(e.verdict)) return "";
  return fmt::format("Drop {}: without {} cascades {}.", names(worth, worth.drops.droppable),
                     worth.drops.droppable.size() == 1 ? "it" : "them together",
                     e.by_labels() ? "that lose up to 3 points are as good" : "agree as often");
}

std::string what_then(const WorthReport& report) {
  const Worth& then = *report.then;
  const Verdict& verdict = then.evaluation.verdict;
  const std::string what = then.evaluation.by_labels() ? "pays" : "agrees as often as asked";
  const std::string so = is_shown(verdict) ? "a selector " + what
                         : verdict.kind == VerdictKind::kTooFewData
                             ? "too few inputs to say whether a selector " + what
                             : "no selector " + what;
  const std::string point = then.point ? fmt::format("its {}, in {} ms", saving(then, "would save"),
                                                     milliseconds(then.point->cpu_ms.value))
                                       : fmt::format("no point would be faster than {}",
                                                     then.name(then.evaluation.baseline));
  return fmt::format("If changed ({}): {}; {}.", report.change, so, point);
}

// Of a loss of one point, by what is recommended.
std::string proof(const WorthReport& report) {
  constexpr double kLimit = 0.01;
  const Worth& worth = report.now;
  if (!report.limits.any() && !worth.point) return "";
  const std::optional<std::size_t> needed =
      labels_needed(report.limits.any() ? worth.subset.discordance : worth.discordance, kLimit);
  const std::size_t have = worth.evaluation.inputs;
  const bool labels = worth.evaluation.by_labels();
  const std::string claim =
      labels ? "it loses at most 1 point"
             : fmt::format("it answers otherwise than {} on at most 1 % of inputs",
                           worth.evaluation.reference);
  if (!needed) {
    return fmt::format("Do not promise that {}: on these {} inputs it looks otherwise.", claim,
                       have);
  }
  if (*needed <= have) {
    return fmt::format("These {} inputs may be enough to prove that {}.", have, claim);
  }
  return fmt::format(
      "To prove with 95 % confidence that {}, collect about {} inputs (there are {}).", claim,
      rounded_up(*needed), have);
}

}  // namespace

std::vector<std::string> recommend(const WorthReport& report) {
  std::vector<std::string> sentences = {first_step(report)};
  const std::string models = which_models(report);
  if (!models.empty()) sentences.push_back(models);
  if (report.then) {
    sentences.push_back(what_then(report));
    return sentences;
  }
  const VerdictKind kind = report.now.evaluation.verdict.kind;
  if (kind == VerdictKind::kDoesNotPay || kind == VerdictKind::kDoesNotAgree) return sentences;
  const std::string promise = proof(report);
  if (!promise.empty()) sentences.push_back(promise);
  return sentences;
}

}  // namespace rightsize

#include "selector/explain_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace rightsize {
namespace {

// Two numbers with as few digits as tell them apart, but for equal ones.
std::pair<std::string, std::string> told_apart(double a, double b) {
  for (int digits = 3; digits < 17; digits += 2) {
    std::string first = fmt::format("{:.{}g}", a, digits);
    std::string second = fmt::format("{:.{}g}", b, digits);
    if (first != second || a == b) return {std::move(first), std::move(second)};
  }
  return {fmt::format("{}", a), fmt::format("{}", b)};
}

std::string with_unit(const std::string& number, const std::string& unit) {
  return unit.empty() ? number : number + " " + unit;
}

const char* signal_text(Signal signal) {
  switch (signal) {
    case Signal::kMaxProbability:
      return "largest probability";
    case Signal::kMargin:
      return "margin";
    case Signal::kEntropy:
      return "entropy";
    case Signal::kMeanLogProbability:
      return "mean log-probability";
    case Signal::kMinLogProbability:
      return "smallest log-probability";
    case Signal::kLengthRatio:
      return "length ratio";
    case Signal::kSimilarity:
      return "similarity";
  }
  return "?";
}

const char* meaning_of(Signal signal) {
  switch (signal) {
    case Signal::kMaxProbability:
      return "the probability of the answer itself";
    case Signal::kMargin:
      return "the largest less the second largest probability";
    case Signal::kEntropy:
      return "how widely the probability is spread over the classes; 0 is certain";
    case Signal::kMeanLogProbability:
      return "of the tokens of the translation; 0 is certain";
    case Signal::kMinLogProbability:
      return "of the least likely token of the translation; 0 is certain";
    case Signal::kLengthRatio:
      return "how far the translation's length is from the source's, as a logarithm; 0 is equal";
    case Signal::kSimilarity:
      return "of the source to the memory's entry; 1 is equal";
  }
  return "?";
}

std::string unit_of(const StageTest& comparison) {
  const bool nats = comparison.kind == Confidence::kSignal && comparison.signal == Signal::kEntropy;
  return nats ? "nats" : "";
}

// "its margin", "the margin of the combined answer".
std::string subject(const StageTest& comparison, const std::string& owner) {
  const char* signal = signal_text(comparison.signal);
  if (comparison.combined) return fmt::format("the {} of the answers combined", signal);
  return fmt::format("{} {}{}", owner, comparison.calibrated ? "calibrated " : "", signal);
}

const char* kind_text(ClassifierKind kind) {
  switch (kind) {
    case ClassifierKind::kKnn:
      return "nearest neighbours";
    case ClassifierKind::kTree:
      return "a decision tree";
    case ClassifierKind::kSvm:
      return "a support vector machine";
    case ClassifierKind::kNaiveBayes:
      return "naive Bayes";
    case ClassifierKind::kLogistic:
      return "logistic regression";
    case ClassifierKind::kForest:
      return "a random forest";
    case ClassifierKind::kBoosting:
      return "boosted trees";
  }
  return "?";
}

std::string with_meaning(const Factor& feature) {
  return feature.meaning.empty() ? feature.name
                                 : fmt::format("{} ({})", feature.name, feature.meaning);
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

std::string count(std::size_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string agreement_text(const StageTest& comparison) {
  if (is_first_of_agreement(comparison)) {
    return fmt::format("It is the first to answer; {:.0f} must give the same answer, to stop here.",
                       std::ceil(comparison.threshold));
  }
  const std::size_t runs = comparison.agreed.size() + comparison.disagreed.size();
  return fmt::format("{} of the {} so far give{} this answer; {:.0f} must, to stop here.",
                     comparison.agreed.size(), count(runs, "model"),
                     comparison.agreed.size() == 1 ? "s" : "", std::ceil(comparison.threshold));
}

std::string deferral_text(const StageTest& comparison) {
  const auto [value, threshold] = told_apart(100 * comparison.value, 100 * comparison.threshold);
  return fmt::format(
      "The chance that the last stage is right where this one is wrong is put at {} "
      "%; {} {} %, this stage's limit, so {}.",
      value, comparison.sure ? "that is within" : "that is above", threshold,
      comparison.sure ? "going on is not worth it" : "it goes on");
}

std::string signal_decided(const StageTest& comparison, const std::string& model) {
  const std::string subject_text =
      comparison.combined
          ? subject(comparison, "") + " up to " + model
          : fmt::format("the {}{} of {}", comparison.calibrated ? "calibrated " : "",
                        signal_text(comparison.signal), model);
  if (std::isnan(comparison.value)) return capital(subject_text) + ": not a number.";
  const auto [value, threshold] = told_apart(comparison.value, comparison.threshold);
  return capital(fmt::format("{} ({}): {}, where {} or {} is {} enough.", subject_text,
                             meaning_of(comparison.signal), with_unit(value, unit_of(comparison)),
                             with_unit(threshold, unit_of(comparison)),
                             comparison.small_is_sure ? "less" : "more",
                             comparison.signal == Signal::kSimilarity ? "like" : "sure"));
}

std::string signal_change(const StageTest& comparison, const std::string& model) {
  const auto [value, threshold] = told_apart(comparison.value, comparison.threshold);
  const std::string from = with_unit(value, unit_of(comparison));
  const std::string to = with_unit(threshold, unit_of(comparison));
  const bool up = comparison.change > 0;
  const std::string turn =
      comparison.sure       ? fmt::format("{} would have run next", comparison.otherwise)
      : comparison.combined ? "no further model would have run"
                            : fmt::format("{}'s answer would have been taken", model);
  return fmt::format("If {} had been {} {} instead of {} ({:.2g} {}), {}.",
                     subject(comparison, model + "'s"),
                     comparison.sure ? (up ? "above" : "below") : (up ? "at least" : "at most"), to,
                     from, std::abs(comparison.change), up ? "more" : "less", turn);
}

}  // namespace

std::string ms_text(double milliseconds) {
  return milliseconds < 0.1 ? fmt::format("{:.3f} ms", milliseconds)
                            : fmt::format("{:.1f} ms", milliseconds);
}

std::string percent_text(double share) {
  if (std::isnan(share)) return "(not a number)";
  const double hundred = 100 * share;
  const bool rounds_to_all = hundred >= 99.95 && hundred < 100;
  return rounds_to_all ? "over 99.9 %" : fmt::format("{:.1f} %", hundred);
}

std::string said_text(const Said& said) {
  if (said.text) {
    const std::string percent = percent_text(said.probability);
    return fmt::format("\"{}\" ({})", *said.text,
                       said.by_memory ? "similarity " + percent : percent + " sure");
  }
  const std::string what = said.name.empty()
                               ? fmt::format("class {}", said.label)
                               : fmt::format("\"{}\" (class {})", said.name, said.label);
  return fmt::format("{} with a probability of {}", what, percent_text(said.probability));
}

std::string passed_over_text(const std::vector<std::string>& models) {
  return fmt::format("{} cannot be run now and {} passed over.", fmt::join(models, ", "),
                     models.size() == 1 ? "is" : "are");
}

const char* source_text(ModelCost::Source source) {
  switch (source) {
    case ModelCost::Source::kMeasured:
      return "this run";
    case ModelCost::Source::kExpected:
      return "expected now";
    case ModelCost::Source::kProfiled:
      return "the profile (not loaded, or cannot be run)";
  }
  return "?";
}

bool is_first_of_agreement(const StageTest& comparison) {
  return comparison.kind == Confidence::kAgreement && !comparison.sure &&
         comparison.agreed.size() + comparison.disagreed.size() == 1;
}

std::string comparison_text(const StageTest& comparison) {
  if (std::isnan(comparison.value)) {
    return "What would tell how sure it is is not a number, which counts as not sure.";
  }
  if (comparison.kind == Confidence::kAgreement) return agreement_text(comparison);
  if (comparison.kind == Confidence::kDeferral) return deferral_text(comparison);
  const auto [value, threshold] = told_apart(comparison.value, comparison.threshold);
  const char* verb = comparison.small_is_sure ? (comparison.sure ? "is within" : "is above")
                                              : (comparison.sure ? "reaches" : "is below");
  return fmt::format("{}, {}, {} the {} that this stage {}.", capital(subject(comparison, "its")),
                     with_unit(value, unit_of(comparison)), verb,
                     with_unit(threshold, unit_of(comparison)),
                     comparison.small_is_sure ? "allows" : "needs");
}

std::string decided_by_text(const StageTest& comparison, const std::string& model) {
  switch (comparison.kind) {
    case Confidence::kSignal:
      return signal_decided(comparison, model);
    case Confidence::kAgreement:
      return fmt::format(
          "Who agreed after {}: {}; who did not: {}.", model, fmt::join(comparison.agreed, ", "),
          comparison.disagreed.empty() ? "nobody"
                                       : fmt::format("{}", fmt::join(comparison.disagreed, ", ")));
    case Confidence::kDeferral:
      return fmt::format(
          "The learned chance after {}. What weighed most, for going on (+) or for "
          "stopping (-){}",
          model, comparison.factors.empty() ? ", is not known here." : ":");
  }
  return "";
}

std::string change_text(const StageTest& comparison, const std::string& model) {
  if (std::isnan(comparison.value)) {
    return fmt::format("If {} had given a number to compare.", model);
  }
  if (comparison.kind == Confidence::kAgreement) {
    const double needed = std::ceil(comparison.threshold);
    const double off = comparison.sure ? comparison.value - needed + 1 : needed - comparison.value;
    return fmt::format("If {:.0f} model{} {} had agreed with {}, {}.", off, off == 1 ? "" : "s",
                       comparison.sure ? "fewer" : "more", model,
                       comparison.sure ? comparison.otherwise + " would have run next"
                                       : "no further model would have run");
  }
  if (comparison.kind == Confidence::kDeferral) {
    const auto [value, threshold] = told_apart(100 * comparison.value, 100 * comparison.threshold);
    return fmt::format("If the chance after {} had been put {} {} % instead of at {} %, {}.", model,
                       comparison.sure ? "above" : "at or below", threshold, value,
                       comparison.sure ? comparison.otherwise + " would have run next"
                                       : "no further model would have run");
  }
  return signal_change(comparison, model);
}

std::string choice_text(const PremodelChoice& choice) {
  std::string text = choice.chosen.empty() ? "The premodel expects no model to be right"
                                           : fmt::format("The premodel chose {}", choice.chosen);
  text += fmt::format(
      " ({}, score {:.2f} of 1), by {}.", kind_text(choice.kind), choice.score,
      choice.probe.empty() ? "features of the input" : fmt::format("what {} says", choice.probe));
  if (choice.kind == ClassifierKind::kKnn && choice.neighbours == 0) {
    return text + " No training input is near enough to have a vote.";
  }
  std::vector<std::string> scores;
  for (const Score& score : choice.scores) {
    scores.push_back(
        fmt::format("{} {:.2f}", score.model.empty() ? "none" : score.model, score.score));
  }
  const std::string what =
      choice.kind == ClassifierKind::kKnn
          ? fmt::format("Shares of the votes of the {} nearest training inputs", choice.neighbours)
          : "Scores";
  return text +
         fmt::format(" {}{}: {}.", what,
                     choice.chain ? " for \"this model\", asked one model after the other" : "",
                     fmt::join(scores, ", "));
}

std::vector<std::string> path_lines(const std::vector<Condition>& path) {
  std::vector<std::string> lines;
  std::set<std::string> told;
  for (const Condition& first : path) {
    const Factor& feature = first.feature;
    if (!told.insert(feature.name).second) continue;
    double above = -std::numeric_limits<double>::infinity();
    double at_most = std::numeric_limits<double>::infinity();
    for (const Condition& condition : path) {
      if (condition.feature.name != feature.name) continue;
      if (condition.at_most) at_most = std::min(at_most, condition.bound);
      if (!condition.at_most) above = std::max(above, condition.bound);
    }
    std::vector<std::string> bounds;
    if (std::isfinite(above)) bounds.push_back("above " + told_apart(above, feature.value).first);
    if (std::isfinite(at_most)) {
      bounds.push_back("at most " + told_apart(at_most, feature.value).first);
    }
    lines.push_back(fmt::format("{} {}: {}", with_meaning(feature), fmt::join(bounds, " and "),
                                with_unit(fmt::format("{:.3g}", feature.value), feature.unit)));
  }
  return lines;
}

std::string factor_text(const Factor& factor) {
  return fmt::format("{:+.2f}  {}: {}", factor.contribution, with_meaning(factor),
                     with_unit(fmt::format("{:.3g}", factor.value), factor.unit));
}

std::string change_text(const FeatureChange& change, const std::string& chosen) {
  const auto [from, to] = told_apart(change.feature.value, change.to);
  const std::string now = chosen.empty() ? "none" : chosen;
  return fmt::format(
      "If {} had been {} instead of {} ({:.0f} % of its range in training), the "
      "premodel would have chosen {} instead of {}.",
      with_meaning(change.feature), with_unit(to, change.feature.unit),
      with_unit(from, change.feature.unit), std::ceil(100 * change.of_range),
      change.chosen.empty() ? "none" : change.chosen, now);
}

std::string other_text(const OtherPoint& other) {
  if (!other.known) return fmt::format("not known: {}", other.unknown_why);
  if (other.same) return "the same models and the same answer";
  if (!other.answered) return fmt::format("no answer, after {}", ms_text(other.cpu_ms));
  return fmt::format("{}, by {} after {}", said_text(other.said), other.model,
                     ms_text(other.cpu_ms));
}

}  // namespace rightsize

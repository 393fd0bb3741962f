// The explanation in words.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/terminal_text.h"
#include "selector/explain.h"
#include "selector/explain_words.h"

namespace rightsize {
namespace {

constexpr std::size_t kColumns = 96;
constexpr std::size_t kShown = 3;  // factors and changes; JSON has them all

// Stands for a space at which no line may break.
constexpr char kGlue = '\x01';

// Numbers stay on one line with their units.
std::string glued(std::string text) {
  for (const std::string unit : {" %", " ms"}) {
    for (auto at = text.find(unit); at != std::string::npos; at = text.find(unit, at)) {
      text[at] = kGlue;
    }
  }
  return text;
}

// Indented lines; `text` may be longer than one.
std::string indented(const std::string& text, std::size_t first, std::size_t others) {
  const std::string lines = wrapped(glued(text), kColumns - others);
  std::string result(first, ' ');
  for (const char c : lines) {
    result += c == kGlue ? ' ' : c;
    if (c == '\n') result.append(others, ' ');
  }
  return result + "\n";
}
std::string item(const std::string& text) { return indented("- " + text, 2, 4); }

// `unanswered_before`: the step before knew no answer, which is no failure.
std::string why_run(const ExplainedStep& step, bool routes, bool unanswered_before) {
  switch (step.reason) {
    case Reason::kFirstStage:
      return ", the first stage";
    case Reason::kNotConfident:
    case Reason::kDoubtful:
      return ", the next stage";
    case Reason::kModelFailed:
      return unanswered_before ? ", the next stage" : " in place of the model that failed";
    case Reason::kUnavailable:
      return "";
    case Reason::kProbe:
      return routes ? ", the probe, by whose answer routing chooses"
                    : ", the probe, by whose answer the premodel chooses";
    case Reason::kChosen:
      return routes ? ", which routing chose" : ", which the premodel chose";
    case Reason::kNoneSuitable:
      return ", the fallback, as the premodel expects no model to be right";
    case Reason::kNoFeatures:
      return ", as the premodel has nothing to choose by";
    default:
      return "";
  }
}

bool is_measured(const ExplainedStep& step) { return step.action == Action::kExtract && step.ok; }

// Of all but measured features, which several steps have together.
std::string step_text(const ExplainedStep& step, bool routes, bool unanswered_before) {
  if (step.action == Action::kExtract) {
    return fmt::format("The features '{}', which the premodel needs, could not be measured.",
                       step.group);
  }
  std::string text;
  if (!step.passed_over.empty()) text = passed_over_text(step.passed_over) + " ";
  text += fmt::format("Ran {}{}: ", step.model, why_run(step, routes, unanswered_before));
  if (!step.said && step.cut) {
    return text + fmt::format("the deadline cut it after {}.", ms_text(step.cpu_ms));
  }
  if (step.no_answer) {
    return text + fmt::format("it knows no answer, after {}.", ms_text(step.cpu_ms));
  }
  if (!step.said) {
    return text + fmt::format("it failed and gave no answer, after {}.", ms_text(step.cpu_ms));
  }
  text += fmt::format("it says {} in {}", said_text(*step.said), ms_text(step.cpu_ms));
  if (step.cpu_so_far_ms > step.cpu_ms)
    text += fmt::format(" ({} so far)", ms_text(step.cpu_so_far_ms));
  text += step.cut ? ", cut short." : ".";
  if (step.doubtful) {
    text += " A check doubts it" + (step.doubts.empty() ? "" : ": " + step.doubts) + ".";
  }
  if (step.comparison) text += " " + comparison_text(*step.comparison);
  return text;
}

std::string weights_text(const ExplainedAnswer& answer) {
  std::vector<std::string> parts;
  for (const Weight& weight : answer.weights) {
    parts.push_back(fmt::format("{} {}", weight.model, percent_text(weight.share)));
  }
  return fmt::format("the answers of the models together, weighted ({})", fmt::join(parts, ", "));
}

std::string end_text(const ExplainedAnswer& answer, bool rescue, bool routes) {
  if (rescue) return "The first of them that gave an answer is taken.";
  const std::string passed =
      answer.passed_over.empty() ? "" : passed_over_text(answer.passed_over) + " ";
  switch (answer.reason) {
    case Reason::kConfident:
      return answer.said.by_memory ? "That is like enough, so no further model runs."
                                   : "That is sure enough, so no further model runs.";
    case Reason::kLastStage:
      return fmt::format(
          "{} is the last stage, after which the answer is taken however sure it is.",
          answer.model);
    case Reason::kDoubtful:
      return passed +
             fmt::format("A check doubts what the last model said, and the answer of {} stands.",
                         answer.model);
    case Reason::kDeadline:
      return passed + fmt::format(
                          "{} was expected to take {} (wall time), for which the deadline "
                          "leaves no time, so the answer there is stands.",
                          answer.not_begun, ms_text(answer.not_begun_wall_ms));
    case Reason::kLaterFailed:
      return passed +
             fmt::format("No later model gave an answer, so that of {} stands.", answer.model);
    case Reason::kChosen:
      return routes ? "The one model that was chosen answers, however sure it is."
                    : "A premodel runs the one model it chose, whose answer is taken however sure "
                      "it is.";
    case Reason::kNoneSuitable:
      return answer.answered
                 ? "The premodel expects no model to be right; its fallback has answered already."
                 : "The premodel expects no model to be right and has no fallback, so none runs.";
    default:
      return passed + (answer.answered ? "" : "No model gave an answer.");
  }
}

std::string head_text(const Explanation& explanation) {
  const ExplainedAnswer& answer = explanation.answer;
  if (!answer.answered) {
    return fmt::format("No answer, at operating point '{}'.", explanation.point);
  }
  const std::string by = answer.combined ? weights_text(answer) : answer.model;
  return fmt::format("Answer: {}, by {}, at operating point '{}'.", said_text(answer.said), by,
                     explanation.point);
}

std::string happened_text(const Explanation& explanation) {
  std::string text = "\nWhat happened (times are CPU time)\n";
  if (explanation.rescue) {
    text += indented("No model of the operating point gave an answer; others ran in their place.",
                     2, 2);
  }
  std::size_t number = 0;
  const bool routes = explanation.kind == "routing";
  const std::vector<ExplainedStep>& steps = explanation.steps;
  for (std::size_t i = 0; i < steps.size();) {
    std::vector<std::string> groups;
    while (i < steps.size() && is_measured(steps[i])) groups.push_back(steps[i++].group);
    const bool unanswered_before = i > 0 && steps[i - 1].no_answer;
    const std::string line =
        groups.empty() ? step_text(steps[i++], routes, unanswered_before)
                       : fmt::format(
                             "Measured the features of the input that the premodel chooses "
                             "by: {}.",
                             fmt::join(groups, ", "));
    text += indented(fmt::format("{}. {}", ++number, line), 2, 5);
  }
  return text + indented(fmt::format("{}. {}", ++number,
                                     end_text(explanation.answer, explanation.rescue, routes)),
                         2, 5);
}

std::string premodel_decided(const PremodelChoice& choice) {
  std::string text = item(choice_text(choice));
  if (!choice.path.empty()) {
    text += item("What its decision tree asked for, and found:");
    for (const std::string& line : path_lines(choice.path)) text += indented(line, 6, 8);
  }
  std::vector<Factor> factors = choice.features;
  std::stable_sort(factors.begin(), factors.end(), [](const Factor& a, const Factor& b) {
    return std::abs(a.contribution) > std::abs(b.contribution);
  });
  factors.resize(std::min(factors.size(), kShown));
  if (!factors.empty() && factors[0].contribution != 0) {
    text += item("What weighed most, for (+) or against (-) this choice:");
    for (const Factor& factor : factors) text += indented(factor_text(factor), 6, 8);
  }
  return text;
}

std::string routing_decided(const Explanation& explanation) {
  std::vector<std::string> parts;
  for (const Score& score : explanation.predicted) {
    parts.push_back(fmt::format("{} {}", score.model, percent_text(score.score)));
  }
  return item(fmt::format("The predicted chances of being right: {}.", fmt::join(parts, ", "))) +
         item(fmt::format("Each model's chance less {:.3g} points for every further millisecond of "
                          "CPU time; the greatest is chosen.",
                          100 * explanation.price));
}

std::string decided_text(const Explanation& explanation) {
  std::string text;
  for (const ExplainedStep& step : explanation.steps) {
    if (!step.comparison || is_first_of_agreement(*step.comparison)) continue;
    text += item(decided_by_text(*step.comparison, step.model));
    for (const Factor& factor : step.comparison->factors) {
      text += indented(factor_text(factor), 6, 8);
    }
  }
  if (explanation.premodel) text += premodel_decided(*explanation.premodel);
  if (explanation.kind == "entry") {
    text += item("The premodel only chose the stage that the cascade was entered at.");
  }
  if (!explanation.predicted.empty()) text += routing_decided(explanation);
  if (!explanation.choice_unknown.empty()) {
    text += item(fmt::format("What {} would choose is not known: {}.",
                             explanation.kind == "routing" ? "routing" : "the premodel",
                             explanation.choice_unknown));
  }
  if (text.empty()) text = item("Nothing was compared: it did not depend on how sure a model was.");
  return "\nWhat decided\n" + text;
}

std::string changed_text(const Explanation& explanation) {
  std::string text;
  for (const ExplainedStep& step : explanation.steps) {
    if (!step.comparison || is_first_of_agreement(*step.comparison)) continue;
    text += item(change_text(*step.comparison, step.model));
  }
  if (explanation.premodel) {
    const auto& changes = explanation.premodel->changes;
    for (std::size_t i = 0; i < std::min(changes.size(), kShown); ++i) {
      text += item(change_text(changes[i], explanation.premodel->chosen));
    }
    if (changes.empty()) {
      text += item("No change of a single feature within the range of the training data would.");
    }
  }
  if (text.empty()) text = item("Nothing that the selector file knows of.");
  return "\nWhat would have changed it\n" + text;
}

// Points with the same outcome in one line, from the cheapest on, those that are not known last.
std::string points_text(const Explanation& explanation) {
  if (explanation.others.empty()) return "";
  std::vector<OtherPoint> others = explanation.others;
  std::stable_sort(others.begin(), others.end(), [](const OtherPoint& a, const OtherPoint& b) {
    return a.known != b.known ? a.known : a.known && a.cpu_ms < b.cpu_ms;
  });
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const OtherPoint& other : others) {
    const std::string outcome = other_text(other);
    const auto group = std::find_if(groups.begin(), groups.end(),
                                    [&](const auto& one) { return one.first == outcome; });
    if (group == groups.end()) {
      groups.push_back({outcome, {other.name}});
    } else {
      group->second.push_back(other.name);
    }
  }
  const bool late = explanation.answer.reason == Reason::kDeadline;
  std::string text = fmt::format("\nWhat other operating points would have answered{}\n",
                                 late ? ", without a deadline" : "");
  for (const auto& [outcome, names] : groups) {
    text += item(fmt::format("'{}': {}.", fmt::join(names, "', '"), outcome));
  }
  return text;
}

std::string costs_text(const ExplainedCosts& costs, bool rescue, bool translation) {
  if (costs.models.empty()) return "";
  std::vector<std::vector<std::string>> rows = {{"model", " CPU ms", "known from"}};
  for (const ModelCost& cost : costs.models) {
    const char* note = cost.model == costs.baseline ? " (best single model)" : "";
    rows.push_back(
        {cost.model + note, fmt::format("{:.1f}", cost.cpu_ms), source_text(cost.source)});
  }
  std::string text = fmt::format("\nWhat each model takes on this input, alone{}\n  ",
                                 translation ? "" : " and without decoding");
  const std::string table = text_table(rows);
  for (std::size_t i = 0; i + 1 < table.size(); ++i) {
    text += table[i] == '\n' ? "\n  " : std::string(1, table[i]);
  }
  const std::string features =
      costs.features_ms > 0 ? fmt::format(" ({} of it for features)", ms_text(costs.features_ms))
                            : "";
  text += "\n\n";
  text += indented(
      fmt::format("This decision took {}{} of CPU time; {}, the best single model, "
                  "takes {} alone: {} {}.",
                  ms_text(costs.spent_ms()), features, costs.baseline, ms_text(costs.baseline_ms),
                  ms_text(std::abs(costs.saved_ms())), costs.saved_ms() >= 0 ? "saved" : "lost"),
      2, 2);
  return text +
         indented(fmt::format("{} the input{} and deciding took {} more, which is in none of "
                              "these figures.",
                              translation ? "Reading" : "Decoding",
                              rescue ? ", the models that failed" : "", ms_text(costs.rest_ms)),
                  2, 2);
}

}  // namespace

std::string to_text(const Explanation& explanation) {
  return printable(indented(head_text(explanation), 0, 2) + happened_text(explanation) +
                   decided_text(explanation) + changed_text(explanation) +
                   points_text(explanation) +
                   costs_text(explanation.costs, explanation.rescue, explanation.text));
}

}  // namespace rightsize

#include <fmt/format.h>

#include "lab/report/figures.h"
#include "lab/report/html_parts.h"
#include "lab/report/svg.h"

namespace rightsize {
namespace {

std::string term(const std::string& name, const std::string& meaning) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_markup(name),
                     escape_markup(meaning));
}

std::string quality_meaning(const Evaluation& evaluation) {
  const bool labels = evaluation.by_labels();
  return fmt::format(
      "{}: the share of all inputs whose answer {}{}. An input without an answer counts as "
      "another one, and is listed apart as well.{}",
      quality_words(evaluation),
      labels ? "is the label" : "is that of the reference model " + evaluation.reference,
      evaluation.criterion == "top-1" ? "" : ", by the criterion " + evaluation.criterion,
      labels || evaluation.labelled > 0 ? ""
                                        : " Which answers are right, nobody knows without labels.");
}

std::string measuring_terms(const Evaluation& evaluation) {
  return term(quality_word(evaluation), quality_meaning(evaluation)) +
         term("mean CPU time",
              fmt::format(
                  "CPU time per input, with decoding ({} ms of it), pre-processing and every "
                  "model that was run.",
                  milliseconds(evaluation.decode_cpu_ms))) +
         term("95 % interval",
              fmt::format("from {} paired bootstrap resamples of the inputs. A difference or gain "
                          "whose interval contains 0 is none, and is printed grey.",
                          evaluation.resamples)) +
         term("baseline",
              fmt::format("{}, which differences and speed-ups are measured against: {}, unless "
                          "another was named.",
                          evaluation.model_names[evaluation.baseline],
                          evaluation.by_labels() ? "the best single model" : "the reference")) +
         term("speed-up", "the baseline's mean CPU time divided by this one's.");
}

std::string choosing_terms(const Evaluation& evaluation) {
  return term("cascade",
              "runs a cheap model first and a dearer one only where the cheap one is not sure of "
              "its answer.") +
         term("operating point",
              "one setting of a selector. no-loss aims at no less " + quality_word(evaluation) +
                  " than the baseline's at the least time, 2x at half the baseline's time; all on "
                  "training inputs. Aims that nothing but the baseline reaches are left out.") +
         term("held out",
              fmt::format(
                  "models, thresholds and everything else were chosen on {0} of {1} parts of "
                  "the inputs and judged on the part left over, {1} times in turn. The aim "
                  "can therefore be missed, and the points need not lie in order.",
                  evaluation.folds > 0 ? evaluation.folds - 1 : 0, evaluation.folds)) +
         term("random mix",
              "what one gets without looking at the inputs: single models drawn at random, in the "
              "best proportion for a mean time (their upper hull). The line is bent because the "
              "time axis is logarithmic.") +
         term("over the random mix",
              quality_word(evaluation) +
                  " minus that of the random mix at the same mean CPU time: what looking at the "
                  "input is worth.") +
         term("fixed choice", "the cheapest single model that meets the aim on training inputs.") +
         term("majority model",
              "the single model that is most often the cheapest whose answer is " +
                  right_words(evaluation) +
                  ", on training inputs: what a chooser that has learned nothing would take.") +
         term("oracle", "knows beforehand which models' answers are " + right_words(evaluation) +
                            " and takes the cheapest of them. Nothing real can: it is a bound, "
                            "never a result.");
}

}  // namespace

std::string reading_notes(const Evaluation& evaluation) {
  return "<dl class=\"terms\">\n" + measuring_terms(evaluation) + choosing_terms(evaluation) +
         term("calibration, ECE",
              "how well a model knows how sure it may be. Points on the diagonal are honest, below "
              "it overconfident. ECE, the expected calibration error, is the mean distance from "
              "the diagonal, weighted by inputs.") +
         "</dl>\n<p>This report again, from the same run:</p>\n<pre><code>" +
         escape_markup(reproducing_command(evaluation)) + "</code></pre>\n";
}

}  // namespace rightsize

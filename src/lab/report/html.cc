#include "lab/report/html.h"

#include <fmt/format.h>

#include "lab/report/figures.h"
#include "lab/report/html_parts.h"
#include "lab/report/plots.h"
#include "lab/report/svg.h"

namespace rightsize {
namespace {

std::string verdict_box(const Verdict& verdict) {
  return fmt::format(
      "<section class=\"verdict {}\">\n<p class=\"headline\">{}</p>\n"
      "<p class=\"sentence\">{}</p>\n</section>\n",
      to_string(verdict.kind), escape_markup(verdict_headline(verdict.kind)),
      escape_markup(verdict.sentence));
}

std::string warning(const Evaluation& evaluation) {
  for (const KindFigures& kind : evaluation.kinds) {
    if (kind.held_out) continue;
    return fmt::format(
        "<p class=\"warning\"><b>The {} was {}.</b> Its figures below flatter it and say nothing "
        "about new inputs: go by the cross-validated cascade, or evaluate the file on a run of "
        "other data.</p>\n",
        escape_markup(kind.kind), escape_markup(kind.training));
  }
  return {};
}

std::string tile(const std::string& figure, const std::string& words) {
  return fmt::format("<div>{}<p>{}</p></div>\n", figure, escape_markup(words));
}

// All of the point that the verdict names.
std::string tiles(const Evaluation& evaluation) {
  const StrategyFigures* point = evaluation.judged_point();
  if (point == nullptr) return "";
  const std::string& baseline = evaluation.model_names[evaluation.baseline];
  const std::string at = ", at " + point->name;
  const std::string kept =
      evaluation.by_labels()
          ? tile(estimate_html(point->difference, points),
                 "points of quality against " + baseline + at)
          : tile(estimate_html(point->quality, percent, " %"),
                 "of answers are the same as " + evaluation.reference + "'s" + at);
  return "<div class=\"tiles\">\n" +
         tile(estimate_html(point->speedup, times, "×"), "less CPU time than " + baseline + at) +
         kept +
         tile(estimate_html(point->over_mix, points),
              "points over a random mix at equal time" + at) +
         "</div>\n";
}

std::string facts(const Evaluation& evaluation) {
  const Provenance& from = evaluation.provenance;
  const StrategyFigures& baseline = evaluation.models[evaluation.baseline];
  return "<dl class=\"facts\">\n" +
         fact("zoo", fmt::format("{}, {} models", evaluation.zoo, evaluation.models.size())) +
         fact("data", from.data) + fact("inputs", fmt::format("{} judged", evaluation.inputs)) +
         fact("left out", fmt::format("{} without a reference, {} could not be decoded",
                                      evaluation.skipped, evaluation.failed)) +
         fact("criterion",
              fmt::format("{} against {}", evaluation.criterion, evaluation.reference)) +
         fact("baseline",
              fmt::format("{}: {} %, {} ms", baseline.name, percent(baseline.quality.value),
                          milliseconds(baseline.cpu_ms.value))) +
         fact("judged by", fmt::format("{}-fold cross-validation, seed {}, {} resamples",
                                       evaluation.folds, evaluation.seed, evaluation.resamples)) +
         fact("device", from.device) + fact("runtime", from.runtime) + fact("profiled", from.date) +
         fact("run", from.run_id) + fact("rightsize", from.version) + "</dl>\n";
}

std::string figure(const std::string& svg, const std::string& caption) {
  return "<figure>\n" + svg + "<figcaption>" + escape_markup(caption) +
         "</figcaption>\n</figure>\n";
}

std::string section(const char* heading, const std::string& content) {
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", heading, content);
}

std::string lead(const char* text) { return fmt::format("<p class=\"lead\">{}</p>\n", text); }

std::string body(const Evaluation& evaluation) {
  return verdict_box(evaluation.verdict) + warning(evaluation) + tiles(evaluation) +
         facts(evaluation) +
         section(evaluation.by_labels() ? "Quality against time" : "Agreement against time",
                 figure(quality_cost_plot(evaluation),
                        "Up is better, left is cheaper. Bars are 95 % intervals, both ways. "
                        "Looking at the input helps where our curve lies above the random mix.")) +
         section("Operating points",
                 lead("95 % intervals beside each figure; what is grey does not differ from 0.") +
                     points_table(evaluation)) +
         section("Controls", lead("What the operating points must be held against.") +
                                 controls_table(evaluation)) +
         section("Who answers",
                 figure(shares_plot(evaluation),
                        "Cheap models are light, dear ones dark. A cascade may have run cheaper "
                        "models before the one that answered.")) +
         section("Calibration",
                 figure(calibration_plot(evaluation),
                        "One dot per tenth of confidence, its area by the share of inputs; dashed: "
                        "confidence equals " +
                            quality_words(evaluation) + ".")) +
         section("How to read this", reading_notes(evaluation));
}

}  // namespace

std::string fact(const char* name, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, escape_markup(value));
}

std::string report_html(const Evaluation& whole) {
  const Evaluation evaluation = without_unreached(whole);
  const std::string title = escape_markup(evaluation.zoo + " on " + evaluation.provenance.data);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>{0}: rightsize evaluation</title>\n<style>\n{1}</style>\n</head>\n<body>\n<main>\n"
      "<p class=\"eyebrow\">Rightsize evaluation</p>\n<h1>{0}</h1>\n{2}</main>\n</body>\n</html>\n",
      title, report_css(), body(evaluation));
}

}  // namespace rightsize

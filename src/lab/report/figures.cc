#include "lab/report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rightsize {
namespace {

std::string three_digits(double value) {
  if (!std::isfinite(value)) return "-";
  const double size = std::abs(value);
  return fmt::format("{:.{}f}", value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

}  // namespace

std::string percent(double share) {
  return std::isfinite(share) ? fmt::format("{:.1f}", 100.0 * share) : "-";
}

std::string points(double difference) {
  if (!std::isfinite(difference)) return "-";
  const double rounded = std::round(1000.0 * difference) / 10.0;
  return rounded == 0.0 ? "0.0" : fmt::format("{:+.1f}", rounded);
}

std::string milliseconds(double ms) { return three_digits(ms); }

std::string times(double factor) { return three_digits(factor); }

std::string typographic(std::string figure) {
  if (figure == "-") return "–";
  if (figure.starts_with('-')) figure.replace(0, 1, "−");
  return figure;
}

std::string with_interval(const Estimate& estimate, Format format, const char* unit) {
  return fmt::format("{}{} [{}, {}]", format(estimate.value), unit, format(estimate.low),
                     format(estimate.high));
}

std::string quality_words(const Evaluation& evaluation) {
  const bool graded = !evaluation.models.empty() && !evaluation.models.front().by_metric.empty();
  if (graded) {
    return evaluation.criterion +
           (evaluation.reference == "labels" ? "" : " against " + evaluation.reference);
  }
  if (evaluation.reference == "labels") return evaluation.criterion + " accuracy";
  return fmt::format("{} agreement with {}", evaluation.criterion, evaluation.reference);
}

bool is_control(const KindFigures& kind) {
  return kind.kind == "fixed" || kind.kind == "majority model";
}

std::vector<const KindFigures*> adaptive_kinds(const Evaluation& evaluation) {
  std::vector<const KindFigures*> kinds;
  for (const KindFigures& kind : evaluation.kinds) {
    if (!is_control(kind) && !kind.points.empty()) kinds.push_back(&kind);
  }
  return kinds;
}

std::vector<const KindFigures*> control_kinds(const Evaluation& evaluation) {
  std::vector<const KindFigures*> kinds;
  for (const KindFigures& kind : evaluation.kinds) {
    if (is_control(kind) && !kind.points.empty()) kinds.push_back(&kind);
  }
  return kinds;
}

std::string kind_words(const KindFigures& kind) {
  return kind.training.empty() ? kind.kind : kind.kind + " (" + kind.training + ")";
}

std::vector<std::size_t> models_by_cost(const Evaluation& evaluation) {
  std::vector<std::size_t> order(evaluation.models.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return evaluation.models[a].cpu_ms.value < evaluation.models[b].cpu_ms.value;
  });
  return order;
}

std::string verdict_headline(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kPays:
      return "Adaptive selection pays";
    case VerdictKind::kDoesNotPay:
      return "Adaptive selection does not pay";
    case VerdictKind::kTooFewData:
      return "Too few data to say";
  }
  return "?";
}

std::string shell_word(const std::string& word) {
  constexpr const char* kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+/:=@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string(R"('\'')") : std::string(1, c);
  return quoted + "'";
}

std::string reproducing_command(const Evaluation& evaluation) {
  std::string command = "rightsize evaluate run.db";
  for (const KindFigures& kind : evaluation.kinds) {
    if (kind.kind == "selector file") command += " selector.json";
  }
  for (const std::string& pattern : evaluation.left_out) {
    command += " --leave-out " + shell_word(pattern);
  }
  command += " --baseline " + shell_word(evaluation.model_names[evaluation.baseline]);
  if (evaluation.reference != "labels") {
    command += " --reference " + shell_word(evaluation.reference);
  }
  const bool is_default = evaluation.criterion == to_string(Criterion::kTop1) ||
                          evaluation.criterion == to_string(Criterion::kBleu);
  if (!is_default) {
    command += " --criterion " + shell_word(evaluation.criterion);
  }
  command += fmt::format(" --folds {} --seed {}", evaluation.folds, evaluation.seed);
  for (const std::string& argument : evaluation.more_arguments) {
    command += " " + shell_word(argument);
  }
  return command;
}

}  // namespace rightsize

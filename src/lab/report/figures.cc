#include "lab/report/figures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace rightsize {

std::string typographic(std::string figure) {
  if (figure == "-") return "–";
  if (figure.starts_with('-')) figure.replace(0, 1, "−");
  return figure;
}

Evaluation without_unreached(Evaluation evaluation) {
  std::vector<KindFigures> kinds = std::move(evaluation.kinds);
  for (KindFigures& kind : kinds) {
    std::vector<StrategyFigures> reached;
    for (StrategyFigures& point : kind.points) {
      if (evaluation.is_reached(point)) {
        reached.push_back(std::move(point));
      } else {
        kind.not_reached.push_back(point.name);
      }
    }
    kind.points = std::move(reached);
  }
  evaluation.kinds = std::move(kinds);
  return evaluation;
}

std::string unreached_note(const Evaluation& evaluation) {
  std::string note;
  for (const KindFigures& kind : evaluation.kinds) {
    if (kind.not_reached.empty()) continue;
    note += fmt::format("{}{}: {}",
                        note.empty() ? "Left out, as only the baseline reaches them: " : "; ",
                        kind.kind, fmt::join(kind.not_reached, ", "));
  }
  return note.empty() ? note : note + ".";
}

std::string quality_word(const Evaluation& evaluation) {
  return evaluation.by_labels() ? "quality" : "agreement";
}

std::string right_words(const Evaluation& evaluation) {
  return evaluation.by_labels() ? "right" : "the same as " + evaluation.reference + "'s";
}

std::string quality_words(const Evaluation& evaluation) {
  const bool graded = !evaluation.models.empty() && !evaluation.models.front().by_metric.empty();
  if (graded) {
    return evaluation.criterion +
           (evaluation.by_labels() ? "" : " against " + evaluation.reference);
  }
  if (evaluation.by_labels()) return evaluation.criterion + " accuracy";
  return fmt::format("{} agreement with {}", evaluation.criterion, evaluation.reference);
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
    case VerdictKind::kAgrees:
      return "A faster point agrees";
    case VerdictKind::kDoesNotAgree:
      return "No faster point agrees";
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
  if (!evaluation.by_labels()) {
    command += " --reference " + shell_word(evaluation.reference);
  }
  const bool is_default = evaluation.criterion == to_string(Criterion::kTop1) ||
                          evaluation.criterion == to_string(Criterion::kBleu);
  if (!is_default) {
    command += " --criterion " + shell_word(evaluation.criterion);
  }
  if (evaluation.max_loss > 0) {
    command += fmt::format(" --max-loss {:g}", 100 * evaluation.max_loss);
  }
  command += fmt::format(" --folds {} --seed {}", evaluation.folds, evaluation.seed);
  for (const std::string& argument : evaluation.more_arguments) {
    command += " " + shell_word(argument);
  }
  return command;
}

}  // namespace rightsize

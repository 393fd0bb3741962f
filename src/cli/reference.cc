#include "cli/reference.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/common.h"

namespace rightsize::cli {
namespace {

// By the mean time of the inputs that it answered: a failed one may have taken no time.
std::size_t dearest_model(const OutcomeTable& table) {
  std::size_t dearest = 0;
  double most = -1.0;
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    double sum = 0.0;
    double answered = 0.0;
    for (std::size_t i = 0; i < table.item_count(); ++i) {
      if (table.at(i, m).status != TrialStatus::kOk) continue;
      sum += static_cast<double>(table.at(i, m).cpu.count());
      answered += 1.0;
    }
    const double mean = answered > 0 ? sum / answered : 0.0;
    if (mean <= most) continue;
    most = mean;
    dearest = m;
  }
  return dearest;
}

}  // namespace

std::string reference_model(const OutcomeTable& table, const std::string& named) {
  if (!named.empty()) return named == "labels" ? "" : named;
  const auto labelled = [](std::int32_t label) { return label >= 0; };
  if (std::any_of(table.labels.begin(), table.labels.end(), labelled)) return "";
  const auto given = [](const std::string& text) { return !text.empty(); };
  const std::vector<std::string>& texts = table.text.references;
  if (std::any_of(texts.begin(), texts.end(), given)) return "";
  const std::string& name = table.zoo.models[dearest_model(table)].name;
  warn(fmt::format(
      "the run has no labels, so nobody knows which answers are right: what is judged is how often "
      "they agree with those of {}, the dearest model (--reference MODEL for another)",
      name));
  return name;
}

Result<Reference> reference_of(const OutcomeTable& table, const std::string& model,
                               const std::string& criterion, double suitable) {
  const bool translates = table.zoo.task == kTranslation;
  Reference reference{.model = reference_model(table, model),
                      .criterion = translates ? Criterion::kBleu : Criterion::kTop1,
                      .suitable = suitable};
  if (criterion.empty()) return reference;
  std::string names;
  for (const Criterion known : kAllCriteria) {
    if (metric_of(known).has_value() != translates) continue;
    if (CLI::detail::to_lower(criterion) == CLI::detail::to_lower(to_string(known))) {
      reference.criterion = known;
      return reference;
    }
    names += (names.empty() ? "" : ", ") + std::string(to_string(known));
  }
  return invalid_input(
      fmt::format("--criterion {}: for {} there are {}", criterion, table.zoo.task, names));
}

}  // namespace rightsize::cli

#include "cli/reference.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/common.h"

namespace rightsize::cli {

std::string reference_model(const OutcomeTable& table, const std::string& named) {
  if (!named.empty()) return named == "labels" ? "" : named;
  const auto labelled = [](std::int32_t label) { return label >= 0; };
  if (std::any_of(table.labels.begin(), table.labels.end(), labelled)) return "";
  const auto given = [](const std::string& text) { return !text.empty(); };
  const std::vector<std::string>& texts = table.text.references;
  if (std::any_of(texts.begin(), texts.end(), given)) return "";
  std::size_t dearest = 0;
  for (std::size_t m = 1; m < table.model_count() && table.item_count() > 0; ++m) {
    if (table.at(0, m).cpu > table.at(0, dearest).cpu) dearest = m;
  }
  const std::string& name = table.zoo.models[dearest].name;
  warn(
      fmt::format("the run has no labels: judging against the answers of {}, the dearest model "
                  "(--reference MODEL for another)",
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

#include "cli/reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/common.h"

namespace rightsize::cli {

std::string reference_model(const OutcomeTable& table, const std::string& named) {
  if (!named.empty()) return named == "labels" ? "" : named;
  const auto labelled = [](std::int32_t label) { return label >= 0; };
  if (std::any_of(table.labels.begin(), table.labels.end(), labelled)) return "";
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

}  // namespace rightsize::cli

#include "lab/table.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

namespace rightsize {

Result<std::size_t> model_index(const Zoo& zoo, const std::string& name) {
  if (const ModelSpec* model = zoo.find(name)) {
    return static_cast<std::size_t>(model - zoo.models.data());
  }
  std::string names;
  for (const ModelSpec& model : zoo.models) names += (names.empty() ? "" : ", ") + model.name;
  return not_found(fmt::format("no model is called '{}'; the run has: {}", name, names));
}

Result<std::optional<ModelIndex>> optional_model(const Zoo& zoo, const std::string& name) {
  if (name.empty()) return std::optional<ModelIndex>();
  const Result<std::size_t> index = model_index(zoo, name);
  if (!index.ok()) return index.status();
  return std::optional(static_cast<ModelIndex>(*index));
}

Result<OutcomeTable> leave_out(const OutcomeTable& table,
                               const std::vector<std::string>& patterns) {
  std::vector<char> kept(table.model_count(), 1);
  for (const std::string& pattern : patterns) {
    bool matched = false;
    for (std::size_t m = 0; m < table.model_count(); ++m) {
      if (::fnmatch(pattern.c_str(), table.zoo.models[m].name.c_str(), 0) != 0) continue;
      kept[m] = 0;
      matched = true;
    }
    if (!matched)
      return not_found(fmt::format("--leave-out {}: no model has such a name", pattern));
  }
  if (std::count(kept.begin(), kept.end(), 1) == 0) {
    return invalid_input("--leave-out leaves no model");
  }
  OutcomeTable rest = table;
  rest.left_out.insert(rest.left_out.end(), patterns.begin(), patterns.end());
  rest.zoo.models.clear();
  rest.cells.clear();
  rest.text.cells.clear();
  rest.resources.clear();
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    if (kept[m] == 0) continue;
    rest.zoo.models.push_back(table.zoo.models[m]);
    if (!table.resources.empty()) rest.resources.push_back(table.resources[m]);
  }
  for (std::size_t cell = 0; cell < table.cells.size(); ++cell) {
    if (kept[cell % table.model_count()] == 0) continue;
    rest.cells.push_back(table.cells[cell]);
    if (!table.text.cells.empty()) rest.text.cells.push_back(table.text.cells[cell]);
  }
  return rest;
}

OutcomeTable only_items(const OutcomeTable& table, const std::vector<std::size_t>& items) {
  OutcomeTable part = table;
  // Takes the rows of `items` out of a list with `width` entries per item.
  const auto pick = [&](const auto& all, auto& some) {
    const std::size_t width = table.items.empty() ? 0 : all.size() / table.items.size();
    some.clear();
    for (const std::size_t item : items) {
      const auto row = all.begin() + static_cast<std::ptrdiff_t>(item * width);
      some.insert(some.end(), row, row + static_cast<std::ptrdiff_t>(width));
    }
  };
  pick(table.items, part.items);
  pick(table.contents, part.contents);
  pick(table.labels, part.labels);
  pick(table.decode_cpu, part.decode_cpu);
  pick(table.decode_wall, part.decode_wall);
  pick(table.cells, part.cells);
  pick(table.text.sources, part.text.sources);
  pick(table.text.references, part.text.references);
  pick(table.text.cells, part.text.cells);
  pick(table.features, part.features);
  pick(table.has_object, part.has_object);
  pick(table.feature_cpu, part.feature_cpu);
  pick(table.feature_wall, part.feature_wall);
  return part;
}

}  // namespace rightsize

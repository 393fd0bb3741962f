#include "selector/drift_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "core/json_reader.h"

namespace rightsize {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// More than anyone trains on; sums of so many counts are exact in every type used here.
constexpr std::int64_t kMaxCount = 1'000'000'000'000;

void read_count(JsonReader& in, const char* key, std::uint64_t& count) {
  std::int64_t value = 0;
  in.read(key, value);
  if (value < 0 || value > kMaxCount) {
    in.fail(fmt::format("needs 0 to {} as '{}'", kMaxCount, key));
    value = 0;
  }
  count = static_cast<std::uint64_t>(value);
}

void read_counts(JsonReader& in, const char* key, std::vector<std::uint64_t>& counts) {
  const json* list = in.array(key);
  if (list == nullptr) return;
  if (list->size() > kMaxDriftBins) {
    return in.fail(fmt::format("has more than {} entries in '{}'", kMaxDriftBins, key));
  }
  for (const json& element : *list) {
    // Small enough for either kind of whole number.
    const bool good = element.is_number_integer() && element >= 0 && element <= kMaxCount;
    if (!good) return in.fail(fmt::format("needs a list of counts as '{}'", key));
    counts.push_back(element.get<std::uint64_t>());
  }
}

ModelIndex read_model(JsonReader& in, const Zoo& zoo) {
  std::string name;
  in.read("model", name);
  if (const ModelSpec* model = zoo.find(name)) {
    return static_cast<ModelIndex>(model - zoo.models.data());
  }
  in.fail(fmt::format("names '{}' as 'model', which is no model of this file", name));
  return 0;
}

void check(JsonReader& in, const DriftModel& model, std::uint64_t inputs) {
  const std::vector<double>& edges = model.edges;
  const bool ascending =
      std::adjacent_find(edges.begin(), edges.end(), std::greater_equal()) == edges.end();
  const bool probabilities = edges.empty() || (edges.front() >= 0 && edges.back() <= 1);
  if (!ascending || !probabilities) {
    in.fail("needs probabilities in ascending order as 'edges'");
  } else if (model.counts.size() != edges.size() + 1) {
    in.fail("needs one entry more in 'counts' than in 'edges'");
  } else if (model.runs() + model.failed > inputs) {
    in.fail("has more runs than there are inputs");
  } else if (model.answered > model.runs() + model.failed) {
    in.fail("has more answers than runs");
  }
}

Result<DriftModel> read_drift_model(const json& object, const std::string& path, const Zoo& zoo,
                                    std::uint64_t inputs) {
  JsonReader in(object, path);
  DriftModel model;
  model.model = read_model(in, zoo);
  read_count(in, "answered", model.answered);
  read_count(in, "failed", model.failed);
  in.read("edges", model.edges);
  read_counts(in, "counts", model.counts);
  if (in.status().ok()) check(in, model, inputs);
  if (Status status = in.finish(); !status.ok()) return status;
  return model;
}

}  // namespace

ordered_json to_json(const DriftReference& reference, const Zoo& zoo) {
  ordered_json models = ordered_json::array();
  for (const DriftModel& model : reference.models) {
    models.push_back({{"model", zoo.models[model.model].name},
                      {"answered", model.answered},
                      {"failed", model.failed},
                      {"edges", model.edges},
                      {"counts", model.counts}});
  }
  return {{"inputs", reference.inputs}, {"models", models}};
}

Result<DriftReference> drift_reference_from_json(const json& object, const std::string& path,
                                                 const Zoo& zoo) {
  JsonReader in(object, path);
  DriftReference reference;
  read_count(in, "inputs", reference.inputs);
  const json* models = in.array("models");
  if (in.status().ok() && reference.inputs == 0) in.fail("needs at least 1 as 'inputs'");
  if (Status status = in.finish(); !status.ok()) return status;
  if (models->empty() || models->size() > kMaxTrials) {
    return invalid_input(fmt::format("'{}.models' must list 1 to {} models", path, kMaxTrials));
  }
  std::uint64_t answered = 0;
  for (std::size_t i = 0; i < models->size(); ++i) {
    const std::string place = fmt::format("{}.models[{}]", path, i);
    Result<DriftModel> model = read_drift_model((*models)[i], place, zoo, reference.inputs);
    if (!model.ok()) return model.status();
    const auto same = [&](const DriftModel& other) { return other.model == model->model; };
    if (std::any_of(reference.models.begin(), reference.models.end(), same)) {
      return invalid_input(fmt::format("'{}' names a model for the second time", place));
    }
    answered += model->answered;
    reference.models.push_back(std::move(*model));
  }
  if (answered > reference.inputs) {
    return invalid_input(fmt::format("'{}' has more answers than inputs", path));
  }
  return reference;
}

}  // namespace rightsize

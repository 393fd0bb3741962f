#include <cmath>
#include <nlohmann/json.hpp>

#include "lab/text/text_study.h"

namespace rightsize {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFormat = "rightsize-text-study";
constexpr int kVersion = 1;

ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

const char* to_string(BagUse bag) {
  constexpr std::array<const char*, 3> kNames = {"none", "columns", "stacked"};
  return kNames[static_cast<std::size_t>(bag)];
}

ordered_json by_model(const std::vector<std::string>& models, const std::vector<double>& shares) {
  ordered_json object = ordered_json::object();
  for (std::size_t m = 0; m < models.size(); ++m) object[models[m]] = number(shares[m]);
  return object;
}

ordered_json to_json(const TextResult& result, const std::vector<std::string>& models) {
  ordered_json quality = ordered_json::object();
  for (std::size_t q = 0; q < kAllTextMetrics.size(); ++q) {
    quality[rightsize::to_string(kAllTextMetrics[q])] = number(result.quality[q]);
  }
  ordered_json object = {{"name", result.name},
                         {"kind", rightsize::to_string(result.kind)},
                         {"quality", quality},
                         {"value", to_json(result.value)},
                         {"ms", number(result.ms)},
                         {"own_ms", number(result.own_ms)},
                         {"bleu_per_second", number(result.bleu_per_second)},
                         {"energy_mj", nullptr},
                         {"shares", by_model(models, result.shares)},
                         {"mix", number(result.mix)},
                         {"over_mix", to_json(result.over_mix)},
                         {"over_best", to_json(result.over_best)},
                         {"time_ratio", to_json(result.time_ratio)}};
  if (result.energy_mj) object["energy_mj"] = number(*result.energy_mj);
  if (result.kind != TextResultKind::kSingle) {
    object["choice_accuracy"] = number(result.choice_accuracy);
    object["none"] = number(result.none);
  }
  if (result.spec) {
    object["shape"] = result.spec->shape.name();
    object["bag"] = to_string(result.spec->bag);
    object["words"] = result.spec->words;
    object["surely_above_mix"] = result.surely_above_mix;
    const auto paper = paper_f1(*result.spec);
    object["paper_f1"] = paper ? number(*paper / 100) : ordered_json(nullptr);
  }
  return object;
}

}  // namespace

std::string text_study_json(const TextStudy& study) {
  ordered_json chosen = ordered_json::object();
  for (std::size_t m = 0; m < study.models.size(); ++m) chosen[study.models[m]] = study.chosen[m];
  ordered_json labels = by_model(study.models, study.label_shares);
  labels["none"] = number(study.label_shares.back());
  ordered_json results = ordered_json::array();
  for (const TextResult& result : study.results) results.push_back(to_json(result, study.models));
  ordered_json importance = ordered_json::array();
  for (const TextImportance& one : study.importance) {
    importance.push_back({{"feature", one.feature},
                          {"accuracy_lost", number(one.accuracy_lost)},
                          {"value_lost", number(one.value_lost)},
                          {"folds", one.folds}});
  }
  ordered_json findings = ordered_json::array();
  for (const TextFinding& one : text_findings(study)) {
    findings.push_back({{"paper", one.paper}, {"ours", one.ours}, {"holds", one.holds}});
  }
  const ordered_json document = {{"format", kFormat},
                                 {"version", kVersion},
                                 {"metric", rightsize::to_string(study.metric)},
                                 {"tolerance", number(study.labels.tolerance)},
                                 {"none_below", number(study.labels.none_below)},
                                 {"labels_per_time", study.labels.per_time},
                                 {"theta", number(study.theta)},
                                 {"none_runs", study.cheapest_if_none ? "cheapest" : "best"},
                                 {"sentences", study.items},
                                 {"skipped", study.skipped},
                                 {"folds", study.folds},
                                 {"words", study.words},
                                 {"lexicon", study.lexicon},
                                 {"timed", study.timed},
                                 {"features_ms", number(study.features_ms)},
                                 {"bag_ms", number(study.bag_ms)},
                                 {"vocabulary", number(study.vocabulary)},
                                 {"folds_that_chose", chosen},
                                 {"labels", labels},
                                 {"best_single", study.results[study.best_single].name},
                                 {"premodels", study.premodels},
                                 {"best_premodel", study.results[study.best_premodel].name},
                                 {"gain", study.gain},
                                 {"verdict", study.verdict},
                                 {"results", results},
                                 {"importance", importance},
                                 {"findings", findings}};
  // Names of models may come from anywhere: a byte that is not UTF-8 must not end the program.
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace rightsize

#include "lab/report/json.h"

#include <nlohmann/json.hpp>

#include "lab/report/figures.h"

namespace rightsize {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFormat = "rightsize-evaluation";
constexpr int kVersion = 1;

ordered_json to_json(const StrategyFigures& figures, const Evaluation& evaluation) {
  ordered_json shares = ordered_json::object();
  for (std::size_t m = 0; m < figures.shares.size(); ++m) {
    shares[evaluation.model_names[m]] = figures.shares[m];
  }
  ordered_json document = {{"name", figures.name},
                           {"quality", to_json(figures.quality)},
                           {"abstained", figures.abstained},
                           {"cpu_ms", to_json(figures.cpu_ms)},
                           {"difference", to_json(figures.difference)},
                           {"speedup", to_json(figures.speedup)},
                           {"over_mix", to_json(figures.over_mix)},
                           {"wall_ms", figures.wall_ms},
                           {"shares", shares}};
  if (figures.energy_mj) document["energy_mj"] = *figures.energy_mj;
  for (std::size_t m = 0; m < figures.by_metric.size(); ++m) {
    document["metrics"][to_string(kAllTextMetrics[m])] = figures.by_metric[m];
  }
  if (!figures.by_metric.empty()) document["suitable"] = figures.suitable;
  if (figures.by_labels) document["by_labels"] = to_json(*figures.by_labels);
  return document;
}

ordered_json to_json(const std::vector<StrategyFigures>& list, const Evaluation& evaluation) {
  ordered_json array = ordered_json::array();
  for (const StrategyFigures& figures : list) array.push_back(to_json(figures, evaluation));
  return array;
}

ordered_json to_json(const Calibration& calibration, const std::string& model) {
  ordered_json bins = ordered_json::array();
  for (const CalibrationBin& bin : calibration.bins) {
    bins.push_back(
        {{"confidence", bin.confidence}, {"accuracy", bin.accuracy}, {"inputs", bin.inputs}});
  }
  return {{"model", model}, {"expected_error", calibration.expected_error}, {"bins", bins}};
}

ordered_json to_json(const Verdict& verdict) {
  ordered_json needed;  // null: they are enough
  if (verdict.inputs_needed > 0) needed = verdict.inputs_needed;
  return {{"kind", to_string(verdict.kind)}, {"selector", verdict.selector},
          {"point", verdict.point},          {"gain", to_json(verdict.gain)},
          {"inputs_needed", needed},         {"sentence", verdict.sentence}};
}

}  // namespace

ordered_json provenance_json(const Provenance& provenance) {
  return {{"run", provenance.run_id},    {"data", provenance.data},
          {"device", provenance.device}, {"runtime", provenance.runtime},
          {"date", provenance.date},     {"version", provenance.version}};
}

std::string evaluation_json(const Evaluation& whole) {
  const Evaluation evaluation = without_unreached(whole);
  ordered_json kinds = ordered_json::array();
  for (const KindFigures& kind : evaluation.kinds) {
    kinds.push_back({{"kind", kind.kind},
                     {"held_out", kind.held_out},
                     {"points", to_json(kind.points, evaluation)},
                     {"not_reached", kind.not_reached}});
    if (!kind.training.empty()) kinds.back()["training"] = kind.training;
  }
  ordered_json calibration = ordered_json::array();
  for (std::size_t m = 0; m < evaluation.calibration.size(); ++m) {
    calibration.push_back(to_json(evaluation.calibration[m], evaluation.model_names[m]));
  }
  ordered_json hull = ordered_json::array();
  for (const std::size_t m : evaluation.hull) hull.push_back(evaluation.model_names[m]);
  const ordered_json document = {{"format", kFormat},
                                 {"version", kVersion},
                                 {"verdict", to_json(evaluation.verdict)},
                                 {"measured_on", provenance_json(evaluation.provenance)},
                                 {"zoo", evaluation.zoo},
                                 {"left_out", evaluation.left_out},
                                 {"inputs", evaluation.inputs},
                                 {"skipped", evaluation.skipped},
                                 {"failed", evaluation.failed},
                                 {"reference", evaluation.reference},
                                 {"criterion", evaluation.criterion},
                                 {"max_loss", evaluation.max_loss},
                                 {"folds", evaluation.folds},
                                 {"seed", evaluation.seed},
                                 {"resamples", evaluation.resamples},
                                 {"baseline", evaluation.model_names[evaluation.baseline]},
                                 {"decode_cpu_ms", evaluation.decode_cpu_ms},
                                 {"models", to_json(evaluation.models, evaluation)},
                                 {"hull", hull},
                                 {"kinds", kinds},
                                 {"oracle_zoo", to_json(evaluation.oracle_zoo, evaluation)},
                                 {"oracle_chosen", to_json(evaluation.oracle_chosen, evaluation)},
                                 {"chosen", evaluation.chosen},
                                 {"calibration", calibration}};
  return document.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace rightsize

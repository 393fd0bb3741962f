#include <nlohmann/json.hpp>

#include "lab/report/json.h"
#include "lab/worth/worth.h"

namespace rightsize {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFormat = "rightsize-worth";
constexpr int kVersion = 1;

template <typename T>
ordered_json to_json(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

ordered_json to_json(const StrategyFigures& figures) {
  return {{"name", figures.name},
          {"quality", to_json(figures.quality)},
          {"difference", to_json(figures.difference)},
          {"cpu_ms", to_json(figures.cpu_ms)},
          {"speedup", to_json(figures.speedup)},
          {"over_mix", to_json(figures.over_mix)}};
}

ordered_json to_json(const PairedCounts& counts) {
  return {{"lost", counts.lost}, {"won", counts.won}, {"inputs", counts.inputs}};
}

ordered_json names(const Worth& worth, const std::vector<ModelIndex>& models) {
  ordered_json array = ordered_json::array();
  for (const ModelIndex model : models) array.push_back(worth.name(model));
  return array;
}

ordered_json to_json(const std::vector<Change>& changes) {
  ordered_json array = ordered_json::array();
  for (const Change& change : changes) {
    array.push_back({{"target", change.target},
                     {"time", to_json(change.time)},
                     {"quality", to_json(change.quality)}});
  }
  return array;
}

ordered_json drops_of(const Worth& worth) {
  const DropAnalysis& drops = worth.drops;
  if (drops.skipped) return {};
  ordered_json models = ordered_json::array();
  for (const ModelUse& use : drops.models) {
    models.push_back({{"model", worth.name(use.model)},
                      {"judgement", rightsize::to_string(use.usefulness)},
                      {"oracle_quality", use.oracle_quality},
                      {"oracle_ms", use.oracle_ms},
                      {"changes", to_json(use.changes)}});
  }
  return {{"folds", drops.folds},
          {"models", models},
          {"droppable", names(worth, drops.droppable)},
          {"together", to_json(drops.together)}};
}

ordered_json subset_of(const Worth& worth) {
  const SubsetChoice& subset = worth.subset;
  return {{"models", names(worth, subset.models)},
          {"bytes", to_json(subset.bytes)},
          {"bytes_estimated", subset.estimated},
          {"exhaustive", subset.exhaustive},
          {"no_loss_against",
           worth.name(subset.instead.value_or(static_cast<ModelIndex>(worth.evaluation.baseline)))},
          {"folds", subset.folds},
          {"folds_agreeing", subset.agreeing},
          {"figures", to_json(subset.figures)},
          {"discordant", to_json(subset.discordance)}};
}

ordered_json to_json(const Worth& worth) {
  const Evaluation& e = worth.evaluation;
  ordered_json needed;  // null: they are enough
  if (e.verdict.inputs_needed > 0) needed = e.verdict.inputs_needed;
  ordered_json proofs = ordered_json::array();
  for (const LossProof& proof : worth.proofs) {
    proofs.push_back({{"loss", proof.limit}, {"inputs", to_json(proof.inputs)}});
  }
  return {{"verdict",
           {{"kind", rightsize::to_string(e.verdict.kind)},
            {"point", e.verdict.point},
            {"gain", to_json(e.verdict.gain)},
            {"inputs_needed", needed},
            {"sentence", e.verdict.sentence}}},
          {"baseline", to_json(worth.baseline())},
          {"oracle", to_json(e.oracle_zoo)},
          {"point", worth.point ? to_json(*worth.point) : ordered_json()},
          {"mix_at_oracle", worth.mix_at_oracle},
          {"mix_at_point", worth.mix_at_point},
          {"head_room_taken", worth.head_room_taken},
          {"discordant", to_json(worth.discordance)},
          {"inputs_to_prove_loss", proofs},
          {"leaving_out", drops_of(worth)},
          {"subset", subset_of(worth)}};
}

}  // namespace

std::string worth_json(const WorthReport& report) {
  const Evaluation& e = report.now.evaluation;
  const ordered_json document = {
      {"format", kFormat},
      {"version", kVersion},
      {"recommendation", report.recommendation},
      {"measured_on", provenance_json(e.provenance)},
      {"zoo", e.zoo},
      {"left_out", e.left_out},
      {"inputs", e.inputs},
      {"skipped", e.skipped},
      {"failed", e.failed},
      {"reference", e.reference},
      {"criterion", e.criterion},
      {"max_loss", e.max_loss},
      {"folds", e.folds},
      {"seed", e.seed},
      {"resamples", e.resamples},
      {"limits",
       {{"models", to_json(report.limits.models)}, {"bytes", to_json(report.limits.bytes)}}},
      {"now", to_json(report.now)},
      {"change", report.then ? ordered_json(report.change) : ordered_json()},
      {"then", report.then ? to_json(*report.then) : ordered_json()}};
  return document.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace rightsize

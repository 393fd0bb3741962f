#include "cli/run_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "cli/common.h"
#include "core/clock.h"
#include "core/image_feature_json.h"
#include "core/terminal_text.h"

namespace rightsize::cli {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const MedianInterval& interval) {
  return {{"median_ms", to_ms(interval.median)},
          {"low_ms", to_ms(interval.low)},
          {"high_ms", to_ms(interval.high)},
          {"samples", interval.samples}};
}

template <typename T>
ordered_json to_json(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

constexpr double kMillijoules = 1e3;  // of a joule

bool is_known(const MeanInterval& energy) { return energy.samples >= kFewestForMean; }

ordered_json to_json(const MeanInterval& energy) {
  if (!is_known(energy)) return {};
  return {{"mean_mj", energy.mean * kMillijoules},
          {"low_mj", energy.low * kMillijoules},
          {"high_mj", energy.high * kMillijoules},
          {"blocks", energy.samples}};
}

// Null where the run recorded none.
ordered_json features_to_json(const RunSummary& run) {
  if (run.features.empty()) return {};
  auto groups = ordered_json::array();
  for (std::size_t i = 0; i < run.features.size(); ++i) {
    groups.push_back({{"group", image_feature_set().groups[i]},
                      {"cpu_ms", to_ms(run.features[i].cpu)},
                      {"wall_ms", to_ms(run.features[i].wall)}});
  }
  ordered_json document = rightsize::to_json(run.header.features.options);
  document["groups"] = groups;
  document["energy"] = to_json(run.feature_energy);
  return document;
}

ordered_json to_json(const IdlePower& idle) {
  return {{"sensor", idle.sensor}, {"idle_watts", idle.watts}, {"idle_spread_watts", idle.spread}};
}

std::string percent(std::size_t hits, std::size_t of) {
  return of == 0
             ? "-"
             : fmt::format("{:.1f}", 100.0 * static_cast<double>(hits) / static_cast<double>(of));
}

std::string time_cell(const MedianInterval& interval) {
  return interval.samples == 0 ? "-"
                               : fmt::format("{:.2f} [{:.2f}, {:.2f}]", to_ms(interval.median),
                                             to_ms(interval.low), to_ms(interval.high));
}

std::string energy_cell(const MeanInterval& energy) {
  if (!is_known(energy)) return "-";
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]", energy.mean * kMillijoules,
                     energy.low * kMillijoules, energy.high * kMillijoules);
}

std::string mebibytes_cell(const std::optional<std::int64_t>& bytes) {
  return bytes ? fmt::format("{:.1f}", static_cast<double>(*bytes) / (1 << 20)) : "-";
}

void print_resources(const RunSummary& run) {
  std::vector<std::vector<std::string>> rows = {
      {"model", " file MiB", " memory MiB", " CPU cores", " energy mJ"}};
  for (const ModelSummary& model : run.models) {
    const ModelResources& own = model.resources;
    rows.push_back({model.name, mebibytes_cell(own.file_bytes), mebibytes_cell(own.memory_bytes),
                    own.cpu_cores ? fmt::format("{:.2f}", *own.cpu_cores) : "-",
                    energy_cell(model.energy)});
  }
  print("\n" + text_table(rows) + "\n");
  if (run.idle) {
    print(
        fmt::format("energy above idle: mean [95 % interval]; decoding {}, features {} mJ; "
                    "measured by {}, idle "
                    "{:.2f} W (standard deviation {:.2f})\n",
                    energy_cell(run.decode_energy), energy_cell(run.feature_energy),
                    run.idle->sensor, run.idle->watts, run.idle->spread));
  }
  if (!run.no_energy.empty()) print(fmt::format("energy not measured: {}\n", run.no_energy));
}

void print_features(const RunSummary& run) {
  if (run.features.empty()) return;
  Nanoseconds total{0};
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < run.features.size(); ++i) {
    total += run.features[i].cpu;
    groups.push_back(
        fmt::format("{} {:.2f}", image_feature_set().groups[i], to_ms(run.features[i].cpu)));
  }
  print(fmt::format("features {}: {:.2f} ms CPU time ({})\n", run.header.features.set, to_ms(total),
                    fmt::join(groups, ", ")));
}

}  // namespace

ordered_json to_json(const RunSummary& run) {
  auto models = ordered_json::array();
  for (const ModelSummary& model : run.models) {
    models.push_back({{"model", model.name},
                      {"answered", model.answered},
                      {"failed", model.failed},
                      {"no_answer", model.unanswered},
                      {"labelled", model.labelled},
                      {"top1", model.top1},
                      {"top5", model.top5},
                      {"inference_cpu", to_json(model.inference_cpu)},
                      {"inference_wall", to_json(model.inference_wall)},
                      {"preprocess_cpu_ms", to_ms(model.preprocess_cpu)},
                      {"preprocess_wall_ms", to_ms(model.preprocess_wall)},
                      {"energy", to_json(model.energy)},
                      {"file_bytes", to_json(model.resources.file_bytes)},
                      {"memory_bytes", to_json(model.resources.memory_bytes)},
                      {"cpu_cores", to_json(model.resources.cpu_cores)}});
  }
  const Provenance& from = run.header.provenance;
  return {{"kind", "run"},
          {"zoo", run.header.zoo.name},
          {"data", from.data},
          {"run", from.run_id},
          {"device", from.device},
          {"runtime", from.runtime},
          {"date", from.date},
          {"version", from.version},
          {"shard", fmt::format("{}/{}", run.header.shard, run.header.shards)},
          {"items", run.items},
          {"pending", run.pending},
          {"failed", run.failed},
          {"decode_cpu_ms", to_ms(run.decode_cpu)},
          {"decode_wall_ms", to_ms(run.decode_wall)},
          {"decode_energy", to_json(run.decode_energy)},
          {"features", features_to_json(run)},
          {"energy_sensor", run.idle ? to_json(*run.idle) : ordered_json()},
          {"no_energy", run.no_energy.empty() ? ordered_json() : ordered_json(run.no_energy)},
          {"timing_tolerance", to_json(run.tolerance)},
          {"models", models}};
}

void print_run(const RunSummary& run) {
  const Provenance& from = run.header.provenance;
  print(fmt::format(
      "run of zoo {} on {}: {} inputs{}, {} pending, {} failed to decode\n"
      "{}, {}, {}, rightsize {}\n\n",
      run.header.zoo.name, from.data, run.items,
      run.header.shards > 1 ? fmt::format(" (shard {}/{})", run.header.shard, run.header.shards)
                            : "",
      run.pending, run.failed, from.device, from.runtime, from.date, from.version));
  // How good translations are is said of a whole corpus: `evaluate` does.
  const bool classes = run.header.zoo.task != kTranslation;
  std::vector<std::vector<std::string>> rows = {{"model", " answered"}};
  if (classes) rows[0].insert(rows[0].end(), {" top-1 %", " top-5 %"});
  rows[0].insert(rows[0].end(),
                 {" inference cpu ms", " wall ms", " prep. cpu ms", " samples", "timing"});
  for (const ModelSummary& model : run.models) {
    const bool reached = run.tolerance && model.inference_cpu.relative_width() <= *run.tolerance;
    std::vector<std::string>& row =
        rows.emplace_back(std::vector{model.name, std::to_string(model.answered)});
    if (classes) {
      row.push_back(percent(model.top1, model.labelled));
      row.push_back(percent(model.top5, model.labelled));
    }
    row.insert(row.end(), {time_cell(model.inference_cpu),
                           fmt::format("{:.2f}", to_ms(model.inference_wall.median)),
                           fmt::format("{:.2f}", to_ms(model.preprocess_cpu)),
                           std::to_string(model.inference_cpu.samples),
                           !run.tolerance ? "not complete"
                           : reached      ? "ok"
                                          : "interval too wide"});
  }
  print(text_table(rows));
  print(fmt::format(
      "\ndecoding {:.2f} ms CPU time (median); inference: median [95 % interval] on one "
      "pinned thread\n",
      to_ms(run.decode_cpu)));
  print_features(run);
  print_resources(run);
  if (run.failed > 0) print(fmt::format("first input that failed: {}\n", run.first_error));
  for (const ModelSummary& model : run.models) {
    if (model.unanswered > 0) {
      print(fmt::format("{} has no answer to {} inputs\n", model.name, model.unanswered));
    }
    if (model.failed == 0) continue;
    print(fmt::format("{} failed on {} inputs: {}\n", model.name, model.failed, model.first_error));
  }
}

}  // namespace rightsize::cli

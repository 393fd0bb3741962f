// rightsize profile, merge, and info of a run.db: the commands about recorded outcomes.
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "core/terminal_text.h"
#include "lab/profile/merge.h"
#include "lab/profile/profile.h"
#include "rightsize/version.h"

namespace rightsize::cli {
namespace {

using nlohmann::ordered_json;

// "2/5" gives {2, 5}.
Result<std::pair<int, int>> parse_shard(const std::string& text) {
  int shard = 0;
  int shards = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, shard);
  const bool slash = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  const auto second = slash ? std::from_chars(first.ptr + 1, end, shards) : first;
  const bool good =
      slash && second.ec == std::errc() && second.ptr == end && shard >= 1 && shard <= shards;
  if (!good) {
    return invalid_input(
        fmt::format("--shard {}: give I/N with 1 <= I <= N, for example 1/4", text));
  }
  return std::pair{shard, shards};
}

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

ordered_json to_json(const IdlePower& idle) {
  return {{"sensor", idle.sensor}, {"idle_watts", idle.watts}, {"idle_spread_watts", idle.spread}};
}

ordered_json to_json(const RunSummary& run) {
  auto models = ordered_json::array();
  for (const ModelSummary& model : run.models) {
    models.push_back({{"model", model.name},
                      {"answered", model.answered},
                      {"failed", model.failed},
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
          {"energy_sensor", run.idle ? to_json(*run.idle) : ordered_json()},
          {"no_energy", run.no_energy.empty() ? ordered_json() : ordered_json(run.no_energy)},
          {"timing_tolerance", to_json(run.tolerance)},
          {"models", models}};
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
    print(fmt::format(
        "energy above idle: mean [95 % interval]; decoding {}; measured by {}, idle "
        "{:.2f} W (standard deviation {:.2f})\n",
        energy_cell(run.decode_energy), run.idle->sensor, run.idle->watts, run.idle->spread));
  }
  if (!run.no_energy.empty()) print(fmt::format("energy not measured: {}\n", run.no_energy));
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
  std::vector<std::vector<std::string>> rows = {{"model", " answered", " top-1 %", " top-5 %",
                                                 " inference cpu ms", " wall ms", " prep. cpu ms",
                                                 " samples", "timing"}};
  for (const ModelSummary& model : run.models) {
    const bool reached = run.tolerance && model.inference_cpu.relative_width() <= *run.tolerance;
    rows.push_back({model.name, std::to_string(model.answered), percent(model.top1, model.labelled),
                    percent(model.top5, model.labelled), time_cell(model.inference_cpu),
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
  print_resources(run);
  if (run.failed > 0) print(fmt::format("first image that failed: {}\n", run.first_error));
  for (const ModelSummary& model : run.models) {
    if (model.failed == 0) continue;
    print(fmt::format("{} failed on {} inputs: {}\n", model.name, model.failed, model.first_error));
  }
}

}  // namespace

int profile(const ProfileArgs& args) {
  const auto shard = parse_shard(args.shard);
  if (!shard.ok()) {
    fail(shard.status());
    return kUsage;
  }
  const Result<Zoo> zoo = read_manifest(args.zoo);
  if (!zoo.ok()) return fail(zoo.status());
  const Result<DataSet> data = read_data_set(args.data, *zoo);
  if (!data.ok()) return fail(data.status());
  if (data->skipped > 0) {
    warn(fmt::format("{}: {} files are no .jpg, .jpeg, .png or .webp and are left out",
                     args.data.string(), data->skipped));
  }
  const auto runtime = load_onnx_runtime(args.runtime);
  if (!runtime.ok()) return fail(runtime.status());

  const ProfileOptions options{.output = args.output,
                               .models = args.models,
                               .shard = shard->first,
                               .shards = shard->second,
                               .threads = args.threads,
                               .timing = {.tolerance = args.tolerance_percent / 100,
                                          .max_passes = args.max_passes,
                                          .items = args.timing_items},
                               .limits = {static_cast<std::uint64_t>(args.max_megapixels * 1e6)},
                               .version = kVersion};
  ProgressBar bar;
  const auto summary = rightsize::profile(
      *zoo, *data, *runtime, options,
      [&](const Progress& progress) { bar.update(progress.phase, progress.done, progress.total); });
  bar.finish();
  if (!summary.ok()) return fail(summary.status());
  if (args.json) {
    ordered_json document = to_json(summary->run);
    document["found"] = summary->found;
    document["made"] = summary->made;
    document["not_timed"] = summary->timing.not_timed;
    print_json(document);
  } else {
    print_run(summary->run);
    print(fmt::format("{}: {} inputs measured now, {} were there already\n", args.output.string(),
                      summary->made, summary->found));
  }
  return kOk;
}

int merge(const MergeArgs& args) {
  const auto summary = merge_runs(args.inputs, args.output);
  if (!summary.ok()) return fail(summary.status());
  if (args.json) {
    print_json({{"output", args.output.string()},
                {"items", summary->items},
                {"pending", summary->pending},
                {"repeated", summary->repeated},
                {"timing_complete", summary->timing_complete}});
    return kOk;
  }
  print(fmt::format("{}: {} inputs from {} runs, {} without outcomes, {} in several\n",
                    args.output.string(), summary->items, args.inputs.size(), summary->pending,
                    summary->repeated));
  if (summary->pending > 0 || !summary->timing_complete) {
    warn(
        "the run is not complete; profile the missing shards, or `rightsize profile` with this "
        "output to do the rest");
  }
  return kOk;
}

int info_run(const InfoArgs& args) {
  const Result<RunSummary> run = read_run_summary(args.file);
  if (!run.ok()) return fail(run.status());
  if (args.json) {
    print_json(to_json(*run));
  } else {
    print_run(*run);
  }
  return kOk;
}

}  // namespace rightsize::cli

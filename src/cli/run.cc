// rightsize profile, merge, and info of a run.db: the commands about recorded outcomes.
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/run_output.h"
#include "lab/profile/merge.h"
#include "lab/profile/profile.h"
#include "model/file_identity.h"
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

}  // namespace

int profile(const ProfileArgs& args) {
  const auto shard = parse_shard(args.shard);
  if (!shard.ok()) {
    fail(shard.status());
    return kUsage;
  }
  std::vector<std::string> settled;
  const Result<Zoo> zoo = read_zoo(args.zoo, args.models, &settled);
  if (!zoo.ok()) return fail(zoo.status());
  for (const std::string& words : settled) warn(words);
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
                               .features = args.features,
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
    document["tried_again"] = summary->tried_again;
    document["not_timed"] = summary->timing.not_timed;
    print_json(document);
  } else {
    print_run(summary->run);
    print(fmt::format("{}: {} inputs measured now, {} were there already\n", args.output.string(),
                      summary->made, summary->found));
    if (summary->tried_again > 0) {
      print(fmt::format("{} of them had failed and were tried again; what still fails is above\n",
                        summary->tried_again));
    }
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

#include "selector/selector_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/file.h"
#include "core/json_reader.h"
#include "core/manifest_json.h"

namespace rightsize {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kFormat = "rightsize-selector";
constexpr std::int64_t kVersion = 1;
constexpr std::uintmax_t kMaxFileSize = 64U << 20;
constexpr std::size_t kMaxPoints = 1000;
constexpr double kMaxMs = 1e9;  // 11 days; sums of them fit into Nanoseconds

ordered_json to_json(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

ordered_json to_json(const OperatingPoint& point, const Zoo& zoo) {
  ordered_json stages = ordered_json::array();
  for (std::size_t i = 0; i < point.stages.size(); ++i) {
    ordered_json stage = {{"model", zoo.models[point.stages[i].model].name}};
    if (i + 1 < point.stages.size()) stage["threshold"] = point.stages[i].threshold;
    stage["share"] = point.shares[i];
    stages.push_back(std::move(stage));
  }
  return {{"name", point.name},
          {"kind", point.kind()},
          {"signal", to_string(point.signal)},
          {"stages", stages},
          {"quality", to_json(point.quality)},
          {"difference", to_json(point.difference)},
          {"speedup", to_json(point.speedup)},
          {"cpu_ms", point.cpu_ms}};
}

void read_ms(JsonReader& in, const char* key, double& ms) {
  in.read(key, ms);
  if (!(ms >= 0 && ms <= kMaxMs)) in.fail(fmt::format("needs 0 to {:.0f} as '{}'", kMaxMs, key));
}

Status read_estimate(const json& object, const std::string& path, Estimate& estimate) {
  JsonReader in(object, path);
  in.read("value", estimate.value);
  in.read("low", estimate.low);
  in.read("high", estimate.high);
  return in.finish();
}

// The model called what `key` says.
ModelIndex read_model_name(JsonReader& in, const char* key, const Zoo& zoo) {
  std::string name;
  in.read(key, name);
  if (const ModelSpec* model = zoo.find(name)) {
    return static_cast<ModelIndex>(model - zoo.models.data());
  }
  in.fail(fmt::format("names '{}' as '{}', which is no model of this file", name, key));
  return 0;
}

Status read_stages(const json& list, const std::string& path, const Zoo& zoo,
                   OperatingPoint& point) {
  if (list.empty() || list.size() > kMaxTrials) {
    return invalid_input(fmt::format("'{}' must list 1 to {} stages", path, kMaxTrials));
  }
  std::set<ModelIndex> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader in(list[i], fmt::format("{}[{}]", path, i));
    CascadeStage stage;
    double share = 0.0;
    stage.model = read_model_name(in, "model", zoo);
    in.read("share", share);
    if (i + 1 < list.size()) in.read("threshold", stage.threshold);
    if (!seen.insert(stage.model).second) in.fail("runs a model for the second time");
    if (Status status = in.finish(); !status.ok()) return status;
    point.stages.push_back(stage);
    point.shares.push_back(share);
  }
  return {};
}

Status read_point(const json& object, const std::string& path, const Zoo& zoo,
                  OperatingPoint& point) {
  JsonReader in(object, path);
  std::string kind;
  std::string signal;
  in.read("name", point.name);
  in.read("kind", kind);
  in.read("signal", signal);
  read_ms(in, "cpu_ms", point.cpu_ms);
  const json* stages = in.array("stages");
  const json* quality = in.object("quality");
  const json* difference = in.object("difference");
  const json* speedup = in.object("speedup");
  const auto named = [&](Signal s) { return signal == to_string(s); };
  const auto* found = std::find_if(kAllSignals.begin(), kAllSignals.end(), named);
  if (found == kAllSignals.end())
    in.fail(fmt::format("has an unknown signal '{}'", signal));
  else
    point.signal = *found;
  if (Status status = in.finish(); !status.ok()) return status;
  if (Status status = read_stages(*stages, path + ".stages", zoo, point); !status.ok()) {
    return status;
  }
  if (kind != point.kind()) {
    return invalid_input(
        fmt::format("'{}' is of kind '{}' but has {} stages; this program knows "
                    "'fixed' (one stage) and 'cascade' (two or more)",
                    path, kind, point.stages.size()));
  }
  for (const auto& [part, name, target] : {std::tuple{quality, "quality", &point.quality},
                                           std::tuple{difference, "difference", &point.difference},
                                           std::tuple{speedup, "speedup", &point.speedup}}) {
    if (Status status = read_estimate(*part, path + "." + name, *target); !status.ok()) {
      return status;
    }
  }
  return {};
}

Status read_points(const json& list, SelectorFile& file) {
  if (list.empty() || list.size() > kMaxPoints) {
    return invalid_input(fmt::format("'points' must list 1 to {} operating points", kMaxPoints));
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    OperatingPoint point;
    const std::string path = fmt::format("points[{}]", i);
    if (Status status = read_point(list[i], path, file.zoo, point); !status.ok()) return status;
    if (file.find_point(point.name) < file.points.size()) {
      return invalid_input(fmt::format("'{}' is the second point called '{}'", path, point.name));
    }
    file.points.push_back(std::move(point));
  }
  return {};
}

Status read_figures(const json& list, SelectorFile& file) {
  if (list.size() != file.zoo.models.size()) {
    return invalid_input("'figures' must have one entry per model of the zoo");
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader in(list[i], fmt::format("figures[{}]", i));
    ModelFigures figures;
    const ModelIndex model = read_model_name(in, "model", file.zoo);
    in.read("quality", figures.quality);
    read_ms(in, "cpu_ms", figures.cpu_ms);
    read_ms(in, "wall_ms", figures.wall_ms);
    if (model != i) in.fail("must stand in the order of the zoo's models");
    if (Status status = in.finish(); !status.ok()) return status;
    file.figures.push_back(figures);
  }
  return {};
}

Status read_provenance(const json& object, SelectorFile& file) {
  JsonReader in(object, "trained_on");
  std::int64_t inputs = 0;
  in.read("data", file.provenance.data);
  in.read("inputs", inputs);
  in.read("reference", file.reference);
  in.read("run", file.provenance.run_id);
  in.read("device", file.provenance.device);
  in.read("runtime", file.provenance.runtime);
  in.read("date", file.provenance.date);
  in.read("version", file.provenance.version);
  if (inputs < 0) in.fail("needs a count as 'inputs'");
  file.inputs = static_cast<std::size_t>(std::max<std::int64_t>(inputs, 0));
  return in.finish();
}

Result<SelectorFile> read_document(const json& document) {
  JsonReader in(document, "the file");
  SelectorFile file;
  std::string format;
  std::int64_t version = 0;
  in.read("format", format);
  if (in.status().ok() && format != kFormat) {
    in.fail(fmt::format("has the format '{}', '{}' is needed", format, kFormat));
  }
  in.read("version", version);
  if (in.status().ok() && version != kVersion) {
    return mismatch(
        fmt::format("is version {} of the format; this program reads version {}: train "
                    "it again with this program",
                    version, kVersion));
  }
  std::string default_point;
  in.read("criterion", file.criterion);
  read_ms(in, "decode_cpu_ms", file.decode_cpu_ms);
  in.read("default_point", default_point);
  const json* trained_on = in.object("trained_on");
  const json* zoo_object = in.object("zoo");
  const json* points = in.array("points");
  const json* figures = in.array("figures");
  if (!in.status().ok()) return in.status();

  Result<Zoo> zoo = zoo_from_json(*zoo_object, "zoo");
  if (!zoo.ok()) return zoo.status();
  file.zoo = std::move(*zoo);
  file.baseline = read_model_name(in, "baseline", file.zoo);
  if (Status status = in.finish(); !status.ok()) return status;
  if (Status status = read_provenance(*trained_on, file); !status.ok()) return status;
  if (Status status = read_figures(*figures, file); !status.ok()) return status;
  if (Status status = read_points(*points, file); !status.ok()) return status;
  file.default_point = file.find_point(default_point);
  if (file.default_point == file.points.size()) {
    return invalid_input(fmt::format("'default_point' is '{}', which is no point", default_point));
  }
  return file;
}

}  // namespace

std::unique_ptr<Selector> OperatingPoint::selector() const {
  return std::make_unique<ConfidenceCascade>(signal, stages);
}

std::size_t SelectorFile::find_point(const std::string& name) const {
  const auto same = [&](const OperatingPoint& point) { return point.name == name; };
  const auto found = std::find_if(points.begin(), points.end(), same);
  return static_cast<std::size_t>(found - points.begin());
}

Result<SelectorFile> parse_selector_file(const std::string& text, const std::string& name) {
  Result<json> document = parse_json(text, name);
  if (!document.ok()) return document.status();
  Result<SelectorFile> file = read_document(*document);
  if (!file.ok()) return file.status().with_context(name);
  return file;
}

Result<SelectorFile> read_selector_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kMaxFileSize) {
    return limit_exceeded(fmt::format("{}: is larger than {} MiB; no selector file is",
                                      path.string(), kMaxFileSize >> 20));
  }
  Result<std::string> text = read_text(path);
  if (!text.ok()) return text.status();
  Result<SelectorFile> file = parse_selector_file(*text, path.string());
  if (file.ok()) file->zoo.folder = path.parent_path();
  return file;
}

std::string to_json_text(const SelectorFile& file) {
  ordered_json points = ordered_json::array();
  for (const OperatingPoint& point : file.points) points.push_back(to_json(point, file.zoo));
  ordered_json figures = ordered_json::array();
  for (std::size_t i = 0; i < file.figures.size(); ++i) {
    figures.push_back({{"model", file.zoo.models[i].name},
                       {"quality", file.figures[i].quality},
                       {"cpu_ms", file.figures[i].cpu_ms},
                       {"wall_ms", file.figures[i].wall_ms}});
  }
  const ordered_json trained_on = {
      {"data", file.provenance.data},     {"inputs", file.inputs},
      {"reference", file.reference},      {"run", file.provenance.run_id},
      {"device", file.provenance.device}, {"runtime", file.provenance.runtime},
      {"date", file.provenance.date},     {"version", file.provenance.version}};
  const ordered_json document = {{"format", kFormat},
                                 {"version", kVersion},
                                 {"criterion", file.criterion},
                                 {"baseline", file.zoo.models[file.baseline].name},
                                 {"default_point", file.points[file.default_point].name},
                                 {"trained_on", trained_on},
                                 {"points", points},
                                 {"decode_cpu_ms", file.decode_cpu_ms},
                                 {"figures", figures},
                                 {"zoo", zoo_to_json(file.zoo)}};
  // Names that come from the file system need not be UTF-8.
  return document.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace rightsize

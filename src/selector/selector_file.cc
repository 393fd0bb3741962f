#include "selector/selector_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/checksum.h"
#include "core/file.h"
#include "core/json_reader.h"
#include "core/manifest_json.h"
#include "selector/rule_json.h"

namespace rightsize {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kFormat = "rightsize-selector";
constexpr std::int64_t kVersion = 2;
constexpr std::size_t kMaxFileSize = std::size_t{64} << 20;
constexpr std::size_t kMaxPoints = 1000;

Status read_points(const json& list, SelectorFile& file) {
  if (list.empty() || list.size() > kMaxPoints) {
    return invalid_input(fmt::format("'points' must list 1 to {} operating points", kMaxPoints));
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string path = fmt::format("points[{}]", i);
    Result<OperatingPoint> point = point_from_json(list[i], path, file.zoo);
    if (!point.ok()) return point.status();
    if (file.find_point(point->name) < file.points.size()) {
      return invalid_input(fmt::format("'{}' is the second point called '{}'", path, point->name));
    }
    file.points.push_back(std::move(*point));
  }
  return {};
}

Status read_line(JsonReader& in, const Zoo& zoo, ModelFigures& figures) {
  const json* object = in.object("line");
  if (zoo.task != kTranslation) in.fail("has a 'line', which belongs to translation alone");
  if (!in.status().ok()) return in.status();
  Result<CostLine> line = cost_line_from_json(*object, in.path() + ".line");
  if (!line.ok()) return line.status();
  figures.line = *line;
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
    if (in.has("line")) {
      if (Status status = read_line(in, file.zoo, figures); !status.ok()) return status;
    }
    if (model != i) in.fail("must stand in the order of the zoo's models");
    if (Status status = in.finish(); !status.ok()) return status;
    file.figures.push_back(figures);
  }
  return {};
}

// All of them in one text: thousands of short ones would make the file hard to read.
void read_marks(JsonReader& in, std::vector<std::string>& marks) {
  std::string text;
  in.read("items", text);
  for (std::size_t at = 0; at < text.size(); at += kMarkLength) {
    marks.push_back(text.substr(at, kMarkLength));
    if (!is_mark(marks.back())) return in.fail("has 'items' that are no list of marks");
  }
  if (!std::is_sorted(marks.begin(), marks.end())) in.fail("needs sorted 'items'");
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
  if (in.has("items")) read_marks(in, file.input_marks);
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

std::size_t SelectorFile::find_point(const std::string& name) const {
  const auto same = [&](const OperatingPoint& point) { return point.name == name; };
  const auto found = std::find_if(points.begin(), points.end(), same);
  return static_cast<std::size_t>(found - points.begin());
}

Result<SelectorFile> parse_selector_file(const std::string& text, const std::string& name) {
  if (text.size() > kMaxFileSize) {
    return limit_exceeded(
        fmt::format("{}: is larger than {} MiB; no selector file is", name, kMaxFileSize >> 20));
  }
  Result<json> document = parse_json(text, name);
  if (!document.ok()) return document.status();
  Result<SelectorFile> file = read_document(*document);
  if (!file.ok()) return file.status().with_context(name);
  return file;
}

Result<SelectorFile> read_selector_file(const std::filesystem::path& path) {
  Result<std::string> text = read_begin(path, kMaxFileSize + 1);
  if (!text.ok()) return text.status();
  Result<SelectorFile> file = parse_selector_file(*text, path.string());
  if (file.ok()) file->zoo.folder = path.parent_path();
  return file;
}

namespace {

// Lists of plain numbers, of which there may be hundreds, go on one line each.
std::string with_numbers_in_line(const std::string& text) {
  std::string result;
  result.reserve(text.size());
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {  // and what it escapes, be that a quote or a backslash
      result += text.substr(i++, 2);
      continue;
    }
    if (text[i] == '"') quoted = !quoted;
    const std::size_t end =
        text[i] == '[' && !quoted ? text.find_first_not_of("0123456789+-.eE, \n", i + 1) : 0;
    if (end == 0 || end == std::string::npos || text[end] != ']') {
      result += text[i];
      continue;
    }
    for (; i < end; ++i) {
      if (text[i] == ',')
        result += ", ";
      else if (text[i] != ' ' && text[i] != '\n')
        result += text[i];
    }
    result += ']';
  }
  return result;
}

}  // namespace

std::string to_json_text(const SelectorFile& file) {
  ordered_json points = ordered_json::array();
  for (const OperatingPoint& point : file.points) points.push_back(to_json(point, file.zoo));
  ordered_json figures = ordered_json::array();
  for (std::size_t i = 0; i < file.figures.size(); ++i) {
    figures.push_back({{"model", file.zoo.models[i].name},
                       {"quality", file.figures[i].quality},
                       {"cpu_ms", file.figures[i].cpu_ms},
                       {"wall_ms", file.figures[i].wall_ms}});
    if (file.figures[i].line) figures.back()["line"] = to_json(*file.figures[i].line);
  }
  ordered_json trained_on = {
      {"data", file.provenance.data},     {"inputs", file.inputs},
      {"reference", file.reference},      {"run", file.provenance.run_id},
      {"device", file.provenance.device}, {"runtime", file.provenance.runtime},
      {"date", file.provenance.date},     {"version", file.provenance.version}};
  if (!file.input_marks.empty()) {
    trained_on["items"] = fmt::format("{}", fmt::join(file.input_marks, ""));
  }
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
  return with_numbers_in_line(
             document.dump(1, ' ', false, ordered_json::error_handler_t::replace)) +
         "\n";
}

}  // namespace rightsize

#include "lab/paper/reproduction_json.h"

#include <array>
#include <nlohmann/json.hpp>

#include "lab/report/json.h"

namespace rightsize {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFormat = "rightsize-reproduction";
constexpr int kVersion = 1;

const char* to_string(PlotKind kind) {
  constexpr std::array<const char*, 4> kNames = {"lines", "points", "bars", "stacks"};
  return kNames[static_cast<std::size_t>(kind)];
}

ordered_json to_json(const PlotSeries& series) {
  return {{"name", series.name},  {"x", series.x},       {"y", series.y},
          {"low", series.low},    {"high", series.high}, {"labels", series.labels},
          {"paper", series.paper}};
}

ordered_json to_json(const Plot& plot) {
  ordered_json series = ordered_json::array();
  for (const PlotSeries& one : plot.series) series.push_back(to_json(one));
  return {{"kind", to_string(plot.kind)},  {"x_label", plot.x_label},
          {"y_label", plot.y_label},       {"log_x", plot.log_x},
          {"categories", plot.categories}, {"series", series}};
}

ordered_json table_of(const Exhibit& exhibit) {
  ordered_json columns = ordered_json::array();
  for (const ExhibitColumn& column : columns_of(exhibit)) {
    columns.push_back({{"name", column.name}, {"number", column.number}});
  }
  ordered_json rows = ordered_json::array();
  for (std::size_t r = 1; r < exhibit.table.size(); ++r) rows.push_back(exhibit.table[r]);
  return {{"columns", columns}, {"rows", rows}};
}

ordered_json to_json(const Exhibit& exhibit) {
  ordered_json plots = ordered_json::array();
  for (const Plot& plot : exhibit.plots) plots.push_back(to_json(plot));
  return {{"id", exhibit.id},
          {"title", exhibit.title},
          {"question", exhibit.question},
          {"table", table_of(exhibit)},
          {"plots", plots},
          {"paper", exhibit.paper},
          {"holds", rightsize::to_string(exhibit.holds)},
          {"finding", exhibit.finding}};
}

}  // namespace

std::string reproduction_json(const Reproduction& reproduction) {
  ordered_json exhibits = ordered_json::array();
  for (const Exhibit& exhibit : reproduction.exhibits) exhibits.push_back(to_json(exhibit));
  const ordered_json document = {{"format", kFormat},
                                 {"version", kVersion},
                                 {"measured_on", provenance_json(reproduction.provenance)},
                                 {"zoo", reproduction.zoo},
                                 {"inputs", reproduction.inputs},
                                 {"summary", reproduction.summary},
                                 {"exhibits", exhibits},
                                 {"notes", reproduction.notes},
                                 {"command", reproduction.command}};
  return document.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace rightsize

#include "selector/cost_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/clock.h"
#include "core/json_reader.h"

namespace rightsize {
namespace {

constexpr double kMostMs = 1e9;      // as read_ms has it: 11 days
constexpr double kMostPieces = 1e6;  // of a sentence

nlohmann::ordered_json part(const Line& line) { return {line.fixed_ms, line.per_piece_ms}; }

void read_line(JsonReader& in, const char* key, Line& line) {
  std::vector<double> numbers;
  in.read(key, numbers);
  if (!in.status().ok()) return;
  const auto usable = [](double value) { return value >= 0 && value <= kMostMs; };
  if (numbers.size() != 2 || !std::all_of(numbers.begin(), numbers.end(), usable)) {
    return in.fail(
        fmt::format("needs two times in milliseconds, not negative, as '{}': fixed and per source "
                    "piece",
                    key));
  }
  line = {numbers[0], numbers[1]};
}

void read_range(JsonReader& in, CostLine& line) {
  std::vector<double> range;
  in.read("pieces", range);
  if (!in.status().ok()) return;
  const auto is_count = [](double value) {
    return value >= 0 && value <= kMostPieces && value == std::floor(value);
  };
  if (range.size() != 2 || !is_count(range[0]) || !is_count(range[1]) || range[0] > range[1]) {
    return in.fail("needs the least and the greatest number of source pieces as 'pieces'");
  }
  line.least = static_cast<std::size_t>(range[0]);
  line.most = static_cast<std::size_t>(range[1]);
}

}  // namespace

Cost CostLine::expected(std::size_t pieces) const {
  const auto p = static_cast<double>(std::max(pieces, least));
  return {.cpu = from_ms(cpu.at(p)), .wall = from_ms(wall.at(p))};
}

Nanoseconds CostLine::longest(std::size_t pieces) const {
  const auto p = static_cast<double>(std::max(pieces, least));
  return from_ms(std::max(upper.at(p), wall.at(p)));
}

CostLine constant_line(double cpu_ms, double wall_ms) {
  return {
      .cpu = {.fixed_ms = cpu_ms}, .wall = {.fixed_ms = wall_ms}, .upper = {.fixed_ms = wall_ms}};
}

nlohmann::ordered_json to_json(const CostLine& line) {
  return {{"cpu", part(line.cpu)},
          {"wall", part(line.wall)},
          {"upper", part(line.upper)},
          {"pieces", {line.least, line.most}}};
}

Result<CostLine> cost_line_from_json(const nlohmann::json& object, const std::string& path) {
  JsonReader in(object, path);
  CostLine line;
  read_line(in, "cpu", line.cpu);
  read_line(in, "wall", line.wall);
  read_line(in, "upper", line.upper);
  read_range(in, line);
  if (Status status = in.finish(); !status.ok()) return status;
  return line;
}

}  // namespace rightsize

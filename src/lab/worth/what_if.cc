#include "lab/worth/what_if.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/file.h"
#include "lab/profile/csv.h"
#include "lab/profile/read_run.h"

namespace rightsize {
namespace {

constexpr double kSlowest = 0.001;
constexpr double kFastest = 1000.0;
constexpr double kLongestMs = 1e9;  // kLongest
constexpr double kNsPerMs = 1e6;

// The whole text as a number; nothing where it is none.
std::optional<double> number_of(const std::string& text) {
  double value = 0.0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) return {};
  return value;
}

Result<Nanoseconds> read_time(const std::string& text, const char* column) {
  const std::optional<double> ms = number_of(text);
  if (!ms || *ms <= 0 || *ms > kLongestMs) {
    return invalid_input(
        fmt::format("{} needs a number of milliseconds above 0 and up to {}, not '{}'", column,
                    kLongestMs, text));
  }
  return Nanoseconds(std::llround(*ms * kNsPerMs));
}

Status read_row(const CsvRow& row, std::size_t columns, DeviceLatencies& latencies) {
  if (row.fields.size() != columns) {
    return invalid_input(
        fmt::format("has {} fields where the header has {}", row.fields.size(), columns));
  }
  if (row.fields[0].empty()) return invalid_input("the model's name is missing");
  const Result<Nanoseconds> cpu = read_time(row.fields[1], "cpu_ms");
  if (!cpu.ok()) return cpu.status();
  Latency latency{*cpu, *cpu};
  if (columns == 3) {
    const Result<Nanoseconds> wall = read_time(row.fields[2], "wall_ms");
    if (!wall.ok()) return wall.status();
    latency.wall = *wall;
  }
  if (!latencies.models.emplace(row.fields[0], latency).second) {
    return invalid_input(fmt::format("model '{}' is listed twice", row.fields[0]));
  }
  return {};
}

bool matches(const std::string& pattern, const ModelSpec& model) {
  return ::fnmatch(pattern.c_str(), model.name.c_str(), 0) == 0;
}

// Fails where no model of the zoo has such a name.
Status check_pattern(const std::string& pattern, const Zoo& zoo) {
  for (const ModelSpec& model : zoo.models) {
    if (matches(pattern, model)) return {};
  }
  const Result<std::size_t> found = model_index(zoo, pattern);
  return found.ok() ? Status() : found.status();
}

Result<OutcomeTable> without_models(const OutcomeTable& table,
                                    const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    if (Status status = check_pattern(pattern, table.zoo); !status.ok()) return status;
  }
  const auto gone = [&](const ModelSpec& model) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return matches(pattern, model); });
  };
  if (std::all_of(table.zoo.models.begin(), table.zoo.models.end(), gone)) {
    return invalid_input("no model is left: leave out fewer");
  }
  return leave_out(table, patterns);
}

Status apply(const DeviceLatencies& latencies, OutcomeTable& table) {
  std::vector<std::string> missing;
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    const auto found = latencies.models.find(table.zoo.models[m].name);
    if (found == latencies.models.end()) {
      missing.push_back(table.zoo.models[m].name);
      continue;
    }
    for (std::size_t i = 0; i < table.item_count(); ++i) {
      RecordedOutcome& cell = table.cells[i * table.model_count() + m];
      cell.cpu = found->second.cpu;
      cell.wall = found->second.wall;
      cell.energy_nj.reset();
    }
  }
  if (!missing.empty()) {
    return not_found(
        fmt::format("{}: lacks the latency of {}: add a line for each, or leave them out",
                    latencies.source, fmt::join(missing, ", ")));
  }
  const auto decoding = latencies.models.find(kDecodingRow);
  if (decoding == latencies.models.end() || table.zoo.find(kDecodingRow) != nullptr) return {};
  table.decode_cpu.assign(table.item_count(), decoding->second.cpu);
  table.decode_wall.assign(table.item_count(), decoding->second.wall);
  table.decode_energy_nj.reset();
  return {};
}

Status apply(const Faster& faster, OutcomeTable& table) {
  const auto scaled = [&](Nanoseconds time) {
    const double ns = static_cast<double>(time.count()) / faster.factor;
    return Nanoseconds(std::max<std::int64_t>(1, std::llround(ns)));
  };
  if (Status status = check_pattern(faster.pattern, table.zoo); !status.ok()) return status;
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    if (!matches(faster.pattern, table.zoo.models[m])) continue;
    for (std::size_t i = 0; i < table.item_count(); ++i) {
      RecordedOutcome& cell = table.cells[i * table.model_count() + m];
      cell.cpu = scaled(cell.cpu);
      cell.wall = scaled(cell.wall);
      cell.energy_nj.reset();
    }
  }
  return {};
}

}  // namespace

Result<Faster> parse_faster(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) {
    return invalid_input(fmt::format("'{}' is not MODEL=FACTOR, such as lite3=2", text));
  }
  const std::optional<double> factor = number_of(text.substr(equals + 1));
  if (!factor || *factor < kSlowest || *factor > kFastest) {
    return invalid_input(
        fmt::format("'{}': the factor must be a number from {} to {}", text, kSlowest, kFastest));
  }
  return Faster{text.substr(0, equals), *factor};
}

Result<DeviceLatencies> read_latencies(const std::filesystem::path& file) {
  const Result<std::string> text = read_text(file);
  if (!text.ok()) return text.status();
  const Result<std::vector<CsvRow>> rows = parse_csv(*text);
  if (!rows.ok()) return rows.status().with_context(file.string());
  if (rows->empty()) return invalid_input(file.string() + ": is empty");
  const auto where = [&](const CsvRow& row) {
    return fmt::format("{}:{}", file.string(), row.line);
  };

  const CsvRow& head = rows->front();
  const std::vector<std::string> shorter = {"model", "cpu_ms"};
  const std::vector<std::string> longer = {"model", "cpu_ms", "wall_ms"};
  if (head.fields != shorter && head.fields != longer) {
    return invalid_input(fmt::format(
        "{}: the first line must be the header 'model,cpu_ms' or 'model,cpu_ms,wall_ms', "
        "not '{}'",
        where(head), fmt::join(head.fields, ",")));
  }
  DeviceLatencies latencies{.source = file.string(), .models = {}};
  for (std::size_t r = 1; r < rows->size(); ++r) {
    const Status status = read_row((*rows)[r], head.fields.size(), latencies);
    if (!status.ok()) return status.with_context(where((*rows)[r]));
  }
  return latencies;
}

Result<OutcomeTable> transformed(const OutcomeTable& table, const WhatIf& what_if) {
  OutcomeTable result = table;
  if (!what_if.without.empty()) {
    Result<OutcomeTable> rest = without_models(table, what_if.without);
    if (!rest.ok()) return rest.status().with_context("without");
    result = std::move(*rest);
  }
  if (what_if.latencies) {
    if (Status status = apply(*what_if.latencies, result); !status.ok()) return status;
    result.feature_energy_nj.reset();
  }
  for (const Faster& faster : what_if.faster) {
    if (Status status = apply(faster, result); !status.ok()) {
      return status.with_context(fmt::format("{}={}", faster.pattern, faster.factor));
    }
  }
  if (Status status = check_sums(result); !status.ok()) return status;
  return result;
}

std::string words_of(const WhatIf& what_if) {
  std::vector<std::string> parts;
  for (const std::string& pattern : what_if.without) parts.push_back("without " + pattern);
  if (what_if.latencies) parts.push_back("the latencies of " + what_if.latencies->source);
  for (const Faster& faster : what_if.faster) {
    parts.push_back(fmt::format("{} {}x as fast", faster.pattern, faster.factor));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace rightsize

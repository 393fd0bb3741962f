// What if: recorded outcomes under changed costs. A pure transformation of an outcome table, so
// that whatever reads outcomes can be asked about a zoo or a device that is not there yet.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/table.h"

namespace rightsize {

// A model made faster (factor above 1) or slower: pre-processing and inference take 1/factor of
// their time.
struct Faster {
  std::string pattern;  // of model names, as a shell has them
  double factor = 1.0;
};
// "MODEL=FACTOR"; the factor from 0.001 to 1000.
Result<Faster> parse_faster(const std::string& text);

// Another device's latencies, pre-processing included.
struct Latency {
  Nanoseconds cpu{0};
  Nanoseconds wall{0};
};
struct DeviceLatencies {
  std::string source;  // the file's name, for messages
  std::map<std::string, Latency> models;
};
// The name of the row that gives the time of decoding an input, unless a model is called so.
inline constexpr const char* kDecodingRow = "decoding";

// A CSV file with the header model,cpu_ms or model,cpu_ms,wall_ms; where wall_ms is absent it is
// the CPU time.
Result<DeviceLatencies> read_latencies(const std::filesystem::path& file);

// Carried out in this order.
struct WhatIf {
  std::vector<std::string> without;  // patterns of model names
  std::optional<DeviceLatencies> latencies;
  std::vector<Faster> faster;  // one after the other, on top of the latencies

  bool empty() const { return without.empty() && !latencies && faster.empty(); }
};

// The table as it would be. Answers and signals stay as they are; energy is unknown wherever the
// time was changed; what decoding costs changes only by a row of the latencies, what features cost
// never. Fails where a pattern matches no model, or where the latencies lack a model of the table:
// they may have more.
Result<OutcomeTable> transformed(const OutcomeTable& table, const WhatIf& what_if);

// "without *_int8, lite3 2x as fast".
std::string words_of(const WhatIf& what_if);

}  // namespace rightsize

// What a model costs on a sentence, from the number of its source pieces: straight lines, fitted in
// the laboratory (lab/text/cost_fit.h), on the machine and the day of the profile.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "rightsize/decision.h"
#include "rightsize/status.h"

namespace rightsize {

// Milliseconds; neither number is negative.
struct Line {
  double fixed_ms = 0.0;
  double per_piece_ms = 0.0;
  double at(double pieces) const { return fixed_ms + per_piece_ms * pieces; }
  bool operator==(const Line&) const = default;
};

struct CostLine {
  Line cpu;    // expected CPU time
  Line wall;   // expected wall time
  Line upper;  // of the wall time: about 97 of 100 runs take no longer
  // Pieces of the sentences it was fitted to. A shorter sentence counts as one of `least` pieces;
  // beyond `most` the lines go on, as a longer sentence never takes less.
  std::size_t least = 0;
  std::size_t most = 0;

  Cost expected(std::size_t pieces) const;
  Nanoseconds longest(std::size_t pieces) const;
  bool operator==(const CostLine&) const = default;
};

// The same times whatever the sentence: what is known of a model without a line.
CostLine constant_line(double cpu_ms, double wall_ms);

nlohmann::ordered_json to_json(const CostLine& line);
// `path` is where `object` stands in the file, for messages.
Result<CostLine> cost_line_from_json(const nlohmann::json& object, const std::string& path);

}  // namespace rightsize

// An operating point: one setting of a selector, with what it showed on held-out data; and its form
// in a selector file.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/json_reader.h"
#include "core/manifest.h"
#include "selector/drift.h"
#include "selector/rule.h"

namespace rightsize {

// An estimate with its 95 % interval.
struct Estimate {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
  bool operator==(const Estimate&) const = default;
};

// What a certificate proves of a point: the population's loss of quality is at most `loss`, but for
// a probability of `delta`, for all points of the file together.
struct ProvenLoss {
  double loss = 0.0;
  double delta = 0.05;
  std::size_t inputs = 0;  // that the proof rests on; none of them was trained on
  std::string against;     // the model it is about; empty: every single model of the zoo
  bool operator==(const ProvenLoss&) const = default;
};

struct OperatingPoint {
  std::string name;
  Rule rule;

  // Means over all inputs, decoding and pre-processing included.
  Estimate quality;      // share of inputs answered right, 0 to 1
  Estimate difference;   // quality minus the baseline's, -1 to 1
  Estimate speedup;      // baseline's mean CPU time divided by this one's
  double cpu_ms = 0.0;   // per input
  double wall_ms = 0.0;  // per input
  // Of wall_ms: features, or a network of the rule's own; nothing where the rule looks at neither,
  // or the file is of a time when it was not said.
  std::optional<double> looking_ms;
  std::optional<double> energy_mj;  // per input; nothing where the run has none
  std::optional<ProvenLoss> proven;
  std::optional<DriftReference> drift;  // what the rule did on the inputs it was fitted to
  std::vector<double> shares;           // per model of the zoo: share of inputs that it answered
  bool operator==(const OperatingPoint&) const = default;
};

nlohmann::ordered_json to_json(const Estimate& estimate);
nlohmann::ordered_json to_json(const OperatingPoint& point, const Zoo& zoo);
// `path` is where `object` stands in the file, for messages.
Result<OperatingPoint> point_from_json(const nlohmann::json& object, const std::string& path,
                                       const Zoo& zoo);

// A time in milliseconds, 0 to 11 days.
void read_ms(JsonReader& in, const char* key, double& ms);

}  // namespace rightsize

// Where figures come from. An outcome belongs to a device and a runtime: an int8 network can lose
// accuracy on one CPU and not on another, and times differ everywhere.
#pragma once

#include <string>

namespace rightsize {

struct Provenance {
  std::string run_id;   // random, made with the run.db
  std::string data;     // the data set as the user named it (last path component)
  std::string device;   // CPU model, architecture
  std::string runtime;  // "ONNX Runtime 1.32.0"
  std::string date;     // ISO 8601, UTC
  std::string version;  // of rightsize
  bool operator==(const Provenance&) const = default;
};

}  // namespace rightsize

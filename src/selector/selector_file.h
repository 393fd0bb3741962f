// The selector file: versioned, readable JSON with everything the device needs to decide and to run
// the models (docs/file-formats.md lists every key). Reading is strict and safe on hostile bytes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "core/provenance.h"
#include "rightsize/selector.h"
#include "selector/cascade.h"

namespace rightsize {

// An estimate with its 95 % interval.
struct Estimate {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
  bool operator==(const Estimate&) const = default;
};

// One setting of a selector, with what it showed on held-out data.
struct OperatingPoint {
  std::string name;
  Signal signal = Signal::kMaxProbability;
  std::vector<CascadeStage> stages;  // one stage: a fixed model

  Estimate quality;            // share of inputs answered right, 0 to 1
  Estimate difference;         // quality minus the baseline's, -1 to 1
  Estimate speedup;            // baseline's mean CPU time divided by this one's
  double cpu_ms = 0.0;         // mean per input, decoding and pre-processing included
  std::vector<double> shares;  // per stage: share of inputs that it answered
  bool operator==(const OperatingPoint&) const = default;

  std::unique_ptr<Selector> selector() const;
  std::string kind() const { return stages.size() == 1 ? "fixed" : "cascade"; }
};

// What a model showed in the profile that the selector was trained on.
struct ModelFigures {
  double quality = 0.0;  // 0 to 1
  double cpu_ms = 0.0;   // pre-processing and inference, mean per input
  double wall_ms = 0.0;
  bool operator==(const ModelFigures&) const = default;
};

struct SelectorFile {
  Zoo zoo;  // zoo.folder is the folder of the selector file
  Provenance provenance;
  std::size_t inputs = 0;  // trained on
  std::string criterion = "top-1";
  std::string reference = "labels";  // or the name of the reference model
  ModelIndex baseline = 0;
  double decode_cpu_ms = 0.0;          // mean per input
  std::vector<ModelFigures> figures;   // one per model of the zoo
  std::vector<OperatingPoint> points;  // at least one, from dear to cheap
  std::size_t default_point = 0;

  // Position of the point called `name`; points.size() if there is none.
  std::size_t find_point(const std::string& name) const;
};

Result<SelectorFile> read_selector_file(const std::filesystem::path& path);
// As above, from the file's bytes; `name` is used in messages.
Result<SelectorFile> parse_selector_file(const std::string& text, const std::string& name);

std::string to_json_text(const SelectorFile& file);

}  // namespace rightsize

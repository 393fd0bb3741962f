// The selector file: versioned, readable JSON with everything the device needs to decide and to run
// the models (docs/file-formats.md lists every key). Reading is strict and safe on hostile bytes.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "core/provenance.h"
#include "selector/cost_line.h"
#include "selector/operating_point.h"

namespace rightsize {

// What a model showed in the profile that the selector was trained on.
struct ModelFigures {
  double quality = 0.0;  // 0 to 1
  double cpu_ms = 0.0;   // pre-processing and inference, mean per input
  double wall_ms = 0.0;
  std::optional<CostLine> line;  // of translation: what a sentence costs, by its length
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
  // `mark_of` what the inputs of the training are made of, sorted. Empty: it cannot be told.
  std::vector<std::string> input_marks;

  // Position of the point called `name`; points.size() if there is none.
  std::size_t find_point(const std::string& name) const;
};

Result<SelectorFile> read_selector_file(const std::filesystem::path& path);
// As above, from the file's bytes; `name` is used in messages.
Result<SelectorFile> parse_selector_file(const std::string& text, const std::string& name);

std::string to_json_text(const SelectorFile& file);

}  // namespace rightsize

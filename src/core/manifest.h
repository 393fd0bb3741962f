// The zoo manifest: the candidate models, and everything needed to run them, as data.
//
// A manifest is a TOML file (docs/file-formats.md lists every key). Reading is strict: an unknown
// key, a value of the wrong type or out of range is an error that names file and line. File names
// in it are relative to the manifest's folder.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

enum class Layout : std::uint8_t { kNchw, kNhwc };
enum class ColourOrder : std::uint8_t { kRgb, kBgr };
enum class CropMode : std::uint8_t {
  kCentreSquare,  // a centred square, its side `crop_fraction` of the short side
  kBothSides,     // centred, `crop_fraction` of each side; the aspect ratio is not kept
};
enum class Filter : std::uint8_t { kArea, kBilinear, kBicubic };
enum class OutputKind : std::uint8_t { kLogits, kProbabilities };

// From a decoded image to the model's input tensor: crop, resize, normalise, lay out. The tensor is
// float32 of shape 1 x 3 x height x width (NCHW) or 1 x height x width x 3 (NHWC), with
// (pixel - mean) / std per channel, pixel in [0, 255]; mean and std are in the order of `colour`.
struct InputSpec {
  std::string name = "input";
  int height = 0;
  int width = 0;
  Layout layout = Layout::kNchw;
  ColourOrder colour = ColourOrder::kRgb;
  CropMode crop = CropMode::kCentreSquare;
  double crop_fraction = 1.0;         // (0, 1]
  Filter shrink = Filter::kArea;      // kArea or kBilinear; used along an axis that gets shorter
  Filter enlarge = Filter::kBicubic;  // kBicubic or kBilinear; along an axis that does not
  std::array<float, 3> mean{0, 0, 0};
  std::array<float, 3> std{1, 1, 1};
  bool operator==(const InputSpec&) const = default;
};

// From the model's output tensor (float32, 1 x outputs) to classes.
struct OutputSpec {
  std::string name = "logits";
  OutputKind kind = OutputKind::kLogits;
  int outputs = 0;  // length of the output tensor
  // The class of each output, -1 where the output is no class (such as a background class) and is
  // dropped before the softmax. Empty: output i is class i.
  std::vector<std::int32_t> class_of_output;
  bool operator==(const OutputSpec&) const = default;
};

// How the inference runtime is to be set up for a model.
struct SessionSpec {
  // On x86-64 CPUs without VNNI: exact int8 kernels instead of the faster ones that saturate.
  bool exact_int8 = false;
  bool operator==(const SessionSpec&) const = default;
};

struct ModelSpec {
  std::string name;
  std::string file;    // relative to the manifest's folder
  std::string sha256;  // of the file, 64 lower-case hexadecimal digits
  InputSpec input;
  OutputSpec output;
  SessionSpec session;
  bool operator==(const ModelSpec&) const = default;
};

struct ClassSpec {
  std::string key;   // as used for folder names and labels; unique
  std::string name;  // for people
  bool operator==(const ClassSpec&) const = default;
};

struct Zoo {
  std::string name;
  std::string task;  // "image-classification"
  std::vector<ClassSpec> classes;
  std::vector<ModelSpec> models;
  std::filesystem::path folder;  // where relative file names start; not part of the canonical form

  const ModelSpec* find(const std::string& model_name) const;
  // The class that a label means: a class number (0-based) or a key of the class list; -1 if
  // neither.
  std::int32_t class_of_label(const std::string& label) const;
};

// Reads a manifest and its class list. Errors name file and line.
Result<Zoo> read_manifest(const std::filesystem::path& path);
// As above, from the manifest's text; class lists and class maps are read from path's folder.
Result<Zoo> parse_manifest(const std::string& text, const std::filesystem::path& path);

// The same facts as JSON text in one fixed order (run.db and selector files carry it).
std::string canonical_json(const Zoo& zoo);
Result<Zoo> zoo_from_json(const std::string& text);

// The file of a model: in the zoo's folder, or, by its file name, in one of `search` (first hit).
Result<std::filesystem::path> locate(const Zoo& zoo, const ModelSpec& model,
                                     const std::vector<std::filesystem::path>& search);

}  // namespace rightsize

// The zoo manifest: the candidate models, and everything needed to run them, as data.
//
// A manifest is a TOML file (docs/file-formats.md lists every key). Reading is strict: an unknown
// key, a value of the wrong type or out of range is an error that names file and line. File names
// in it are relative to the manifest's folder.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
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
enum class Decoding : std::uint8_t {
  kGreedy,   // the surest token at every step
  kBeam,     // several hypotheses side by side
  kDrafted,  // greedy, verifying what a cheaper source proposes: the same tokens in less time
};
// When a beam search ends.
enum class BeamStop : std::uint8_t {
  kFinished,    // the same, or as many hypotheses as the beam is wide have finished
  kNoneCanWin,  // no live hypothesis can become better than the best finished one
};

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

// A file that a model needs.
struct FileSpec {
  std::string file;    // relative to the manifest's folder
  std::string sha256;  // of the file, 64 lower-case hexadecimal digits
  bool operator==(const FileSpec&) const = default;
};

// How a model translates. A network has an encoder, a decoder (ModelSpec::file) and a tokenizer; a
// translation memory has its file alone. Models that differ only in decoding share their files.
struct TranslationSpec {
  bool memory = false;  // ModelSpec::file is a translation memory
  FileSpec encoder;
  FileSpec tokenizer;
  Decoding decoding = Decoding::kGreedy;
  int beam = 4;  // hypotheses of kBeam, 2 to 32
  BeamStop beam_stop = BeamStop::kNoneCanWin;
  // kDrafted: the models of the zoo that propose; at least one of them.
  std::string draft;         // a network of the same tokenizer; may be empty
  std::string draft_memory;  // a translation memory; may be empty
  int max_source = 250;      // pieces of a sentence, at most; longer ones are refused
  // A translation is cut after 2 x pieces of the source + 10 tokens, and after this many.
  int max_tokens = 250;
  bool operator==(const TranslationSpec&) const = default;
};

struct ModelSpec {
  std::string name;
  std::string file;             // relative to the manifest's folder
  std::string sha256;           // of the file, 64 lower-case hexadecimal digits
  InputSpec input;              // of image classification
  OutputSpec output;            // of image classification
  TranslationSpec translation;  // of translation
  SessionSpec session;
  bool operator==(const ModelSpec&) const = default;
};

struct ClassSpec {
  std::string key;   // as used for folder names and labels; unique
  std::string name;  // for people
  bool operator==(const ClassSpec&) const = default;
};

// What the checks of translations (text/translation_check.h) must know of a language. Words are
// compared without case; one that begins or ends with '*' stands for all that end or begin like it.
struct LanguageWords {
  using Named = std::map<std::string, std::vector<std::string>>;
  std::vector<std::string> negation;  // say that something is not so: "not", "kein*"
  std::vector<std::string> negating;  // may stand for one in the other language: "un*", "fail*"
  Named keys;                         // of a keyboard, by a name that both languages share
  Named numbers;                      // words by the digits that they stand for
  bool operator==(const LanguageWords&) const = default;
};
struct CheckWords {
  LanguageWords source;
  LanguageWords target;
  bool operator==(const CheckWords&) const = default;
};

inline constexpr const char* kImageClassification = "image-classification";
inline constexpr const char* kTranslation = "translation";

struct Zoo {
  std::string name;
  std::string task;             // one of the above
  std::string source_language;  // of translation: "en"; for people
  std::string target_language;  // "de"
  CheckWords checks;            // of translation; may be empty
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

// The files of a model, the one that ModelSpec::file names first; those of its draft are not its
// own.
std::vector<FileSpec> files_of(const ModelSpec& model);

// The file of a model: in the zoo's folder, or, by its file name, in one of `search` (first hit).
// Parts that are called the same in several models ("encoder.onnx") are looked for in `search` with
// their folder first ("small/encoder.onnx").
Result<std::filesystem::path> locate(const Zoo& zoo, const ModelSpec& model,
                                     const std::vector<std::filesystem::path>& search);
Result<std::filesystem::path> locate(const Zoo& zoo, const std::string& model, const FileSpec& file,
                                     const std::vector<std::filesystem::path>& search);

}  // namespace rightsize

// An adaptive image classifier from a selector file: what most applications need.
//
//   auto classifier = rightsize::ImageClassifier::open("selector.json");
//   if (!classifier.ok()) return fail(classifier.status().message());
//   auto result = classifier->classify(bytes_of_a_jpeg);
//   if (result.ok()) use(result->label, result->confidence);
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rightsize/decision.h"
#include "rightsize/status.h"

namespace rightsize {

struct ImageClassifierOptions {
  std::string point;                          // operating point; empty: the file's default
  std::vector<std::filesystem::path> models;  // folders searched for model files
  std::filesystem::path runtime;              // libonnxruntime.so.1; empty: the loader's choice
  std::uint64_t max_pixels = 100'000'000;     // larger images are refused
};

struct Classification {
  bool answered = false;    // false: every model failed; see decision
  std::int32_t label = -1;  // class number, from 0
  std::string key;          // of the class, as in the zoo's class list
  std::string name;         // of the class, for people
  double confidence = 0.0;  // the answering model's probability of its answer, [0, 1]
  std::string model;        // that answered
  Decision decision;        // everything tried, why it ended, CPU and wall time in total
  Nanoseconds decode_cpu{0};
  // What the baseline (the best single model) would have cost on this input and machine, decoding
  // included: its measured time if it ran, else its profiled time scaled by how fast this machine
  // ran the other models so far.
  Nanoseconds baseline_cpu{0};
};

// One per thread: `classify` uses the object's buffers. Models are loaded, checked against the
// selector file and run once for warm-up by `open`.
class ImageClassifier {
 public:
  // Fails if the file is damaged, a model is missing or is not the one that the selector was
  // trained on (checksum), the runtime cannot be loaded, or there is no such operating point.
  static Result<ImageClassifier> open(const std::filesystem::path& selector_file,
                                      const ImageClassifierOptions& options = {});
  ~ImageClassifier();
  ImageClassifier(ImageClassifier&&) noexcept;
  ImageClassifier& operator=(ImageClassifier&&) noexcept;

  // `bytes` are those of a JPEG, PNG or WebP file. Fails if they are no such image.
  Result<Classification> classify(std::span<const std::byte> bytes, const Budget& budget = {});

  // Runs one model alone, whatever the selector says, for comparison. The model is loaded on first
  // use. Fails as `open` and `classify` do.
  Result<Classification> classify_with(const std::string& model, std::span<const std::byte> bytes);

  const std::string& model_name(ModelIndex model) const;
  const std::string& baseline() const;  // name of the best single model
  const std::string& point() const;     // name of the operating point in use

 private:
  struct State;
  explicit ImageClassifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rightsize

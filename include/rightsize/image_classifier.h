// An adaptive image classifier from a selector file: what most applications need.
//
//   auto classifier = rightsize::ImageClassifier::open("selector.json");
//   if (!classifier.ok()) return fail(classifier.status().message());
//   auto result = classifier->classify(bytes_of_a_jpeg);
//   if (result.ok()) use(result->label, result->confidence);
//
// Steered per request, in the user's own units:
//
//   auto classifier = ImageClassifier::open("selector.json", {.steerable = true});
//   auto careful = classifier->classify(bytes, {.max_loss = 0.005});
//   auto quick = classifier->classify(bytes, {.deadline = std::chrono::milliseconds(20)});
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
  std::string point;  // operating point; empty: the file's default
  // Opens the models of all operating points, so that a request's budget can choose among them;
  // `point` is what requests without a budget get.
  bool steerable = false;
  // Do without models that cannot be opened, as long as the point in use has one that can; else a
  // missing model is an error.
  bool tolerate_missing = false;
  // Once the inputs look unlike the training data (see `drift`), the baseline alone answers.
  bool retreat_on_drift = false;
  bool explain = false;                       // fill in Classification::explanation
  std::vector<std::filesystem::path> models;  // folders searched for model files
  std::filesystem::path runtime;              // libonnxruntime.so.1; empty: the loader's choice
  std::uint64_t max_pixels = 100'000'000;     // larger images are refused
};

struct Classification {
  bool answered = false;    // false: every model failed, or the premodel expected none to be right
  std::int32_t label = -1;  // class number, from 0
  std::string key;          // of the class, as in the zoo's class list
  std::string name;         // of the class, for people
  double confidence = 0.0;  // the answer's probability, [0, 1]
  std::string model;        // that answered; of a combined answer the latest that took part
  std::string point;        // operating point that decided
  bool late = false;        // the budget had a deadline, and the answer came after it
  // The point's models all failed, and another model of those that are open answered instead.
  bool rescued = false;
  // Why, where there is no answer or it was rescued: "model 'x': ...". Empty where nothing failed,
  // as where the premodel expects no model to be right.
  std::string failure;
  Decision decision;  // everything tried, why it ended, CPU and wall time in total
  Nanoseconds decode_cpu{0};
  // What the baseline (the best single model) would have cost on this input and machine, decoding
  // included: its measured time if it ran, else its profiled time at the machine's present speed.
  Nanoseconds baseline_cpu{0};
  std::string explanation;       // with ImageClassifierOptions::explain: in words
  std::string explanation_json;  // the same for machines
};

// One per thread: `classify` uses the object's buffers. Models are loaded, checked against the
// selector file and run for warm-up by `open`: once, and where the classifier is steerable four
// times more, to see how fast the machine is.
class ImageClassifier {
 public:
  // Fails if the file is damaged, a model is missing or is not the one that the selector was
  // trained on (checksum), the runtime cannot be loaded, or there is no such operating point.
  static Result<ImageClassifier> open(const std::filesystem::path& selector_file,
                                      const ImageClassifierOptions& options = {});
  ~ImageClassifier();
  ImageClassifier(ImageClassifier&&) noexcept;
  ImageClassifier& operator=(ImageClassifier&&) noexcept;

  // `bytes` are those of a JPEG, PNG or WebP file. Fails if they are no such image, and with
  // kUnreachable, naming the nearest figures, if no operating point is within the budget now.
  // Limits other than a deadline need `steerable`. A deadline that passes on the way ends the
  // search with the latest answer there is; if there is none, the first model still runs, and the
  // answer is `late`. That no point is quick enough is an estimate, which only runs can correct: so
  // after 2 to 9 refusals because of time one request is let through all the same, by the quickest
  // point, and if it comes in time so are the next ones. While the machine stays too slow, that is
  // one late answer in ten such requests.
  Result<Classification> classify(std::span<const std::byte> bytes, const Budget& budget = {});

  // Runs one model alone, whatever the selector says, for comparison. The model is loaded on first
  // use. Fails as `open` and `classify` do.
  Result<Classification> classify_with(const std::string& model, std::span<const std::byte> bytes);

  // How slow this machine is against the profile (2: twice as slow), in wall time: what the model
  // would take now by what it took then. 1 before anything ran.
  double slowdown(const std::string& model) const;

  // What looks unlike the training data, in words; empty while nothing does. One false alarm is
  // expected in 1,000,000 inputs at most (docs/drift.md). Requests with a deadline are not watched.
  const std::string& drift() const;
  // Forgets the alarm, ends a retreat and watches anew.
  void reset_drift();

  const std::string& model_name(ModelIndex model) const;
  const std::string& baseline() const;  // name of the best single model
  const std::string& point() const;     // name of the operating point of requests without a budget
  // Models that could not be opened, with the reason; only with `tolerate_missing`.
  const std::vector<std::string>& missing() const;

 private:
  struct State;
  explicit ImageClassifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rightsize

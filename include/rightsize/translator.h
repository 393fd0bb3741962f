// An adaptive translator from a selector file.
//
//   auto translator = rightsize::Translator::open("selector.json", {.steerable = true});
//   if (!translator.ok()) return fail(translator.status().message());
//   auto best = translator->translate("Click the icon.");
//   auto quick = translator->translate("Click the icon.", {.deadline =
//   std::chrono::milliseconds(5)});
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rightsize/decision.h"
#include "rightsize/doubt.h"
#include "rightsize/status.h"

namespace rightsize {

struct TranslatorOptions {
  std::string point;  // operating point; empty: the file's default
  // Opens the models of all operating points, so that a request's budget can choose among them.
  bool steerable = false;
  bool explain = false;                       // fill in Translation::explanation
  std::vector<std::filesystem::path> models;  // folders searched for model files
  std::filesystem::path runtime;              // libonnxruntime.so.1; empty: the loader's choice
};

struct Translation {
  bool answered = false;  // false: no model could translate the sentence; `failure` says why
  std::string text;       // UTF-8
  // Of a network the geometric mean of its tokens' probabilities, of a memory the similarity of its
  // entry; [0, 1].
  double confidence = 0.0;
  bool by_memory = false;  // a memory answered
  std::string model;       // that answered
  std::string point;       // operating point that decided
  bool cut = false;        // the translation is not whole: a limit of length or time ended it
  bool late = false;       // the budget had a deadline, and the answer came after it
  // What a check finds lost or put in: where it finds anything, no model's answer was without it,
  // or none that could run was left. Empty: nothing.
  std::vector<Doubt> doubts;
  std::string failure;
  Decision decision;              // everything tried, why it ended, CPU and wall time in total
  std::size_t source_pieces = 0;  // of the model that answered; 0 of a memory
  std::size_t target_tokens = 0;  // likewise, with the end mark
  std::size_t decoder_calls = 0;  // likewise
  std::size_t drafted = 0;        // tokens that a draft proposed
  std::size_t accepted = 0;       // of them, tokens that were right
  Nanoseconds runtime_cpu{0};     // inside the inference runtime
  std::string explanation;        // with TranslatorOptions::explain: in words
  std::string explanation_json;   // the same for machines
};

// One per thread: `translate` uses the object's buffers.
class Translator {
 public:
  // `file` is a selector file, or the manifest of a translation zoo: then there is an operating
  // point for every model, called like it, and the first one is the default. Fails if a file is
  // damaged, missing or not the one that is expected (checksum), or the runtime cannot be loaded.
  static Result<Translator> open(const std::filesystem::path& file,
                                 const TranslatorOptions& options = {});
  ~Translator();
  Translator(Translator&&) noexcept;
  Translator& operator=(Translator&&) noexcept;

  // One sentence in UTF-8, control characters as spaces; blank text has a blank translation. Fails
  // if it is not UTF-8; with kUnreachable, naming the nearest figures, if no operating point is
  // within the budget; and where a budget has limits but there is nothing to choose by (not
  // `steerable`, or opened from a manifest). A deadline is held against what the sentence is
  // expected to take by its length, at the machine's present speed. A decoding that is still going
  // on shortly before the deadline is cut: a model before it in the rule that gave a whole
  // translation answers then, else what there is, with `cut`. Where no point meets the deadline and
  // Budget::answer_late is set, the quickest one answers whole.
  Result<Translation> translate(std::string_view sentence, const Budget& budget = {});

  const std::string& model_name(ModelIndex model) const;
  const std::string& point() const;  // of requests without a budget
  const std::string& source_language() const;
  const std::string& target_language() const;

 private:
  struct State;
  explicit Translator(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rightsize

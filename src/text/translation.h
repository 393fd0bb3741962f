// The translation task: one model of a zoo, ready to translate sentences.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "rightsize/decision.h"
#include "rightsize/doubt.h"
#include "rightsize/status.h"

namespace rightsize {

// What one model says of one sentence.
struct TextOutcome {
  std::string text;
  bool answered = true;  // false: the model knows no answer (a memory without the sentence)
  Signals signals{};
  std::size_t source_pieces = 0;  // without marks
  std::size_t target_tokens = 0;  // with the end mark; of a memory 0
  bool finished = true;           // else the translation was cut by a limit of length or time
  bool stopped = false;           // ... of time
  std::vector<Doubt> doubts;      // of the translation; see text/translation_check.h
};

// Two answers are the same where their texts are: a number that stands for a text.
std::int64_t answer_of(std::string_view text);

// Makes a trial one with this answer, or one without.
void set_answer(const TextOutcome& outcome, Trial& trial);

// A source as models get it: control characters are spaces, spaces at both ends are gone. Fails,
// in words for the user, where the text is not UTF-8 (naming the first bad byte).
Result<std::string> clean_source(std::string_view text);

// What drafting did to a sentence (see text/draft.h).
struct DraftCounts {
  std::size_t asked = 0;      // calls in sentences with drafts
  std::size_t proposals = 0;  // of them, those that a draft was there for
  std::size_t drafted = 0;    // tokens that were proposed
  std::size_t tried = 0;      // of them, up to the first wrong one of every proposal
  std::size_t accepted = 0;   // of them, what the model itself says
  Nanoseconds preparing{0};   // CPU time of getting the draft ready for the sentence
  Nanoseconds proposing{0};   // CPU time of all proposals

  DraftCounts& operator+=(const DraftCounts& other) {
    asked += other.asked;
    proposals += other.proposals;
    drafted += other.drafted;
    tried += other.tried;
    accepted += other.accepted;
    preparing += other.preparing;
    proposing += other.proposing;
    return *this;
  }
};

// Session, tokenizer and buffers of one model. One per thread; what is large is shared.
class TextModel {
 public:
  virtual ~TextModel() = default;

  struct Times {
    Elapsed preprocess;  // cutting into pieces
    Elapsed inference;   // everything else
    Elapsed encoding;    // of `inference`, the encoder
    Elapsed runtime;     // of `inference`, inside the inference runtime
    std::size_t decoder_calls = 0;
    DraftCounts draft;  // its times are part of `inference`
  };

  // The pieces, without marks, that the source has to this model; not to a memory, which cuts
  // nothing. Models with the same `pieces_by` count the same; null: the model does not count.
  virtual const void* pieces_by() const noexcept { return nullptr; }
  virtual Status count_pieces(std::string_view /*source*/, std::size_t& pieces) noexcept {
    pieces = 0;
    return {};
  }

  // `source` is clean (see clean_source) and may be empty: so is its translation then. After
  // `stop_at`, as wall_now(), decoding stops with what there is. Fails where the source is too long
  // for the model or is written in characters that it does not know. `times` is filled as far as
  // the call came.
  virtual Status translate(std::string_view source, Nanoseconds stop_at, TextOutcome& outcome,
                           Times& times) noexcept = 0;
};

}  // namespace rightsize

// A translation memory: sentences with their translations. It answers a sentence that it has, or
// one that differs from it in values alone (see memory_answer.h); what is merely like it can be
// looked up, and answers nothing.
//
// The file is built once (build_memory) and mapped. Reading it is safe on hostile bytes: its
// checksum and every number in it are checked when it is opened.
//
// Similarity of two sentences: 1 - (word edit distance) / (words of the longer one), over the words
// of memory_words.h. Where all words of a near entry are equal but for numbers and placeholders,
// the stored translation is adapted: each value that differs is replaced, if it stands exactly once
// in the stored source and exactly once in its translation; a value that cannot be counts as a
// different word. An adapted translation has a similarity of at most kAdapted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightsize/status.h"
#include "text/memory_words.h"

namespace rightsize {

inline constexpr double kAdapted = 0.98;
inline constexpr std::size_t kMostWords = 200;  // of a sentence; longer ones match nothing

struct MemoryMatch {
  double similarity = 0.0;       // of the most similar entry found; 0: none
  bool exact = false;            // the source is the entry's, character by character
  bool answers = false;          // else it is near, and another question
  std::string_view source;       // of the entry, in the memory
  std::string_view translation;  // of the entry, in the memory
  std::string adapted;           // with the sentence's own values
};

struct MemoryCandidate {
  std::uint32_t entry = 0;
  std::uint32_t shared = 0;  // rare words of the sentence that it has
};

// Buffers of a look-up, one per thread.
struct MemoryScratch {
  std::vector<MemoryWord> words;
  std::vector<MemoryWord> entry_words;
  std::vector<MemoryWord> target_words;
  std::vector<std::string_view> values;  // to be put in place of a target word; empty: none
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> order;
  std::vector<std::uint8_t> shared;  // [entry]: words; all 0 between look-ups
  std::vector<MemoryCandidate> candidates;
  std::vector<std::uint32_t> row;
  std::string form;
};

class TranslationMemory {
 public:
  // Fails where the file is none, of another version, truncated or damaged.
  static Result<std::unique_ptr<TranslationMemory>> open(const std::filesystem::path& file);
  // The same over bytes that outlive the memory (8-byte aligned); `name` is for messages.
  static Result<std::unique_ptr<TranslationMemory>> over(std::span<const std::byte> bytes,
                                                         const std::string& name);
  ~TranslationMemory();

  // The entry that is the sentence's, if there is one: `match.answers` says whether it answers it.
  void answer(std::string_view sentence, MemoryMatch& match) const;
  // The same or else the most similar entry. Entries less alike than `least` may be missed. May be
  // called from several threads at once, each with its own scratch.
  void lookup(std::string_view sentence, double least, MemoryScratch& scratch,
              MemoryMatch& match) const;

  std::size_t size() const;  // entries

 private:
  struct View;
  explicit TranslationMemory(std::unique_ptr<View> view);
  bool identify(MemoryScratch& scratch) const;
  std::uint32_t find_exact(std::string_view sentence) const;
  void answer_by_frame(std::string_view sentence, MemoryMatch& match) const;
  void collect(double least, MemoryScratch& scratch) const;
  void compare(std::string_view sentence, double least, MemoryScratch& scratch,
               MemoryMatch& match) const;
  void adapt(std::uint32_t entry, MemoryScratch& scratch, MemoryMatch& match) const;

  std::unique_ptr<View> view_;
};

struct SentencePair {
  std::string source;
  std::string target;
};

// Writes a memory. Repeats count: of several translations of one source the most frequent one is
// kept, of equally frequent ones the first. Pairs with an empty side or a source of more than
// kMostWords words are left out. The bytes depend on the pairs alone.
Status build_memory(std::span<const SentencePair> pairs, const std::filesystem::path& file);
std::string memory_bytes(std::span<const SentencePair> pairs);

}  // namespace rightsize

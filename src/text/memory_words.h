// Sentences as a translation memory compares them: words in lower case (of ASCII), numbers and
// placeholders as marks, punctuation apart.
//
// Threading: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rightsize {

enum class WordKind : std::uint8_t {
  kWord,
  kNumber,       // digits, also with points and commas inside: 12, 3,5, 1.000
  kPlaceholder,  // %1, %PRODUCTNAME, $(ARG1), $[officename], <tag>
};

struct MemoryWord {
  std::string_view text;  // as it stands in the sentence
  WordKind kind = WordKind::kWord;
};

// The words of a sentence, in order. The views are into `sentence`.
void split_words(std::string_view sentence, std::vector<MemoryWord>& words);

// What a word is compared as: itself in lower case, or the mark of its kind.
void append_normal_form(const MemoryWord& word, std::string& form);

}  // namespace rightsize

// When an entry of a translation memory answers a sentence that is not the entry's source: where
// values alone differ, and each stands in the entry for itself alone.
//
// A value is a number or a placeholder with a number. A number is a run of digits between spaces
// (quotes, brackets and marks at its end aside) next to nothing but words: no date, time, grouped
// or decimal number, sign, cell, version or name (UTF-8, F12, 1st), no unit or month beside it. Of
// a placeholder (%1, %1$s, $(ARG1), $[x1], {0}) the digits alone may differ: one of another kind
// asks something else.
//
// Threading: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/memory_file.h"

namespace rightsize {

struct MemoryValue {
  std::size_t at = 0;  // in the sentence
  std::size_t size = 0;
  std::size_t digits_at = 0;  // in the sentence
  std::size_t digits = 0;
  bool placeholder = false;
  bool before_word = false;  // a number that is followed by a word, which may be in the plural
};

// Pieces between spaces that have a letter or a digit.
std::size_t count_words(std::string_view sentence);
inline constexpr std::size_t kFewestWords = 4;  // of a source that says enough by itself

// Does an entry answer its own source? A short one may stand for other things elsewhere, so it must
// have come twice and never with another translation.
bool is_trusted(std::string_view source, const MemoryEntry& entry);

// In their order.
std::vector<MemoryValue> find_values(std::string_view sentence);

// The sentence with a mark for the digits of each of its values. Sentences with the same frame
// differ in values alone.
std::string frame_of(std::string_view sentence, const std::vector<MemoryValue>& values);

// The translation of `sentence` by an entry: nothing where its frame is not that of `source`, where
// a value that differs does not stand exactly once in the entry's source and once in its
// translation, where the new one stands in them already, or where one and another number may be
// told apart by a plural.
std::optional<std::string> adapt_translation(std::string_view source, std::string_view translation,
                                             std::string_view sentence);

}  // namespace rightsize

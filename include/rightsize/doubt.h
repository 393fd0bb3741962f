// What a check of a translation against its source finds lost, put in or broken. A translation
// with a doubt may be right all the same; one without may be wrong.
//
// Threading: plain values.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace rightsize {

// On disk as bits, 1 << kind, in a run.db: do not change the numbers.
enum class DoubtKind : std::uint8_t {
  kPlaceholder = 0,  // %d, {0}, $(ARG1), <tag>, &amp;
  kNumber = 1,
  kKey = 2,  // Ctrl+Shift+F12
  kUrl = 3,  // also addresses of e-mail
  kNegation = 4,
  kUnknown = 5,     // characters that the model does not know, or their mark in the translation
  kLength = 6,      // cut, or much shorter or longer than translations are
  kRepetition = 7,  // the same words over and over
};
inline constexpr int kDoubtKinds = 8;

const char* to_string(DoubtKind kind);  // "placeholder", "number", ...

struct Doubt {
  DoubtKind kind = DoubtKind::kNumber;
  std::string what;  // in words: "the number 88858 is missing"
  bool operator==(const Doubt&) const = default;
};

// All of them in one line: "the key F1 is missing; the translation is cut".
std::string words_of(std::span<const Doubt> doubts);

}  // namespace rightsize

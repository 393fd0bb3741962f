// The parts of a sentence that must survive its translation: placeholders, numbers, keys and
// addresses in a form that is the same in both languages, and whether it negates.
//
// Threading: a LanguageRules is immutable.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/manifest.h"
#include "rightsize/doubt.h"

namespace rightsize {

struct VitalPart {
  DoubtKind kind = DoubtKind::kNumber;
  std::string form;       // what is compared: of "Strg+F12" "ctrl+f12", of "1.000,5" "1000.5"
  std::string_view text;  // as it stands in the sentence
};

struct VitalParts {
  std::vector<VitalPart> parts;           // in order
  std::vector<std::string> spelled;       // digits that number words stand for: "2" of "two"
  std::vector<std::string_view> negated;  // the words that negate
  std::size_t negating = 0;               // words that may stand for a negation
};

// Lists of what a word may begin with, by its first byte.
template <typename Entry>
class ByFirstByte {
 public:
  std::vector<Entry>& of(unsigned char byte) { return lists_[byte]; }
  const std::vector<Entry>& of(std::string_view word) const {
    return lists_[static_cast<unsigned char>(word[0])];
  }

 private:
  std::array<std::vector<Entry>, 256> lists_;
};

// Words and patterns of words ("un*", "*n't", "*los*").
class WordPatterns {
 public:
  explicit WordPatterns(const std::vector<std::string>& patterns);
  bool match(const std::string& word) const;  // in lower case, not empty

 private:
  std::unordered_set<std::string> whole_;
  ByFirstByte<std::string> beginnings_;
  std::vector<std::string> endings_;
  std::vector<std::string> inside_;
};

class LanguageRules {
 public:
  explicit LanguageRules(const LanguageWords& words);
  void find(std::string_view sentence, VitalParts& found) const;

 private:
  struct KeyName {
    std::string text;
    std::string form;
  };
  std::size_t take_keys(std::string_view sentence, std::size_t at, VitalParts& found) const;
  std::size_t key_name(std::string_view sentence, std::size_t at, std::string& form) const;
  void look_at_word(std::string_view word, VitalParts& found) const;

  WordPatterns negation_;
  WordPatterns negating_;
  ByFirstByte<KeyName> keys_;                               // the longest first
  std::unordered_map<std::string, std::string> numbers_;    // digits by whole word
  ByFirstByte<std::pair<std::string, std::string>> begun_;  // beginning of a word, digits
};

// Of the bytes of a text in UTF-8: ASCII and Latin-1 letters in lower case, typographic apostrophes
// as plain ones.
std::string lower_latin(std::string_view text);

// Length of the word at `at` (letters, with apostrophes inside); 0 where there is none.
std::size_t word_length(std::string_view text, std::size_t at);

// A number's digits, cut where a point, a comma or another mark stands between them.
std::vector<std::string_view> digit_groups(std::string_view number);

}  // namespace rightsize

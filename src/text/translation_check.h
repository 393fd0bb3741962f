// What a translation lost of its source, as far as it can be seen without understanding it:
// placeholders, numbers, keys and addresses (compared as multisets, in forms that do not depend on
// the language), a negation lost or put in, characters that the model does not know, a length that
// translations do not have, words over and over.
//
// Words of a language are the zoo's (CheckWords); without them, what needs none is checked.
//
// Threading: a TranslationCheck is immutable.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "text/translation.h"
#include "text/vital_parts.h"

namespace rightsize {

class TranslationCheck {
 public:
  explicit TranslationCheck(const CheckWords& words);

  // In the order of the kinds; empty: nothing was found. An empty source has no doubts.
  std::vector<Doubt> doubts_of(std::string_view source, std::string_view translation) const;
  // The same of what a model says, besides the doubts that it has itself.
  void add_doubts(std::string_view source, TextOutcome& outcome) const;

 private:
  LanguageRules source_;
  LanguageRules target_;
  bool negations_;  // both languages have words for them
};

// One bit for each kind among them, as run.db has it.
std::uint32_t bits_of(std::span<const Doubt> doubts);

}  // namespace rightsize

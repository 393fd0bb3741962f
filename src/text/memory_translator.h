// A translation memory as a model of the zoo.
#pragma once

#include <utility>

#include "text/translation.h"
#include "text/translation_memory.h"

namespace rightsize {

// Entries less alike than this are no answer: the translation is empty then, its similarity 0.
inline constexpr double kLeastSimilarity = 0.6;

class MemoryTranslator : public TextModel {
 public:
  explicit MemoryTranslator(const TranslationMemory& memory) : memory_(memory) {}
  Status translate(std::string_view source, Nanoseconds stop_at, TextOutcome& outcome,
                   Times& times) noexcept override;

 private:
  const TranslationMemory& memory_;
  MemoryScratch scratch_;
  MemoryMatch match_;
};

}  // namespace rightsize

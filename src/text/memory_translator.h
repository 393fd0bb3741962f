// A translation memory as a model of the zoo.
#pragma once

#include <utility>

#include "text/translation.h"
#include "text/translation_memory.h"

namespace rightsize {

class MemoryTranslator : public TextModel {
 public:
  explicit MemoryTranslator(const TranslationMemory& memory) : memory_(memory) {}
  Status translate(std::string_view source, Nanoseconds stop_at, TextOutcome& outcome,
                   Times& times) noexcept override;

 private:
  const TranslationMemory& memory_;
  MemoryMatch match_;
};

}  // namespace rightsize

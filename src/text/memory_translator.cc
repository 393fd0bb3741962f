#include "text/memory_translator.h"

#include <exception>
#include <limits>

#include "core/passing.h"

namespace rightsize {

Status MemoryTranslator::translate(std::string_view source, Nanoseconds /*stop_at*/,
                                   TextOutcome& outcome, Times& times) noexcept {
  try {
    outcome = {};
    times = {};
    outcome.signals.fill(std::numeric_limits<double>::quiet_NaN());
    auto& similarity = outcome.signals[static_cast<std::size_t>(Signal::kSimilarity)];
    if (source.empty()) {
      similarity = 1.0;
      return {};
    }
    const Stopwatch inference;
    memory_.answer(source, match_);
    outcome.answered = match_.answers;
    if (outcome.answered) {
      similarity = match_.similarity;
      outcome.text = match_.adapted;
    }
    times.inference = inference.elapsed();
    return {};
  } catch (const std::exception& error) {
    return status_of(error);
  }
}

}  // namespace rightsize

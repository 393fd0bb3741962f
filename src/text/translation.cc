#include "text/translation.h"

#include <fmt/format.h>

#include "core/file.h"
#include "core/utf8.h"

namespace rightsize {

std::int64_t answer_of(std::string_view text) {
  // FNV-1a, 64 bits, without the sign: answers are not negative.
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3ULL;
  }
  return static_cast<std::int64_t>(hash >> 1U);
}

void set_answer(const TextOutcome& outcome, Trial& trial) {
  trial.status = outcome.answered ? TrialStatus::kOk : TrialStatus::kNoAnswer;
  if (!outcome.answered) return;
  trial.doubtful = !outcome.doubts.empty();
  trial.signals = outcome.signals;
  trial.answer = answer_of(outcome.text);
  trial.top = nullptr;
}

Result<std::string> clean_source(std::string_view text) {
  if (const std::size_t bad = first_bad_byte(text); bad < text.size()) {
    return invalid_input(
        fmt::format("is not UTF-8 text: byte {} is 0x{:02X}; convert the text to UTF-8", bad + 1,
                    static_cast<unsigned char>(text[bad])));
  }
  std::string clean(text);
  for (char& c : clean) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = ' ';
  }
  const std::size_t first = clean.find_first_not_of(' ');
  if (first == std::string::npos) return std::string();
  return clean.substr(first, clean.find_last_not_of(' ') - first + 1);
}

}  // namespace rightsize

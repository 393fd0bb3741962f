#include "lab/text/words.h"

#include <algorithm>
#include <cstdint>

#include "lab/text/characters.h"
#include "lab/text/metrics.h"

namespace rightsize {
namespace {

void append_utf8(std::uint32_t c, std::string& text) {
  if (c < 0x80) {
    text += static_cast<char>(c);
    return;
  }
  const auto tail = [&](unsigned shift) {
    text += static_cast<char>(0x80U | ((c >> shift) & 0x3FU));
  };
  if (c < 0x800) {
    text += static_cast<char>(0xC0U | (c >> 6U));
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0U | (c >> 12U));
    tail(6);
  } else {
    text += static_cast<char>(0xF0U | (c >> 18U));
    tail(12);
    tail(6);
  }
  tail(0);
}

std::uint32_t lower(std::uint32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;     // Latin-1
  if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return c + 32;  // Greek
  if (c >= 0x410 && c <= 0x42F) return c + 32;                // Cyrillic
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

bool is_word_character(std::uint32_t c) {
  if (c < 0x80) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  const bool latin_sign = c < 0xC0 && c != 0xAA && c != 0xB5 && c != 0xBA;
  const bool punctuation = (c >= 0x2000 && c <= 0x206F) || (c >= 0x3000 && c <= 0x303F);
  return !latin_sign && c != 0xD7 && c != 0xF7 && !punctuation;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const std::uint32_t c : characters(text)) append_utf8(lower(c), result);
  return result;
}

std::vector<std::string> lower_case_tokens(std::string_view sentence) {
  std::vector<std::string> tokens = tokens_13a(well_formed(sentence));
  for (std::string& token : tokens) token = lower_case(token);
  return tokens;
}

bool is_word(std::string_view token) {
  const std::vector<std::uint32_t> all = characters(token);
  return std::any_of(all.begin(), all.end(), is_word_character);
}

}  // namespace rightsize

#include "text/memory_words.h"

#include <algorithm>

#include "core/ascii.h"

namespace rightsize {
namespace {

bool is_letter(char c) { return is_ascii_letter(c) || is_beyond_ascii(c); }
bool is_word_part(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr std::size_t kLongestPlaceholder = 64;

// Length of what begins with `open` at `at` and ends with `close`; 0 where it does not.
std::size_t bracketed(std::string_view text, std::size_t at, char open, char close) {
  if (at >= text.size() || text[at] != open) return 0;
  const std::size_t end = text.substr(at, kLongestPlaceholder).find(close);
  const bool good = end != std::string_view::npos && end > 1 &&
                    text.substr(at, end).find(' ') == std::string_view::npos;
  return good ? end + 1 : 0;
}

std::size_t placeholder_length(std::string_view text, std::size_t at) {
  if (text[at] == '<') return bracketed(text, at, '<', '>');
  if (text[at] == '$') {
    const std::size_t length =
        std::max(bracketed(text, at + 1, '(', ')'), bracketed(text, at + 1, '[', ']'));
    return length > 0 ? length + 1 : 0;
  }
  if (text[at] != '%') return 0;
  std::size_t end = at + 1;
  while (end < text.size() && is_word_part(text[end])) ++end;
  return end > at + 1 ? end - at : 0;
}

std::size_t number_length(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() &&
         (is_digit(text[end]) || ((text[end] == '.' || text[end] == ',') && end > at &&
                                  end + 1 < text.size() && is_digit(text[end + 1])))) {
    ++end;
  }
  // "3D" and "2nd" are words.
  return end < text.size() && is_letter(text[end]) ? 0 : end - at;
}

}  // namespace

void split_words(std::string_view sentence, std::vector<MemoryWord>& words) {
  words.clear();
  for (std::size_t at = 0; at < sentence.size();) {
    if (is_space(sentence[at])) {
      ++at;
      continue;
    }
    MemoryWord word;
    std::size_t length = placeholder_length(sentence, at);
    if (length > 0) {
      word.kind = WordKind::kPlaceholder;
    } else if (length = number_length(sentence, at); length > 0) {
      word.kind = WordKind::kNumber;
    } else {
      while (at + length < sentence.size() && is_word_part(sentence[at + length])) ++length;
      length = std::max<std::size_t>(length, 1);  // a punctuation mark
    }
    word.text = sentence.substr(at, length);
    words.push_back(word);
    at += length;
  }
}

void append_normal_form(const MemoryWord& word, std::string& form) {
  // No word begins with these bytes.
  if (word.kind == WordKind::kNumber) {
    form += '\x01';
  } else if (word.kind == WordKind::kPlaceholder) {
    form += '\x02';
  } else {
    for (const char c : word.text) {
      form += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
}

}  // namespace rightsize

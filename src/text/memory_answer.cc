#include "text/memory_answer.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/ascii.h"

namespace rightsize {
namespace {

constexpr char kMark = '\x01';  // in no clean sentence

// Beside a number, or behind one, these make it a part of a date or a measure, which languages
// write in their own ways. English, and what is international.
constexpr auto kDatesAndCurrencies = std::to_array<std::string_view>(
    {"ad",       "apr",     "april",     "aug",    "august",   "bc",      "chf",      "dec",
     "december", "dollars", "eur",       "euro",   "euros",    "feb",     "february", "friday",
     "gbp",      "jan",     "january",   "jul",    "july",     "jun",     "june",     "mar",
     "march",    "may",     "monday",    "nov",    "november", "oct",     "october",  "saturday",
     "sep",      "sept",    "september", "sunday", "thursday", "tuesday", "usd",      "wednesday"});
constexpr auto kUnits = std::to_array<std::string_view>(
    {"am",      "b",      "bit",     "bits",    "byte",   "bytes",   "cent",   "cents",  "cm",
     "day",     "days",   "degree",  "degrees", "dm",     "dpi",     "em",     "feet",   "foot",
     "ft",      "g",      "gb",      "ghz",     "gib",    "h",       "hour",   "hours",  "hz",
     "in",      "inch",   "inches",  "k",       "kb",     "kg",      "khz",    "kib",    "km",
     "kw",      "l",      "m",       "mb",      "mg",     "mhz",     "mib",    "mile",   "miles",
     "min",     "minute", "minutes", "ml",      "mm",     "month",   "months", "ms",     "pc",
     "percent", "pica",   "picas",   "pixel",   "pixels", "pm",      "point",  "points", "ppi",
     "pt",      "px",     "s",       "sec",     "second", "seconds", "t",      "tb",     "tib",
     "twip",    "twips",  "us",      "v",       "w",      "week",    "weeks",  "x",      "yard",
     "yards",   "yd",     "year",    "years"});

// Around a word or a number, in UTF-8.
constexpr auto kBefore = std::to_array<std::string_view>(
    {"(", "\"", "'", "\u00AB", "\u00BB", "\u2018", "\u201A", "\u201C", "\u201E", "\u2039"});
constexpr auto kBehind =
    std::to_array<std::string_view>({")", "\"", "'", ",", ":", "!", "?", "\u00AB", "\u00BB",
                                     "\u2018", "\u2019", "\u201C", "\u201D", "\u203A"});

// A piece between spaces.
struct Token {
  std::string_view text;
  std::size_t at = 0;
};

std::vector<Token> tokens_of(std::string_view sentence) {
  std::vector<Token> tokens;
  for (const std::string_view piece : pieces_between_spaces(sentence)) {
    tokens.push_back({piece, static_cast<std::size_t>(piece.data() - sentence.data())});
  }
  return tokens;
}

// Without quotes, brackets and marks around it. A full stop goes at the sentence's end alone:
// elsewhere it may make a number an ordinal.
Token bare(Token token, bool last) {
  const auto strip = [&](const auto& marks, bool front) {
    for (const std::string_view mark : marks) {
      if (front ? !token.text.starts_with(mark) : !token.text.ends_with(mark)) continue;
      front ? token.text.remove_prefix(mark.size()) : token.text.remove_suffix(mark.size());
      if (front) token.at += mark.size();
      return true;
    }
    return false;
  };
  while (strip(kBefore, true)) {
  }
  while (strip(kBehind, false) || (last && strip(std::array{std::string_view(".")}, false))) {
  }
  return token;
}

// Signs, currencies and other symbols: Latin-1's, and those around U+2000.
bool has_symbol(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(text[i + 1]);
    if (lead == 0xC2 || lead == 0xE2 || (lead == 0xC3 && (next == 0x97 || next == 0xB7))) {
      return true;
    }
  }
  return false;
}

bool is_word(std::string_view text) {
  const auto part = [](char c) { return is_ascii_letter(c) || is_beyond_ascii(c) || c == '-'; };
  const bool all = std::all_of(text.begin(), text.end(), part);
  return all && text.find_first_not_of('-') != std::string_view::npos && !has_symbol(text);
}

bool is_one_of(std::span<const std::string_view> words, std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(words.begin(), words.end(), lower) != words.end();
}

void find_numbers(std::string_view sentence, std::vector<MemoryValue>& values) {
  const std::vector<Token> tokens = tokens_of(sentence);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token number = bare(tokens[i], i + 1 == tokens.size());
    if (number.text.empty() || !std::all_of(number.text.begin(), number.text.end(), is_digit)) {
      continue;
    }
    const auto neighbour = [&](std::size_t n) {
      return bare({tokens[n].text.ends_with('.') && n > i
                       ? tokens[n].text.substr(0, tokens[n].text.size() - 1)
                       : tokens[n].text,
                   0},
                  false)
          .text;
    };
    const std::string_view before = i > 0 ? neighbour(i - 1) : "";
    const std::string_view behind = i + 1 < tokens.size() ? neighbour(i + 1) : "";
    if ((i > 0 && (!is_word(before) || is_one_of(kDatesAndCurrencies, before))) ||
        (i + 1 < tokens.size() && (!is_word(behind) || is_one_of(kDatesAndCurrencies, behind) ||
                                   is_one_of(kUnits, behind)))) {
      continue;
    }
    values.push_back({.at = number.at,
                      .size = number.text.size(),
                      .digits_at = number.at,
                      .digits = number.text.size(),
                      .before_word = i + 1 < tokens.size()});
  }
}

std::size_t run(std::string_view text, std::size_t at, bool (*wanted)(char)) {
  std::size_t end = at;
  while (end < text.size() && wanted(text[end])) ++end;
  return end - at;
}

// What stands in brackets at `at`, letters and then digits; size 0 where nothing does.
MemoryValue in_brackets(std::string_view text, std::size_t at, char close, bool letters) {
  const std::size_t digits_at =
      at + 1 + (letters ? run(text, at + 1, is_ascii_letter) : std::size_t{0});
  const std::size_t digits = run(text, digits_at, is_digit);
  const std::size_t end = digits_at + digits;
  const bool good = digits > 0 && end < text.size() && text[end] == close;
  return {.at = at, .size = good ? end + 1 - at : 0, .digits_at = digits_at, .digits = digits};
}

// The placeholder that begins at `at`; size 0 where none does.
MemoryValue placeholder_at(std::string_view text, std::size_t at) {
  const bool follows = at > 0 && (is_name_part(text[at - 1]) || text[at - 1] == text[at]);
  const char next = at + 1 < text.size() ? text[at + 1] : ' ';
  MemoryValue value;
  if (follows) return value;
  if (text[at] == '{') return in_brackets(text, at, '}', false);
  if (text[at] == '$' && (next == '(' || next == '[')) {
    value = in_brackets(text, at + 1, next == '(' ? ')' : ']', true);
    if (value.size > 0) ++value.size;
    value.at = at;
    return value;
  }
  if (text[at] != '%' || !is_digit(next)) return value;
  const std::size_t digits = run(text, at + 1, is_digit);
  std::size_t end = at + 1 + digits;
  if (end + 1 < text.size() && text[end] == '$' && is_ascii_letter(text[end + 1])) end += 2;
  if (end < text.size() && (is_name_part(text[end]) || text[end] == '%')) return value;
  return {.at = at, .size = end - at, .digits_at = at + 1, .digits = digits};
}

void find_placeholders(std::string_view sentence, std::vector<MemoryValue>& values) {
  for (std::size_t at = 0; at < sentence.size();) {
    const char c = sentence[at];
    MemoryValue value;
    if (c == '%' || c == '$' || c == '{') value = placeholder_at(sentence, at);
    value.placeholder = true;
    if (value.size > 0) values.push_back(value);
    at += std::max<std::size_t>(value.size, 1);
  }
}

std::size_t occurrences(std::string_view text, std::string_view of) {
  std::size_t count = 0;
  for (std::size_t at = text.find(of); at != std::string_view::npos; at = text.find(of, at + 1)) {
    ++count;
  }
  return count;
}

bool is_one(std::string_view digits) {
  return digits.ends_with('1') && digits.find_first_not_of('0') == digits.size() - 1;
}

}  // namespace

std::size_t count_words(std::string_view sentence) {
  const auto is_part = [](char c) {
    return is_ascii_letter(c) || is_digit(c) || is_beyond_ascii(c);
  };
  return static_cast<std::size_t>(std::ranges::count_if(
      pieces_between_spaces(sentence),
      [&](std::string_view piece) { return std::ranges::any_of(piece, is_part); }));
}

bool is_trusted(std::string_view source, const MemoryEntry& entry) {
  return count_words(source) >= kFewestWords || (entry.count >= 2 && entry.others == 0);
}

std::vector<MemoryValue> find_values(std::string_view sentence) {
  std::vector<MemoryValue> values;
  find_numbers(sentence, values);
  find_placeholders(sentence, values);
  std::sort(values.begin(), values.end(),
            [](const MemoryValue& a, const MemoryValue& b) { return a.at < b.at; });
  return values;
}

std::string frame_of(std::string_view sentence, const std::vector<MemoryValue>& values) {
  std::string frame;
  std::size_t copied = 0;
  for (const MemoryValue& value : values) {
    frame += sentence.substr(copied, value.digits_at - copied);
    frame += kMark;
    copied = value.digits_at + value.digits;
  }
  frame += sentence.substr(copied);
  return frame;
}

std::optional<std::string> adapt_translation(std::string_view source, std::string_view translation,
                                             std::string_view sentence) {
  const std::vector<MemoryValue> theirs = find_values(source);
  const std::vector<MemoryValue> ours = find_values(sentence);
  if (theirs.size() != ours.size() || frame_of(source, theirs) != frame_of(sentence, ours)) {
    return std::nullopt;
  }
  std::vector<MemoryValue> places = find_values(translation);
  std::vector<std::string_view> put_in(places.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const std::string_view from = source.substr(theirs[i].at, theirs[i].size);
    const std::string_view to = sentence.substr(ours[i].at, ours[i].size);
    if (from == to) continue;
    if (theirs[i].before_word && is_one(from) != is_one(to)) return std::nullopt;
    const auto place = std::find_if(places.begin(), places.end(), [&](const MemoryValue& value) {
      return translation.substr(value.at, value.size) == from;
    });
    if (place == places.end() || occurrences(source, from) != 1 ||
        occurrences(translation, from) != 1 || occurrences(source, to) != 0 ||
        occurrences(translation, to) != 0) {
      return std::nullopt;
    }
    put_in[static_cast<std::size_t>(place - places.begin())] = to;
  }
  std::string adapted;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (put_in[i].empty()) continue;
    adapted += translation.substr(copied, places[i].at - copied);
    adapted += put_in[i];
    copied = places[i].at + places[i].size;
  }
  adapted += translation.substr(copied);
  return adapted;
}

}  // namespace rightsize

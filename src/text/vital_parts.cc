#include "text/vital_parts.h"

#include <algorithm>
#include <array>

#include "core/ascii.h"

namespace rightsize {
namespace {

constexpr std::size_t kLongestPlaceholder = 64;
constexpr std::string_view kApostrophe = "\xE2\x80\x99";
// Between the digits of a number: thin and unbreakable spaces too.
constexpr std::array<std::string_view, 6> kDigitMarks = {
    ".", ",", "'", "\xC2\xA0", "\xE2\x80\xAF", kApostrophe};

char at_or_nul(std::string_view text, std::size_t at) { return at < text.size() ? text[at] : '\0'; }

template <typename Is>
std::size_t skip(std::string_view text, std::size_t at, Is is) {
  while (at < text.size() && is(text[at])) ++at;
  return at;
}

// Bytes of the letter at `at`; 0 where none is. Of characters beyond ASCII, those of the blocks of
// punctuation, symbols and emoji are none.
std::size_t letter_length(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(at_or_nul(text, at));
  if (is_ascii_letter(static_cast<char>(byte))) return 1;
  if (byte < 0xC3 || byte == 0xE2 || byte >= 0xF0) return 0;
  if (byte == 0xE3 && static_cast<unsigned char>(at_or_nul(text, at + 1)) == 0x80) return 0;
  return byte < 0xE0 ? 2 : 3;
}

std::size_t character_length(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
  return end - at;
}

// %d, %5.2f, %1, %1$s, %NAME, %NAME%, %(name)s.
std::size_t percent_length(std::string_view text, std::size_t at) {
  if (at > 0 && is_digit(text[at - 1])) return 0;  // "50%ige"
  std::size_t end = at + 1;
  if (at_or_nul(text, end) == '(') {
    const std::size_t close = skip(text, end + 1, is_name_part);
    if (at_or_nul(text, close) != ')') return 0;
    end = close + 1;
  }
  end = skip(text, end, [](char c) { return c == '-' || c == '+' || c == '#'; });
  end = skip(text, end, is_digit);
  if (at_or_nul(text, end) == '$' ||
      (at_or_nul(text, end) == '.' && is_digit(at_or_nul(text, end + 1)))) {
    end = skip(text, end + 1, is_digit);
  }
  end = skip(text, end, is_name_part);
  if (!is_name_part(text[end - 1])) return at_or_nul(text, at + 1) == '@' ? 2 : 0;
  const bool closed = at_or_nul(text, end) == '%' && !is_name_part(at_or_nul(text, end + 1));
  return end - at + (closed ? 1 : 0);
}

// From an opening mark to its closing one, with nothing but parts of names between; `least`
// characters of them.
std::size_t enclosed_length(std::string_view text, std::size_t at, char close, std::size_t least) {
  const auto is_inside = [](char c) {
    return is_name_part(c) || c == '.' || c == ':' || c == '-' || c == '$' || c == '#' ||
           is_beyond_ascii(c);
  };
  const std::size_t end = skip(text, at + 1, is_inside);
  const bool good =
      at_or_nul(text, end) == close && end - at - 1 >= least && end - at < kLongestPlaceholder;
  return good ? end + 1 - at : 0;
}

// $(NAME), $[name], ${name}, $name, $name$; not $A$1.
std::size_t dollar_length(std::string_view text, std::size_t at) {
  std::size_t length = 0;
  if (at_or_nul(text, at + 1) == '(') length = enclosed_length(text, at + 1, ')', 1);
  if (at_or_nul(text, at + 1) == '[') length = enclosed_length(text, at + 1, ']', 1);
  if (at_or_nul(text, at + 1) == '{') length = enclosed_length(text, at + 1, '}', 1);
  if (length > 0) return length + 1;
  const std::size_t end = skip(text, at + 1, is_name_part);
  const bool cell = is_digit(text[end - 1]) || at_or_nul(text, end) == '.';  // $Sheet1.$A$1
  if (end - at < 4 || is_digit(text[at + 1]) || cell) return 0;
  return end - at + (at_or_nul(text, end) == '$' ? 1 : 0);
}

// <tag>, </tag>, <tag name="value">, <tag/>: what is inside begins with a letter, and words follow
// it only as attributes.
std::size_t tag_length(std::string_view text, std::size_t at) {
  std::size_t end = at + (at_or_nul(text, at + 1) == '/' ? 2 : 1);
  if (!is_ascii_letter(at_or_nul(text, end))) return 0;
  const std::size_t close = text.substr(0, at + 3 * kLongestPlaceholder).find('>', end);
  if (close == std::string_view::npos) return 0;
  const std::string_view inside = text.substr(end, close - end);
  if (inside.find('<') != std::string_view::npos) return 0;
  const bool words = inside.find(' ') != std::string_view::npos;
  if (words && inside.find('=') == std::string_view::npos) return 0;
  return close + 1 - at;
}

// &amp; and &#160;.
std::size_t entity_length(std::string_view text, std::size_t at) {
  const std::size_t begin = at + (at_or_nul(text, at + 1) == '#' ? 2 : 1);
  const std::size_t end = skip(text, begin, is_name_part);
  return end >= begin + 2 && at_or_nul(text, end) == ';' ? end + 1 - at : 0;
}

std::size_t placeholder_length(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '%':
      return percent_length(text, at);
    case '$':
      return dollar_length(text, at);
    case '{':
      return enclosed_length(text, at, '}', 0);
    case '<':
      return tag_length(text, at);
    case '&':
      return entity_length(text, at);
    default:
      return 0;
  }
}

// Without the marks that end a sentence or close a quotation.
std::size_t without_last_marks(std::string_view text, std::size_t at, std::size_t end) {
  constexpr std::string_view kMarks = ".,;:!?)]}'\"*";
  while (end > at && kMarks.find(text[end - 1]) != std::string_view::npos) --end;
  return end - at;
}

// A URL or an address of e-mail.
std::size_t address_length(std::string_view text, std::size_t at) {
  if (!is_name_part(text[at])) return 0;
  const auto is_inside = [](char c) {
    return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7F &&
           c != '<' && c != '>' && c != '"';
  };
  const std::size_t scheme = skip(text, at, is_ascii_letter);
  const bool is_url = text.substr(scheme).starts_with("://") || text.substr(at).starts_with("www.");
  if (is_url) return without_last_marks(text, at, skip(text, at, is_inside));
  const auto is_local = [](char c) { return is_name_part(c) || c == '.' || c == '-' || c == '+'; };
  const std::size_t name = skip(text, at, is_local);
  if (at_or_nul(text, name) != '@') return 0;
  const std::size_t end = at + without_last_marks(text, at, skip(text, name + 1, is_local));
  const bool dotted = text.substr(name, end - name).find('.') != std::string_view::npos;
  return dotted ? end - at : 0;
}

std::size_t digit_mark(std::string_view text, std::size_t at) {
  for (const std::string_view mark : kDigitMarks) {
    if (text.substr(at).starts_with(mark) && is_digit(at_or_nul(text, at + mark.size()))) {
      return mark.size();
    }
  }
  return 0;
}

std::size_t number_length(std::string_view text, std::size_t at) {
  std::size_t end = skip(text, at, is_digit);
  if (end == at) return 0;
  while (const std::size_t mark = digit_mark(text, end)) end = skip(text, end + mark, is_digit);
  return end - at;
}

// Groups of three digits belong to the group before them: 1,000.5 and 1.000,5 are 1000.5 both.
std::string form_of_number(std::string_view number) {
  std::string form;
  bool may_join = false;  // the group before was no decimal one
  for (const std::string_view group : digit_groups(number)) {
    const bool joins = may_join && group.size() == 3;
    if (!form.empty() && !joins) form += '.';
    may_join = form.empty() ? group.size() <= 3 && group[0] != '0' : joins;
    form += group;
  }
  return form;
}

}  // namespace

std::string lower_latin(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool latin = i > 0 && static_cast<unsigned char>(text[i - 1]) == 0xC3 && byte >= 0x80 &&
                       byte <= 0x9E && byte != 0x97;
    if (text.substr(i).starts_with(kApostrophe)) {
      lower += '\'';
      i += kApostrophe.size() - 1;
    } else {
      lower += static_cast<char>(is_upper(text[i]) || latin ? byte + 0x20 : byte);
    }
  }
  return lower;
}

std::size_t word_length(std::string_view text, std::size_t at) {
  std::size_t end = at;
  for (;;) {
    std::size_t length = letter_length(text, end);
    if (length == 0 && end > at) {
      const std::size_t mark = text.substr(end).starts_with(kApostrophe) ? kApostrophe.size()
                               : at_or_nul(text, end) == '\''            ? 1
                                                                         : 0;
      if (mark > 0 && letter_length(text, end + mark) > 0) length = mark;
    }
    if (length == 0) return end - at;
    end = std::min(end + length, text.size());  // the last character may be cut
  }
}

std::vector<std::string_view> digit_groups(std::string_view number) {
  std::vector<std::string_view> groups;
  for (std::size_t at = 0; at < number.size(); ++at) {
    const std::size_t end = skip(number, at, is_digit);
    if (end > at) groups.push_back(number.substr(at, end - at));
    at = end;
  }
  return groups;
}

WordPatterns::WordPatterns(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    std::string word = lower_latin(pattern);
    const bool begins = word.ends_with('*');
    const bool ends = word.starts_with('*');
    std::erase(word, '*');
    if (begins && ends) {
      inside_.push_back(std::move(word));
    } else if (begins) {
      beginnings_.of(static_cast<unsigned char>(word[0])).push_back(std::move(word));
    } else if (ends) {
      endings_.push_back(std::move(word));
    } else {
      whole_.insert(std::move(word));
    }
  }
}

bool WordPatterns::match(const std::string& word) const {
  const auto begins = [&](const std::string& b) { return word.starts_with(b); };
  const auto ends = [&](const std::string& e) { return word.ends_with(e); };
  const auto contains = [&](const std::string& i) { return word.find(i) != std::string::npos; };
  return whole_.contains(word) || std::ranges::any_of(beginnings_.of(word), begins) ||
         std::ranges::any_of(endings_, ends) || std::ranges::any_of(inside_, contains);
}

LanguageRules::LanguageRules(const LanguageWords& words)
    : negation_(words.negation), negating_(words.negating) {
  const auto longer = [](const KeyName& a, const KeyName& b) {
    return a.text.size() > b.text.size();
  };
  for (const auto& [form, names] : words.keys) {
    for (const std::string& name : names) {
      std::vector<KeyName>& alike = keys_.of(static_cast<unsigned char>(name[0]));
      alike.push_back({name, form});
      std::ranges::stable_sort(alike, longer);
    }
  }
  for (const auto& [digits, names] : words.numbers) {
    for (const std::string& name : names) {
      std::string word = lower_latin(name);
      if (word.ends_with('*')) {
        word.pop_back();
        begun_.of(static_cast<unsigned char>(word[0])).emplace_back(word, digits);
      } else {
        numbers_.emplace(std::move(word), digits);
      }
    }
  }
}

// Bytes of the key's name at `at`, as the recipe writes it; F1 to F24 need no list.
std::size_t LanguageRules::key_name(std::string_view sentence, std::size_t at,
                                    std::string& form) const {
  const auto ends = [&](std::size_t end) {
    return letter_length(sentence, end) == 0 && !is_digit(at_or_nul(sentence, end));
  };
  if (sentence[at] == 'F') {
    const std::size_t end = skip(sentence, at + 1, is_digit);
    if (end > at + 1 && end <= at + 3 && sentence[at + 1] != '0' && ends(end)) {
      form = lower_latin(sentence.substr(at, end - at));
      return end - at;
    }
  }
  for (const KeyName& key : keys_.of(sentence.substr(at))) {
    if (sentence.substr(at).starts_with(key.text) && ends(at + key.text.size())) {
      form = key.form;
      return key.text.size();
    }
  }
  return 0;
}

// "Ctrl+Shift+F12", "Strg + C", or a key of F1 to F24 alone. Which modifier is named first does not
// matter.
std::size_t LanguageRules::take_keys(std::string_view sentence, std::size_t at,
                                     VitalParts& found) const {
  std::vector<std::string> forms(1);
  std::size_t end = at + key_name(sentence, at, forms[0]);
  if (end == at) return 0;
  for (;;) {
    const std::size_t plus = skip(sentence, end, [](char c) { return c == ' '; });
    if (at_or_nul(sentence, plus) != '+' || plus > end + 1) break;
    const std::size_t next = skip(sentence, plus + 1, [](char c) { return c == ' '; });
    if (next >= sentence.size() || next > plus + 2) break;
    std::string form;
    std::size_t length = key_name(sentence, next, form);
    if (length == 0) {
      length =
          std::max(skip(sentence, next, is_name_part) - next, character_length(sentence, next));
      form = lower_latin(sentence.substr(next, length));
    }
    forms.push_back(std::move(form));
    end = next + length;
  }
  const bool function_key = forms[0].size() > 1 && forms[0][0] == 'f' && is_digit(forms[0][1]);
  if (forms.size() == 1 && !function_key) return 0;
  std::ranges::sort(forms);
  VitalPart part{DoubtKind::kKey, {}, sentence.substr(at, end - at)};
  for (const std::string& form : forms) part.form += (part.form.empty() ? "" : "+") + form;
  found.parts.push_back(std::move(part));
  return end - at;
}

void LanguageRules::look_at_word(std::string_view word, VitalParts& found) const {
  const std::string lower = lower_latin(word);
  if (negation_.match(lower)) {
    found.negated.push_back(word);
  } else if (negating_.match(lower)) {
    ++found.negating;
  }
  if (const auto number = numbers_.find(lower); number != numbers_.end()) {
    found.spelled.push_back(number->second);
  }
  for (const auto& [beginning, digits] : begun_.of(lower)) {
    if (lower.starts_with(beginning)) found.spelled.push_back(digits);
  }
}

void LanguageRules::find(std::string_view sentence, VitalParts& found) const {
  found = {};
  for (std::size_t at = 0; at < sentence.size();) {
    const auto take = [&](DoubtKind kind, std::size_t length) {
      if (length == 0) return false;
      const std::string_view text = sentence.substr(at, length);
      const bool number = kind == DoubtKind::kNumber;
      found.parts.push_back({kind, number ? form_of_number(text) : std::string(text), text});
      at += length;
      return true;
    };
    if (take(DoubtKind::kPlaceholder, placeholder_length(sentence, at)) ||
        take(DoubtKind::kUrl, address_length(sentence, at))) {
      continue;
    }
    if (const std::size_t keys = take_keys(sentence, at, found)) {
      at += keys;
    } else if (take(DoubtKind::kNumber, number_length(sentence, at))) {
      continue;
    } else if (const std::size_t word = word_length(sentence, at)) {
      look_at_word(sentence.substr(at, word), found);
      at += word;
    } else {
      at += character_length(sentence, at);
    }
  }
}

}  // namespace rightsize

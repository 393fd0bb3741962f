#include "text/translation_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/ascii.h"

namespace rightsize {
namespace {

constexpr std::string_view kUnknownMark = "\xE2\x81\x87";  // what a tokenizer writes for a piece
                                                           // that it does not know

using Forms = std::vector<std::string>;

constexpr std::uint32_t bit(DoubtKind kind) { return 1U << static_cast<unsigned>(kind); }

Forms minus(const Forms& from, const Forms& what) {
  Forms rest;
  std::ranges::set_difference(from, what, std::back_inserter(rest));
  return rest;
}

// Those of a kind, sorted.
Forms forms_of(const VitalParts& found, DoubtKind kind) {
  Forms forms;
  for (const VitalPart& part : found.parts) {
    if (part.kind == kind) forms.push_back(part.form);
  }
  std::ranges::sort(forms);
  return forms;
}

// Of "ctrl+f12" or "1.2" the parts, of all forms together, sorted.
Forms cut(const Forms& forms, char at) {
  Forms parts;
  for (const std::string& form : forms) {
    for (std::size_t begin = 0; begin <= form.size();) {
      const std::size_t end = std::min(form.find(at, begin), form.size());
      if (end > begin) parts.push_back(form.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  std::ranges::sort(parts);
  return parts;
}

// As it stands in the sentence.
std::string_view text_of(const VitalParts& found, DoubtKind kind, const std::string& form) {
  const auto is_it = [&](const VitalPart& part) { return part.kind == kind && part.form == form; };
  return std::ranges::find_if(found.parts, is_it)->text;
}

// Of numbers, by their forms, the digits group by group; 01 is 1, as in dates.
Forms groups_of(const VitalParts& found, const Forms& forms) {
  Forms groups;
  for (const std::string& form : forms) {
    for (const std::string_view group : digit_groups(text_of(found, DoubtKind::kNumber, form))) {
      const bool padded = group.size() == 2 && group[0] == '0' && group[1] != '0';
      groups.emplace_back(group.substr(padded ? 1 : 0));
    }
  }
  std::ranges::sort(groups);
  return groups;
}

// Without the forms that the other language spells out, as far as this one does not as well.
Forms without_spelled(const Forms& forms, Forms there, Forms here) {
  std::ranges::sort(there);
  std::ranges::sort(here);
  return minus(forms, minus(there, here));
}

const char* noun_of(DoubtKind kind) {
  switch (kind) {
    case DoubtKind::kPlaceholder:
      return "the placeholder";
    case DoubtKind::kKey:
      return "the key";
    case DoubtKind::kUrl:
      return "the address";
    default:
      return "the number";
  }
}

void compare(const VitalParts& source, const VitalParts& target, DoubtKind kind,
             std::vector<Doubt>& doubts) {
  const Forms wanted = forms_of(source, kind);
  const Forms given = forms_of(target, kind);
  if (wanted == given) return;
  Forms missing = minus(wanted, given);
  Forms added = minus(given, wanted);
  if (kind == DoubtKind::kNumber) {
    missing = without_spelled(missing, target.spelled, source.spelled);
    added = without_spelled(added, source.spelled, target.spelled);
    // Dates and times are written with other marks, in another order.
    if (!missing.empty() && groups_of(source, missing) == groups_of(target, added)) return;
  }
  if (kind == DoubtKind::kKey && cut(missing, '+') == cut(added, '+')) return;
  for (const std::string& form : missing) {
    doubts.push_back(
        {kind, fmt::format("{} {} is missing", noun_of(kind), text_of(source, kind, form))});
  }
  for (const std::string& form : added) {
    doubts.push_back({kind, fmt::format("{} {} is not in the source", noun_of(kind),
                                        text_of(target, kind, form))});
  }
}

// Of a language, the negations that the other must have at least, and those that it may have.
void compare_negations(const VitalParts& source, const VitalParts& target,
                       std::vector<Doubt>& doubts) {
  const std::size_t wanted = source.negated.size();
  const std::size_t given = target.negated.size();
  if (given + target.negating < wanted) {
    doubts.push_back({DoubtKind::kNegation,
                      given == 0 ? fmt::format("the negation '{}' is missing", source.negated[0])
                                 : "one of the negations is missing"});
  }
  if (wanted + source.negating < given) {
    doubts.push_back({DoubtKind::kNegation,
                      wanted == 0
                          ? fmt::format("the negation '{}' is not in the source", target.negated[0])
                          : "there is a negation more than in the source"});
  }
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size())) {
    ++count;
  }
  return count;
}

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// Between languages of one script lengths differ by less, but for a few words, where they say
// nothing.
void compare_lengths(std::string_view source, std::string_view translation,
                     std::vector<Doubt>& doubts) {
  const std::size_t wanted = characters_of(source);
  const std::size_t given = characters_of(translation);
  const char* fault = nullptr;
  if (given == 0) {
    fault = "the translation is empty";
  } else if (wanted > 30 && 3 * given < wanted) {
    fault = "the translation is much shorter than the source";
  } else if (given > 3 * wanted + 30) {
    fault = "the translation is much longer than the source";
  }
  if (fault != nullptr) doubts.push_back({DoubtKind::kLength, fault});
}

// The words that stand three times in a row, or a phrase of four and more that stands twice; empty
// where there is nothing of the kind.
std::string_view repeated(std::string_view text) {
  constexpr std::size_t kLongestPhrase = 12;
  constexpr std::size_t kLongPhrase = 4;
  const std::vector<std::string_view> words = pieces_between_spaces(text);
  for (std::size_t length = 1; length <= kLongestPhrase && 2 * length <= words.size(); ++length) {
    std::size_t same = 0;  // words in a row that stand again `length` words later
    const std::size_t enough = length >= kLongPhrase ? length : 2 * length;
    for (std::size_t i = 0; i + length < words.size(); ++i) {
      same = words[i] == words[i + length] && word_length(words[i], 0) > 0 ? same + 1 : 0;
      if (same < enough) continue;
      const char* begin = words[i + 1 - length].data();
      return {begin, static_cast<std::size_t>(words[i].data() + words[i].size() - begin)};
    }
  }
  return {};
}

}  // namespace

const char* to_string(DoubtKind kind) {
  switch (kind) {
    case DoubtKind::kPlaceholder:
      return "placeholder";
    case DoubtKind::kNumber:
      return "number";
    case DoubtKind::kKey:
      return "key";
    case DoubtKind::kUrl:
      return "url";
    case DoubtKind::kNegation:
      return "negation";
    case DoubtKind::kUnknown:
      return "unknown";
    case DoubtKind::kLength:
      return "length";
    case DoubtKind::kRepetition:
      return "repetition";
  }
  return "?";
}

std::string words_of(std::span<const Doubt> doubts) {
  std::string text;
  for (const Doubt& doubt : doubts) text += (text.empty() ? "" : "; ") + doubt.what;
  return text;
}

TranslationCheck::TranslationCheck(const CheckWords& words)
    : source_(words.source),
      target_(words.target),
      negations_(!words.source.negation.empty() && !words.target.negation.empty()) {}

std::vector<Doubt> TranslationCheck::doubts_of(std::string_view source,
                                               std::string_view translation) const {
  std::vector<Doubt> doubts;
  if (source.empty()) return doubts;
  VitalParts wanted;
  VitalParts given;
  source_.find(source, wanted);
  target_.find(translation, given);
  for (const DoubtKind kind :
       {DoubtKind::kPlaceholder, DoubtKind::kNumber, DoubtKind::kKey, DoubtKind::kUrl}) {
    compare(wanted, given, kind, doubts);
  }
  if (negations_) compare_negations(wanted, given, doubts);
  if (count_of(translation, kUnknownMark) > count_of(source, kUnknownMark)) {
    doubts.push_back({DoubtKind::kUnknown, "the model could not write some characters"});
  }
  compare_lengths(source, translation, doubts);
  const std::string_view loop = repeated(translation);
  if (!loop.empty() && repeated(source).empty()) {
    doubts.push_back({DoubtKind::kRepetition, fmt::format("'{}' stands over and over", loop)});
  }
  return doubts;
}

void TranslationCheck::add_doubts(std::string_view source, TextOutcome& outcome) const {
  if (source.empty()) return;
  std::vector<Doubt> found = doubts_of(source, outcome.text);
  const bool knows_unknown = (bits_of(outcome.doubts) & bit(DoubtKind::kUnknown)) != 0;
  for (Doubt& doubt : found) {
    if (knows_unknown && doubt.kind == DoubtKind::kUnknown) continue;
    outcome.doubts.push_back(std::move(doubt));
  }
  if (!outcome.finished) outcome.doubts.push_back({DoubtKind::kLength, "the translation is cut"});
}

std::uint32_t bits_of(std::span<const Doubt> doubts) {
  std::uint32_t bits = 0;
  for (const Doubt& doubt : doubts) bits |= bit(doubt.kind);
  return bits;
}

}  // namespace rightsize

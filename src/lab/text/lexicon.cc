#include "lab/text/lexicon.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <span>
#include <unordered_set>

#include "core/file.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 4> kSuffixes = {"noun", "verb", "adj", "adv"};
constexpr std::size_t kNouns = 0;
constexpr std::size_t kVerbs = 1;
constexpr std::size_t kAdjectives = 2;

struct Ending {
  std::string_view ending, replacement;
};
// What WordNet's own morphological search detaches.
constexpr std::array<Ending, 8> kNounEndings = {{{"s", ""},
                                                 {"ses", "s"},
                                                 {"xes", "x"},
                                                 {"zes", "z"},
                                                 {"ches", "ch"},
                                                 {"shes", "sh"},
                                                 {"men", "man"},
                                                 {"ies", "y"}}};
constexpr std::array<Ending, 8> kVerbEndings = {{{"s", ""},
                                                 {"ies", "y"},
                                                 {"es", "e"},
                                                 {"es", ""},
                                                 {"ed", "e"},
                                                 {"ed", ""},
                                                 {"ing", "e"},
                                                 {"ing", ""}}};
constexpr std::array<Ending, 4> kAdjectiveEndings = {
    {{"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"}}};

std::span<const Ending> endings_of(std::size_t part) {
  if (part == kNouns) return kNounEndings;
  if (part == kVerbs) return kVerbEndings;
  if (part == kAdjectives) return kAdjectiveEndings;
  return {};
}

bool is_function_word(std::string_view word) {
  static const std::unordered_set<std::string_view> kWords = {
      "a",       "about",  "above",   "across", "after",   "against", "although", "among",
      "an",      "and",    "any",     "around", "as",      "at",      "because",  "before",
      "behind",  "below",  "beneath", "beside", "between", "beyond",  "but",      "by",
      "despite", "during", "each",    "either", "every",   "except",  "for",      "from",
      "he",      "her",    "hers",    "him",    "his",     "i",       "if",       "in",
      "inside",  "into",   "it",      "its",    "me",      "mine",    "my",       "neither",
      "no",      "nor",    "of",      "off",    "on",      "onto",    "or",       "our",
      "ours",    "out",    "outside", "over",   "per",     "she",     "since",    "so",
      "some",    "than",   "that",    "the",    "their",   "theirs",  "them",     "these",
      "they",    "this",   "those",   "though", "through", "to",      "toward",   "towards",
      "under",   "unless", "until",   "up",     "upon",    "us",      "we",       "what",
      "whether", "which",  "while",   "who",    "whom",    "whose",   "with",     "within",
      "without", "yet",    "you",     "your",   "yours"};
  return kWords.contains(word);
}

bool is_modal_verb(std::string_view word) {
  static const std::unordered_set<std::string_view> kWords = {
      "can", "could", "may", "might", "must", "shall", "should", "will", "would", "cannot"};
  return kWords.contains(word);
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    if (end > at) fields.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Hands every line but those of the licence, which begin with two spaces, to `use`; false from it
// is a line that is not in the format.
Status for_each_line(const fs::path& path,
                     const std::function<bool(const std::vector<std::string_view>&)>& use) {
  const Result<std::string> text = read_text(path);
  if (!text.ok()) return text.status();
  const std::string_view all = *text;
  std::size_t line_number = 0;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const std::string_view line = all.substr(at, end - at);
    at = end + 1;
    ++line_number;
    if (line.empty() || line.starts_with("  ")) continue;
    if (!use(fields_of(line))) {
      return invalid_input(fmt::format(
          "{}:{} is not in WordNet's format: name a folder with the files of WordNet 3.0",
          path.string(), line_number));
    }
  }
  return {};
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

}  // namespace

// The best reading so far: most uses, then most senses, then the first.
struct Lexicon::Best {
  PartOfSpeech part = PartOfSpeech::kNone;
  std::uint32_t uses = 0;
  std::uint32_t senses = 0;
};

const char* to_string(PartOfSpeech part) {
  constexpr std::array<const char*, 6> kNames = {"noun",      "verb",   "adjective",
                                                 "satellite", "adverb", "none"};
  return kNames[static_cast<std::size_t>(part)];
}

// lemma pos senses pointers [pointer...] senses tagged offset [offset...]
Status Lexicon::read_index(const fs::path& folder, std::size_t part) {
  const fs::path path = folder / (std::string("index.") + kSuffixes[part]);
  return for_each_line(path, [&](const std::vector<std::string_view>& fields) {
    if (fields.size() < 7) return false;
    const auto senses = number(fields[2]);
    const auto pointers = number(fields[3]);
    if (!senses || !pointers || *senses == 0 || fields.size() != 6 + *senses + *pointers) {
      return false;
    }
    const std::string word(fields[0]);
    entries_[word].senses[part] = *senses;
    if (part == kAdjectives) {
      const auto first = number(fields[6 + *pointers]);
      if (!first) return false;
      first_adjective_sense_[word] = *first;
    }
    return true;
  });
}

// form base [base...]
Status Lexicon::read_irregular(const fs::path& folder, std::size_t part) {
  const std::string name = std::string(kSuffixes[part]) + ".exc";
  if (!is_there(folder / name)) {
    missing_.push_back(name);
    return {};
  }
  return for_each_line(folder / name, [&](const std::vector<std::string_view>& fields) {
    if (fields.size() < 2) return false;
    irregular_[part][std::string(fields[0])].assign(fields.begin() + 1, fields.end());
    return true;
  });
}

// offset file type ...
Status Lexicon::read_satellites(const fs::path& folder) {
  const char* name = "data.adj";
  if (!is_there(folder / name)) {
    missing_.emplace_back(name);
    return {};
  }
  std::unordered_set<std::uint32_t> satellites;
  const auto use = [&](const std::vector<std::string_view>& fields) {
    if (fields.size() < 3) return false;
    const auto offset = number(fields[0]);
    if (offset && fields[2] == "s") satellites.insert(*offset);
    return offset.has_value();
  };
  if (Status status = for_each_line(folder / name, use); !status.ok()) return status;
  for (const auto& [word, sense] : first_adjective_sense_) {
    entries_[word].satellite = satellites.contains(sense);
  }
  return {};
}

// lemma%type:... number uses; the types are noun, verb, adjective, adverb, satellite adjective
Status Lexicon::read_uses(const fs::path& folder) {
  const char* name = "cntlist.rev";
  if (!is_there(folder / name)) {
    missing_.emplace_back(name);
    return {};
  }
  return for_each_line(folder / name, [&](const std::vector<std::string_view>& fields) {
    if (fields.size() != 3) return false;
    const std::size_t mark = fields[0].rfind('%');
    const auto uses = number(fields[2]);
    if (mark == std::string_view::npos || mark + 1 >= fields[0].size() || !uses) return false;
    const char type = fields[0][mark + 1];
    if (type < '1' || type > '5') return false;
    const std::size_t part = type == '5' ? kAdjectives : static_cast<std::size_t>(type - '1');
    const auto entry = entries_.find(std::string(fields[0].substr(0, mark)));
    if (entry != entries_.end()) entry->second.uses[part] += *uses;
    return true;
  });
}

Result<Lexicon> Lexicon::open(const fs::path& folder) {
  Lexicon lexicon;
  for (std::size_t part = 0; part < kParts; ++part) {
    if (Status status = lexicon.read_index(folder, part); !status.ok()) return status;
    if (Status status = lexicon.read_irregular(folder, part); !status.ok()) return status;
  }
  if (Status status = lexicon.read_satellites(folder); !status.ok()) return status;
  if (Status status = lexicon.read_uses(folder); !status.ok()) return status;
  lexicon.first_adjective_sense_.clear();
  return lexicon;
}

void Lexicon::consider(const std::string& form, std::size_t part, Best& best) const {
  const auto found = entries_.find(form);
  if (found == entries_.end() || found->second.senses[part] == 0) return;
  const Entry& entry = found->second;
  const auto now = std::pair(entry.uses[part], entry.senses[part]);
  if (best.part != PartOfSpeech::kNone && now <= std::pair(best.uses, best.senses)) return;
  constexpr std::array<PartOfSpeech, kParts> kNames = {
      PartOfSpeech::kNoun, PartOfSpeech::kVerb, PartOfSpeech::kAdjective, PartOfSpeech::kAdverb};
  const bool satellite = part == kAdjectives && entry.satellite;
  best = {satellite ? PartOfSpeech::kSatellite : kNames[part], now.first, now.second};
}

void Lexicon::consider_forms(const std::string& word, std::size_t part, Best& best) const {
  consider(word, part, best);
  if (const auto found = irregular_[part].find(word); found != irregular_[part].end()) {
    for (const std::string& base : found->second) consider(base, part, best);
    return;
  }
  for (const Ending& one : endings_of(part)) {
    if (word.size() <= one.ending.size() || !word.ends_with(one.ending)) continue;
    std::string base = word.substr(0, word.size() - one.ending.size());
    consider(base.append(one.replacement), part, best);
  }
}

PartOfSpeech Lexicon::part_of(std::string_view word) const {
  if (is_function_word(word)) return PartOfSpeech::kNone;
  if (is_modal_verb(word)) return PartOfSpeech::kVerb;
  Best best;
  for (std::size_t part = 0; part < kParts; ++part) consider_forms(std::string(word), part, best);
  return best.part;
}

}  // namespace rightsize

// Parts of speech of English words by a lexicon in the format of WordNet (Miller, "WordNet: a
// lexical database for English", Comm. ACM 38(11), 1995), as Debian's package wordnet-base has it
// in /usr/share/wordnet. The laboratory's: nothing on a device needs it, and it is optional there
// too.
//
// No context is looked at: a word has the part of speech that it has most often in the texts whose
// senses WordNet's authors counted, for any of its base forms. Pronouns, articles, prepositions and
// conjunctions have none (WordNet knows many of them as rare nouns: "in" an inch, "a" a vitamin);
// modal verbs, which WordNet lacks, are verbs.
//
// Threading: immutable after `open`; may be used from several threads at once.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

enum class PartOfSpeech : std::uint8_t { kNoun, kVerb, kAdjective, kSatellite, kAdverb, kNone };
const char* to_string(PartOfSpeech part);  // "noun", ..., "none"

class Lexicon {
 public:
  // Reads index.noun, index.verb, index.adj and index.adv of the folder, and where they are there
  // noun.exc, verb.exc, adj.exc and adv.exc (irregular forms), data.adj (which adjectives are
  // satellites of a cluster, "fast" around "quick") and cntlist.rev (how often a sense was
  // counted). Fails where one of the four is missing or a line is not in the format.
  static Result<Lexicon> open(const std::filesystem::path& folder);

  // Files that are not there though they would help. Without data.adj no adjective is a satellite;
  // without cntlist.rev a word has the part of speech that it has most senses for.
  const std::vector<std::string>& missing() const { return missing_; }
  std::size_t size() const { return entries_.size(); }  // words

  // kSatellite of an adjective whose commonest sense is one; else one of the others.
  PartOfSpeech part_of(std::string_view lower_case_word) const;

 private:
  static constexpr std::size_t kParts = 4;  // noun, verb, adjective, adverb: files
  struct Entry {
    std::array<std::uint32_t, kParts> senses{};  // 0: not this part
    std::array<std::uint32_t, kParts> uses{};    // counted
    bool satellite = false;
  };
  struct Best;

  Status read_index(const std::filesystem::path& folder, std::size_t part);
  Status read_irregular(const std::filesystem::path& folder, std::size_t part);
  Status read_satellites(const std::filesystem::path& folder);
  Status read_uses(const std::filesystem::path& folder);
  void consider(const std::string& form, std::size_t part, Best& best) const;
  void consider_forms(const std::string& word, std::size_t part, Best& best) const;

  std::unordered_map<std::string, Entry> entries_;
  std::unordered_map<std::string, std::uint32_t> first_adjective_sense_;  // while reading
  std::array<std::unordered_map<std::string, std::vector<std::string>>, kParts> irregular_;
  std::vector<std::string> missing_;
};

}  // namespace rightsize

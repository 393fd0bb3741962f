#include "lab/text/features.h"

#include <limits>
#include <string>

#include "lab/text/characters.h"
#include "lab/text/words.h"

namespace rightsize {
namespace {

using enum TextFeature::Index;

constexpr double kAny = std::numeric_limits<double>::infinity();
constexpr std::array<const char*, 3> kGroups = {"words", "pieces", "parts-of-speech"};

constexpr FeatureInfo feature(const char* name, std::size_t group, const char* unit,
                              const char* definition) {
  return {name, group, unit, 0, kAny, definition};
}

constexpr std::array<FeatureInfo, kTextFeatures> kFeatures = {{
    feature("n_words", 0, "words", "number of words between spaces with a letter or a digit"),
    feature("n_bpe_chars", 1, "pieces", "number of pieces that the models' tokenizer makes"),
    feature("avg_bpe", 1, "pieces per word", "n_bpe_chars / n_words"),
    feature("n_tokens", 0, "tokens", "number of tokens of 13a, punctuation apart"),
    feature("avg_noun", 2, "nouns per word", "tokens that are nouns / n_words"),
    feature("avg_verb", 2, "verbs per word", "tokens that are verbs / n_words"),
    feature("avg_adj", 2, "adjectives per word", "tokens that are adjectives / n_words"),
    feature("avg_sat_adj", 2, "adjectives per word",
            "tokens that are satellite adjectives of WordNet / n_words"),
    feature("avg_adverb", 2, "adverbs per word", "tokens that are adverbs / n_words"),
    feature("avg_punc", 0, "tokens per word", "tokens without letter and digit / n_words"),
    feature("avg_word_length", 0, "characters per word", "characters in words / n_words"),
}};

void count_part(PartOfSpeech part, TextFeatures& counts) {
  switch (part) {
    case PartOfSpeech::kNoun:
      counts[kNouns] += 1;
      break;
    case PartOfSpeech::kVerb:
      counts[kVerbs] += 1;
      break;
    case PartOfSpeech::kSatellite:
      counts[kSatelliteAdjectives] += 1;
      counts[kAdjectives] += 1;
      break;
    case PartOfSpeech::kAdjective:
      counts[kAdjectives] += 1;
      break;
    case PartOfSpeech::kAdverb:
      counts[kAdverbs] += 1;
      break;
    case PartOfSpeech::kNone:
      break;
  }
}

}  // namespace

const FeatureSet& text_feature_set() {
  static constexpr FeatureSet kSet = {"text-11", kFeatures, kGroups};
  return kSet;
}

TextFeatures text_features(std::string_view sentence, std::size_t pieces, const Lexicon* lexicon) {
  TextFeatures features{};
  for (const std::string& word : split_at_spaces(well_formed(sentence))) {
    if (!is_word(word)) continue;
    features[kWords] += 1;
    features[kWordLength] += static_cast<float>(characters(word).size());
  }
  for (const std::string& token : lower_case_tokens(sentence)) {
    features[kTokens] += 1;
    if (!is_word(token)) {
      features[kPunctuation] += 1;
    } else if (lexicon != nullptr) {
      count_part(lexicon->part_of(token), features);
    }
  }
  features[kPieces] = static_cast<float>(pieces);
  features[kPiecesPerWord] = features[kPieces];
  for (std::size_t f = kPiecesPerWord; f < kTextFeatures; ++f) {
    if (f == kTokens) continue;
    features[f] = features[kWords] > 0 ? features[f] / features[kWords] : 0.0F;
  }
  return features;
}

}  // namespace rightsize

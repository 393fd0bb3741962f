// The 11 candidate features of a sentence of Marco, Taylor, Wang and Elkhatib, ACM TECS 19(1),
// 2020.
//
// The paper gives their names and a few words each. Where it leaves open how they are counted, this
// is ours:
// - words: what stands between spaces and holds a letter or a digit;
// - tokens: those of 13a (lab/text/metrics.h), which set punctuation apart;
// - "BPE characters": the pieces that the models' tokenizer makes of the sentence, whatever
//   algorithm it has (the paper's networks had byte-pair encoding);
// - parts of speech: by a lexicon without context (lab/text/lexicon.h), of tokens in lower case. A
//   satellite adjective counts as an adjective too;
// - "average number of x per word": the number of x in the sentence / its words.
// A sentence without words has averages of 0.
//
// Threading: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "core/feature_set.h"
#include "lab/text/lexicon.h"

namespace rightsize {

struct TextFeature {
  // Places of the features.
  enum Index : std::size_t {
    kWords,
    kPieces,
    kPiecesPerWord,
    kTokens,
    kNouns,
    kVerbs,
    kAdjectives,
    kSatelliteAdjectives,
    kAdverbs,
    kPunctuation,
    kWordLength,
    kCount
  };
};
inline constexpr std::size_t kTextFeatures = TextFeature::kCount;

// "text-11", in the paper's order; its groups are "words", "pieces" (the tokenizer's) and
// "parts-of-speech" (the lexicon's).
const FeatureSet& text_feature_set();

using TextFeatures = std::array<float, kTextFeatures>;

// `pieces` is what the tokenizer made of the sentence, 0 if there is none: its two features are 0
// then. Without a lexicon those of its group are 0.
TextFeatures text_features(std::string_view sentence, std::size_t pieces, const Lexicon* lexicon);

}  // namespace rightsize

// The 11 features of sentences, counted by hand.
#include "lab/text/features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "lab/text/lexicon_test_support.h"
#include "lab/text/words.h"
#include "rightsize/decision.h"

namespace rightsize {
namespace {

using enum TextFeature::Index;

TEST(TextFeatures, TheSetIsThePapers) {
  const FeatureSet& set = text_feature_set();
  EXPECT_STREQ("text-11", set.name);
  ASSERT_EQ(11U, set.features.size());
  ASSERT_LE(set.features.size(), kMaxFeatures);
  EXPECT_STREQ("n_words", set.features[kWords].name);
  EXPECT_STREQ("avg_sat_adj", set.features[kSatelliteAdjectives].name);
  EXPECT_STREQ("avg_word_length", set.features[kWordLength].name);
  for (const FeatureInfo& feature : set.features) EXPECT_LT(feature.group, set.groups.size());
}

TEST(TextFeatures, CountedByHand) {
  const test::LexiconFolder folder;
  const Result<Lexicon> lexicon = Lexicon::open(folder.path());
  ASSERT_TRUE(lexicon.ok()) << lexicon.status().message();
  // Words: Save the fast, quick files - quickly (the dash is none).
  const TextFeatures f = text_features("Save the fast, quick files - quickly.", 13, &*lexicon);
  EXPECT_EQ(6.0F, f[kWords]);
  EXPECT_EQ(9.0F, f[kTokens]);  // and , - .
  EXPECT_EQ(13.0F, f[kPieces]);
  EXPECT_FLOAT_EQ(13.0F / 6, f[kPiecesPerWord]);
  EXPECT_FLOAT_EQ(1.0F / 6, f[kNouns]);
  EXPECT_FLOAT_EQ(1.0F / 6, f[kVerbs]);
  EXPECT_FLOAT_EQ(2.0F / 6, f[kAdjectives]);
  EXPECT_FLOAT_EQ(1.0F / 6, f[kSatelliteAdjectives]);
  EXPECT_FLOAT_EQ(1.0F / 6, f[kAdverbs]);
  EXPECT_FLOAT_EQ(3.0F / 6, f[kPunctuation]);
  EXPECT_FLOAT_EQ((4.0F + 3 + 5 + 5 + 5 + 8) / 6, f[kWordLength]);
}

TEST(TextFeatures, WithoutLexiconPartsOfSpeechAreZero) {
  const TextFeatures f = text_features("Save the files", 0, nullptr);
  EXPECT_EQ(3.0F, f[kWords]);
  for (const std::size_t part : {kNouns, kVerbs, kAdjectives, kSatelliteAdjectives, kAdverbs}) {
    EXPECT_EQ(0.0F, f[part]);
  }
}

TEST(TextFeatures, AnySentenceGivesFiniteNumbers) {
  for (const std::string sentence : {"", "   ", "...", "\xFF\xFE", "\xC3",
                                     "a\xFF"
                                     "b",
                                     "\x01\x02", "??? !!!", "12.5 %"}) {
    for (const float value : text_features(sentence, 3, nullptr)) {
      EXPECT_TRUE(std::isfinite(value)) << sentence;
      EXPECT_GE(value, 0.0F) << sentence;
    }
  }
  EXPECT_EQ(0.0F, text_features("...", 1, nullptr)[kWords]);
}

TEST(Words, LowerCaseBeyondAscii) {
  EXPECT_EQ("größe öl straße", lower_case("GRÖßE Öl Straße"));
  EXPECT_EQ("привет ёж", lower_case("ПРИВЕТ Ёж"));
  EXPECT_EQ("λόγοσ × 漢 😀", lower_case("Λόγοσ × 漢 😀"));
}

TEST(Words, WordsHaveLettersOrDigits) {
  for (const char* word : {"a", "7", "ö", "a-b", "漢", "%1"}) EXPECT_TRUE(is_word(word)) << word;
  for (const char* sign : {"", ".", "-", "–", "„", "«", "…", "、"}) {
    EXPECT_FALSE(is_word(sign)) << sign;
  }
}

}  // namespace
}  // namespace rightsize

// Parts of speech are those of the files: base and inflected forms, the commonest of several, and
// what is said where files are missing or broken.
#include "lab/text/lexicon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "lab/text/lexicon_test_support.h"

namespace rightsize {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum PartOfSpeech;

TEST(Lexicon, BaseAndInflectedForms) {
  const test::LexiconFolder folder;
  const Result<Lexicon> lexicon = Lexicon::open(folder.path());
  ASSERT_TRUE(lexicon.ok()) << lexicon.status().message();
  EXPECT_TRUE(lexicon->missing().empty());
  EXPECT_EQ(11U, lexicon->size());
  EXPECT_EQ(kNoun, lexicon->part_of("sheet"));
  EXPECT_EQ(kNoun, lexicon->part_of("sheets"));
  EXPECT_EQ(kNoun, lexicon->part_of("boxes"));
  EXPECT_EQ(kNoun, lexicon->part_of("children"));
  EXPECT_EQ(kVerb, lexicon->part_of("saved"));
  EXPECT_EQ(kVerb, lexicon->part_of("saving"));
  EXPECT_EQ(kVerb, lexicon->part_of("wrote"));
  EXPECT_EQ(kAdverb, lexicon->part_of("quickly"));
  EXPECT_EQ(kNone, lexicon->part_of("sheetish"));
  EXPECT_EQ(kNone, lexicon->part_of(""));
}

TEST(Lexicon, TheCommonestReadingCounts) {
  const test::LexiconFolder folder;
  const Result<Lexicon> lexicon = Lexicon::open(folder.path());
  ASSERT_TRUE(lexicon.ok()) << lexicon.status().message();
  EXPECT_EQ(kNoun, lexicon->part_of("file"));       // 9 uses against 4
  EXPECT_EQ(kAdjective, lexicon->part_of("open"));  // 8 against 3
  EXPECT_EQ(kVerb, lexicon->part_of("opened"));
}

TEST(Lexicon, TheFirstSenseSaysWhatIsASatellite) {
  const test::LexiconFolder folder;
  const Result<Lexicon> lexicon = Lexicon::open(folder.path());
  ASSERT_TRUE(lexicon.ok()) << lexicon.status().message();
  EXPECT_EQ(kSatellite, lexicon->part_of("fast"));
  EXPECT_EQ(kSatellite, lexicon->part_of("fastest"));
  EXPECT_EQ(kAdjective, lexicon->part_of("quick"));  // its second sense is one
}

TEST(Lexicon, FunctionWordsAndModalVerbs) {
  const test::LexiconFolder folder;
  const Result<Lexicon> lexicon = Lexicon::open(folder.path());
  ASSERT_TRUE(lexicon.ok()) << lexicon.status().message();
  EXPECT_EQ(kNone, lexicon->part_of("in"));
  EXPECT_EQ(kVerb, lexicon->part_of("can"));
}

TEST(Lexicon, SaysWhichFilesItMisses) {
  const test::LexiconFolder folder;
  for (const char* name : {"noun.exc", "data.adj", "cntlist.rev"}) folder.remove(name);
  const Result<Lexicon> lexicon = Lexicon::open(folder.path());
  ASSERT_TRUE(lexicon.ok()) << lexicon.status().message();
  EXPECT_THAT(lexicon->missing(), ElementsAre("noun.exc", "data.adj", "cntlist.rev"));
  EXPECT_EQ(kNone, lexicon->part_of("children"));
  EXPECT_EQ(kAdjective, lexicon->part_of("fast"));
  EXPECT_EQ(kNoun, lexicon->part_of("file"));  // 2 senses against 1
}

TEST(Lexicon, RefusesWhatIsNotThereOrBroken) {
  const test::LexiconFolder folder;
  folder.write("index.verb", "file v 1 1 @ 1 1 00000010\nfile v two\n");
  const Result<Lexicon> broken = Lexicon::open(folder.path());
  ASSERT_FALSE(broken.ok());
  EXPECT_THAT(broken.status().message(), HasSubstr("index.verb:2"));
  for (const char* line : {"file v 3 1 @ 1 1 00000010\n", "file v 0 0 0 0 0\n"}) {
    folder.write("index.verb", line);
    EXPECT_FALSE(Lexicon::open(folder.path()).ok()) << line;
  }
  folder.remove("index.verb");
  const Result<Lexicon> missing = Lexicon::open(folder.path());
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.status().message(), HasSubstr("index.verb"));
}

// With the real one, where RIGHTSIZE_WORDNET names its folder or Debian's package is installed.
TEST(Lexicon, ReadsWordNet) {
  const char* named = std::getenv("RIGHTSIZE_WORDNET");
  const std::filesystem::path folder = named != nullptr ? named : "/usr/share/wordnet";
  if (!std::filesystem::exists(folder / "index.noun")) {
    GTEST_SKIP() << "no WordNet in " << folder << ": install wordnet-base or set RIGHTSIZE_WORDNET";
  }
  const Result<Lexicon> lexicon = Lexicon::open(folder);
  ASSERT_TRUE(lexicon.ok()) << lexicon.status().message();
  EXPECT_TRUE(lexicon->missing().empty());
  EXPECT_GT(lexicon->size(), 80'000U);
  const std::vector<std::pair<const char*, PartOfSpeech>> known = {
      {"document", kNoun},    {"tables", kNoun},          {"mice", kNoun},    {"is", kVerb},
      {"running", kVerb},     {"selected", kVerb},        {"wrote", kVerb},   {"large", kAdjective},
      {"larger", kAdjective}, {"automatically", kAdverb}, {"never", kAdverb}, {"the", kNone},
      {"of", kNone},          {"emergent", kSatellite}};
  for (const auto& [word, part] : known) {
    EXPECT_STREQ(to_string(part), to_string(lexicon->part_of(word))) << word;
  }
}

}  // namespace
}  // namespace rightsize

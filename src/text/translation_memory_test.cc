#include "text/translation_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "text/memory_translator.h"

namespace rightsize {
namespace {

using testing::HasSubstr;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

class Memory {
 public:
  explicit Memory(std::vector<SentencePair> pairs) : bytes_(memory_bytes(pairs)) {
    auto opened = TranslationMemory::over(bytes_of(bytes_), "test");
    EXPECT_TRUE(opened.ok()) << opened.status().message();
    memory_ = std::move(*opened);
  }
  MemoryMatch lookup(std::string_view sentence, double least = 0.5) {
    MemoryMatch match;
    memory_->lookup(sentence, least, scratch_, match);
    return match;
  }
  const TranslationMemory& operator*() const { return *memory_; }

 private:
  std::string bytes_;
  std::unique_ptr<TranslationMemory> memory_;
  MemoryScratch scratch_;
};

TEST(MemoryWords, NumbersPlaceholdersAndPunctuationStandApart) {
  std::vector<MemoryWord> words;
  split_words("Save %1 of 3,5 MB (Größe) as $(ARG1).txt, <b>3D</b> 100%!", words);
  std::vector<std::string> texts;
  std::string kinds;
  for (const MemoryWord& word : words) {
    texts.emplace_back(word.text);
    kinds += word.kind == WordKind::kWord ? 'w' : word.kind == WordKind::kNumber ? 'n' : 'p';
  }
  EXPECT_EQ(
      (std::vector<std::string>{"Save", "%1", "of", "3,5", "MB", "(", "Größe", ")", "as", "$(ARG1)",
                                ".", "txt", ",", "<b>", "3D", "</b>", "100", "%", "!"}),
      texts);
  EXPECT_EQ("wpwnwwwwwpwwwpwpnww", kinds);
}

TEST(TranslationMemory, FindsExactAndNearEntries) {
  Memory memory({{"Click the icon.", "Klicken Sie auf das Symbol."},
                 {"Select the whole table and click the icon.", "Markieren Sie die Tabelle."},
                 {"Close", "Schließen"}});
  EXPECT_EQ(3U, (*memory).size());
  const MemoryMatch exact = memory.lookup("Click the icon.");
  EXPECT_TRUE(exact.exact);
  EXPECT_EQ(1.0, exact.similarity);
  EXPECT_EQ("Klicken Sie auf das Symbol.", exact.adapted);
  const MemoryMatch near = memory.lookup("Select the whole column and click the icon.");
  EXPECT_FALSE(near.exact);
  EXPECT_NEAR(8.0 / 9.0, near.similarity, 1e-9);
  EXPECT_EQ("Select the whole table and click the icon.", near.source);
  EXPECT_EQ("Markieren Sie die Tabelle.", near.adapted);
  EXPECT_EQ(0.0, memory.lookup("Nothing of that kind").similarity);
  EXPECT_EQ(0.0, memory.lookup("").similarity);
  EXPECT_EQ(0.0, memory.lookup("Click").similarity);  // one word of four
}

TEST(TranslationMemory, CaseAloneIsNearlyExact) {
  Memory memory(std::vector<SentencePair>{{"Close Window", "Fenster schließen"}});
  const MemoryMatch match = memory.lookup("close window");
  EXPECT_FALSE(match.exact);
  EXPECT_EQ(kAdapted, match.similarity);
  EXPECT_EQ("Fenster schließen", match.adapted);
}

TEST(TranslationMemory, PutsTheSentencesOwnValuesIntoTheTranslation) {
  Memory memory({{"Page 3 of %1", "Seite 3 von %1"},
                 {"From 5 to 5", "Von 5 bis 5"},
                 {"Version 7.4 is new", "Diese Version ist neu"}});
  const MemoryMatch adapted = memory.lookup("Page 12 of $(ARG2)");
  EXPECT_EQ(kAdapted, adapted.similarity);
  EXPECT_EQ("Seite 12 von $(ARG2)", adapted.adapted);
  // Which 5 is which is not known, and 7.4 is not in the translation.
  EXPECT_NEAR(kAdapted - 0.5, memory.lookup("From 6 to 7", 0.4).similarity, 1e-9);
  EXPECT_NEAR(kAdapted - 0.25, memory.lookup("Version 7.5 is new").similarity, 1e-9);
}

TEST(TranslationMemory, ValuesThatWerePutInAreNotReplacedAgain) {
  Memory memory({{"Move 1 to 2", "1 verschieben"}, {"From 3 to 4", "Von 3 bis 4"}});
  EXPECT_EQ("Von 4 bis 3", memory.lookup("From 4 to 3").adapted);
  // The 2 of the source is not in the translation.
  const MemoryMatch match = memory.lookup("Move 2 to 7");
  EXPECT_EQ("2 verschieben", match.adapted);
  EXPECT_NEAR(kAdapted - 0.25, match.similarity, 1e-9);
}

TEST(TranslationMemory, KeepsTheMostFrequentTranslation) {
  Memory memory({{"Table", "Tisch"},
                 {"Table", "Tabelle"},
                 {"Table", "Tabelle"},
                 {"Box", "Kasten"},
                 {"Box", "Feld"},
                 {"", "nichts"},
                 {"nothing", ""}});
  EXPECT_EQ(2U, (*memory).size());
  EXPECT_EQ("Tabelle", memory.lookup("Table").adapted);
  EXPECT_EQ("Kasten", memory.lookup("Box").adapted);
}

// Edit distance of words, plainly.
std::size_t distance(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
      } else {
        d[i][j] = std::min(
            {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      }
    }
  }
  return d[a.size()][b.size()];
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

TEST(TranslationMemory, FindsWhatComparingWithEveryEntryFinds) {
  std::mt19937 random(3);
  const auto made_up = [&] {
    std::vector<std::string> words(1 + random() % 12);
    for (std::string& word : words)
      word = "w" + std::string(1, 'a' + static_cast<char>(random() % 26)) +
             (random() % 3 != 0U ? "" : "x");
    return words;
  };
  std::vector<std::vector<std::string>> entries;
  std::vector<SentencePair> pairs;
  for (int i = 0; i < 400; ++i) {
    entries.push_back(made_up());
    pairs.push_back({joined(entries.back()), "t" + std::to_string(i)});
  }
  Memory memory(pairs);
  int near = 0;
  for (int i = 0; i < 600; ++i) {
    std::vector<std::string> query = entries[random() % entries.size()];
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % query.size();
      if (random() % 2 == 0U) {
        query[at] = made_up()[0];
      } else if (query.size() > 1) {
        query.erase(query.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    double best = 0.0;
    for (const auto& entry : entries) {
      const auto longer = static_cast<double>(std::max(entry.size(), query.size()));
      const double similarity = 1 - static_cast<double>(distance(entry, query)) / longer;
      best = std::max(best, similarity);
    }
    const double found = memory.lookup(joined(query), 0.6).similarity;
    if (best < 0.6 - 1e-9) {
      EXPECT_EQ(0.0, found);
    } else {
      EXPECT_NEAR(best, found, 1e-9) << joined(query);
      near += best < 1.0 ? 1 : 0;
    }
  }
  EXPECT_GT(near, 100);
}

TEST(TranslationMemory, DamagedFilesAreRefused) {
  const std::string good =
      memory_bytes(std::vector<SentencePair>{{"Click 3", "Klick 3"}, {"b", "c"}});
  ASSERT_TRUE(TranslationMemory::over(bytes_of(good), "m").ok());
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::string cut = good.substr(0, size);
    EXPECT_FALSE(TranslationMemory::over(bytes_of(cut), "m").ok()) << size;
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    EXPECT_FALSE(TranslationMemory::over(bytes_of(damaged), "m").ok()) << at;
  }
  EXPECT_THAT(TranslationMemory::over(bytes_of(good + "x"), "m.rstm").status().message(),
              HasSubstr("m.rstm: the translation memory is truncated or damaged"));
}

TEST(TranslationMemory, IsWrittenWholeAndMapped) {
  const auto folder = std::filesystem::temp_directory_path() / "rightsize_memory_test";
  std::filesystem::create_directories(folder);
  const auto file = folder / "m.rstm";
  const std::vector<SentencePair> pairs{{"Close", "Schließen"}};
  ASSERT_TRUE(build_memory(pairs, file).ok());
  const auto memory = TranslationMemory::open(file);
  ASSERT_TRUE(memory.ok()) << memory.status().message();
  MemoryTranslator translator(**memory);
  TextOutcome outcome;
  TextModel::Times times;
  ASSERT_TRUE(translator.translate("Close", kNever, outcome, times).ok());
  EXPECT_EQ("Schließen", outcome.text);
  EXPECT_EQ(1.0, outcome.signals[static_cast<std::size_t>(Signal::kSimilarity)]);
  ASSERT_TRUE(translator.translate("Something else", kNever, outcome, times).ok());
  EXPECT_EQ("", outcome.text);
  EXPECT_EQ(0.0, outcome.signals[static_cast<std::size_t>(Signal::kSimilarity)]);
  EXPECT_FALSE(TranslationMemory::open(folder / "none.rstm").ok());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace rightsize

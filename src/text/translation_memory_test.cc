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
  // What the memory answers; "-" for no answer.
  std::string answer(std::string_view sentence) {
    MemoryTranslator translator(*memory_);
    TextOutcome outcome;
    TextModel::Times times;
    EXPECT_TRUE(translator.translate(sentence, kNever, outcome, times).ok());
    Trial trial;
    set_answer(outcome, trial);
    EXPECT_EQ(outcome.answered ? TrialStatus::kOk : TrialStatus::kNoAnswer, trial.status);
    return outcome.answered ? outcome.text : "-" + outcome.text;
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
  EXPECT_FALSE(match.answers);
  EXPECT_EQ(kAdapted, match.similarity);
  EXPECT_EQ("Fenster schließen", match.adapted);
}

// ---- What a memory answers ----

TEST(MemoryAnswers, AnotherQuestionHasNoAnswer) {
  Memory memory({{"Connection to the file could not be established.",
                  "Die Verbindung zur Datei konnte nicht hergestellt werden."},
                 {"=SUM(A1:B5)", "=SUMME(A1:B5)"},
                 {"=SUM(A1:B5)", "=SUMME(A1:B5)"},
                 {"Do you want to delete the color?", "Soll die Farbe gelöscht werden?"},
                 {"It matures on 2031-07-15.", "Es wird am 15.07.2031 fällig."},
                 {"A double-click shows all bookmarks in the document.",
                  "Ein Doppelklick zeigt alle Lesezeichen im Dokument."},
                 {"OK", "Ende"},
                 {"Undo %1", "%1 auftrennen"},
                 {"Undo %1", "%1 auftrennen"}});
  for (const char* sentence :
       {"Connection to the file could be established.", "=SUM(A1:B7)",
        "Do you want to delete the file?", "It matures on 2036-03-01.",
        "A left-click shows all bookmarks in the document.", "OK", "Undo %s",
        "Do you want to delete the color.", "Do you want to delete the Color?",
        "do you want to delete the color?", "Do you want to delete the  color?",
        "Do you want to delete color?", "Do you want delete to the color?", ""}) {
    EXPECT_EQ(*sentence == '\0' ? "" : "-", memory.answer(sentence)) << sentence;
  }
  EXPECT_EQ("Soll die Farbe gelöscht werden?", memory.answer("Do you want to delete the color?"));
  EXPECT_EQ("=SUMME(A1:B5)", memory.answer("=SUM(A1:B5)"));
}

TEST(MemoryAnswers, AShortSentenceMustHaveComeTwiceWithOneTranslation) {
  Memory memory({{"Close", "Schließen"},
                 {"Table", "Tabelle"},
                 {"Table", "Tabelle"},
                 {"Undo", "Rückgängig"},
                 {"Undo", "Rückgängig"},
                 {"Undo", "Aufheben"},
                 {"Close - the - file", "Datei schließen"},
                 {"Close the open file", "Die offene Datei schließen"},
                 {"Close the open file", "Datei zu"},
                 {"Close the open file", "Datei zu"},
                 {"Line %1", "Linie %1"},
                 {"Row %1", "Zeile %1"},
                 {"Row %1", "Zeile %1"}});
  EXPECT_EQ("-", memory.answer("Close"));
  EXPECT_EQ("Tabelle", memory.answer("Table"));
  EXPECT_EQ("-", memory.answer("Undo"));
  EXPECT_EQ("-", memory.answer("Close - the - file")) << "three words";
  EXPECT_EQ("Datei zu", memory.answer("Close the open file"));
  EXPECT_EQ("-", memory.answer("Line %2"));
  EXPECT_EQ("Zeile %2", memory.answer("Row %2"));
}

TEST(MemoryAnswers, OtherValuesArePutIn) {
  Memory memory({{"Select style 3 of %1 (see page 25).", "Stil 3 von %1 wählen (siehe Seite 25)."},
                 {"Open the file $(ARG1) in \"{0}\".", "Die Datei $(ARG1) in „{0}“ öffnen."}});
  EXPECT_EQ("Stil 4 von %2 wählen (siehe Seite 118).",
            memory.answer("Select style 4 of %2 (see page 118)."));
  EXPECT_EQ("Stil 3 von %1 wählen (siehe Seite 26).",
            memory.answer("Select style 3 of %1 (see page 26)."));
  EXPECT_EQ("Die Datei $(ARG2) in „{1}“ öffnen.",
            memory.answer("Open the file $(ARG2) in \"{1}\"."));
}

TEST(MemoryAnswers, ValuesThatMeanMoreThanThemselvesAreNotPutIn) {
  struct Case {
    const char* source;
    const char* target;
    const char* asked;
  };
  for (const auto& [source, target, asked] : std::initializer_list<Case>{
           {"Open from 3 to 4 now", "Von 3 bis 4 öffnen", "Open from 4 to 3 now"},
           {"Open from 3 to 4 now", "Von 3 bis 4 öffnen", "Open from 4 to 5 now"},
           {"Open from 5 to 5 now", "Von 5 bis 5 öffnen", "Open from 6 to 5 now"},
           {"Set row 10 of 100 here", "Zeile 10 von 100 setzen", "Set row 20 of 100 here"},
           {"Set row 10 of UTF10 here", "Zeile 10 von UTF10 setzen", "Set row 20 of UTF10 here"},
           {"Set row 2 of all here", "Die zweite Zeile setzen", "Set row 3 of all here"},
           {"Set row 2 of all here", "Zeile 2 und 2 setzen", "Set row 3 of all here"},
           {"Delete 2 old files now", "2 alte Dateien löschen", "Delete 1 old files now"},
           {"Delete 1 series of it", "1 Reihe davon löschen", "Delete 2 series of it"},
           {"Wait for 10 days now", "Jetzt 10 Tage warten", "Wait for 12 days now"},
           {"Set it to 10 cm here", "Auf 10 cm setzen", "Set it to 12 cm here"},
           {"Set it to 10 % here", "Auf 10 % setzen", "Set it to 12 % here"},
           {"Set it to 10% of it", "Auf 10% setzen", "Set it to 12% of it"},
           {"Set it to -3 right here", "Auf -3 setzen", "Set it to -4 right here"},
           {"Set it to - 3 right here", "Auf - 3 setzen", "Set it to - 4 right here"},
           {"Set it to 1,000 right here", "Auf 1.000 setzen", "Set it to 2,000 right here"},
           {"Set it to 1 000 right here", "Auf 1 000 setzen", "Set it to 2 000 right here"},
           {"Set it to 0.5 right here", "Auf 0,5 setzen", "Set it to 0.6 right here"},
           {"Needs version 7.4 of it", "Braucht Version 7.4", "Needs version 7.5 of it"},
           {"It begins at 10:30 today", "Es beginnt um 10:30", "It begins at 10:45 today"},
           {"It begins on May 3 again", "Es beginnt am 3 Mai", "It begins on May 4 again"},
           {"It begins on 3 May again", "Es beginnt am 3 Mai", "It begins on 4 May again"},
           {"Due on 2031-07-15 at last", "Am 2031-07-15 fällig", "Due on 2031-07-16 at last"},
           {"Take the 1st row of it", "Die 1. Zeile nehmen", "Take the 2nd row of it"},
           {"Take level 3 of it here", "Die 3. Ebene nehmen", "Take level 4 of it here"},
           {"Save it as UTF-8 text here", "Als UTF-8-Text", "Save it as UTF-16 text here"},
           {"Press Ctrl+F12 to do it", "Ctrl+F12 drücken", "Press Ctrl+F11 to do it"},
           {"Press F 12 + 3 now here", "F 12 + 3 drücken", "Press F 12 + 4 now here"},
           {"Go to cell A1 of it", "Zur Zelle A1 gehen", "Go to cell A2 of it"},
           {"The value €5 is too much", "€5 sind zu viel", "The value €6 is too much"},
           {"The value € 5 is too much", "€ 5 sind zu viel", "The value € 6 is too much"},
           {"Here it says RANK(A; 2) too", "Hier steht RANK(A; 2)", "Here it says RANK(A; 3) too"},
           {"Open the file %1 right now", "Die Datei %1 öffnen", "Open the file %s right now"},
           {"Open the file %1 right now", "Die Datei %1 öffnen", "Open the file $(ARG1) right now"},
           {"Open the file %1 right now", "Die Datei %1 öffnen", "Open the file 3 right now"},
           {"Open the file %s right now", "Die Datei %s öffnen", "Open the file %d right now"},
           {"Open the file %1 of %10 now", "%1 von %10 öffnen", "Open the file %2 of %10 now"},
           {"Open the file %1 right now", "Die Datei %1 öffnen", "open the file %2 right now"},
       }) {
    Memory memory(std::vector<SentencePair>{{source, target}});
    EXPECT_EQ(target, memory.answer(source));
    EXPECT_EQ("-", memory.answer(asked)) << asked;
  }
}

TEST(MemoryAnswers, EntriesThatDifferInMoreThanTheirValuesAnswerNothingElse) {
  Memory memory({{"Go to level 2 at once", "Zu Ebene 2 gehen"},
                 {"Go to level 3 at once", "Zur dritten Ebene gehen"},
                 {"Go to column 2 at once", "Zu Spalte 2 gehen"},
                 {"Go to column 3 at once", "Zu Spalte 3 gehen"}});
  EXPECT_EQ("-", memory.answer("Go to level 4 at once"));
  EXPECT_EQ("Zu Spalte 4 gehen", memory.answer("Go to column 4 at once"));
  EXPECT_EQ("Zur dritten Ebene gehen", memory.answer("Go to level 3 at once"));
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
  std::string old = good;
  old[8] = 1;
  EXPECT_THAT(
      TranslationMemory::over(bytes_of(old), "m.rstm").status().message(),
      HasSubstr("m.rstm: is a translation memory of version 1; this program reads version 2"));
  EXPECT_THAT(TranslationMemory::over(bytes_of(good + "x"), "m.rstm").status().message(),
              HasSubstr("m.rstm: the translation memory is truncated or damaged"));
}

TEST(TranslationMemory, IsWrittenWholeAndMapped) {
  const auto folder = std::filesystem::temp_directory_path() / "rightsize_memory_test";
  std::filesystem::create_directories(folder);
  const auto file = folder / "m.rstm";
  const std::vector<SentencePair> pairs(2, {"Close", "Schließen"});
  ASSERT_TRUE(build_memory(pairs, file).ok());
  const auto memory = TranslationMemory::open(file);
  ASSERT_TRUE(memory.ok()) << memory.status().message();
  MemoryTranslator translator(**memory);
  TextOutcome outcome;
  TextModel::Times times;
  ASSERT_TRUE(translator.translate("Close", kNever, outcome, times).ok());
  EXPECT_EQ("Schließen", outcome.text);
  EXPECT_TRUE(outcome.answered);
  EXPECT_EQ(1.0, outcome.signals[static_cast<std::size_t>(Signal::kSimilarity)]);
  ASSERT_TRUE(translator.translate("Something else", kNever, outcome, times).ok());
  EXPECT_EQ("", outcome.text);
  EXPECT_FALSE(outcome.answered);
  EXPECT_FALSE(TranslationMemory::open(folder / "none.rstm").ok());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace rightsize

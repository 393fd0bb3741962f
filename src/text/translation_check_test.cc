// Proves what the check of translations finds and what it leaves alone, with the words of the
// shipped zoo: placeholders, numbers, keys, addresses, negations, unknown characters, lengths and
// loops, lost and put in; and what is written differently in German without being a loss.
#include "text/translation_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support.h"

namespace rightsize {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const CheckWords& english_german() {
  static const Result<Zoo> zoo =
      read_manifest(test::source_folder() / "zoo/libreoffice-en-de/zoo.toml");
  EXPECT_TRUE(zoo.ok()) << zoo.status().message();
  static const CheckWords words = zoo.ok() ? zoo->checks : CheckWords{};
  return words;
}

std::vector<Doubt> doubts_of(const std::string& source, const std::string& translation) {
  static const TranslationCheck check(english_german());
  return check.doubts_of(source, translation);
}

// "placeholder, number": the kinds that bits stand for.
std::string kinds_text(std::uint32_t bits) {
  std::string text;
  for (unsigned kind = 0; kind < kDoubtKinds; ++kind) {
    if ((bits >> kind & 1U) == 0) continue;
    text += (text.empty() ? "" : ", ");
    text += to_string(static_cast<DoubtKind>(kind));
  }
  return text;
}

// The kinds found, and what is said of them.
std::string kinds(const std::string& source, const std::string& translation) {
  return kinds_text(bits_of(doubts_of(source, translation)));
}
std::string words(const std::string& source, const std::string& translation) {
  return words_of(doubts_of(source, translation));
}

TEST(TranslationCheckTest, TheSentencesThatWentWrong) {
  EXPECT_EQ("negation", kinds("Do not save the document.", "Speichern Sie das Dokument."));
  EXPECT_EQ("placeholder", kinds("Error %d: %s", "Fehler %s: %s"));
  EXPECT_EQ("key", kinds("Ctrl+Shift+Alt+F12", "Strg+Umschalt+F12"));
  EXPECT_EQ("placeholder, number, unknown", kinds("Café {0}", "Cafe ⁇ 0 ⁇ "));
  EXPECT_EQ("unknown", kinds("100 € & more", "100 ⁇  und mehr"));
  EXPECT_EQ("number", kinds("88858", "885858"));
}

TEST(TranslationCheckTest, TheSameSentencesTranslatedRightly) {
  EXPECT_EQ("", kinds("Do not save the document.", "Speichern Sie das Dokument nicht."));
  EXPECT_EQ("", kinds("Error %d: %s", "Fehler %d: %s"));
  EXPECT_EQ("", kinds("Ctrl+Shift+Alt+F12", "Strg+Umschalt+Alt+F12"));
  EXPECT_EQ("", kinds("Café {0}", "Café {0}"));
  EXPECT_EQ("", kinds("100 € & more", "100 € und mehr"));
  EXPECT_EQ("", kinds("88858", "88858"));
}

TEST(TranslationCheckTest, SaysWhatIsMissingAndWhatWasPutIn) {
  EXPECT_EQ("the number 88858 is missing; the number 885858 is not in the source",
            words("Call 88858.", "Rufen Sie 885858 an."));
  EXPECT_EQ("the placeholder %d is missing; the placeholder %s is not in the source",
            words("%d files, %s", "%s Dateien, %s"));
  EXPECT_EQ("the negation 'not' is missing", words("It is not here.", "Es ist hier."));
  EXPECT_EQ("the negation 'kein' is not in the source", words("It is a file.", "Es ist kein Ort."));
  EXPECT_EQ("the key Ctrl+F is missing", words("Press Ctrl+F now.", "Drücken Sie jetzt Strg."));
}

TEST(TranslationCheckTest, PlaceholdersOfEveryKind) {
  for (const std::string one :
       {"%d",    "%s",     "%1",     "%1$s",     "%5.2f",         "%PRODUCTNAME",  "%(name)s",
        "{0}",   "{}",     "{name}", "$(ARG1)",  "$[officename]", "${user}",       "$filename$",
        "&amp;", "&#160;", "<b>",    "</ahelp>", "<br/>",         "<a href=\"x\">"}) {
    SCOPED_TRACE(one);
    EXPECT_EQ("", kinds("Open " + one + " now", one + " jetzt öffnen"));
    EXPECT_EQ("placeholder", kinds("Open " + one + " now", "Jetzt öffnen"));
    EXPECT_EQ("placeholder", kinds("Open it now", one + " jetzt öffnen"));
    EXPECT_EQ("placeholder", kinds("Open " + one + " now", one + " jetzt " + one + " öffnen"));
  }
}

TEST(TranslationCheckTest, WhatLooksLikeAPlaceholderAndIsNone) {
  EXPECT_EQ("", kinds("100% of it", "100 % davon"));
  EXPECT_EQ("", kinds("Zoom to 50%.", "Auf 50%igen Maßstab"));
  EXPECT_EQ("", kinds("Save & Close", "Speichern und schließen"));
  EXPECT_EQ("", kinds("a < b and c > d", "a kleiner b und c größer d"));
  EXPECT_EQ("", kinds("See $A$1 of $Sheet1.$A$1", "Siehe $A$1 von $Tabelle1.$A$1"));
}

TEST(TranslationCheckTest, NumbersAsEachLanguageWritesThem) {
  EXPECT_EQ("", kinds("It costs 1,000.50 dollars.", "Es kostet 1.000,50 Dollar."));
  EXPECT_EQ("", kinds("1,000,000 rows", "1 000 000 Zeilen"));
  EXPECT_EQ("", kinds("1000 rows", "1.000 Zeilen"));
  EXPECT_EQ("", kinds("The 10th page", "Die 10. Seite"));
  EXPECT_EQ("", kinds("two files", "2 Dateien"));
  EXPECT_EQ("", kinds("2 files", "zwei Dateien"));
  EXPECT_EQ("", kinds("On 2036-03-01 at 10:30", "Am 01.03.2036 um 10:30 Uhr"));
  EXPECT_EQ("", kinds("Version 7.6.4 of UTF-8", "Version 7.6.4 von UTF-8"));
  EXPECT_EQ("", kinds("from A1 to B7", "von A1 bis B7"));
  EXPECT_EQ("", kinds("YEAR('2010-09-28') returns 2010", "JAHR('28.09.2010') ergibt 2010"));
}

TEST(TranslationCheckTest, NumbersLostChangedAndPutIn) {
  EXPECT_EQ("number", kinds("Rows 1 to 20", "Zeilen 1 bis 2"));
  EXPECT_EQ("number", kinds("0 rows", "00 Zeilen"));
  EXPECT_EQ("number", kinds("It costs 3.5 dollars.", "Es kostet 35 Dollar."));
  EXPECT_EQ("number", kinds("UTF-8", "UTF-16"));
  EXPECT_EQ("number", kinds("A file", "5 Dateien"));
  EXPECT_EQ("number", kinds("The second of 2 files", "Die zweite der Dateien"));
  EXPECT_EQ("number", kinds("7 7", "7"));
}

TEST(TranslationCheckTest, Keys) {
  EXPECT_EQ("", kinds("Press Ctrl+Page Up.", "Drücken Sie Strg+Bild auf."));
  EXPECT_EQ("", kinds("Shift+Ctrl+Z", "Strg+Umschalt+Z"));
  EXPECT_EQ("", kinds("Press Ctrl + C.", "Drücken Sie Strg+C."));
  EXPECT_EQ("", kinds("Press F5 or Alt+Enter", "Drücken Sie F5 oder Alt+Eingabe"));
  EXPECT_EQ("key", kinds("Press F5.", "Drücken Sie F6."));
  EXPECT_EQ("key", kinds("Ctrl+C", "Strg+V"));
  EXPECT_EQ("key", kinds("Ctrl+Del", "Strg+Einfg"));
}

TEST(TranslationCheckTest, Addresses) {
  for (const std::string one : {"https://www.libreoffice.org/get?x=1", "www.example.org",
                                "mailto://a", "help@example.org", "file:///C:/a.odt"}) {
    SCOPED_TRACE(one);
    EXPECT_EQ("", kinds("See " + one + ".", "Siehe " + one + ", bitte"));
    EXPECT_THAT(kinds("See " + one + ".", "Siehe dort."), HasSubstr("url"));
  }
  EXPECT_EQ("url", kinds("See www.example.org.", "Siehe www.exampel.org."));
}

TEST(TranslationCheckTest, NegationsOfEveryKind) {
  for (const std::string source :
       {"This is not allowed.", "You can't save it.", "It cannot be saved.", "No file was found.",
        "It never ends.", "It works without a key.", "It doesn’t work.",
        "Neither of the two works."}) {
    EXPECT_THAT(kinds(source, "Das ist so, wie es sein soll."), HasSubstr("negation")) << source;
  }
  for (const std::string target :
       {"Das geht nicht.", "Es gibt keine Datei.", "Niemals!", "Es geht ohne.", "Weder noch."}) {
    EXPECT_EQ("", kinds("It does not work.", target)) << target;
    EXPECT_EQ("negation", kinds("It does work.", target)) << target;
  }
}

TEST(TranslationCheckTest, NegationsInOtherWords) {
  EXPECT_EQ("", kinds("The name is not valid.", "Der Name ist ungültig."));
  EXPECT_EQ("", kinds("The name is invalid.", "Der Name ist nicht gültig."));
  EXPECT_EQ("", kinds("Unable to save.", "Kann nicht speichern."));
  EXPECT_EQ("", kinds("If it is not enabled", "Wenn es deaktiviert ist"));
  EXPECT_EQ("", kinds("The other notes are known.", "Die anderen Notizen sind bekannt."));
}

TEST(TranslationCheckTest, OneNegationOfTwo) {
  EXPECT_EQ("negation",
            kinds("If it is not there, do not save.", "Wenn es da ist, speichern Sie nicht."));
}

TEST(TranslationCheckTest, LengthsAndLoops) {
  EXPECT_EQ("length", kinds("Save", ""));
  EXPECT_EQ("length",
            kinds("The dialog shows a list of all existing objects in the document.", "Die Liste"));
  EXPECT_EQ("length",
            kinds("OK", "Das ist eine ganz und gar andere Angabe, die viel zu lang geraten ist"));
  EXPECT_EQ("repetition",
            kinds("The range of the table", "Der Bereich Bereich Bereich der Tabelle"));
  EXPECT_EQ("repetition", kinds("Save the file in the folder and close it.",
                                "Die Datei in dem Ordner Die Datei in dem Ordner schließen."));
  EXPECT_EQ("", kinds("very very very good", "sehr sehr sehr gut"));
  EXPECT_EQ("", kinds("OK", "In Ordnung"));
}

TEST(TranslationCheckTest, AnEmptySourceHasNoDoubts) { EXPECT_THAT(doubts_of("", ""), IsEmpty()); }

// Another pair of languages, for which nobody has written words.
TEST(TranslationCheckTest, WithoutWordsWhatNeedsNone) {
  const TranslationCheck check(CheckWords{});
  EXPECT_THAT(check.doubts_of("Do not save %d files.", "N'enregistrez pas %d fichiers."),
              IsEmpty());
  EXPECT_EQ("placeholder",
            kinds_text(bits_of(check.doubts_of("Open %d.", "Ouvrir %s."))).substr(0, 11));
  EXPECT_EQ("number", kinds_text(bits_of(check.doubts_of("Page 12", "Page 21"))));
  EXPECT_THAT(check.doubts_of("Do not save it.", "Enregistrez-le."), IsEmpty());
}

TEST(TranslationCheckTest, AnyBytesAreTaken) {
  const std::string text = "Größe %1$s {0} \xE2\x80 http://a Strg+\xC3 <a $(x 1.000\xC3";
  for (std::size_t end = 0; end <= text.size(); ++end) {
    for (std::size_t begin = 0; begin < end; ++begin) {
      static_cast<void>(doubts_of(text.substr(begin, end - begin), text.substr(0, end)));
    }
  }
}

TEST(TranslationCheckTest, ACutTranslationIsDoubtful) {
  TextOutcome outcome{.text = "Speichern Sie", .finished = false};
  TranslationCheck(CheckWords{}).add_doubts("Save it.", outcome);
  ASSERT_EQ(1U, outcome.doubts.size());
  EXPECT_EQ(DoubtKind::kLength, outcome.doubts[0].kind);
}

}  // namespace
}  // namespace rightsize

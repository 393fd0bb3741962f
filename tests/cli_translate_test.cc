// Proves what `translate` and `memory` promise at the command line: where sentences come from, what
// is printed, exit codes, and that a bad line is named and the rest goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli_support.h"
#include "tests/translation_support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using test::CliTest;
using test::Output;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CliTranslateTest : public CliTest {
 protected:
  static std::string quoted(const std::string& name) {
    return "'" + (test::translation_folder() / name).string() + "'";
  }
  const std::string kTranslate = "translate " + quoted("zoo.toml") + " ";
  const std::string kMemory = quoted("memory.rstm");
  // Known to the memory.
  const std::string kSource = test::lines_of(test::translation_folder() / "known.en")[1];
  const std::string kTarget = test::lines_of(test::translation_folder() / "known.de")[1];
  const std::string kByMemory = kTranslate + "--point memory ";
};

// ---- translate ----

TEST_F(CliTranslateTest, HelpShowsAnExample) {
  for (const std::string command : {"translate", "memory build", "memory lookup"}) {
    const Output output = run(command + " --help");
    EXPECT_EQ(0, output.code);
    EXPECT_THAT(output.out, AllOf(HasSubstr("Example"), HasSubstr("\n  rightsize " + command)));
    EXPECT_EQ("", output.err);
  }
}

TEST_F(CliTranslateTest, WrongUsage) {
  for (const std::string& arguments :
       {std::string("translate"), kTranslate + "a --fly", kTranslate + "a --json --plain",
        kTranslate + "a --deadline many", kTranslate + "a --deadline -1", std::string("memory"),
        std::string("memory build a b"), std::string("memory fly"), std::string("memory lookup"),
        "memory lookup " + kMemory + " a --least 2",
        "memory lookup " + kMemory + " a --least nan"}) {
    const Output output = run(arguments);
    EXPECT_EQ(2, output.code) << arguments;
    EXPECT_EQ("", output.out) << arguments;
    EXPECT_NE("", output.err) << arguments;
  }
}

TEST_F(CliTranslateTest, AZooIsChecked) {
  const Output output = run("zoo check " + quoted("zoo.toml"));
  EXPECT_EQ(0, output.code) << output.err;
  EXPECT_THAT(output.out, AllOf(HasSubstr("made-up: "), HasSubstr(" models, en to de, "),
                                HasSubstr(": all checks passed")));
}

TEST_F(CliTranslateTest, SentencesFromArgumentsFilesAndStdin) {
  folder_.write("in.txt", kSource + "\r\n\n" + kSource);
  const std::string plain = kByMemory + "--plain ";
  EXPECT_EQ(kTarget + "\n", run(plain + "'" + kSource + "'").out);
  const std::string three = kTarget + "\n\n" + kTarget + "\n";
  EXPECT_EQ(three, run(plain + "--file in.txt").out);
  EXPECT_EQ(three, run(plain + "< in.txt").out);
  EXPECT_EQ(three, run(plain + "-f - < in.txt").out);
  EXPECT_EQ(kTarget + "\n" + three + three,
            run(plain + "'" + kSource + "' -f in.txt -f in.txt").out);
  const Output nothing = run(plain);
  EXPECT_EQ(0, nothing.code) << "stdin is empty";
  EXPECT_EQ("", nothing.out + nothing.err);
}

TEST_F(CliTranslateTest, SaysWhichModelAnsweredHowSurelyAndHowFast) {
  const Output output = run(kByMemory + "'" + kSource + "' '" + kSource + "'");
  EXPECT_EQ(0, output.code) << output.err;
  EXPECT_EQ("", output.err);
  EXPECT_THAT(output.out, StartsWith(kTarget + "\n    memory, similarity 100 %, "));
  EXPECT_THAT(output.out, HasSubstr(" ms\n"));
  EXPECT_THAT(output.out, HasSubstr("\n2 sentences in "));
}

TEST_F(CliTranslateTest, ThePointChoosesTheModel) {
  const std::string sentence = " '" + test::test_sentences()[1] + "'";
  for (const std::string point : {"gru", "gru_beam", "step", "block_int8", "drafted"}) {
    const json document = this->document(kTranslate + "--json --point " + point + sentence);
    EXPECT_EQ(point, document["point"]);
    EXPECT_EQ(point, document["sentences"][0]["model"]);
    EXPECT_EQ(point, document["sentences"][0]["tried"][0]["model"]);
  }
  EXPECT_EQ("gru", document(kTranslate + "--json" + sentence)["point"]) << "the first of the zoo";
  EXPECT_THAT(error(kTranslate + "--point none a"),
              AllOf(HasSubstr("there is no operating point 'none'"), HasSubstr("gru, gru_beam")));
}

TEST_F(CliTranslateTest, JsonHasEverything) {
  const json document =
      this->document(kTranslate + "--json --point drafted '" + test::test_sentences()[0] + "'");
  EXPECT_EQ("en", document["source_language"]);
  EXPECT_EQ("de", document["target_language"]);
  EXPECT_EQ(0, document["failed"]);
  ASSERT_EQ(1U, document["sentences"].size());
  const json& sentence = document["sentences"][0];
  EXPECT_EQ("sentence 1", sentence["place"]);
  EXPECT_EQ(test::test_sentences()[0], sentence["source"]);
  EXPECT_EQ(true, sentence["answered"]);
  EXPECT_EQ("", sentence["failure"]);
  EXPECT_GT(sentence["confidence"], 0.0);
  EXPECT_GT(sentence["decoder_calls"], 0);
  EXPECT_GE(sentence["drafted"], sentence["accepted"]);
  EXPECT_GT(sentence["cpu_ms"], 0.0);
  EXPECT_GT(document["runtime_cpu_ms"], 0.0);
}

TEST_F(CliTranslateTest, ADoubtfulAnswerSaysSoAndWhy) {
  // The made-up networks write no numbers.
  const std::string command = kTranslate + "--point gru 'The lamp counts 88858 apples.'";
  const json sentence = document(command + " --json")["sentences"][0];
  EXPECT_EQ(true, sentence["doubtful"]);
  EXPECT_EQ(true, sentence["tried"][0]["doubtful"]);
  bool number = false;
  for (const json& doubt : sentence["doubts"]) {
    number =
        number || (doubt["kind"] == "number" && doubt["what"] == "the number 88858 is missing");
  }
  EXPECT_TRUE(number) << sentence["doubts"];
  const Output text = run(command);
  EXPECT_EQ(0, text.code);
  EXPECT_THAT(text.out, AllOf(HasSubstr("doubtful: "), HasSubstr("the number 88858 is missing")));
  const Output plain = run(command + " --plain");
  EXPECT_EQ(0, plain.code);
  EXPECT_EQ(1, std::count(plain.out.begin(), plain.out.end(), '\n')) << "the translation alone";
  EXPECT_THAT(plain.err, AllOf(HasSubstr("sentence 1: doubtful: "), HasSubstr("88858")));
}

TEST_F(CliTranslateTest, GivenTranslationsAreChecked) {
  const std::string zoo =
      "'" + (test::source_folder() / "zoo/libreoffice-en-de/zoo.toml").string() + "'";
  folder_.write("a.en", "Do not save the document.\nError %d: %s\n88858\nClose\n");
  folder_.write("a.de", "Speichern Sie das Dokument.\nFehler %s: %s\n885858\nSchließen\n");
  const std::string check = "translate " + zoo + " --file a.en --check a.de";
  const json document = this->document(check + " --json");
  EXPECT_EQ(3, document["doubtful"]);
  const std::vector<std::string> kinds = {"negation", "placeholder", "number"};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    EXPECT_EQ(kinds[i], document["sentences"][i]["doubts"][0]["kind"]);
  }
  EXPECT_EQ(false, document["sentences"][3]["doubtful"]);
  EXPECT_THAT(run(check).out, AllOf(HasSubstr("a.de:3: doubtful: the number 88858 is missing"),
                                    HasSubstr("doubtful: 3 of 4")));
  folder_.write("a.de", "Eins\n");
  EXPECT_THAT(error(check), HasSubstr("has 1 lines, but there are 4 sentences"));
}

TEST_F(CliTranslateTest, ABadLineIsNamedAndTheRestGoesOn) {
  std::string long_line;
  for (int i = 0; i < 10000; ++i) long_line += "lamp ";
  folder_.write("in.txt", kSource + "\ncaf\xE9\n" + long_line + "\n漢字かな\n\n" + kSource + "\n");
  const Output output = run(kTranslate + "--point gru --plain --file in.txt");
  EXPECT_EQ(1, output.code);
  EXPECT_EQ(6, std::count(output.out.begin(), output.out.end(), '\n')) << "a line for each";
  EXPECT_THAT(output.err,
              AllOf(HasSubstr("rightsize: in.txt:2: is not UTF-8 text: byte 4 is 0xE9"),
                    HasSubstr("rightsize: in.txt:3: model 'gru': the sentence has "),
                    HasSubstr("rightsize: in.txt:4: model 'gru': the model knows 0 of "),
                    HasSubstr("3 of 6 sentences could not be translated"),
                    Not(HasSubstr("in.txt:1:")), Not(HasSubstr("in.txt:5:"))));
  const Output words = run(kTranslate + "--point gru < in.txt");
  EXPECT_EQ(1, words.code);
  EXPECT_THAT(words.out, HasSubstr("(no answer)\n    is not UTF-8 text"));
  EXPECT_THAT(words.err, HasSubstr("rightsize: (stdin):2: is not UTF-8 text"));

  const Output output_json = run(kTranslate + "--point gru --json --file in.txt");
  EXPECT_EQ(1, output_json.code);
  const json document = json::parse(output_json.out, nullptr, false);
  ASSERT_FALSE(document.is_discarded());
  EXPECT_EQ(3, document["failed"]);
  ASSERT_EQ(6U, document["sentences"].size());
  std::vector<bool> answered;
  for (const json& sentence : document["sentences"]) answered.push_back(sentence["answered"]);
  EXPECT_THAT(answered, ElementsAre(true, false, false, false, true, true));
  EXPECT_EQ("in.txt:2", document["sentences"][1]["place"]);
  EXPECT_THAT(std::string(document["sentences"][1]["failure"]), HasSubstr("is not UTF-8"));
  EXPECT_EQ(document["sentences"][0]["translation"], document["sentences"][5]["translation"]);
}

TEST_F(CliTranslateTest, WhatAMemoryDoesNotKnowIsNoAnswer) {
  const Output output = run(kByMemory + "'Nothing here is like what it has.'");
  EXPECT_EQ(1, output.code);
  EXPECT_THAT(output.out, HasSubstr("(no answer)"));
  EXPECT_THAT(output.err, HasSubstr("the memory knows no answer to this sentence"));
}

TEST_F(CliTranslateTest, AMemoryDoesNotAnswerAnotherQuestion) {
  for (const auto& [from, to] : {std::pair("red", "blue"), std::pair("carries", "does not carry"),
                                 std::pair("The", "the"), std::pair("letter.", "letter?")}) {
    std::string other = kSource;
    other.replace(other.find(from), std::string(from).size(), to);
    const Output output = run(kByMemory + "--json '" + other + "'");
    EXPECT_EQ(1, output.code) << other;
    const json sentence = json::parse(output.out)["sentences"][0];
    EXPECT_EQ(false, sentence["answered"]) << other;
    EXPECT_EQ("", sentence["translation"]);
    EXPECT_EQ(nullptr, sentence["similarity"]);
    EXPECT_EQ(false, sentence["tried"][0]["ok"]);
    EXPECT_EQ(true, sentence["tried"][0]["no_answer"]) << "it did not fail";
  }
  const json known = document(kByMemory + "--json '" + kSource + "'")["sentences"][0];
  EXPECT_EQ(kTarget, known["translation"]);
  EXPECT_EQ(1.0, known["similarity"]);
}

TEST_F(CliTranslateTest, TheShippedMemoryDoesNotAnswerAnotherQuestion) {
  const std::filesystem::path zoo =
      std::filesystem::path(RIGHTSIZE_SOURCE_DIR) / "zoo" / "libreoffice-en-de";
  if (!std::filesystem::exists(zoo / "models" / "memory.rstm")) {
    GTEST_SKIP() << "it is not built: scripts/setup builds it";
  }
  folder_.write("in.en",
                "Connection to the file could be established.\n=SUM(A1:B7)\n"
                "Do you want to delete the file?\nIt matures on 2036-03-01.\n"
                "A left-click shows all bookmarks in the document.\nOK\nUndo %s\n"
                "Connection to the file could not be established.\n");
  const Output output =
      run("translate '" + (zoo / "zoo.toml").string() + "' --point memory --plain -f in.en");
  EXPECT_EQ(1, output.code);
  EXPECT_EQ("\n\n\n\n\n\n\nEs konnte keine Verbindung zu der Datei hergestellt werden.\n",
            output.out);
  EXPECT_THAT(output.err, HasSubstr("7 of 8 sentences could not be translated"));
}

TEST_F(CliTranslateTest, AManifestHasNoFiguresToChooseBy) {
  const Output output = run(kTranslate + "'" + kSource + "' '" + kSource + "' --deadline 5");
  EXPECT_EQ(1, output.code);
  EXPECT_EQ("", output.out);
  EXPECT_THAT(output.err, HasSubstr("a manifest has no figures to choose by"));
  EXPECT_EQ(output.err.find("manifest"), output.err.rfind("manifest")) << "said once";
}

TEST_F(CliTranslateTest, FilesThatCannotBeRead) {
  EXPECT_THAT(error(kTranslate + "-f none.txt"), HasSubstr("none.txt: cannot be opened: "));
  EXPECT_THAT(error(kTranslate + "-f ."), HasSubstr(".: is a folder, a file is needed"));
  EXPECT_THAT(error("translate none.toml a"), HasSubstr("none.toml"));
  EXPECT_THAT(error("translate " + kZoo + " a"),
              HasSubstr("this is a selector for image-classification, not for translation"));
  EXPECT_THAT(error("translate " + kMemory + " a"), HasSubstr("memory.rstm"));
  EXPECT_THAT(error("classify " + quoted("zoo.toml") + " a.png"), HasSubstr("zoo.toml"));
}

TEST_F(CliTranslateTest, ControlCharactersDoNotReachTheTerminal) {
  folder_.write("a", "Close\n");
  folder_.write("b",
                "Zu\xC2\x9B"
                "31m\n");
  ASSERT_EQ(0, run("memory build a b -o m.rstm").code);
  const Output output = run("memory lookup m.rstm Close");
  EXPECT_EQ(0, output.code);
  EXPECT_THAT(output.out, Not(HasSubstr("\xC2\x9B")));
}

// ---- profile ----

TEST_F(CliTranslateTest, AProfileGoesOnAfterABadLine) {
  folder_.write("in.en", kSource + "\ncaf\xE9\n\n漢字かな\n" + test::test_sentences()[0] + "\n");
  folder_.write("in.de", kTarget + "\nKaffee\n\nZeichen\nEtwas\n");
  const Output output =
      run("profile " + quoted("zoo.toml") + " in.en -o run.db --max-passes 1 --timing-items 2");
  EXPECT_EQ(0, output.code) << output.err;
  EXPECT_THAT(
      output.out + output.err,
      AllOf(HasSubstr("in.en:2: is not UTF-8 text: byte 4 is 0xE9"),
            HasSubstr("gru failed on 1 inputs: the model knows 0 of "),
            HasSubstr("5 inputs measured now"), HasSubstr("memory has no answer to 2 inputs\n"),
            Not(HasSubstr("memory failed"))));
}

TEST_F(CliTranslateTest, FilesOfDifferentLengthAreNotProfiled) {
  folder_.write("in.en", "one\ntwo\n");
  folder_.write("in.de", "eins\n");
  EXPECT_THAT(error("profile " + quoted("zoo.toml") + " in.en -o run.db"),
              HasSubstr("in.en has 2 lines, in.de has 1; line by line they must be translations"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run.db"));
}

// ---- memory ----

TEST_F(CliTranslateTest, AMemoryIsBuiltAndLookedUp) {
  folder_.write("a", "Close\r\nPage 3 of %1\nClose\n\n\tOpen\x01it \n");
  folder_.write("b", "Schließen\nSeite 3 von %1\nZu\nNichts\nÖffnen\n");
  const json built = document("memory build a b -o m.rstm --json");
  EXPECT_EQ(5, built["pairs"]);
  EXPECT_EQ(3, built["entries"]);
  EXPECT_EQ(std::filesystem::file_size(folder_ / "m.rstm"), built["bytes"]);
  EXPECT_THAT(run("memory build a b -o again.rstm").out,
              StartsWith("again.rstm: 3 entries of 5 pairs, "));
  EXPECT_EQ(test::text_of(folder_ / "m.rstm"), test::text_of(folder_ / "again.rstm"));

  const json found =
      document("memory lookup m.rstm --json Close 'Page 12 of %1' 'Open it' Nothing");
  ASSERT_EQ(4U, found["sentences"].size());
  EXPECT_EQ("Schließen", found["sentences"][0]["translation"]);
  EXPECT_EQ(true, found["sentences"][0]["exact"]);
  EXPECT_EQ(false, found["sentences"][0]["answered"]) << "it has two translations";
  EXPECT_EQ("Seite 12 von %1", found["sentences"][1]["translation"]);
  EXPECT_EQ(false, found["sentences"][1]["exact"]);
  EXPECT_EQ(true, found["sentences"][1]["answered"]);
  EXPECT_EQ("Öffnen", found["sentences"][2]["translation"]);
  EXPECT_EQ(0.0, found["sentences"][3]["similarity"]);
  const Output words = run("memory lookup m.rstm", "printf 'Close\\nNothing\\ncaf\\351\\n' > in");
  EXPECT_EQ(0, words.code);
  const Output lines =
      run("memory lookup m.rstm < in", "printf 'Close\\nNothing\\ncaf\\351\\n' > in");
  EXPECT_EQ(1, lines.code);
  EXPECT_EQ("1.00  Close\n      Schließen\n      (no answer)\n   -  (nothing alike)\n", lines.out);
  EXPECT_THAT(lines.err, HasSubstr("(stdin):3: is not UTF-8 text: byte 4 is 0xE9"));
}

TEST_F(CliTranslateTest, TextsThatMakeNoMemory) {
  folder_.write("a", "one\ntwo\nthree\n");
  folder_.write("b", "eins\nzwei\n");
  folder_.write("bad", "eins\nzw\xE9i\ndrei\n");
  EXPECT_THAT(error("memory build a b -o m.rstm"),
              HasSubstr("a has 3 lines, b has 2; line by line they must be translations"));
  EXPECT_THAT(error("memory build a bad -o m.rstm"),
              HasSubstr("bad:2: is not UTF-8 text: byte 3 is 0xE9"));
  EXPECT_THAT(error("memory build a none -o m.rstm"), HasSubstr("none: cannot be opened"));
  EXPECT_THAT(error("memory build a a -o a"), HasSubstr("a: is read by this command"));
  EXPECT_THAT(error("memory build a a -o none/m.rstm"), HasSubstr("none/m.rstm"));
  EXPECT_EQ("one\ntwo\nthree\n", test::text_of(folder_ / "a"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m.rstm"));
}

TEST_F(CliTranslateTest, ADamagedMemoryIsRefused) {
  std::string bytes = test::text_of(test::translation_folder() / "memory.rstm");
  folder_.write("cut.rstm", bytes.substr(0, bytes.size() - 8));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  folder_.write("bad.rstm", bytes);
  bytes[8] = 9;
  folder_.write("version.rstm", bytes);
  folder_.write("empty.rstm", "");
  folder_.write("text.rstm", kSource);
  for (const std::string file : {"cut.rstm", "bad.rstm"}) {
    EXPECT_THAT(error("memory lookup " + file + " a"),
                HasSubstr(file + ": the translation memory is truncated or damaged; build it"));
  }
  EXPECT_THAT(error("memory lookup version.rstm a"),
              HasSubstr("version.rstm: is a translation memory of version 9; this program reads"));
  for (const std::string file : {"empty.rstm", "text.rstm"}) {
    EXPECT_THAT(error("memory lookup " + file + " a"),
                HasSubstr(file + ": is no translation memory"));
  }
  EXPECT_THAT(error("memory lookup none.rstm a"), HasSubstr("none.rstm: cannot be opened"));
  EXPECT_THAT(error("memory lookup . a"), HasSubstr("rightsize: .: "));
}

}  // namespace
}  // namespace rightsize

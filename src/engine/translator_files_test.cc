// Proves what a translator over real files does with hostile input: whatever the sentence, there is
// a defined answer or a message that says what is wrong, and the next sentence is translated.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightsize/translator.h"
#include "tests/translation_support.h"

namespace rightsize {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class TranslatorFilesTest : public testing::Test {
 protected:
  static std::filesystem::path zoo() { return test::translation_folder() / "zoo.toml"; }
  static Result<Translator> open(const std::string& point) {
    return Translator::open(zoo(), {.point = point});
  }
  // A copy of the zoo that may be damaged.
  std::filesystem::path copied() {
    std::filesystem::copy(test::translation_folder(), folder_.path(),
                          std::filesystem::copy_options::recursive);
    return folder_ / "zoo.toml";
  }
  static std::string refusal(const std::filesystem::path& file, const TranslatorOptions& options) {
    const auto translator = Translator::open(file, options);
    return translator.ok() ? "no error" : translator.status().message();
  }
  const std::vector<std::string> kPoints{"gru",   "gru_beam",   "step",   "step_beam",
                                         "block", "block_beam", "memory", "drafted"};
  // The memory knows it too.
  const std::string good_ = test::lines_of(test::translation_folder() / "known.en")[1];
  test::TemporaryFolder folder_;
};

TEST_F(TranslatorFilesTest, EveryModelIsAnOperatingPoint) {
  const auto first = open("");
  ASSERT_TRUE(first.ok()) << first.status().message();
  EXPECT_EQ("gru", first->point());
  EXPECT_EQ("en", first->source_language());
  EXPECT_EQ("de", first->target_language());
  for (const std::string& point : kPoints) {
    auto translator = open(point);
    ASSERT_TRUE(translator.ok()) << translator.status().message();
    const auto translation = translator->translate(good_);
    ASSERT_TRUE(translation.ok()) << translation.status().message();
    EXPECT_TRUE(translation->answered);
    EXPECT_EQ(point, translation->model);
    EXPECT_EQ(point, translation->point);
    EXPECT_GT(translation->confidence, 0.0);
    EXPECT_LE(translation->confidence, 1.0);
    EXPECT_FALSE(translation->late);
    EXPECT_EQ(point == "memory", translation->by_memory);
    if (point == "memory") continue;
    EXPECT_GT(translation->source_pieces, 5U);
    EXPECT_GT(translation->target_tokens, 0U);
    EXPECT_GT(translation->decoder_calls, 0U);
    EXPECT_GT(translation->runtime_cpu.count(), 0);
  }
}

TEST_F(TranslatorFilesTest, BlankTextHasABlankTranslation) {
  for (const std::string& point : kPoints) {
    auto translator = open(point);
    ASSERT_TRUE(translator.ok());
    for (const std::string& text : {std::string(), std::string("   "), std::string("\t\r\n\v\f"),
                                    std::string(3, '\0'), std::string("\x7F\x1B")}) {
      const auto translation = translator->translate(text);
      ASSERT_TRUE(translation.ok()) << translation.status().message();
      EXPECT_TRUE(translation->answered);
      EXPECT_EQ("", translation->text);
      EXPECT_FALSE(translation->cut);
    }
  }
}

TEST_F(TranslatorFilesTest, ControlCharactersAreSpaces) {
  for (const std::string& point : kPoints) {
    auto translator = open(point);
    ASSERT_TRUE(translator.ok());
    const auto plain = translator->translate("The lamp hides a letter.");
    const auto controlled =
        translator->translate(std::string("\x1B\n The\x01lamp\thides\0a\x7Fletter.\r\n", 27));
    ASSERT_TRUE(plain.ok() && controlled.ok());
    EXPECT_EQ(plain->text, controlled->text) << point;
  }
}

TEST_F(TranslatorFilesTest, WhatIsNoUtf8IsRefusedByItsFirstBadByte) {
  auto translator = open("gru");
  ASSERT_TRUE(translator.ok());
  const auto error = [&](const std::string& text) {
    const auto translation = translator->translate(text);
    EXPECT_EQ(StatusCode::kInvalidInput, translation.status().code());
    return translation.status().message();
  };
  EXPECT_THAT(error("abc\xFFq"), HasSubstr("byte 4 is 0xFF"));
  EXPECT_THAT(error("\x80"), HasSubstr("byte 1 is 0x80"));
  EXPECT_THAT(error("caf\xE9 au lait"), HasSubstr("byte 4 is 0xE9"));
  EXPECT_THAT(error("cut off \xC3"), HasSubstr("byte 9 is 0xC3"));
  EXPECT_THAT(error("\xED\xA0\x80"), HasSubstr("byte 1 is 0xED"));
  EXPECT_THAT(error("overlong \xC0\x80"), HasSubstr("byte 10 is 0xC0"));
  EXPECT_THAT(error("\xF5\x80\x80\x80"), HasSubstr("byte 1 is 0xF5"));
  EXPECT_TRUE(translator->translate(good_).ok());
}

TEST_F(TranslatorFilesTest, WhatNoModelCanTranslateIsAFailureThatSaysWhy) {
  std::string long_line;
  for (int i = 0; i < 10000; ++i) long_line += "letter ";
  for (const std::string point : {"gru", "gru_beam", "step", "drafted"}) {
    auto translator = open(point);
    ASSERT_TRUE(translator.ok());
    const std::string before = translator->translate(good_)->text;
    for (const auto& [text, why] :
         {std::pair{long_line, "the model takes at most 60"},
          std::pair{std::string("漢字かな交じり文"), "source language"}}) {
      const auto translation = translator->translate(text);
      ASSERT_TRUE(translation.ok()) << translation.status().message();
      EXPECT_FALSE(translation->answered);
      EXPECT_EQ("", translation->text);
      EXPECT_THAT(translation->failure,
                  AllOf(StartsWith("model '" + point + "': "), HasSubstr(why)));
    }
    EXPECT_EQ(before, translator->translate(good_)->text) << "the next one is as ever";
  }
}

TEST_F(TranslatorFilesTest, AMemoryThatHasNothingAlikeAnswersNothing) {
  auto translator = open("memory");
  ASSERT_TRUE(translator.ok());
  const auto translation = translator->translate("Completely different words stand here");
  ASSERT_TRUE(translation.ok());
  EXPECT_FALSE(translation->answered);
  EXPECT_EQ("", translation->text);
  EXPECT_EQ(0.0, translation->confidence);
  ASSERT_EQ(1U, translation->decision.tried_count);
  EXPECT_EQ(TrialStatus::kNoAnswer, translation->decision.tried[0].status);
}

TEST_F(TranslatorFilesTest, ADeadlineInThePast) {
  for (const std::string& point : kPoints) {
    auto translator = open(point);
    ASSERT_TRUE(translator.ok());
    const std::string whole = translator->translate(good_)->text;
    for (const Nanoseconds deadline :
         {Nanoseconds(0), Nanoseconds(-1), Nanoseconds::min(),
          std::chrono::duration_cast<Nanoseconds>(std::chrono::hours(-1))}) {
      const auto translation = translator->translate(good_, {.deadline = deadline});
      if (!translation.ok()) {
        EXPECT_EQ(StatusCode::kUnreachable, translation.status().code());
        continue;
      }
      // What begins too late and is the only answer is whole, and late.
      EXPECT_TRUE(translation->answered) << point;
      EXPECT_TRUE(translation->late) << point;
      EXPECT_EQ(whole, translation->text) << point;
    }
    const auto far = translator->translate(good_, {.deadline = kNever - Nanoseconds(1)});
    ASSERT_TRUE(far.ok()) << far.status().message();
    EXPECT_EQ(whole, far->text) << "a deadline that never comes";
    EXPECT_FALSE(far->late);
  }
}

// ---- Files ----

TEST_F(TranslatorFilesTest, FilesThatCannotBeOpened) {
  EXPECT_THAT(refusal("/nowhere/zoo.toml", {}), HasSubstr("/nowhere/zoo.toml"));
  EXPECT_THAT(refusal("/nowhere/selector.json", {}), HasSubstr("/nowhere/selector.json"));
  EXPECT_THAT(
      refusal(zoo(), {.point = "none"}),
      AllOf(StartsWith(zoo().string() + ": there is no operating point 'none'; there are: "),
            HasSubstr("gru, gru_beam")));
  EXPECT_THAT(refusal(zoo(), {.runtime = "/nowhere/ort.so"}), HasSubstr("/nowhere/ort.so"));
  EXPECT_THAT(refusal(test::data_folder() / "zoo.toml", {}),
              HasSubstr("this is a selector for image-classification, not for translation"));
}

TEST_F(TranslatorFilesTest, APartThatIsMissingOrDamagedIsNamed) {
  const std::filesystem::path manifest = copied();
  std::filesystem::remove(folder_ / "gru/encoder.onnx");
  EXPECT_THAT(refusal(manifest, {.point = "gru"}),
              AllOf(StartsWith(manifest.string() + ": model 'gru': no file at "),
                    HasSubstr("gru/encoder.onnx"), HasSubstr("--models DIR")));
  EXPECT_EQ("no error", refusal(manifest, {.point = "step"}));
  EXPECT_EQ("no error", refusal(manifest, {.point = "gru", .models = {test::translation_folder()}}))
      << "found in the folder of its model";
  folder_.write("step/decoder.onnx", "damaged");
  EXPECT_THAT(refusal(manifest, {.point = "step"}),
              AllOf(HasSubstr("model 'step': "), HasSubstr("step/decoder.onnx: its SHA-256 is ")));
  folder_.write("memory.rstm", test::text_of(folder_ / "memory.rstm").substr(0, 1000));
  EXPECT_THAT(refusal(manifest, {.point = "drafted"}),
              AllOf(HasSubstr("model 'memory': "), HasSubstr("memory.rstm: its SHA-256 is ")));
}

}  // namespace
}  // namespace rightsize

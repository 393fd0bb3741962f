#include "core/utf8.h"

#include <gtest/gtest.h>

#include "text/translation.h"

namespace rightsize {
namespace {

TEST(Utf8, WellFormedTextHasNoBadByte) {
  for (const char* text : {"", "abc", "Größe", "日本", "😀", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(std::string_view(text).size(), first_bad_byte(text));
  }
}

TEST(Utf8, NamesTheFirstBadByte) {
  EXPECT_EQ(1U, first_bad_byte("a\xFF"));
  EXPECT_EQ(0U, first_bad_byte("\x80"));
  EXPECT_EQ(2U, first_bad_byte("ab\xC3"));                // cut off
  EXPECT_EQ(0U, first_bad_byte("\xC0\xAF"));              // overlong
  EXPECT_EQ(0U, first_bad_byte("\xE0\x80\xAF"));          // overlong
  EXPECT_EQ(0U, first_bad_byte("\xED\xA0\x80"));          // a surrogate
  EXPECT_EQ(0U, first_bad_byte("\xF4\x90\x80\x80"));      // beyond U+10FFFF
  EXPECT_EQ(2U, first_bad_byte("\xC3\xA4\xE2\x28\xA1"));  // no continuation
}

TEST(CleanSource, ControlCharactersAreSpaces) {
  const auto clean = clean_source("\t Click\x01 the\nicon.\x7F ");
  ASSERT_TRUE(clean.ok());
  EXPECT_EQ("Click  the icon.", *clean);
  EXPECT_EQ("", *clean_source(" \t "));
  EXPECT_EQ("is not UTF-8 text: byte 3 is 0xE9; convert the text to UTF-8",
            clean_source("ab\xE9 c").status().message());
}

}  // namespace
}  // namespace rightsize

// Proves that tables line up, whatever their rows, that lines fit, and that nothing steers the
// terminal.
#include "core/terminal_text.h"

#include <gtest/gtest.h>

namespace rightsize {
namespace {

TEST(TerminalText, TableAlignsNumbersOnTheRight) {
  EXPECT_EQ(text_table({{"model", " ms", "note"}, {"a", "1.5", "größer"}, {"longer", "10.0", "x"}}),
            "model     ms  note\n"
            "------  ----  ------\n"
            "a        1.5  größer\n"
            "longer  10.0  x\n");
}

TEST(TerminalText, TableTakesShortAndLongRowsAndNone) {
  EXPECT_EQ(text_table({}), "");
  EXPECT_EQ(text_table({{"a", " b"}}), "a  b\n-  -\n");
  EXPECT_EQ(text_table({{"a", " b"}, {}, {"1"}, {"1", "2", "beyond"}}), "a  b\n-  -\n\n1\n1  2\n");
}

TEST(TerminalText, WrapsAtSpaces) {
  EXPECT_EQ(wrapped("one two three", 7), "one two\nthree");
  EXPECT_EQ(wrapped("é é é é", 3), "é é\né é");
  EXPECT_EQ(wrapped("a longerthanaline b", 6), "a\nlongerthanaline\nb");
  EXPECT_EQ(wrapped("", 6), "");
}

TEST(TerminalText, ControlCharactersAreReplaced) {
  EXPECT_EQ(printable("a\x1b[31m\tb\nc\x7f"), "a?[31m?b\nc?");
  // The one-byte forms of escape sequences in UTF-8; not the letters beside them.
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J \xC2\x80\xC2\xA0\xC3\x9F\xC2"),
            "?2J ?\xC2\xA0\xC3\x9F\xC2");
}

}  // namespace
}  // namespace rightsize

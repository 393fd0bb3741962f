// Words of sentences, as features and bags of words see them.
//
// Threading: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rightsize {

// Well-formed UTF-8 in lower case: of ASCII, Latin-1, Greek and Cyrillic; other letters stay.
std::string lower_case(std::string_view text);

// The tokens of 13a (lab/text/metrics.h) in lower case; invalid bytes count as U+FFFD.
std::vector<std::string> lower_case_tokens(std::string_view sentence);

// Is there a letter or a digit in the token? All characters beyond ASCII count as such, but those
// of Latin-1's and the general punctuation.
bool is_word(std::string_view token);

}  // namespace rightsize

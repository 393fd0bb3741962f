// Metrics of translations: counts of one hypothesis against one reference, which add up, and values
// computed from added counts.
//
// BLEU and chrF are those of sacreBLEU (Post, "A call for clarity in reporting BLEU scores", WMT
// 2018), version 2: BLEU with the tokenizer 13a, case kept, exponential smoothing, effective order
// for sentences alone; chrF2 with characters up to order 6. ROUGE-L (Lin, "ROUGE", 2004) is F1 of
// the longest common subsequence, token F1 that of the bags of tokens; both over the tokens of 13a.
// Of a corpus they are computed from added counts, so not the mean of the sentences' values.
//
// All values lie in [0, 1]. Text is UTF-8; bytes that are not count as U+FFFD each. Empty text is
// text without tokens: its values are 0.
//
// Threading: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rightsize {

inline constexpr std::size_t kBleuOrder = 4;
inline constexpr std::size_t kChrfOrder = 6;

struct TextCounts {
  // Place of the counts in `values`.
  enum Field : std::size_t {
    kTokens = 0,                              // of the hypothesis
    kReferenceTokens = 1,                     //
    kMatches = 2,                             // n-grams of 1 to 4 tokens in both
    kNgrams = kMatches + kBleuOrder,          // of the hypothesis
    kCharMatches = kNgrams + kBleuOrder,      // n-grams of 1 to 6 characters in both
    kCharNgrams = kCharMatches + kChrfOrder,  // of the hypothesis; 0 where the reference has none
    kReferenceCharNgrams = kCharNgrams + kChrfOrder,
    kCommonSubsequence = kReferenceCharNgrams + kChrfOrder,  // longest, in tokens
    kCommonTokens,                                           // of the bags of tokens
    kFields
  };
  std::array<std::int64_t, kFields> values{};

  std::int64_t operator[](std::size_t field) const { return values[field]; }
  TextCounts& operator+=(const TextCounts& other);
  TextCounts& operator-=(const TextCounts& other);
  bool operator==(const TextCounts&) const = default;
};

// `sum` += `counts` x `times`.
void add(const TextCounts& counts, std::int64_t times, TextCounts& sum);
// The counts to be expected where a share `weight` of sentences is the second's, else the first's.
TextCounts blend(const TextCounts& first, const TextCounts& second, double weight);

TextCounts count(std::string_view hypothesis, std::string_view reference);

enum class TextMetric : std::uint8_t {
  kBleu,
  kChrf,
  kRougeL,
  kTokenF1,
  kPaperF1,  // 2 R B / (R + B) with R = ROUGE-L and B = BLEU, as the paper has it
};
inline constexpr std::array kAllTextMetrics = {TextMetric::kBleu, TextMetric::kChrf,
                                               TextMetric::kRougeL, TextMetric::kTokenF1,
                                               TextMetric::kPaperF1};
const char* to_string(TextMetric metric);  // "BLEU", "chrF2", ...

double corpus_value(const TextCounts& sum, TextMetric metric);
double sentence_value(const TextCounts& counts, TextMetric metric);

// BLEU x BLEU / time, after the energy-delay product: BLEU in points (0 to 100), time in seconds.
double bleu_per_second(double bleu, double seconds);

// A metric of a corpus as a sum over sentences: how much it changes with each count at these counts
// (of a baseline on a whole corpus). The credit of a sentence is the product of gradient and
// counts, so that the difference of two systems' credits on a sentence is, to first order, what
// choosing one instead of the other for it changes in the corpus's metric. By differences of a
// thousandth of each count to both sides.
std::array<double, TextCounts::kFields> gradient(const TextCounts& sum, TextMetric metric);
double credit(const TextCounts& counts, const std::array<double, TextCounts::kFields>& gradient);

// The tokens of 13a.
std::vector<std::string> tokens_13a(std::string_view text);

}  // namespace rightsize

#include "lab/text/metrics.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace rightsize {
namespace {

using nlohmann::json;
using F = TextCounts::Field;

const json& cases() {
  static const json all = [] {
    std::ifstream in(RIGHTSIZE_SOURCE_DIR "/src/lab/text/metrics_cases.json");
    return json::parse(in);
  }();
  return all;
}

TEST(Metrics, TokensAreThoseOf13a) {
  for (const json& one : cases()["sentences"]) {
    EXPECT_EQ(one["tokens"].get<std::vector<std::string>>(),
              tokens_13a(one["hypothesis"].get<std::string>()))
        << one["hypothesis"];
  }
}

TEST(Metrics, SentencesAreWorthWhatSacreBleuSays) {
  const json all = cases();
  ASSERT_GE(all["sentences"].size(), 80U);
  for (const json& one : all["sentences"]) {
    const TextCounts counts =
        count(one["hypothesis"].get<std::string>(), one["reference"].get<std::string>());
    EXPECT_NEAR(one["bleu"].get<double>(), sentence_value(counts, TextMetric::kBleu), 1e-9)
        << one["hypothesis"];
    EXPECT_NEAR(one["chrf"].get<double>(), sentence_value(counts, TextMetric::kChrf), 1e-9)
        << one["hypothesis"];
  }
}

TEST(Metrics, CorporaAreWorthWhatSacreBleuSays) {
  const json all = cases();
  for (const json& corpus : all["corpora"]) {
    TextCounts sum;
    const auto first = corpus["first"].get<std::size_t>();
    for (std::size_t i = first; i < first + corpus["count"].get<std::size_t>(); ++i) {
      const json& one = all["sentences"][i];
      sum += count(one["hypothesis"].get<std::string>(), one["reference"].get<std::string>());
    }
    EXPECT_NEAR(corpus["bleu"].get<double>(), corpus_value(sum, TextMetric::kBleu), 1e-9) << first;
    EXPECT_NEAR(corpus["chrf"].get<double>(), corpus_value(sum, TextMetric::kChrf), 1e-9) << first;
  }
}

TEST(Metrics, SubsequenceAndBagByHand) {
  const TextCounts counts = count("a b c d", "b a c e d");
  EXPECT_EQ(3, counts[F::kCommonSubsequence]);  // b c d
  EXPECT_EQ(4, counts[F::kCommonTokens]);
  EXPECT_DOUBLE_EQ(6.0 / 9.0, sentence_value(counts, TextMetric::kRougeL));
  EXPECT_DOUBLE_EQ(8.0 / 9.0, sentence_value(counts, TextMetric::kTokenF1));
  const double rouge = 6.0 / 9.0;
  const double bleu = sentence_value(counts, TextMetric::kBleu);
  EXPECT_DOUBLE_EQ(2 * rouge * bleu / (rouge + bleu), sentence_value(counts, TextMetric::kPaperF1));
  EXPECT_DOUBLE_EQ(400.0, bleu_per_second(20.0, 1.0));
}

TEST(Metrics, BytesThatAreNoTextCountAsReplacementCharacters) {
  EXPECT_EQ(count("a \xEF\xBF\xBD\xEF\xBF\xBD b", "a b"), count("a \xFF\xC3 b", "a b"));
}

TEST(Metrics, GradientOfBleuIsTheOneByHand) {
  TextCounts sum;
  for (const json& one : cases()["sentences"]) {
    sum += count(one["hypothesis"].get<std::string>(), one["reference"].get<std::string>());
  }
  for (const bool shorter : {false, true}) {
    sum.values[F::kReferenceTokens] = sum[F::kTokens] + (shorter ? 50 : -50);
    const auto slope = gradient(sum, TextMetric::kBleu);
    const double value = corpus_value(sum, TextMetric::kBleu);
    // BLEU = exp(min(0, 1 - r/c)) (p1 p2 p3 p4)^(1/4)
    for (std::size_t n = 0; n < kBleuOrder; ++n) {
      const auto matches = static_cast<double>(sum[F::kMatches + n]);
      const auto ngrams = static_cast<double>(sum[F::kNgrams + n]);
      EXPECT_NEAR(value / (4 * matches), slope[F::kMatches + n], 1e-3 * value / matches) << n;
      EXPECT_NEAR(-value / (4 * ngrams), slope[F::kNgrams + n], 1e-3 * value / ngrams) << n;
    }
    const auto length = static_cast<double>(sum[F::kTokens]);
    const auto reference = static_cast<double>(sum[F::kReferenceTokens]);
    const double by_reference = shorter ? -value / length : 0.0;
    const double by_length = shorter ? value * reference / (length * length) : 0.0;
    EXPECT_NEAR(by_reference, slope[F::kReferenceTokens], 1e-2 * value / length);
    EXPECT_NEAR(by_length, slope[F::kTokens], 1e-2 * value / length);
    for (std::size_t i = F::kCharMatches; i < F::kFields; ++i) EXPECT_EQ(0.0, slope[i]) << i;
  }
}

TEST(Metrics, CreditPredictsWhatAnotherChoiceDoesToTheCorpus) {
  TextCounts baseline;
  std::vector<TextCounts> ours;
  for (const json& one : cases()["sentences"]) {
    ours.push_back(
        count(one["hypothesis"].get<std::string>(), one["reference"].get<std::string>()));
    baseline += ours.back();
  }
  const auto slope = gradient(baseline, TextMetric::kBleu);
  // One sentence is answered perfectly instead.
  const json one = cases()["sentences"][40];
  const std::string reference = one["reference"].get<std::string>();
  const TextCounts perfect = count(reference, reference);
  TextCounts changed = baseline;
  changed -= ours[40];
  changed += perfect;
  const double real =
      corpus_value(changed, TextMetric::kBleu) - corpus_value(baseline, TextMetric::kBleu);
  EXPECT_GT(real, 0.0);
  EXPECT_NEAR(real, credit(perfect, slope) - credit(ours[40], slope), 0.1 * real);
}

}  // namespace
}  // namespace rightsize

// The vocabulary of a bag of words is chosen on the training rows alone, by a statistic that is
// computed by hand here.
#include "lab/text/bag_of_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rightsize {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> words(const Corpus& corpus, const std::vector<std::uint32_t>& numbers) {
  std::vector<std::string> result;
  for (const std::uint32_t number : numbers) result.push_back(corpus.words[number]);
  return result;
}

TEST(BagOfWords, CountsWordsInLowerCase) {
  const Corpus corpus = make_corpus({"The cat, the CAT.", "A dog!", ""});
  EXPECT_THAT(corpus.words, ElementsAre("a", "cat", "dog", "the"));
  EXPECT_THAT(corpus.bags[0], ElementsAre(WordCount{1, 2}, WordCount{3, 2}));
  EXPECT_THAT(corpus.bags[1], ElementsAre(WordCount{0, 1}, WordCount{2, 1}));
  EXPECT_TRUE(corpus.bags[2].empty());
  // Unknown words, repeated or between known ones, are left out.
  EXPECT_THAT(bag_of(corpus, "bird bird cat bird dog zoo zoo"),
              ElementsAre(WordCount{1, 1}, WordCount{2, 1}));
}

TEST(BagOfWords, ChiSquareByHand) {
  // In 3 of 4 sentences of one class and 1 of 6 of the other: n (ad - bc)^2 / products of margins.
  const std::vector<std::uint32_t> with = {3, 1};
  const std::vector<std::uint32_t> all = {4, 6};
  EXPECT_NEAR(10.0 * (3 * 5 - 1 * 1) * (3 * 5 - 1 * 1) / (4.0 * 6 * 4 * 6), chi_square(with, all),
              1e-12);
  EXPECT_EQ(0.0, chi_square(std::vector<std::uint32_t>{4, 6}, all));  // in all
  EXPECT_EQ(0.0, chi_square(std::vector<std::uint32_t>{2, 3}, all));  // in half of either
  // A class without sentences changes nothing.
  EXPECT_EQ(chi_square(with, all),
            chi_square(std::vector<std::uint32_t>{3, 1, 0}, std::vector<std::uint32_t>{4, 6, 0}));
}

TEST(BagOfWords, RankingSeesTrainingRowsAloneAndBreaksTies) {
  const Corpus corpus = make_corpus(
      {"red x both", "red x y both", "blue y both", "blue both", "held out out", "held red"});
  const std::vector<std::size_t> rows = {0, 1, 2, 3};
  const std::vector<std::uint16_t> classes_of = {0, 0, 1, 1};
  const auto ranking = rank_words(corpus, rows, classes_of, 2);
  // "blue", "red" and "x" tell all; "both" and "y" nothing, but "both" stands in more sentences.
  EXPECT_THAT(words(corpus, ranking), ElementsAre("blue", "red", "x", "both", "y"));
}

TEST(BagOfWords, AVocabularyIsTheFirstWordsOfARanking) {
  const Corpus corpus = make_corpus({"c a b b", "d"});
  const std::vector<std::uint32_t> ranking = {3, 1, 0};  // d b a
  const Vocabulary two(corpus, ranking, 2);
  EXPECT_EQ(2U, two.size());
  EXPECT_THAT(two.select(corpus.bags[0]), ElementsAre(WordCount{1, 2}));
  EXPECT_THAT(two.select(corpus.bags[1]), ElementsAre(WordCount{0, 1}));
  std::vector<float> row(2, 7.0F);
  two.fill(corpus.bags[0], row);
  EXPECT_THAT(row, ElementsAre(0.0F, 1.0F));
  EXPECT_EQ(3U, Vocabulary(corpus, ranking, 500).size());
}

}  // namespace
}  // namespace rightsize

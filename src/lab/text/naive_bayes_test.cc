// Multinomial naive Bayes against Bayes' rule written out.
#include "lab/text/naive_bayes.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

namespace rightsize {
namespace {

TEST(NaiveBayes, IsBayesRule) {
  // Two words; class 0 has counts (3, 1) in two sentences, class 1 (0, 2) in one.
  const std::vector<Bag> bags = {{{0, 2}}, {{0, 1}, {1, 1}}, {{1, 2}}};
  const std::vector<std::uint16_t> classes_of = {0, 0, 1};
  const MultinomialBayes bayes = fit_multinomial_bayes(bags, classes_of, 2, 2);
  const double a = 2.0 / 3 * (4.0 / 6) * (2.0 / 6) * (2.0 / 6);
  const double b = 1.0 / 3 * (1.0 / 4) * (3.0 / 4) * (3.0 / 4);
  std::array<double, 2> p{};
  const Bag sentence = {{0, 1}, {1, 2}, {5, 9}};  // the last is beyond the words: passed over
  EXPECT_EQ(a > b ? 0U : 1U, bayes.predict(sentence, p));
  EXPECT_NEAR(a / (a + b), p[0], 1e-12);
  EXPECT_NEAR(b / (a + b), p[1], 1e-12);
  EXPECT_EQ(0U, bayes.predict({}, p));
  EXPECT_NEAR(2.0 / 3, p[0], 1e-12);
}

TEST(NaiveBayes, SmoothingKeepsUnseenWordsPossible) {
  const std::vector<Bag> bags = {{{0, 1}}, {{1, 1}}};
  const std::vector<std::uint16_t> classes_of = {0, 1};
  std::array<double, 2> p{};
  for (const double smoothing : {0.1, 1.0, 10.0}) {
    const auto bayes = fit_multinomial_bayes(bags, classes_of, 2, 2, smoothing);
    bayes.predict(Bag{{1, 1}}, p);
    EXPECT_NEAR(smoothing / (1 + 2 * smoothing), p[0], 1e-12);
  }
}

TEST(NaiveBayes, AClassWithoutRowsIsNeverChosen) {
  const std::vector<Bag> bags = {{{0, 1}}, {{1, 1}}};
  const std::vector<std::uint16_t> classes_of = {2, 0};
  const auto bayes = fit_multinomial_bayes(bags, classes_of, 4, 2);
  std::array<double, 4> p{};
  EXPECT_EQ(2U, bayes.predict(Bag{{0, 3}}, p));
  EXPECT_EQ(0.0, p[1]);
  EXPECT_EQ(0.0, p[3]);
  EXPECT_NEAR(1.0, std::accumulate(p.begin(), p.end(), 0.0), 1e-12);
}

TEST(NaiveBayes, LongSentencesDoNotUnderflow) {
  const std::vector<Bag> bags = {{{0, 5}, {1, 1}}, {{0, 1}, {1, 5}}};
  const std::vector<std::uint16_t> classes_of = {0, 1};
  const auto bayes = fit_multinomial_bayes(bags, classes_of, 2, 2);
  std::array<double, 2> p{};
  EXPECT_EQ(1U, bayes.predict(Bag{{0, 4999}, {1, 5001}}, p));
  EXPECT_TRUE(std::isfinite(p[0]) && std::isfinite(p[1]));
}

}  // namespace
}  // namespace rightsize

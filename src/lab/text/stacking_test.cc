// The first level's scores are held out, and premodels of every kind find a class that words or
// features tell.
#include "lab/text/stacking.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lab/synthetic_table.h"
#include "lab/text/text_premodel.h"

namespace rightsize {
namespace {

// Sentences of five random words out of 40, with `telling` as one more where the class is 1.
struct Sentences {
  std::vector<std::string> text;
  std::vector<std::uint16_t> labels;
  std::vector<std::size_t> rows;
};
Sentences sentences(std::size_t n, bool telling, std::uint64_t seed) {
  test::Sequence random(seed);
  Sentences made;
  for (std::size_t i = 0; i < n; ++i) {
    std::string text;
    for (int w = 0; w < 5; ++w) {
      text += "w" + std::to_string(static_cast<int>(40 * random.uniform())) + " ";
    }
    const bool second = random.uniform() < 0.5;
    made.text.push_back(text + (telling && second ? "sign" : "other"));
    made.labels.push_back(second ? 1 : 0);
    made.rows.push_back(i);
  }
  return made;
}

double share_right(const std::vector<std::vector<double>>& scores,
                   const std::vector<std::uint16_t>& labels) {
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto best = std::max_element(scores[i].begin(), scores[i].end()) - scores[i].begin();
    right += best == labels[i] ? 1.0 : 0.0;
  }
  return right / static_cast<double>(labels.size());
}

TEST(Stacking, ScoresOfTheFirstLevelAreHeldOut) {
  const Sentences made = sentences(400, /*telling=*/false, 3);
  const Corpus corpus = make_corpus(made.text);
  const auto held_out = held_out_scores(corpus, made.rows, made.labels, 2, {});
  const FirstLevel first = fit_first_level(corpus, made.rows, made.labels, 2, 1500);
  std::vector<std::vector<double>> seen;
  for (const Bag& bag : corpus.bags) seen.push_back(first.scores(bag));
  // Labels are a coin's: words seen in training say something of them, words held out nothing.
  EXPECT_GT(share_right(seen, made.labels), 0.58);
  EXPECT_NEAR(0.5, share_right(held_out, made.labels), 0.07);
  for (const auto& scores : held_out) EXPECT_NEAR(1.0, scores[0] + scores[1], 1e-9);
}

TEST(Stacking, EqualSeedsGiveEqualScores) {
  const Sentences made = sentences(60, true, 5);
  const Corpus corpus = make_corpus(made.text);
  const auto once = held_out_scores(corpus, made.rows, made.labels, 2, {.seed = 7});
  EXPECT_EQ(once, held_out_scores(corpus, made.rows, made.labels, 2, {.seed = 7}));
  EXPECT_NE(once, held_out_scores(corpus, made.rows, made.labels, 2, {.seed = 8}));
}

// Training and new sentences whose class is told by a word, by a feature or by nothing.
struct Lesson {
  TextInputs inputs;
  TextTraining training;
  std::vector<std::uint16_t> labels;
  std::size_t taught = 0;
};
enum class Told { kByWord, kByFeature, kNot };
Lesson lesson(Told told) {
  Sentences made = sentences(500, told == Told::kByWord, 11);
  test::Sequence random(12);
  Lesson result;
  result.taught = 300;
  result.inputs.corpus = make_corpus(made.text);
  for (std::size_t i = 0; i < made.text.size(); ++i) {
    TextFeatures features{};
    const float hint = told == Told::kByFeature && made.labels[i] == 1 ? 1.0F : 0.0F;
    features[TextFeature::kWords] = hint + static_cast<float>(random.uniform());
    features[TextFeature::kNouns] = static_cast<float>(random.uniform());
    result.inputs.dense.push_back(features);
  }
  result.labels = made.labels;
  result.training.models = 2;  // and "none", which never occurs
  result.training.features = {TextFeature::kWords, TextFeature::kNouns};
  result.training.rows.assign(made.rows.begin(), made.rows.begin() + 300);
  result.training.labels.assign(made.labels.begin(), made.labels.begin() + 300);
  result.training.ranking =
      rank_words(result.inputs.corpus, result.training.rows, result.training.labels, 3);
  return result;
}

double accuracy(Lesson& lesson, const TextPremodelSpec& spec) {
  lesson.training.inputs = &lesson.inputs;
  const auto premodel = TextPremodel::fit(lesson.training, spec);
  EXPECT_TRUE(premodel.ok()) << spec.name() << ": " << premodel.status().message();
  if (!premodel.ok()) return 0.0;
  double right = 0.0;
  for (std::size_t i = lesson.taught; i < lesson.labels.size(); ++i) {
    const std::size_t choice =
        premodel->choose(lesson.inputs.dense[i], lesson.inputs.corpus.bags[i]);
    right += choice == lesson.labels[i] ? 1.0 : 0.0;
  }
  return right / static_cast<double>(lesson.labels.size() - lesson.taught);
}

std::vector<TextPremodelSpec> specs(BagUse bag, std::initializer_list<const char*> shapes) {
  std::vector<TextPremodelSpec> result;
  for (const char* name : shapes) {
    result.push_back({.shape = *PremodelShape::parse(name), .bag = bag, .words = 20});
  }
  return result;
}

TEST(TextPremodel, FindsAWordThatTells) {
  Lesson word = lesson(Told::kByWord);
  for (const auto& spec : specs(BagUse::kColumns, {"tree", "tree-chain", "naive-bayes",
                                                   "naive-bayes-chain", "svm", "logistic"})) {
    EXPECT_GT(accuracy(word, spec), 0.95) << spec.name();
  }
  for (const auto& spec : specs(BagUse::kStacked, {"knn", "tree", "naive-bayes", "svm-chain"})) {
    EXPECT_GT(accuracy(word, spec), 0.9) << spec.name();
  }
  for (const auto& spec : specs(BagUse::kNone, {"knn", "naive-bayes"})) {
    EXPECT_LT(accuracy(word, spec), 0.6) << spec.name();
  }
}

TEST(TextPremodel, FindsAFeatureThatTells) {
  Lesson feature = lesson(Told::kByFeature);
  for (const BagUse bag : {BagUse::kNone, BagUse::kColumns, BagUse::kStacked}) {
    for (const auto& spec : specs(bag, {"tree", "naive-bayes", "tree-chain"})) {
      EXPECT_GT(accuracy(feature, spec), 0.9) << spec.name();
    }
  }
}

TEST(TextPremodel, FindsNothingWhereNothingTells) {
  Lesson nothing = lesson(Told::kNot);
  for (const BagUse bag : {BagUse::kNone, BagUse::kColumns, BagUse::kStacked}) {
    for (const auto& spec : specs(bag, {"knn", "tree", "naive-bayes"})) {
      EXPECT_NEAR(0.5, accuracy(nothing, spec), 0.12) << spec.name();
    }
  }
}

TEST(TextPremodel, NamesAndRefusals) {
  const auto shape = *PremodelShape::parse("naive-bayes");
  EXPECT_EQ("naive-bayes + 1500 words", (TextPremodelSpec{shape, BagUse::kColumns, 1500}.name()));
  EXPECT_EQ("stacked naive-bayes, 500 words",
            (TextPremodelSpec{shape, BagUse::kStacked, 500}.name()));
  EXPECT_EQ("naive-bayes", (TextPremodelSpec{shape, BagUse::kNone, 0}.name()));
  Lesson word = lesson(Told::kByWord);
  word.training.inputs = &word.inputs;
  word.training.features.clear();
  EXPECT_FALSE(TextPremodel::fit(word.training, {.shape = shape}).ok());
}

}  // namespace
}  // namespace rightsize

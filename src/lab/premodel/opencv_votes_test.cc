// Proves that votes of neighbours and of trees come out exactly as in the library.
#include <gtest/gtest.h>

#include <algorithm>

#include "lab/premodel/model_cases.h"

namespace rightsize::test {
namespace {

TEST(OpencvVotesTest, NearestNeighboursAnswerAsTheLibrary) {
  for (const Case& c : cases()) {
    for (const int k : {1, 4, 5, 32}) {
      const cv::Ptr<cv::ml::KNearest> knn = cv::ml::KNearest::create();
      knn->train(c.examples.matrix(), cv::ml::ROW_SAMPLE, c.examples.responses());
      cv::Mat results;
      knn->findNearest(c.queries, k, results);
      expect_same(c, fit_knn({.k = static_cast<std::size_t>(k)}, c.examples), results);
    }
  }
}

TEST(OpencvVotesTest, TreesAnswerAsTheLibrary) {
  for (const Case& c : cases()) {
    for (const int depth : {1, 3, 16}) {
      const ClassifierSpec spec{.max_depth = depth, .min_examples = depth};
      const Tree tree = fit_tree(spec, c.examples);
      expect_same(c, tree, predictions(*train_tree(spec, c.examples), c.queries));
      for (int q = 0; q < kQueries; ++q) {
        const Answer answer = answer_of(tree, query(c, q));
        EXPECT_EQ(*std::max_element(answer.scores.begin(), answer.scores.end()),
                  answer.scores[answer.chosen]);
      }
    }
  }
}

TEST(OpencvVotesTest, ForestsAnswerAsTheLibrary) {
  for (const Case& c : cases()) {
    const ClassifierSpec spec{.trees = 30};
    cv::setRNGSeed(1);
    const Forest forest = fit_forest(spec, c.examples);
    EXPECT_EQ(30U, forest.trees.size());
    cv::setRNGSeed(1);
    expect_same(c, forest, predictions(*train_forest(spec, c.examples), c.queries));
  }
}

TEST(OpencvVotesTest, BoostingAnswersAsTheLibrary) {
  for (const Case& c : cases()) {
    const ClassifierSpec spec{.rounds = 40};
    const std::vector<std::uint16_t> labels = c.examples.labels();
    cv::Mat expected(kQueries, 1, CV_32F, cv::Scalar(0));
    if (labels.size() == 2) {
      const cv::Mat yes = predictions(*train_boosting(spec, c.examples, labels[1]), c.queries);
      for (int q = 0; q < kQueries; ++q) {
        expected.at<float>(q) = labels[yes.at<float>(q) > 0 ? 1 : 0];
      }
    } else {
      std::vector<cv::Mat> margins;
      for (const std::uint16_t label : labels) {
        margins.push_back(predictions(*train_boosting(spec, c.examples, label), c.queries,
                                      cv::ml::DTrees::PREDICT_SUM));
      }
      for (int q = 0; q < kQueries; ++q) {
        std::size_t best = 0;
        for (std::size_t i = 1; i < labels.size(); ++i) {
          if (margins[i].at<float>(q) > margins[best].at<float>(q)) best = i;
        }
        expected.at<float>(q) = labels[best];
      }
    }
    expect_same(c, fit_boosting(spec, c.examples), expected);
  }
}

}  // namespace
}  // namespace rightsize::test

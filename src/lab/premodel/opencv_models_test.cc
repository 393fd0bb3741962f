// Proves that SVMs, logistic regression and naive Bayes answer as the library's objects (naive
// Bayes: as a straightforward one), but for inputs that lie on a border within the precision of
// floats.
#include "lab/premodel/opencv_models.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "lab/premodel/model_cases.h"

namespace rightsize::test {
namespace {

// How far the library's nearest decision between two labels is from going the other way.
double least_margin(const cv::ml::SVM& svm, const ClassifierSpec& spec, std::size_t labels,
                    std::span<const float> x) {
  const cv::Mat vectors = svm.getSupportVectors();
  double least = 1e9;
  for (int pair = 0; pair < static_cast<int>(pair_count(labels)); ++pair) {
    cv::Mat alpha;
    cv::Mat index;
    double margin = -svm.getDecisionFunction(pair, alpha, index);
    for (int i = 0; i < static_cast<int>(alpha.total()); ++i) {
      const float* vector = vectors.ptr<float>(index.at<int>(i));
      double dot = 0.0;
      double distance = 0.0;
      for (std::size_t f = 0; f < x.size(); ++f) {
        dot += double{vector[f]} * x[f];
        distance += (double{vector[f]} - x[f]) * (double{vector[f]} - x[f]);
      }
      margin += alpha.at<double>(i) * (spec.linear ? dot : std::exp(-spec.gamma * distance));
    }
    least = std::min(least, std::abs(margin));
  }
  return least;
}

TEST(OpencvModelsTest, SvmsAnswerAsTheLibraryButForTies) {
  for (const Case& c : cases()) {
    for (const ClassifierSpec& spec :
         {ClassifierSpec{.c = 1.0, .gamma = 1.0}, ClassifierSpec{.c = 10.0, .gamma = 0.1},
          ClassifierSpec{.c = 1.0, .linear = true}}) {
      const cv::Ptr<cv::ml::SVM> trained = train_svm(spec, c.examples);
      const Svm svm = fit_svm(spec, c.examples);
      const cv::Mat expected = predictions(*trained, c.queries);
      for (int q = 0; q < kQueries; ++q) {
        const auto chosen = static_cast<float>(answer_of(svm, query(c, q)).chosen);
        if (chosen == expected.at<float>(q)) continue;
        EXPECT_LT(least_margin(*trained, spec, svm.labels.size(), query(c, q)), 2e-5) << name_of(c);
      }
    }
  }
}

TEST(OpencvModelsTest, LogisticRegressionAnswersAsTheLibraryButForTies) {
  for (const Case& c : cases()) {
    const Logistic logistic = fit_logistic(c.examples);
    const Standardised standardised = standardise(c.examples.matrix());
    const auto trained = train_logistic(c.examples, standardised);
    const cv::Mat z = standardised.apply(c.queries);
    const cv::Mat expected = predictions(*trained, z);
    const cv::Mat thetas = trained->get_learnt_thetas();
    for (int q = 0; q < kQueries; ++q) {
      std::vector<double> margins(logistic.labels.size(), 0.0);  // of two labels: 0 and F
      for (int row = 0; row < thetas.rows; ++row) {
        double margin = thetas.at<float>(row, 0);
        for (int f = 0; f < z.cols; ++f) margin += thetas.at<float>(row, f + 1) * z.at<float>(q, f);
        margins[thetas.rows == 1 ? 1 : static_cast<std::size_t>(row)] = margin;
      }
      const Answer answer = answer_of(logistic, query(c, q));
      if (static_cast<float>(answer.chosen) == expected.at<float>(q)) continue;
      std::sort(margins.begin(), margins.end());
      // Above 8 the library's probabilities, single numbers near 1, are too coarse to tell apart.
      const double top = margins.back();
      EXPECT_TRUE(top - margins[margins.size() - 2] < 1e-4 || top > 8) << name_of(c);
    }
  }
}

// Straightforward and in double precision.
struct Gaussian {
  double mean = 0.0;
  double variance = 0.0;
};
Gaussian gaussian_of(const std::vector<double>& values) {
  Gaussian g;
  for (const double value : values) g.mean += value / static_cast<double>(values.size());
  for (const double value : values) {
    g.variance += (value - g.mean) * (value - g.mean) / static_cast<double>(values.size());
  }
  return g;
}

// Feature f of the points of a class, or of all.
std::vector<double> values_of(const Examples& examples, std::size_t f, int label = -1) {
  std::vector<double> values;
  for (std::size_t i = 0; i < examples.points->count; ++i) {
    if (label >= 0 && examples.classes_of[i] != label) continue;
    values.push_back(examples.points->columns[f * examples.points->count + i]);
  }
  return values;
}

TEST(OpencvModelsTest, NaiveBayesAnswersAsAStraightforwardOne) {
  for (const Case& c : cases()) {
    const NaiveBayes bayes = fit_naive_bayes(c.examples);
    double greatest = 0.0;
    for (std::size_t f = 0; f < bayes.features; ++f) {
      greatest = std::max(greatest, gaussian_of(values_of(c.examples, f)).variance);
    }
    std::vector<std::vector<Gaussian>> gaussians;
    std::vector<double> priors;
    for (const int label : bayes.labels) {
      auto& row = gaussians.emplace_back();
      for (std::size_t f = 0; f < bayes.features; ++f) {
        row.push_back(gaussian_of(values_of(c.examples, f, label)));
        row.back().variance += 1e-9 * greatest;
      }
      priors.push_back(std::log(static_cast<double>(values_of(c.examples, 0, label).size()) /
                                static_cast<double>(c.data.inputs)));
    }
    for (int q = 0; q < kQueries; ++q) {
      std::vector<double> joint = priors;
      for (std::size_t i = 0; i < joint.size(); ++i) {
        for (std::size_t f = 0; f < bayes.features; ++f) {
          const Gaussian& g = gaussians[i][f];
          const double difference = query(c, q)[f] - g.mean;
          joint[i] -= 0.5 * std::log(2 * std::numbers::pi * g.variance) +
                      difference * difference / (2 * g.variance);
        }
      }
      const auto best = std::max_element(joint.begin(), joint.end()) - joint.begin();
      const std::size_t chosen = answer_of(bayes, query(c, q)).chosen;
      if (chosen == bayes.labels[static_cast<std::size_t>(best)]) continue;
      std::sort(joint.begin(), joint.end(), std::greater<>());
      EXPECT_LT(joint[0] - joint[1], 1e-5 * (1.0 + std::abs(joint[0]))) << name_of(c);
    }
  }
}

// Where the classes are equally frequent and their covariances diagonal by construction, the
// library's NormalBayesClassifier is a naive one too, but for variances of n - 1 instead of n.
TEST(OpencvModelsTest, NaiveBayesAnswersAsTheLibraryOnDiagonalData) {
  constexpr std::size_t kFeatures = 3;
  constexpr std::size_t kRepeats = 2000;
  auto points = std::make_shared<PointSet>(PointSet{.features = kFeatures, .columns = {}});
  std::vector<std::uint16_t> classes;
  std::vector<std::array<float, kFeatures>> rows;
  for (std::uint16_t label = 0; label < 3; ++label) {
    for (std::size_t i = 0; i < kRepeats * 8; ++i) {
      auto& row = rows.emplace_back();
      for (std::size_t f = 0; f < kFeatures; ++f) {
        const float width = 0.1F + 0.05F * static_cast<float>((label + f) % 3);
        row[f] = 0.25F * static_cast<float>(label) + ((i >> f) % 2 == 0 ? width : -width);
      }
      classes.push_back(label);
    }
  }
  points->count = rows.size();
  for (std::size_t f = 0; f < kFeatures; ++f) {
    for (const auto& row : rows) points->columns.push_back(row[f]);
  }
  const Examples examples{points, classes, 3};
  const auto library = cv::ml::NormalBayesClassifier::create();
  library->train(examples.matrix(), cv::ml::ROW_SAMPLE, examples.responses());
  const NaiveBayes bayes = fit_naive_bayes(examples);

  std::mt19937_64 random(1);
  std::uniform_real_distribution<float> anywhere(-0.5F, 1.0F);
  int same = 0;
  for (int q = 0; q < 10'000; ++q) {
    const cv::Mat x =
        (cv::Mat_<float>(1, 3) << anywhere(random), anywhere(random), anywhere(random));
    const std::span<const float> input(x.ptr<float>(), kFeatures);
    same += library->predict(x) == static_cast<float>(answer_of(bayes, input).chosen) ? 1 : 0;
  }
  EXPECT_GE(same, 9'990);
}

// The mean logistic loss of the `row`th decision, of class `positive` against the rest.
double logistic_loss(const cv::Mat& thetas, int row, const cv::Mat& z, const Examples& examples,
                     std::uint16_t positive) {
  double loss = 0.0;
  for (int i = 0; i < z.rows; ++i) {
    double margin = thetas.at<float>(row, 0);
    for (int f = 0; f < z.cols; ++f) margin += thetas.at<float>(row, f + 1) * z.at<float>(i, f);
    const bool yes = examples.classes_of[static_cast<std::size_t>(i)] == positive;
    loss += std::log1p(std::exp(yes ? -margin : margin)) / z.rows;
  }
  return loss;
}

// Ten times the steps hardly lower the loss.
TEST(OpencvModelsTest, LogisticRegressionConverges) {
  for (const std::size_t features : {2U, 7U, 17U}) {
    for (const float noise : {0.1F, 0.3F, 1.0F}) {
      const Case c = make_case({.inputs = 200, .features = features, .noise = noise});
      const Standardised standardised = standardise(c.examples.matrix());
      const cv::Mat z = standardised.apply(c.examples.matrix());
      const cv::Mat thetas = train_logistic(c.examples, standardised)->get_learnt_thetas();
      const cv::Mat best =
          train_logistic(c.examples, standardised, 10 * kLogisticSteps)->get_learnt_thetas();
      const std::vector<std::uint16_t> labels = c.examples.labels();
      ASSERT_EQ(labels.size(), static_cast<std::size_t>(thetas.rows));
      for (int row = 0; row < thetas.rows; ++row) {
        const std::uint16_t label = labels[static_cast<std::size_t>(row)];
        EXPECT_NEAR(logistic_loss(best, row, z, c.examples, label),
                    logistic_loss(thetas, row, z, c.examples, label), 0.01)
            << name_of(c) << ", noise " << noise;
      }
    }
  }
}

}  // namespace
}  // namespace rightsize::test

#include "lab/premodel/opencv_models.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rightsize {
namespace {

cv::Mat column(const cv::Mat& x, std::size_t feature) { return x.col(static_cast<int>(feature)); }

// The longest step with which descent is sure to converge: one over the greatest curvature of the
// mean loss, a quarter of the greatest eigenvalue of the features' covariance, and of the penalty.
double safe_step(const cv::Mat& z) {
  cv::Mat covariance;
  cv::Mat eigenvalues;
  cv::mulTransposed(z, covariance, /*aTa=*/true, cv::noArray(), 1.0 / z.rows, CV_64F);
  cv::eigen(covariance, eigenvalues);
  return 1.0 / (std::max(1.0, eigenvalues.at<double>(0)) / 4.0 + 1.0 / z.rows);
}

}  // namespace

std::vector<std::uint16_t> Examples::labels() const {
  std::vector<std::uint16_t> labels = classes_of;
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

cv::Mat Examples::matrix() const {
  // Read only, though cv::Mat has no way to say so.
  auto* columns = const_cast<float*>(points->columns.data());
  const auto features = static_cast<int>(points->features);
  return cv::Mat(features, static_cast<int>(points->count), CV_32F, columns).t();
}

cv::Mat Examples::responses() const {
  cv::Mat responses(static_cast<int>(classes_of.size()), 1, CV_32S);
  std::copy(classes_of.begin(), classes_of.end(), responses.begin<int>());
  return responses;
}

Knn fit_knn(const ClassifierSpec& spec, const Examples& examples) {
  return {.points = examples.points,
          .labels = examples.classes_of,
          .classes = examples.classes,
          .k = spec.k,
          .radius = spec.radius};
}

NaiveBayes fit_naive_bayes(const Examples& examples) {
  const cv::Mat x = examples.matrix();
  const cv::Mat responses = examples.responses();
  NaiveBayes bayes{.classes = examples.classes,
                   .features = examples.points->features,
                   .labels = examples.labels()};
  double greatest = 0.0;
  for (std::size_t f = 0; f < bayes.features; ++f) {
    cv::Scalar mean;
    cv::Scalar deviation;
    cv::meanStdDev(column(x, f), mean, deviation);
    greatest = std::max(greatest, deviation[0] * deviation[0]);
  }
  const double least = std::max(1e-9 * greatest, 1e-12);
  for (const std::uint16_t label : bayes.labels) {
    const cv::Mat members = responses == label;
    double offset = std::log(static_cast<double>(cv::countNonZero(members)) / x.rows);
    for (std::size_t f = 0; f < bayes.features; ++f) {
      cv::Scalar mean;
      cv::Scalar deviation;
      cv::meanStdDev(column(x, f), mean, deviation, members);
      const double variance = deviation[0] * deviation[0] + least;
      offset -= 0.5 * std::log(2.0 * std::numbers::pi * variance);
      bayes.means.push_back(static_cast<float>(mean[0]));
      bayes.precisions.push_back(static_cast<float>(0.5 / variance));
    }
    bayes.offsets.push_back(static_cast<float>(offset));
  }
  return bayes;
}

Standardised standardise(const cv::Mat& x) {
  Standardised standardised;
  for (int f = 0; f < x.cols; ++f) {
    cv::Scalar mean;
    cv::Scalar deviation;
    cv::meanStdDev(x.col(f), mean, deviation);
    standardised.mean.push_back(mean[0]);
    standardised.deviation.push_back(deviation[0]);
  }
  return standardised;
}

cv::Mat Standardised::apply(const cv::Mat& x) const {
  cv::Mat z(x.size(), CV_32F);
  for (std::size_t f = 0; f < mean.size(); ++f) {
    const double scale = deviation[f] > 0 ? 1.0 / deviation[f] : 0.0;
    column(x, f).convertTo(column(z, f), CV_32F, scale, -mean[f] * scale);
  }
  return z;
}

cv::Ptr<cv::ml::LogisticRegression> train_logistic(const Examples& examples,
                                                   const Standardised& standardised, int steps) {
  const cv::Mat z = standardised.apply(examples.matrix());
  cv::Mat responses;
  examples.responses().convertTo(responses, CV_32F);
  cv::Ptr<cv::ml::LogisticRegression> logistic = cv::ml::LogisticRegression::create();
  logistic->setTrainMethod(cv::ml::LogisticRegression::BATCH);
  logistic->setRegularization(cv::ml::LogisticRegression::REG_L2);
  logistic->setIterations(steps);
  // The library divides it by the number of examples once more.
  logistic->setLearningRate(safe_step(z) * z.rows);
  logistic->train(z, cv::ml::ROW_SAMPLE, responses);
  return logistic;
}

Logistic fit_logistic(const Examples& examples) {
  Logistic logistic{.classes = examples.classes,
                    .features = examples.points->features,
                    .labels = examples.labels()};
  if (logistic.labels.size() == 1) return logistic;
  const Standardised standardised = standardise(examples.matrix());
  const cv::Mat thetas = train_logistic(examples, standardised)->get_learnt_thetas();
  for (int row = 0; row < thetas.rows; ++row) {
    const auto* theta = thetas.ptr<float>(row);
    const std::size_t constant = logistic.weights.size();
    double sum = theta[0];
    logistic.weights.push_back(0.0F);
    for (std::size_t f = 0; f < logistic.features; ++f) {
      const double deviation = standardised.deviation[f];
      const double weight = deviation > 0 ? theta[f + 1] / deviation : 0.0;
      sum -= weight * standardised.mean[f];
      logistic.weights.push_back(static_cast<float>(weight));
    }
    logistic.weights[constant] = static_cast<float>(sum);
  }
  return logistic;
}

}  // namespace rightsize

// OpenCV's side of fitting: trains the library's objects and copies their parameters out. Every
// function but `fit_classifier`, which catches it, may throw cv::Exception.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/ml.hpp>
#include <vector>

#include "lab/premodel/fit.h"

namespace rightsize {

// Scaled points and their classes.
struct Examples {
  std::shared_ptr<const PointSet> points;  // at least one
  std::vector<std::uint16_t> classes_of;   // per point, below `classes`
  std::size_t classes = 0;

  std::vector<std::uint16_t> labels() const;  // the classes that occur, ascending
  cv::Mat matrix() const;                     // points x features, CV_32F
  cv::Mat responses() const;                  // points x 1, CV_32S
};

// The classifier of `spec`'s kind. Deterministic, as `fit_premodel` is; any number of features.
Result<Classifier> fit_classifier(const ClassifierSpec& spec, const Examples& examples);

// What one classifier of each kind is trained to. The examples have two classes or more; of
// `train_boosting`, label `positive` stands against the rest.
cv::Ptr<cv::ml::DTrees> train_tree(const ClassifierSpec& spec, const Examples& examples);
cv::Ptr<cv::ml::RTrees> train_forest(const ClassifierSpec& spec, const Examples& examples);
cv::Ptr<cv::ml::Boost> train_boosting(const ClassifierSpec& spec, const Examples& examples,
                                      std::uint16_t positive);
cv::Ptr<cv::ml::SVM> train_svm(const ClassifierSpec& spec, const Examples& examples);

// Gradient descent on standardised features: without, it takes thousands of steps. Standardised
// is (x - mean) / deviation, 0 where the deviation is 0.
struct Standardised {
  std::vector<double> mean, deviation;  // per feature
  cv::Mat apply(const cv::Mat& x) const;
};
Standardised standardise(const cv::Mat& x);
// Minimises the mean logistic loss + |weights|^2 / (2 examples). 20 ms per class for 1,000 x 7.
inline constexpr int kLogisticSteps = 300;
cv::Ptr<cv::ml::LogisticRegression> train_logistic(const Examples& examples,
                                                   const Standardised& standardised,
                                                   int steps = kLogisticSteps);

// The classifier of each kind, by the above; of examples of one class, the one that always says so.
Knn fit_knn(const ClassifierSpec& spec, const Examples& examples);
Tree fit_tree(const ClassifierSpec& spec, const Examples& examples);
Forest fit_forest(const ClassifierSpec& spec, const Examples& examples);
Boosting fit_boosting(const ClassifierSpec& spec, const Examples& examples);
Svm fit_svm(const ClassifierSpec& spec, const Examples& examples);
Logistic fit_logistic(const Examples& examples);
// OpenCV's NormalBayesClassifier has full covariances and no priors; this is the usual naive one,
// by OpenCV's means and deviations. As in scikit-learn's GaussianNB a billionth of the greatest
// variance of a feature is added to all variances.
NaiveBayes fit_naive_bayes(const Examples& examples);

}  // namespace rightsize

#include <algorithm>

#include "lab/premodel/opencv_models.h"

namespace rightsize {
namespace {

constexpr int kMaxIterations = 100'000;
constexpr double kTolerance = 1e-3;  // as in libsvm

PointSet points_of(const cv::Mat& rows, std::size_t features) {
  PointSet points{.features = features, .count = static_cast<std::size_t>(rows.rows)};
  const cv::Mat columns = rows.t();
  points.columns.assign(columns.begin<float>(), columns.end<float>());
  return points;
}

// One pair's coefficients, per support vector.
std::vector<double> coefficients_of(const cv::ml::SVM& svm, int pair, std::size_t vectors,
                                    double& rho) {
  cv::Mat alpha;
  cv::Mat index;
  rho = svm.getDecisionFunction(pair, alpha, index);
  std::vector<double> coefficients(vectors, 0.0);
  for (int i = 0; i < static_cast<int>(alpha.total()); ++i) {
    coefficients[static_cast<std::size_t>(index.at<int>(i))] = alpha.at<double>(i);
  }
  return coefficients;
}

// The weighted sum of the support vectors: with a linear kernel they come to a weight per feature.
std::vector<double> weights_of(const cv::Mat& vectors, const std::vector<double>& coefficients) {
  std::vector<double> weights(static_cast<std::size_t>(vectors.cols), 0.0);
  for (int v = 0; v < vectors.rows; ++v) {
    for (int f = 0; f < vectors.cols; ++f) {
      weights[static_cast<std::size_t>(f)] +=
          coefficients[static_cast<std::size_t>(v)] * vectors.at<float>(v, f);
    }
  }
  return weights;
}

}  // namespace

cv::Ptr<cv::ml::SVM> train_svm(const ClassifierSpec& spec, const Examples& examples) {
  cv::Ptr<cv::ml::SVM> svm = cv::ml::SVM::create();
  svm->setType(cv::ml::SVM::C_SVC);
  svm->setKernel(spec.linear ? cv::ml::SVM::LINEAR : cv::ml::SVM::RBF);
  svm->setC(spec.c);
  svm->setGamma(spec.gamma);
  svm->setTermCriteria(
      {cv::TermCriteria::COUNT + cv::TermCriteria::EPS, kMaxIterations, kTolerance});
  svm->train(examples.matrix(), cv::ml::ROW_SAMPLE, examples.responses());
  return svm;
}

Svm fit_svm(const ClassifierSpec& spec, const Examples& examples) {
  Svm svm{.classes = examples.classes,
          .features = examples.points->features,
          .labels = examples.labels(),
          .gamma = spec.linear ? 0.0 : spec.gamma};
  if (svm.labels.size() == 1) return svm;
  const cv::Ptr<cv::ml::SVM> trained = train_svm(spec, examples);
  const cv::Mat vectors = trained->getSupportVectors();
  if (!spec.linear) svm.vectors = points_of(vectors, svm.features);
  const std::size_t pairs = pair_count(svm.labels.size());
  svm.coefficients.resize(pairs * (spec.linear ? svm.features : svm.vectors.count));
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    double rho = 0.0;
    std::vector<double> column = coefficients_of(*trained, static_cast<int>(pair),
                                                 static_cast<std::size_t>(vectors.rows), rho);
    if (spec.linear) column = weights_of(vectors, column);
    svm.rho.push_back(static_cast<float>(rho));
    for (std::size_t i = 0; i < column.size(); ++i) {
      svm.coefficients[i * pairs + pair] = static_cast<float>(column[i]);
    }
  }
  return svm;
}

}  // namespace rightsize

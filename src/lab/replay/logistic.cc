#include "lab/replay/logistic.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

namespace rightsize {
namespace {

constexpr int kSteps = 30;
constexpr double kSmallStep = 1e-9;
constexpr double kConstant = 1e-9;  // a feature that spreads less tells nothing
constexpr double kPenalty = 1.0;    // of smoothing

double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

}  // namespace

std::vector<double> fit_logistic(const std::vector<double>& rows, std::size_t features,
                                 const std::vector<char>& targets, double penalty) {
  const int n = static_cast<int>(targets.size());
  const int k = static_cast<int>(features);
  cv::Mat x(n, k, CV_64F);
  for (int i = 0; i < n; ++i) {
    for (int f = 0; f < k; ++f) {
      const double value = rows[static_cast<std::size_t>(i * k + f)];
      x.at<double>(i, f) = std::isfinite(value) ? value : 0.0;
    }
  }
  std::vector<double> mean(features, 0.0);
  std::vector<double> deviation(features, 1.0);
  for (int f = 1; f < k; ++f) {
    cv::Scalar m;
    cv::Scalar d;
    cv::meanStdDev(x.col(f), m, d);
    mean[static_cast<std::size_t>(f)] = m[0];
    deviation[static_cast<std::size_t>(f)] = d[0] > kConstant ? d[0] : 1.0;
    x.col(f) = (x.col(f) - m[0]) / deviation[static_cast<std::size_t>(f)];
  }
  cv::Mat w = cv::Mat::zeros(k, 1, CV_64F);
  cv::Mat excess(n, 1, CV_64F);  // predicted less wanted
  cv::Mat weighted(n, k, CV_64F);
  for (int step = 0; step < kSteps; ++step) {
    const cv::Mat sums = x * w;
    for (int i = 0; i < n; ++i) {
      const double p = logistic(sums.at<double>(i));
      excess.at<double>(i) = p - (targets[static_cast<std::size_t>(i)] != 0 ? 1.0 : 0.0);
      const double curvature = std::max(p * (1 - p), 1e-6);
      for (int f = 0; f < k; ++f) weighted.at<double>(i, f) = curvature * x.at<double>(i, f);
    }
    cv::Mat gradient = x.t() * excess;
    cv::Mat hessian = x.t() * weighted;
    for (int f = 1; f < k; ++f) {
      gradient.at<double>(f) += penalty * w.at<double>(f);
      hessian.at<double>(f, f) += penalty;
    }
    cv::Mat change;
    if (!cv::solve(hessian, gradient, change, cv::DECOMP_CHOLESKY)) break;
    w -= change;
    if (cv::norm(change, cv::NORM_INF) < kSmallStep) break;
  }
  std::vector<double> coefficients(w.begin<double>(), w.end<double>());
  for (std::size_t f = 1; f < features; ++f) {
    coefficients[f] /= deviation[f];
    coefficients[0] -= coefficients[f] * mean[f];
  }
  return coefficients;
}

std::vector<double> smoothed(const std::vector<double>& sureness,
                             const std::vector<char>& targets) {
  constexpr double kClip = 9.2;
  const auto all = [&](double low, double high) {
    return std::all_of(sureness.begin(), sureness.end(),
                       [&](double s) { return (s >= low && s <= high) || !std::isfinite(s); });
  };
  const bool negative = all(-1, 0);
  const bool probability = negative || all(0, 1);
  std::vector<double> rows;
  rows.reserve(2 * sureness.size());
  for (const double s : sureness) {
    const double p = negative ? 1 + s : s;
    const double x = probability ? std::log(p) - std::log(1 - p) : s;
    rows.push_back(1.0);
    rows.push_back(std::isnan(x) ? -kClip : std::clamp(x, -kClip, kClip));
  }
  const std::vector<double> w = fit_logistic(rows, 2, targets, kPenalty);
  std::vector<double> probabilities;
  probabilities.reserve(sureness.size());
  for (std::size_t i = 0; i < sureness.size(); ++i) {
    probabilities.push_back(logistic(w[0] + w[1] * rows[2 * i + 1]));
  }
  return probabilities;
}

}  // namespace rightsize

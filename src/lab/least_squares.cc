#include "lab/least_squares.h"

#include <opencv2/core.hpp>

namespace rightsize {

void LeastSquares::add(std::span<const double> x, double y) {
  for (std::size_t i = 0; i < unknowns_; ++i) {
    for (std::size_t j = 0; j < unknowns_; ++j) products_[i * unknowns_ + j] += x[i] * x[j];
    right_[i] += x[i] * y;
  }
}

std::vector<double> LeastSquares::solve() const {
  const int n = static_cast<int>(unknowns_);
  std::vector<double> products = products_;
  std::vector<double> right = right_;
  const cv::Mat a(n, n, CV_64F, products.data());
  const cv::Mat b(n, 1, CV_64F, right.data());
  cv::Mat x;
  cv::solve(a, b, x, cv::DECOMP_SVD);
  return {x.ptr<double>(), x.ptr<double>() + n};
}

}  // namespace rightsize

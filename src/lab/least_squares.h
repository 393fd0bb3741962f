// Linear least squares with few unknowns.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rightsize {

class LeastSquares {
 public:
  explicit LeastSquares(std::size_t unknowns)
      : unknowns_(unknowns), products_(unknowns * unknowns, 0.0), right_(unknowns, 0.0) {}

  // One equation: the unknowns times `x`, their factors, should be `y`.
  void add(std::span<const double> x, double y);

  // Of several solutions, where the equations leave a choice, the shortest.
  std::vector<double> solve() const;

 private:
  std::size_t unknowns_;
  std::vector<double> products_;  // of the normal equations, row by row
  std::vector<double> right_;
};

}  // namespace rightsize

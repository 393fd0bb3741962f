#include "lab/least_squares.h"

#include <gtest/gtest.h>

#include <array>

namespace rightsize {
namespace {

TEST(LeastSquares, FindsThePlaneThatPointsLieOn) {
  LeastSquares fit(3);
  for (const double x : {0.0, 1.0, 2.0, 5.0}) {
    for (const double y : {0.0, 3.0, 4.0}) fit.add(std::array{1.0, x, y}, 2 + 3 * x - y);
  }
  const std::vector<double> solved = fit.solve();
  ASSERT_EQ(3U, solved.size());
  EXPECT_NEAR(2.0, solved[0], 1e-9);
  EXPECT_NEAR(3.0, solved[1], 1e-9);
  EXPECT_NEAR(-1.0, solved[2], 1e-9);
}

TEST(LeastSquares, TakesTheShortestWhereThereIsAChoice) {
  LeastSquares fit(2);
  for (const double x : {1.0, 2.0, 3.0}) fit.add(std::array{x, x}, 4 * x);
  const std::vector<double> solved = fit.solve();
  EXPECT_NEAR(2.0, solved[0], 1e-6);
  EXPECT_NEAR(2.0, solved[1], 1e-6);
  EXPECT_EQ(2U, LeastSquares(2).solve().size()) << "nothing known";
}

}  // namespace
}  // namespace rightsize

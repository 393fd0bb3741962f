// Proves that the points of a selector file are few, go from careful to fast without one that
// another beats, and keep what their figures say on inputs that nobody has seen.
#include <gtest/gtest.h>

#include "lab/evaluate/promise_simulation.h"
#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

OutcomeTable made(std::size_t items, std::uint64_t seed) {
  return test::synthetic_table({.items = items, .models = test::ladder(), .seed = seed});
}

SelectorFile trained(std::size_t items, std::uint64_t seed) {
  const auto training = train(made(items, seed), {.resamples = 200});
  EXPECT_TRUE(training.ok()) << training.status().message();
  return training->file;
}

TEST(Promises, PrintedFiguresAreKeptOnNewInputs) {
  test::PromiseTally tally;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    tally.add(test::promises_kept(trained(300, seed), made(1000, 1000 + seed)));
  }
  // Points 1.96 standard errors off where 5 % may be: 2 selectors of 40, by bad luck 5.
  EXPECT_LE(tally.broken, 5U);
}

TEST(Promises, PointsGoFromCarefulToFast) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const SelectorFile file = trained(250, seed);
    ASSERT_GE(file.points.size(), 3U);
    EXPECT_LE(file.points.size(), 9U);
    EXPECT_EQ(file.points.front().name, "baseline");
    for (std::size_t p = 1; p < file.points.size(); ++p) {
      const OperatingPoint& careful = file.points[p - 1];
      const OperatingPoint& fast = file.points[p];
      EXPECT_GT(fast.speedup.value, careful.speedup.value) << fast.name;
      // The baseline is what others are compared with, even where they are better.
      if (p > 1) {
        EXPECT_LT(fast.difference.value, careful.difference.value) << fast.name;
      }
    }
  }
}

// "1.5x" is the name of a speed that the point has.
TEST(Promises, APointIsAsFastAsItsName) {
  const SelectorFile file = trained(400, 3);
  const OutcomeTable fresh = made(2000, 77);
  for (const test::Promise& promise : test::promises_kept(file, fresh)) {
    if (promise.name.back() != 'x') continue;
    EXPECT_GT(promise.speedup, 0.93 * std::stod(promise.name)) << promise.name;
  }
}

}  // namespace
}  // namespace rightsize

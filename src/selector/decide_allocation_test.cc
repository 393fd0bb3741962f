// Proves that deciding allocates nothing: neither Cascade::next nor `decide`, whatever
// happens to the models. A program of its own, because it replaces the global operator new.
#include <gtest/gtest.h>

#include "selector/cascade.h"
#include "selector/fake_world.h"
#include "tests/count_allocations.h"

namespace rightsize {
namespace {

using test::allocations;
using test::answering;
using test::failing;
using test::FakeWorld;
using test::kMs;

TEST(DecideAllocationTest, CountsAllocations) {
  const std::int64_t before = allocations;
  std::vector<int> one(1);
  EXPECT_EQ(before + 1, allocations);
  EXPECT_EQ(0, one[0]);
}

TEST(DecideAllocationTest, NextAllocatesNothing) {
  const Cascade cascade({.signal = Signal::kEntropy, .stages = {{0, 0.5}, {1, 0.5}, {2, 0.0}}});
  const std::vector<Cost> costs(3, test::cost_of(kMs));
  std::vector<Trial> trials = {answering(1, 0.1, 3.0), failing(), answering(3, 0.9, 0.1)};
  for (std::size_t i = 0; i < trials.size(); ++i) trials[i].model = static_cast<ModelIndex>(i);
  const std::int64_t before = allocations;
  for (std::size_t n = 0; n <= trials.size(); ++n) {
    const State state{.trials = std::span(trials).first(n),
                      .costs = costs,
                      .elapsed = {},
                      .budget = {.deadline = 2 * kMs}};
    const Step step = cascade.next(state);
    (void)step;
  }
  EXPECT_EQ(before, allocations);
}

TEST(DecideAllocationTest, DecideAllocatesNothing) {
  const Cascade cascade(
      {.signal = Signal::kMaxProbability, .stages = {{0, 0.5}, {1, 0.5}, {2, 0.0}}});
  std::vector<FakeWorld> worlds;
  for (int i = 0; i < 27; ++i) {
    std::vector<Trial> trials;
    for (int m = 0, code = i; m < 3; ++m, code /= 3) {
      trials.push_back(code % 3 == 0 ? failing() : answering(m, code % 3 == 1 ? 0.1 : 0.9));
    }
    worlds.emplace_back(trials);
    worlds.back().set_cost(static_cast<std::size_t>(i % 3), {});
  }
  const std::int64_t before = allocations;
  int answered = 0;
  for (FakeWorld& world : worlds) answered += decide(cascade, world).answered() ? 1 : 0;
  for (FakeWorld& world : worlds) {
    answered += decide(cascade, world, {.deadline = 9 * kMs}).answered() ? 1 : 0;
  }
  EXPECT_EQ(before, allocations);
  EXPECT_GT(answered, 0);
}

}  // namespace
}  // namespace rightsize

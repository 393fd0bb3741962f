// Proves that deciding allocates nothing: neither Cascade::next nor `decide`, for any kind of
// selector and whatever happens to the models. A program of its own, because it replaces the global
// operator new.
#include <gtest/gtest.h>

#include "selector/fake_world.h"
#include "selector/rule.h"
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

// Three models that fail, are unsure or sure, in every combination; one of them is missing.
std::vector<FakeWorld> all_worlds() {
  std::vector<FakeWorld> worlds;
  for (int i = 0; i < 27; ++i) {
    std::vector<Trial> trials;
    for (int m = 0, code = i; m < 3; ++m, code /= 3) {
      trials.push_back(code % 3 == 0 ? failing() : answering(m, code % 3 == 1 ? 0.1 : 0.9));
    }
    worlds.emplace_back(trials);
    worlds.back().values.resize(kImageFeatures);
    worlds.back().extracted.reserve(2 * kMaxFeatureGroups);
    if (i % 4 == 0) worlds.back().broken.set(0);
    worlds.back().set_cost(static_cast<std::size_t>(i % 3), {});
  }
  return worlds;
}

void expect_no_allocation(const Selector& selector) {
  std::vector<FakeWorld> worlds = all_worlds();
  const std::int64_t before = allocations;
  int answered = 0;
  for (FakeWorld& world : worlds) answered += decide(selector, world).answered() ? 1 : 0;
  for (FakeWorld& world : worlds) {
    answered += decide(selector, world, {.deadline = 9 * kMs}).answered() ? 1 : 0;
  }
  EXPECT_EQ(before, allocations);
  EXPECT_GT(answered, 0);
}

const CascadeRule kThreeStages{.signal = Signal::kMaxProbability,
                               .stages = {{0, 0.5}, {1, 0.5}, {2, 0.0}}};

TEST(DecideAllocationTest, DecideAllocatesNothing) { expect_no_allocation(Cascade(kThreeStages)); }

TEST(DecideAllocationTest, RoutingAllocatesNothing) {
  RoutingRule rule{.features = {0, 5},
                   .models = {{0, {0, 1, 0}}, {1, {1, 0, 0}}, {2, {1, 0, -1}}},
                   .price = 0.01,
                   .probe = {},
                   .extraction = {}};
  expect_no_allocation(Routing(rule));
  rule.probe = 0;
  expect_no_allocation(Routing(rule));
}

TEST(DecideAllocationTest, AnEnteredCascadeAllocatesNothing) {
  EntryRule rule{.premodel = {.models = {0, 1},
                              .classifier = {.scaling = {{0}, {0}, {1}}, .models = 2},
                              .probe = {},
                              .fallback = {},
                              .network = {},
                              .features = {}},
                 .cascade = kThreeStages};
  auto points = std::make_shared<PointSet>();
  *points = {.features = 1, .count = 3, .columns = {0, 0.5, 1}};
  rule.premodel.classifier.classifiers = {
      Knn{.points = points, .labels = {0, 1, 2}, .classes = 3, .k = 1}};
  expect_no_allocation(EnteredCascade(rule));
  rule.premodel.probe = 0;
  expect_no_allocation(EnteredCascade(rule));
}

}  // namespace
}  // namespace rightsize

// Proves that an entered cascade begins where its premodel says, goes on from there as a cascade,
// and is the plain cascade where nothing can be chosen.
#include "selector/entered_cascade.h"

#include <gtest/gtest.h>

#include "selector/fake_world.h"
#include "selector/rule.h"
#include "selector/test_rules.h"

namespace rightsize {
namespace {

using test::answering;
using test::cost_of;
using test::failing;
using test::kMs;

constexpr std::uint16_t kContrast = 5;  // of the brightness group
constexpr std::uint16_t kFirstHue = 22;

EntryRule featured() { return test::entry_rule({kContrast, kFirstHue}, {}); }
// Features 0 and 2 of a probe are its largest probability and its entropy.
EntryRule probed() { return test::entry_rule({0, 2}, 0); }

std::vector<Trial> answers(double first = 0.5, double second = 0.5) {
  return {answering(10, first), answering(11, second), answering(12, 0.5)};
}

test::FakeWorld world_of(float contrast, float hue, std::vector<Trial> trials = answers()) {
  test::FakeWorld world(std::move(trials));
  world.values.resize(kImageFeatures);
  world.values[kContrast] = contrast;
  world.values[kFirstHue] = hue;
  return world;
}

std::vector<ModelIndex> run_by(const EntryRule& rule, test::FakeWorld& world,
                               const Budget& budget = {}) {
  const Decision decision = decide(EnteredCascade(rule), world, budget);
  EXPECT_TRUE(decision.answered());
  std::vector<ModelIndex> models;
  for (const Trial& trial : decision.trials()) models.push_back(trial.model);
  return models;
}

using Models = std::vector<ModelIndex>;

TEST(EnteredCascade, BeginsWhereThePremodelSays) {
  test::FakeWorld first = world_of(0, 0);
  EXPECT_EQ(run_by(featured(), first), (Models{0, 1, 2}));
  EXPECT_EQ(first.extracted, (std::vector<std::size_t>{0, 1}));
  test::FakeWorld second = world_of(1, 0);
  EXPECT_EQ(run_by(featured(), second), (Models{1, 2}));
  test::FakeWorld none = world_of(0, 1);
  EXPECT_EQ(run_by(featured(), none), (Models{2}));
}

TEST(EnteredCascade, StopsAsACascadeDoes) {
  test::FakeWorld world = world_of(1, 0, answers(0.5, 0.9));
  const Decision decision = decide(EnteredCascade(featured()), world);
  EXPECT_EQ(decision.answer.value, 11);
  EXPECT_EQ(decision.last().reason, Reason::kConfident);
  EXPECT_EQ(decision.last().stage, 1);
  EXPECT_EQ(decision.path[2].reason, Reason::kChosen);
  EXPECT_EQ(decision.path[2].stage, 1);
}

TEST(EnteredCascade, AProbeIsTheFirstStage) {
  // (probability, entropy): near (0, 0), (1, 0) and (0, 1).
  test::FakeWorld first({answering(10, 0.1, 0.0), answering(11, 0.9), answering(12, 0.5)});
  EXPECT_EQ(run_by(probed(), first), (Models{0, 1}));
  test::FakeWorld second({answering(10, 0.9, 0.0), answering(11, 0.5), answering(12, 0.5)});
  EXPECT_EQ(run_by(probed(), second), (Models{0, 1, 2})) << "though the first stage is sure";
  test::FakeWorld last({answering(10, 0.1, 0.9), answering(11, 0.9), answering(12, 0.5)});
  EXPECT_EQ(run_by(probed(), last), (Models{0, 2}));

  EntryRule lenient = probed();  // chosen, the probe's own answer stands where it is sure
  lenient.cascade.stages[0].threshold = 0.05;
  test::FakeWorld sure({answering(10, 0.1, 0.0), answering(11, 0.9), answering(12, 0.5)});
  EXPECT_EQ(run_by(lenient, sure), (Models{0}));
}

TEST(EnteredCascade, WithoutFeaturesItIsThePlainCascade) {
  test::FakeWorld broken = world_of(0, 1);
  broken.broken.set(1);
  EXPECT_EQ(run_by(featured(), broken), (Models{0, 1, 2}));
  test::FakeWorld bare(answers());
  EXPECT_EQ(run_by(featured(), bare), (Models{0, 1, 2}));
}

TEST(EnteredCascade, WithoutItsProbeItIsThePlainCascade) {
  test::FakeWorld failed({failing(), answering(11, 0.9), answering(12, 0.5)});
  EXPECT_EQ(run_by(probed(), failed), (Models{0, 1}));
  test::FakeWorld missing({answering(10, 0.1, 0.9), answering(11, 0.9), answering(12, 0.5)});
  missing.set_cost(0, {});
  EXPECT_EQ(run_by(probed(), missing), (Models{1}));
}

TEST(EnteredCascade, AMissingEntryIsNotChosen) {
  test::FakeWorld world = world_of(1, 0);
  world.set_cost(1, {});
  EXPECT_EQ(run_by(featured(), world), (Models{0, 2}));
  test::FakeWorld last({answering(10, 0.1, 0.9), answering(11, 0.5), answering(12, 0.5)});
  last.set_cost(2, {});
  EXPECT_EQ(run_by(probed(), last), (Models{0, 1}));
}

TEST(EnteredCascade, AFailedEntryIsFollowedByLaterStages) {
  test::FakeWorld world = world_of(1, 0, {answering(10, 0.5), failing(), answering(12, 0.5)});
  EXPECT_EQ(run_by(featured(), world), (Models{1, 2}));
  test::FakeWorld all = world_of(0, 1, {answering(10, 0.5), answering(11, 0.5), failing()});
  EXPECT_FALSE(decide(EnteredCascade(featured()), all).answered()) << "it never goes back";
}

TEST(EnteredCascade, AnEntryThatWouldBeLateIsNotChosen) {
  std::vector<Trial> trials = {answering(10, 0.1, 0.9), answering(11, 0.9), answering(12, 0.5)};
  test::FakeWorld world(trials);
  world.set_cost(2, cost_of(5 * kMs));
  EXPECT_EQ(run_by(probed(), world, {.deadline = 3 * kMs}), (Models{0, 1}));
  test::FakeWorld in_time(trials);
  in_time.set_cost(2, cost_of(5 * kMs));
  EXPECT_EQ(run_by(probed(), in_time, {.deadline = 6 * kMs}), (Models{0, 2}));
}

TEST(EnteredCascade, CombinesWhatWasRun) {
  EntryRule rule = probed();
  rule.cascade.stages[2].weights = {0.5, 0.2, 0.3};
  std::vector<Trial> trials = {answering(10, 0.1, 0.9), answering(11, 0.9), answering(12, 0.5)};
  TopClasses first{.classes = {{{10, -0.1F}}}, .count = 1};
  TopClasses third{.classes = {{{12, -0.1F}}}, .count = 1};
  trials[0].top = &first;
  trials[2].top = &third;
  test::FakeWorld world(trials);
  const Decision decision = decide(EnteredCascade(rule), world);
  EXPECT_EQ(decision.last().action, Action::kCombine);
  EXPECT_EQ(decision.answer.value, 10) << "the first stage has the larger weight";
  EXPECT_EQ(decision.tried_count, 2U);
}

TEST(Rule, EntryNamesItsKindAndModels) {
  EXPECT_STREQ(kind_of(probed()), "entry");
  EXPECT_EQ(models_of(featured()), (Models{0, 1, 2}));
  const Rule moved = renumbered(probed(), {5, 6, 7});
  EXPECT_EQ(models_of(moved), (Models{5, 6, 7}));
  EXPECT_EQ(std::get<EntryRule>(moved).premodel.probe, ModelIndex{5});
  EXPECT_EQ(std::get<EntryRule>(moved).premodel.models, (Models{5, 6}));
  EXPECT_EQ(image_features_of(moved), nullptr);
  EXPECT_EQ(network_of(moved), nullptr);
  const Rule looks = featured();
  EXPECT_EQ(image_features_of(looks), &std::get<EntryRule>(looks).premodel.features);
}

}  // namespace
}  // namespace rightsize

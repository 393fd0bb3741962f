// Proves the guarantee by resampling: over many samples, false claims are no more frequent than
// delta and two standard errors, and where every candidate is just too bold, not absurdly rarer.
#include "lab/certify/simulation.h"

#include <gtest/gtest.h>

namespace rightsize {
namespace {

using test::Tally;

TEST(Guarantee, ClaimsOfSearchedCascadesHold) {
  const OutcomeTable table = test::synthetic_table({.items = 1500, .models = test::ladder()});
  const auto recording = judge(table, {});
  for (const char* baseline : {"m3", ""}) {
    test::SimulationOptions options{.losses = {0.01, 0.03}, .trials = 100, .sample = 400};
    options.certify.baseline = baseline;
    for (const Tally& tally : test::simulate_choice(*recording, fit_cascades, options)) {
      EXPECT_LE(tally.rate(), tally.limit()) << tally.claim.eps << " " << tally.claim.delta;
      if (tally.claim.eps < 0.03) continue;
      EXPECT_GT(tally.proven, 30U);
      EXPECT_GT(tally.speedup, 1.2 * static_cast<double>(tally.trials));
    }
  }
}

TEST(Guarantee, BoundsOfAllPointsHoldAtOnce) {
  const OutcomeTable table = test::synthetic_table({.items = 1500, .models = test::ladder()});
  const auto recording = judge(table, {});
  test::SimulationOptions options{.losses = {0.02, 0.05}, .trials = 100, .sample = 400};
  options.certify.baseline = "m3";
  const auto tallies = test::simulate_points(*recording, fit_cascades, options);
  for (const Tally& tally : tallies.any_bound) {
    EXPECT_LE(tally.rate(), tally.limit()) << tally.claim.delta;
    EXPECT_GT(tally.proven, 90U);
  }
  for (const Tally& tally : tallies.picked) EXPECT_LE(tally.rate(), tally.limit());
}

// Every candidate loses one input in 5,000 more than eps. The first one of the sequence is claimed
// with probability delta if the test is exact.
TEST(Guarantee, FalseClaimsComeCloseToDeltaAtTheBorder) {
  constexpr double kLoss = 0.02;
  const OutcomeTable table =
      test::border_population({.loss = kLoss + 1.0 / 5000, .discordant = 0.08});
  const auto recording = judge(table, {});
  const test::Population population(*recording, {.baseline = "m0"});
  for (ModelIndex m = 1; m < 5; ++m) {
    EXPECT_NEAR(population.truth_of(fixed_rule(m)).loss, kLoss + 1.0 / 5000, 1e-9);
  }
  test::SimulationOptions options{.losses = {kLoss}, .trials = 400, .sample = 1000};
  options.certify.baseline = "m0";
  options.certify.targets.resize(recording->models());
  for (const Tally& tally : test::simulate_choice(*recording, test::fit_each_model, options)) {
    EXPECT_LE(tally.rate(), tally.limit()) << tally.claim.delta;
    EXPECT_GE(tally.rate(), tally.claim.delta / 2) << tally.claim.delta;
    EXPECT_EQ(tally.proven, tally.violations);
  }
}

// Choosing on the inputs that also judge is what the certificate is there to prevent: the same
// population shows it by claiming falsely far more often.
TEST(Guarantee, WithoutASplitClaimsAreFalse) {
  const OutcomeTable table =
      test::border_population({.cheaper = 9, .loss = 0.0201, .discordant = 0.08});
  const auto recording = judge(table, {});
  test::Sequence random(1);
  std::size_t false_claims = 0;
  for (int trial = 0; trial < 100; ++trial) {
    const auto items = test::draw_items(recording->items(), 1500, random);
    bool any = false;
    for (ModelIndex m = 1; m < 10; ++m) {
      const auto replayed = replay_rule(fixed_rule(m), *recording, items);
      const PairedCounts counts = paired_counts(*recording, items, replayed, 0, {});
      any = any || p_value(counts, 0.02) <= 0.1;
    }
    if (any) ++false_claims;
  }
  EXPECT_GT(false_claims, 20U);
}

}  // namespace
}  // namespace rightsize

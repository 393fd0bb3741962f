// Proves what a certificate says on tables where the truth is known: what it claims, whom it
// compares with, what it falls back to, and that its test part had no say in the rules.
#include "lab/certify/certify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/certify/simulation.h"

namespace rightsize {
namespace {

using test::ladder;
using test::synthetic_table;
using testing::HasSubstr;

std::vector<std::size_t> all_of(const Recording& recording) {
  return all_but(recording.items(), {});
}

Certificate chosen(const Recording& recording, const Claim& claim,
                   const CertifyOptions& options = {}) {
  const auto certificate =
      choose_certified(recording, all_of(recording), claim, fit_cascades, options);
  EXPECT_TRUE(certificate.ok()) << certificate.status().message();
  return *certificate;
}

TEST(ChooseCertified, ProvesACheaperRuleWhereThereAreInputsEnough) {
  const OutcomeTable table = synthetic_table({.items = 4000, .models = ladder()});
  const auto recording = judge(table, {});
  const Certificate certificate = chosen(*recording, {0.02, 0.05});
  ASSERT_TRUE(certificate.proven);
  EXPECT_TRUE(certificate.against_every_model);
  EXPECT_EQ(certificate.learned_on + certificate.tested_on, 4000U);
  const RuleFigures& figures = *certificate.figures;
  EXPECT_GT(figures.speedup, 1.3);
  EXPECT_LE(figures.bound, 0.02 + 1e-5);
  EXPECT_EQ(figures.counts.inputs, certificate.tested_on);
  EXPECT_LE(figures.counts.loss(), figures.bound);
  EXPECT_FALSE(certificate.inputs_needed.has_value());
  EXPECT_FALSE(figures.labels.has_value());
}

TEST(ChooseCertified, LooserClaimsAreFaster) {
  const OutcomeTable table = synthetic_table({.items = 3000, .models = ladder()});
  const auto recording = judge(table, {});
  const CertifyOptions options{.baseline = "m3"};
  double before = 0.0;
  for (const double eps : {0.01, 0.03, 0.08}) {
    const Certificate certificate = chosen(*recording, {eps, 0.05}, options);
    ASSERT_TRUE(certificate.proven) << eps;
    EXPECT_GT(certificate.figures->speedup, before) << eps;
    before = certificate.figures->speedup;
  }
}

// The cheaper model is as good, but 500 inputs, on a tenth of which the two differ, cannot prove
// that it is not one and a half points worse.
TEST(ChooseCertified, SaysHowManyInputsWouldProveIt) {
  const OutcomeTable few =
      test::border_population({.items = 1000, .cheaper = 1, .loss = 0.0, .discordant = 0.1});
  const auto recording = judge(few, {});
  const Claim claim{0.015, 0.05};
  const auto certificate = choose_certified(*recording, all_of(*recording), claim,
                                            test::fit_each_model, {.baseline = "m0"});
  ASSERT_TRUE(certificate.ok());
  EXPECT_FALSE(certificate->proven);
  EXPECT_TRUE(certificate->no_loss_by_construction);
  EXPECT_EQ(models_of(certificate->chosen), std::vector<ModelIndex>{0});
  ASSERT_EQ(certificate->tests.size(), 1U);
  EXPECT_FALSE(certificate->tests.front().passed);
  ASSERT_TRUE(certificate->figures.has_value());
  EXPECT_EQ(models_of(certificate->figures->rule), std::vector<ModelIndex>{1});
  EXPECT_GT(certificate->figures->bound, 0.015);
  // Twice what the test part needs, as it is half of the inputs.
  const auto needed = inputs_needed(certificate->figures->counts, claim.eps, claim.delta);
  ASSERT_TRUE(needed.has_value());
  EXPECT_EQ(certificate->inputs_needed, 2 * *needed);
  EXPECT_GT(*certificate->inputs_needed, 1000U);
}

TEST(ChooseCertified, WithoutANamedBaselineFallingBackProvesNothing) {
  const OutcomeTable table = synthetic_table({.items = 100, .models = ladder(), .seed = 2});
  const auto recording = judge(table, {});
  const Certificate certificate = chosen(*recording, {0.0, 0.05});
  EXPECT_FALSE(certificate.proven);
  EXPECT_FALSE(certificate.no_loss_by_construction);
  EXPECT_EQ(models_of(certificate.chosen), std::vector<ModelIndex>{best_single_model(*recording)});
}

// Half of the inputs are of one kind: learned from and tested on the other, no rule changes with
// the test part's outcomes.
TEST(ChooseCertified, TestPartHasNoSayInTheRules) {
  OutcomeTable table = synthetic_table({.items = 400, .models = ladder()});
  const auto recording = judge(table, {});
  const auto before = learn_candidates(*recording, all_of(*recording), fit_cascades, {});
  ASSERT_TRUE(before.ok());
  for (const std::size_t i : before->test) table.labels[i] = 1;
  const auto changed = judge(table, {});
  const auto after = learn_candidates(*changed, all_of(*changed), fit_cascades, {});
  ASSERT_TRUE(after.ok());
  const auto order_before = in_order(*recording, *before, 0.02);
  const auto order_after = in_order(*changed, *after, 0.02);
  ASSERT_EQ(order_before.size(), order_after.size());
  EXPECT_GT(order_before.size(), 1U);
  for (std::size_t r = 0; r < order_before.size(); ++r) {
    EXPECT_EQ(order_before[r].rule, order_after[r].rule);
  }
}

TEST(ChooseCertified, SplitSharesOutAllInputs) {
  const OutcomeTable table = synthetic_table({.items = 200, .models = ladder()});
  const auto recording = judge(table, {});
  const auto parts = learn_candidates(*recording, all_of(*recording), fit_cascades,
                                      {.learn_share = 0.3, .seed = 5});
  ASSERT_TRUE(parts.ok());
  EXPECT_EQ(parts->learn.size(), 60U);
  std::vector<std::size_t> both = parts->learn;
  both.insert(both.end(), parts->test.begin(), parts->test.end());
  std::sort(both.begin(), both.end());
  EXPECT_EQ(both, all_of(*recording));
}

// m2 is nearly as good as m3, and never loses against itself.
TEST(TestInSequence, NamesTheHardestOpponent) {
  const OutcomeTable table = synthetic_table(
      {.items = 2000, .models = {{0.5, 1.0}, {0.7, 5.0}, {0.78, 20.0}, {0.8, 40.0}}});
  const auto recording = judge(table, {});
  const auto items = all_of(*recording);
  const std::vector<NamedRule> order = {{"m2", fixed_rule(2)}};
  const auto every = test_in_sequence(*recording, items, order, {0.05, 0.05}, {});
  ASSERT_TRUE(every.ok());
  ASSERT_TRUE(every->proven);
  EXPECT_EQ(every->tests.front().hardest.against, 3);
  EXPECT_EQ(every->figures->against, 3);
  const auto itself = test_in_sequence(*recording, items, order, {0.05, 0.05}, {.baseline = "m2"});
  EXPECT_EQ(itself->figures->counts, (PairedCounts{2000, 0, 0}));
  EXPECT_LT(itself->figures->bound, every->figures->bound);
}

// The second rule is far too bold, the third would pass: it must not be reached.
TEST(TestInSequence, StopsAtTheFirstFailure) {
  const OutcomeTable table = synthetic_table({.items = 2000, .models = ladder()});
  const auto recording = judge(table, {});
  const std::vector<NamedRule> order = {
      {"best", fixed_rule(3)}, {"worst", fixed_rule(0)}, {"best again", fixed_rule(3)}};
  const auto certificate =
      test_in_sequence(*recording, all_of(*recording), order, {0.02, 0.05}, {.baseline = "m3"});
  ASSERT_TRUE(certificate.ok());
  EXPECT_EQ(certificate->tests.size(), 2U);
  EXPECT_TRUE(certificate->proven);
  EXPECT_EQ(certificate->figures->name, "best");
  const std::vector<NamedRule> bold = {{"worst", fixed_rule(0)}, {"best", fixed_rule(3)}};
  EXPECT_FALSE(
      test_in_sequence(*recording, all_of(*recording), bold, {0.02, 0.05}, {.baseline = "m3"})
          ->proven);
}

// Judged against m3: the share of other answers is a plain share, and it bounds the loss of
// accuracy.
TEST(TestInSequence, WithoutLabelsItIsTheSameAnswer) {
  const OutcomeTable table = synthetic_table({.items = 2000, .models = ladder()});
  const Reference reference{.model = "m3"};
  const auto recording = judge(table, reference);
  const Certificate certificate = chosen(*recording, {0.05, 0.05}, {.reference = reference});
  ASSERT_TRUE(certificate.proven);
  EXPECT_FALSE(certificate.against_every_model);
  const RuleFigures& figures = *certificate.figures;
  EXPECT_FALSE(figures.counts.can_win);
  EXPECT_EQ(figures.counts.won, 0U);
  EXPECT_DOUBLE_EQ(figures.quality, 1 - figures.counts.loss());
  ASSERT_TRUE(figures.labels.has_value());
  EXPECT_EQ(figures.labels->counts.inputs, certificate.tested_on);
  EXPECT_LE(figures.labels->counts.lost, figures.counts.lost);
  EXPECT_GT(figures.labels->counts.won, 0U);
  EXPECT_GT(figures.labels->bound, figures.labels->counts.loss());
}

TEST(TestInSequence, LabelsOfSomeInputsAreCountedApart) {
  OutcomeTable table = synthetic_table({.items = 600, .models = ladder()});
  for (std::size_t i = 0; i < 500; ++i) table.labels[i] = -1;
  const Reference reference{.model = "m3"};
  const auto recording = judge(table, reference);
  const auto items = all_of(*recording);
  const std::vector<NamedRule> order = {{"m2", fixed_rule(2)}};
  const auto some =
      test_in_sequence(*recording, items, order, {0.5, 0.05}, {.reference = reference});
  ASSERT_TRUE(some->figures->labels.has_value());
  EXPECT_EQ(some->figures->counts.inputs, 600U);
  EXPECT_EQ(some->figures->labels->counts.inputs, 100U);
  for (std::int32_t& label : table.labels) label = -1;
  const auto none =
      test_in_sequence(*recording, items, order, {0.5, 0.05}, {.reference = reference});
  EXPECT_FALSE(none->figures->labels.has_value());
}

TEST(CertifyPoints, BoundsShareTheErrorProbability) {
  const OutcomeTable table = synthetic_table({.items = 2000, .models = ladder()});
  const auto recording = judge(table, {});
  const auto items = all_of(*recording);
  const std::vector<NamedRule> rules = {
      {"m3", fixed_rule(3)}, {"m2", fixed_rule(2)}, {"m1", fixed_rule(1)}, {"m0", fixed_rule(0)}};
  const auto points = certify_points(*recording, items, rules, 0.1, {.baseline = "m3"});
  ASSERT_TRUE(points.ok());
  ASSERT_EQ(points->points.size(), 4U);
  for (const RuleFigures& point : points->points) {
    EXPECT_DOUBLE_EQ(point.bound, upper_bound(point.counts, 0.025)) << point.name;
  }
  EXPECT_LT(points->points[1].bound, points->points[2].bound);
  EXPECT_GT(points->points[2].speedup, points->points[1].speedup);
  EXPECT_EQ(cheapest_within(*points, 1.0)->name, "m0");
  EXPECT_EQ(cheapest_within(*points, points->points[1].bound)->name, "m2");
  EXPECT_EQ(cheapest_within(*points, 1e-5), nullptr);
}

TEST(Certify, SaysWhatIsWrongWithARequest) {
  const OutcomeTable table = synthetic_table({.items = 100, .models = ladder()});
  const auto recording = judge(table, {});
  const auto items = all_of(*recording);
  const auto message = [&](const Claim& claim, const std::vector<std::size_t>& from,
                           const CertifyOptions& options) {
    const auto result = choose_certified(*recording, from, claim, fit_cascades, options);
    return result.ok() ? "no failure" : result.status().message();
  };
  EXPECT_THAT(message({0.01, 0.0}, items, {}), HasSubstr("error probability"));
  EXPECT_THAT(message({2.0, 0.05}, items, {}), HasSubstr("0.01 is one point"));
  EXPECT_THAT(message({0.01, 0.05}, {}, {}), HasSubstr("no inputs"));
  EXPECT_THAT(message({0.01, 0.05}, {100}, {}), HasSubstr("input 100"));
  EXPECT_THAT(message({0.01, 0.05}, items, {.baseline = "m9"}), HasSubstr("m9"));
  EXPECT_THAT(message({0.01, 0.05}, items, {.learn_share = 0.0}), HasSubstr("learn"));
  EXPECT_THAT(message({0.01, 0.05}, items, {.learn_share = 1.0}), HasSubstr("learn"));
  EXPECT_FALSE(certify_points(*recording, items, {}, 0.05, {}).ok());
}

}  // namespace
}  // namespace rightsize

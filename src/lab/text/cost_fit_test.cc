// Proves that the fit finds the line that made the times, that its upper line covers what it says
// on runs it has not seen, and that few or odd samples give something safe.
#include "lab/text/cost_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;

// Sentences of 3 to 42 pieces; 1.1 tokens per piece, give or take; 2 ms + 0.1 a piece + 0.4 a
// token, with noise in proportion.
std::vector<CostSample> made_up(std::size_t count, double noise, std::uint64_t seed = 1) {
  test::Sequence random(seed);
  std::vector<CostSample> samples;
  for (std::size_t i = 0; i < count; ++i) {
    CostSample s;
    s.pieces = 3 + std::floor(40 * random.uniform());
    s.tokens = std::round((1 + 1.1 * s.pieces) * (1 + noise * (random.uniform() - 0.5)));
    const double jitter = 1 + noise * (random.uniform() - 0.5);
    s.cpu_ms = (2 + 0.1 * s.pieces + 0.4 * s.tokens) * jitter;
    s.wall_ms = s.cpu_ms * 1.25;
    samples.push_back(s);
  }
  return samples;
}

TEST(CostFitTest, FindsTheCoefficientsThatMadeTheTimes) {
  const Result<CostFit> fit = fit_cost(made_up(2000, 0.2));
  ASSERT_TRUE(fit.ok()) << fit.status().message();
  EXPECT_THAT(fit->cpu.fixed_ms, DoubleNear(2.0, 0.15));
  EXPECT_THAT(fit->cpu.per_piece_ms, DoubleNear(0.1, 0.05));
  EXPECT_THAT(fit->cpu.per_token_ms, DoubleNear(0.4, 0.05));
  EXPECT_THAT(fit->tokens_per_piece, DoubleNear(1.1, 0.02));
  EXPECT_THAT(fit->line.cpu.fixed_ms, DoubleNear(2.4, 0.2));
  EXPECT_THAT(fit->line.cpu.per_piece_ms, DoubleNear(0.54, 0.02));
  EXPECT_THAT(fit->line.wall.per_piece_ms, DoubleNear(0.54 * 1.25, 0.02));
  EXPECT_GT(fit->cpu.r2, fit->cpu_r2);  // to know the output's length helps
  EXPECT_GT(fit->cpu_r2, 0.9);
  EXPECT_LE(fit->line.least, 4U);
  EXPECT_GE(fit->line.most, 41U);
}

TEST(CostFitTest, WithoutNoiseTheLineIsExact) {
  std::vector<CostSample> samples = made_up(50, 0.0);
  for (CostSample& s : samples) {
    s.tokens = s.pieces + 1;
    s.cpu_ms = s.wall_ms = 1 + 0.5 * s.pieces;
  }
  const Result<CostFit> fit = fit_cost(samples);
  ASSERT_TRUE(fit.ok());
  EXPECT_THAT(fit->line.cpu.at(20), DoubleNear(11, 1e-6));
  EXPECT_THAT(fit->line.cpu.at(0), DoubleNear(1, 1e-6));
  EXPECT_THAT(fit->cpu_r2, DoubleNear(1, 1e-9));
  EXPECT_THAT(fit->line.upper.at(20), DoubleNear(11, 1e-6));
}

TEST(CostFitTest, TheUpperLineCoversNewRuns) {
  for (const double quantile : {0.9, 0.97}) {
    const Result<CostFit> fit = fit_cost(made_up(2000, 0.6), {.quantile = quantile});
    ASSERT_TRUE(fit.ok());
    std::size_t within = 0;
    const std::vector<CostSample> fresh = made_up(4000, 0.6, 2);
    for (const CostSample& s : fresh) within += s.wall_ms <= fit->line.upper.at(s.pieces) ? 1U : 0U;
    EXPECT_THAT(static_cast<double>(within) / 4000, DoubleNear(quantile, 0.012));
  }
}

TEST(CostFitTest, NoCoefficientIsNegative) {
  std::vector<CostSample> samples = made_up(40, 0.0);
  for (CostSample& s : samples) s.cpu_ms = s.wall_ms = 100 - s.pieces;  // long ones are quick
  const Result<CostFit> fit = fit_cost(samples);
  ASSERT_TRUE(fit.ok());
  EXPECT_EQ(fit->line.cpu.per_piece_ms, 0.0);
  EXPECT_GT(fit->line.cpu.fixed_ms, 50);
}

TEST(CostFitTest, FewSamplesOrOneLengthMakeAConstant) {
  const Result<CostFit> few = fit_cost(made_up(3, 0.2));
  ASSERT_TRUE(few.ok());
  EXPECT_EQ(few->line.wall.per_piece_ms, 0.0);
  EXPECT_GT(few->line.upper.fixed_ms, few->line.wall.fixed_ms);
  std::vector<CostSample> memory = made_up(100, 0.0);  // whose pieces nobody counted
  for (CostSample& s : memory) s = {0, 0, 0.05, 0.06};
  const Result<CostFit> flat = fit_cost(memory);
  ASSERT_TRUE(flat.ok());
  EXPECT_THAT(flat->line.cpu.at(1000), DoubleNear(0.05, 1e-9));
  EXPECT_EQ(flat->line.cpu.per_piece_ms, 0.0);
}

TEST(CostFitTest, WithoutATimeThereIsNoLine) {
  std::vector<CostSample> samples = made_up(20, 0.0);
  for (CostSample& s : samples) s.cpu_ms = 0;
  const Result<CostFit> fit = fit_cost(samples);
  ASSERT_FALSE(fit.ok());
  EXPECT_THAT(fit.status().message(), HasSubstr("no measured time"));
}

TEST(CostFitTest, OneWildRunMovesLittle) {
  std::vector<CostSample> samples = made_up(300, 0.1);
  const Result<CostFit> before = fit_cost(samples);
  samples[7].cpu_ms *= 20;
  samples[7].wall_ms *= 20;
  const Result<CostFit> after = fit_cost(samples);
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_LT(after->line.upper.at(20), 1.2 * before->line.upper.at(20));
}

}  // namespace
}  // namespace rightsize

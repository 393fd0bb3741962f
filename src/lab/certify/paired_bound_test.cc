// Proves that the paired test is valid, by enumerating every outcome of small samples: at whatever
// error probability one tests, a true hypothesis is rejected no more often. And that it is as good
// as the normal approximation where that holds, better than the usual bounds, and monotone.
#include "lab/certify/paired_bound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "lab/certify/binomial.h"

namespace rightsize {
namespace {

struct Outcome {
  double p_value = 1.0;
  std::size_t lost = 0;
  std::size_t won = 0;
};

// Ascending p-values.
std::vector<Outcome> every_outcome(std::size_t n, double eps) {
  std::vector<Outcome> outcomes;
  for (std::size_t lost = 0; lost <= n; ++lost) {
    for (std::size_t won = 0; lost + won <= n; ++won) {
      outcomes.push_back({p_value({n, lost, won}, eps), lost, won});
    }
  }
  std::sort(outcomes.begin(), outcomes.end(),
            [](const Outcome& a, const Outcome& b) { return a.p_value < b.p_value; });
  return outcomes;
}

double probability(const Outcome& outcome, std::size_t n, double p_lost, double p_won) {
  const auto lost = static_cast<std::int64_t>(outcome.lost);
  const auto won = static_cast<std::int64_t>(outcome.won);
  const std::int64_t same = static_cast<std::int64_t>(n) - lost - won;
  return std::exp(log_factorial(lost + won + same) - log_factorial(lost) - log_factorial(won) -
                  log_factorial(same) + static_cast<double>(lost) * std::log(p_lost) +
                  static_cast<double>(won) * std::log(p_won) +
                  static_cast<double>(same) * std::log1p(-p_lost - p_won));
}

// P(p_value <= a) / a at its largest, over every attainable a up to a half.
double worst_ratio(const std::vector<Outcome>& outcomes, std::size_t n, double loss, double d) {
  double worst = 0.0;
  double below = 0.0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    below += probability(outcomes[i], n, (d + loss) / 2, (d - loss) / 2);
    const bool tied = i + 1 < outcomes.size() && outcomes[i + 1].p_value <= outcomes[i].p_value;
    if (!tied && outcomes[i].p_value <= 0.5) worst = std::max(worst, below / outcomes[i].p_value);
  }
  return worst;
}

class Validity : public testing::TestWithParam<std::size_t> {};

// Every share d of discordant inputs from the least there can be to all, on a grid that is far
// finer than that of the search for the supremum.
TEST_P(Validity, ATrueHypothesisIsRejectedNoMoreOftenThanItSays) {
  const std::size_t n = GetParam();
  for (const double eps : {-0.05, 0.0, 0.01, 0.05, 0.2}) {
    const std::vector<Outcome> outcomes = every_outcome(n, eps);
    double worst = 0.0;
    for (double d = std::abs(eps) + 1e-6; d < 1; d *= 1.01) {
      worst = std::max(worst, worst_ratio(outcomes, n, eps, d));
    }
    EXPECT_LE(worst, 1.0) << "eps " << eps;
    // The test is no more careful than it must be: somewhere it is exact.
    EXPECT_GT(worst, 0.9) << "eps " << eps;
  }
}

TEST_P(Validity, AWorseLossIsRejectedNoMoreOftenThanTheBoundary) {
  const std::size_t n = GetParam();
  const std::vector<Outcome> outcomes = every_outcome(n, 0.02);
  for (const double loss : {0.03, 0.06, 0.2}) {
    for (double d = loss + 1e-6; d < 1; d *= 1.05) {
      EXPECT_LE(worst_ratio(outcomes, n, loss, d), 1.0) << loss << " " << d;
    }
  }
}

TEST_P(Validity, MoreLostAndFewerWonSpeakAgainst) {
  const std::size_t n = GetParam();
  for (const double eps : {-0.05, 0.0, 0.01, 0.05, 0.2}) {
    for (std::size_t lost = 0; lost < n; ++lost) {
      for (std::size_t won = 0; lost + won < n; ++won) {
        const double p = p_value({n, lost, won}, eps);
        if (p > 0.5) continue;  // what nobody rejects is not in order there
        EXPECT_LE(p, p_value({n, lost + 1, won}, eps) * 1.002 + 1e-6) << lost << " " << won;
        EXPECT_GE(p * 1.002 + 1e-6, p_value({n, lost, won + 1}, eps)) << lost << " " << won;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Inputs, Validity, testing::Values(5, 12, 30, 60));

// With more inputs than can be enumerated: by the coverage of the upper bound, exactly summed over
// the outcomes that matter, lost and won being nearly independent Poisson counts.
TEST(PairedBound, CoversTheLossWithManyInputs) {
  constexpr std::size_t kInputs = 1000;
  constexpr double kDelta = 0.1;
  for (const double loss : {0.0, 0.01}) {
    for (const double d : {0.012, 0.04}) {
      double missed = 0.0;
      for (std::size_t lost = 0; lost <= 60; ++lost) {
        for (std::size_t won = 0; won <= 60; ++won) {
          const double p = probability({1.0, lost, won}, kInputs, (d + loss) / 2, (d - loss) / 2);
          if (p < 1e-9) continue;
          const PairedCounts counts{kInputs, lost, won};
          if (counts.loss() < loss && p_value(counts, loss) <= kDelta) missed += p;
        }
      }
      EXPECT_LE(missed, kDelta) << loss << " " << d;
      EXPECT_GT(missed, 0.7 * kDelta) << loss << " " << d;
    }
  }
}

double normal_bound(const PairedCounts& counts) {
  const auto n = static_cast<double>(counts.inputs);
  const double share = static_cast<double>(counts.discordant()) / n;
  return counts.loss() + 1.6448536 * std::sqrt((share - counts.loss() * counts.loss()) / n);
}

TEST(PairedBound, MeetsTheNormalApproximationWithManyInputs) {
  for (const PairedCounts& counts :
       {PairedCounts{10'000, 300, 290}, PairedCounts{100'000, 3000, 2900},
        PairedCounts{100'000, 12'000, 11'900}, PairedCounts{20'000, 5000, 4900}}) {
    const double normal = normal_bound(counts) - counts.loss();
    EXPECT_NEAR((upper_bound(counts, 0.05) - counts.loss()) / normal, 1.0, 0.02) << counts.inputs;
  }
}

TEST(PairedBound, IsTighterThanTheUsualBounds) {
  for (const PairedCounts& counts : {PairedCounts{350, 10, 9}, PairedCounts{700, 20, 15},
                                     PairedCounts{2000, 60, 55}, PairedCounts{350, 0, 0}}) {
    const auto n = static_cast<double>(counts.inputs);
    const double hoeffding = counts.loss() + std::sqrt(2 * std::log(1 / 0.05) / n);
    const auto trials = static_cast<std::int64_t>(counts.inputs);
    const double two_shares =
        binomial_upper_limit(static_cast<std::int64_t>(counts.lost), trials, 0.025) -
        binomial_lower_limit(static_cast<std::int64_t>(counts.won), trials, 0.025);
    const double bound = upper_bound(counts, 0.05);
    EXPECT_LT(bound - counts.loss(), 0.25 * (hoeffding - counts.loss())) << counts.inputs;
    EXPECT_LT(bound - counts.loss(), 0.85 * (two_shares - counts.loss())) << counts.inputs;
    EXPECT_LT(bound - counts.loss(), 1.2 * std::max(normal_bound(counts) - counts.loss(), 0.0072))
        << counts.inputs;
  }
}

TEST(PairedBound, BoundIsWhereTheTestTurns) {
  for (const PairedCounts& counts : {PairedCounts{700, 20, 15}, PairedCounts{50, 1, 3},
                                     PairedCounts{300, 0, 4}, PairedCounts{200, 3, 0, false}}) {
    for (const double delta : {0.001, 0.05, 0.1}) {
      const double bound = upper_bound(counts, delta);
      EXPECT_GT(p_value(counts, bound - 1e-4), delta);
      for (const double more : {1e-6, 1e-4, 1e-3, 1e-2, 0.1}) {
        EXPECT_LE(p_value(counts, bound + more), delta) << more;
      }
      EXPECT_GE(upper_bound(counts, delta / 2), bound);
    }
  }
}

TEST(PairedBound, BaselineThatIsTheReferenceIsABinomialShare) {
  const PairedCounts counts{300, 3, 0, false};
  EXPECT_DOUBLE_EQ(p_value(counts, 0.03), binomial_cdf(3, 300, 0.03));
  EXPECT_NEAR(upper_bound(counts, 0.05), binomial_upper_limit(3, 300, 0.05), 2e-5);
  EXPECT_EQ(p_value(counts, 0.0), 1.0);
  EXPECT_LT(upper_bound(counts, 0.05), upper_bound({300, 3, 0}, 0.05) + 1e-4);
}

TEST(PairedBound, WithoutEvidenceNothingIsProven) {
  EXPECT_EQ(p_value({}, 0.5), 1.0);
  EXPECT_EQ(p_value({100, 5, 2}, 0.03), 1.0);
  EXPECT_GE(p_value({100'000, 0, 0}, 0.5), kNuisanceError);
  EXPECT_LE(p_value({100'000, 0, 0}, 0.5), 2 * kNuisanceError);
}

TEST(InputsNeeded, ThatManyProveIt) {
  for (const PairedCounts& counts : {PairedCounts{350, 10, 9}, PairedCounts{700, 20, 15},
                                     PairedCounts{200, 0, 0}, PairedCounts{300, 3, 0, false}}) {
    const double eps = counts.loss() + 0.01;
    const auto needed = inputs_needed(counts, eps, 0.05);
    ASSERT_TRUE(needed.has_value());
    const auto scaled = [&](double factor) {
      const double n = factor * static_cast<double>(*needed);
      const double each = n / static_cast<double>(counts.inputs);
      PairedCounts result = counts;
      result.inputs = static_cast<std::size_t>(n);
      result.lost = static_cast<std::size_t>(std::lround(each * static_cast<double>(counts.lost)));
      result.won = static_cast<std::size_t>(std::lround(each * static_cast<double>(counts.won)));
      return result;
    };
    EXPECT_LE(p_value(scaled(1.1), eps), 0.05);
    EXPECT_GT(p_value(scaled(0.85), eps), 0.05);
  }
}

// (1.645 / 0.001)^2 * 0.05: beyond what is counted exactly.
TEST(InputsNeeded, FollowsTheRootLawWhenMany) {
  const auto needed = inputs_needed({1000, 25, 25}, 0.0005, 0.05);
  ASSERT_TRUE(needed.has_value());
  EXPECT_NEAR(static_cast<double>(*needed), 0.05 * std::pow(1.6449 / 0.0005, 2), 1e4);
}

TEST(InputsNeeded, NothingWhereTheLossIsTooLarge) {
  EXPECT_FALSE(inputs_needed({700, 20, 13}, 0.01, 0.05).has_value());
  EXPECT_FALSE(inputs_needed({0, 0, 0}, 0.01, 0.05).has_value());
  EXPECT_FALSE(inputs_needed({700, 10, 10}, 0.01, 1e-6).has_value());
}

}  // namespace
}  // namespace rightsize

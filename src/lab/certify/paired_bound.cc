#include "lab/certify/paired_bound.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "lab/certify/binomial.h"

namespace rightsize {
namespace {

// Outcomes whose scores differ by rounding alone are tied.
constexpr double kTie = 1e-9;

// Tango's score of `lost` and `won` among n, for the hypothesis that the loss is eps: small speaks
// against it. The variance is that of the most likely d among those whose loss is eps.
double score(double n, double lost, double won, double eps) {
  const double b = (2 * n - lost + won) * eps - lost - won;
  const double c = -won * eps * (1 - eps);
  const double root = std::sqrt(std::max(0.0, b * b - 8 * n * c));
  // (root - b) / (4 n), without cancellation where b > 0.
  const double p_won = b > 0 ? -2 * c / (root + b) : (root - b) / (4 * n);
  const double variance = n * (2 * p_won + eps * (1 - eps));
  const double excess = lost - won - n * eps;
  return variance > 0 ? excess / std::sqrt(variance) : 0.0;
}

// The tail probability of "score <= observed" as a function of d, at the boundary loss = eps.
//
// Given k discordant inputs, the tail is "lost <= most(k)": the score grows with `lost`. So for any
// fixed d the tail falls as the loss grows (lost is binomial in k and its success probability grows
// with the loss), which is why the boundary is the supremum over all losses above eps.
class Tail {
 public:
  Tail(const PairedCounts& counts, double eps, double d_low, double d_high)
      : n_(static_cast<std::int64_t>(counts.inputs)), eps_(eps) {
    first_ = window(d_low).first;
    const std::int64_t last = window(d_high).second;
    const auto n = static_cast<double>(n_);
    const double observed =
        score(n, static_cast<double>(counts.lost), static_cast<double>(counts.won), eps) + kTie;
    std::int64_t most = -1;
    const auto in_tail = [&](std::int64_t lost, std::int64_t k) {
      return score(n, static_cast<double>(lost), static_cast<double>(k - lost), eps) <= observed;
    };
    for (std::int64_t k = first_; k <= last; ++k) {
      while (most < k && in_tail(most + 1, k)) ++most;
      while (most >= 0 && !in_tail(most, k)) --most;
      const double choose_k = log_factorial(n_) - log_factorial(k) - log_factorial(n_ - k);
      const double choose_lost =
          most < 0 ? 0.0 : log_factorial(k) - log_factorial(most) - log_factorial(k - most);
      rows_.push_back({most, choose_k, choose_lost});
    }
  }

  // sum over k of P(k discordant) P(lost <= most(k) | k). From one k to the next the inner
  // distribution function follows by two terms, not anew.
  double probability(double d) const {
    const auto [from, to] = window(d);
    const Logs logs = logs_of(d);
    double sum = 0.0;
    double inner = 0.0;
    double term = 0.0;  // P(lost = most | k)
    for (std::int64_t k = from; k <= to; ++k) {
      const Row& row = rows_[static_cast<std::size_t>(k - first_)];
      const std::int64_t step = k == from ? -1 : row.most - row_of(k - 1).most;
      const double spilled = logs.q * term;
      term = row.most < 0 ? 0.0
                          : std::exp(row.choose_lost + static_cast<double>(row.most) * logs.log_q +
                                     static_cast<double>(k - row.most) * logs.log_other);
      inner = step == 0   ? inner - spilled
              : step == 1 ? inner - spilled + term
                          : binomial_cdf(row.most, k, logs.q);
      sum += inner * std::exp(row.choose_k + static_cast<double>(k) * logs.log_d +
                              static_cast<double>(n_ - k) * logs.log_same);
    }
    return sum;
  }

 private:
  struct Row {
    std::int64_t most;   // -1: none
    double choose_k;     // log of n over k
    double choose_lost;  // log of k over most
  };
  struct Logs {
    double q, log_q, log_other;  // a discordant input is lost with probability q
    double log_d, log_same;
  };

  const Row& row_of(std::int64_t k) const { return rows_[static_cast<std::size_t>(k - first_)]; }

  Logs logs_of(double d) const {
    const double lost = (d + eps_) / 2;
    const double won = (d - eps_) / 2;
    return {lost / d, std::log(lost / d), std::log(won / d), std::log(d), std::log1p(-d)};
  }

  // The numbers of discordant inputs outside which there is less than 1e-12.
  std::pair<std::int64_t, std::int64_t> window(double d) const {
    const double mean = d * static_cast<double>(n_);
    const double reach = 7.5 * std::sqrt(mean * (1 - d)) + 25;
    return {std::max<std::int64_t>(0, static_cast<std::int64_t>(mean - reach)),
            std::min<std::int64_t>(n_, static_cast<std::int64_t>(mean + reach))};
  }

  std::int64_t n_;
  double eps_;
  std::int64_t first_ = 0;
  std::vector<Row> rows_;
};

// Shares d from `low` to `high`, both above `least`, close enough to find the largest tail. They
// are even in the angle a of d = least + (1 - least) sin^2(a): n sin^2(a) is about the count of the
// rarest kind of input, whose root has a standard deviation of 1/2. The tail is an average over
// that spread, so it cannot turn within a step of 0.15; the parabola below takes what a step
// leaves. What is left after that is below a thousandth of the tail (tests compare with a much
// finer grid); twice as much is added.
constexpr double kGridAllowance = 1.002;

std::vector<double> grid(double n, double least, double low, double high) {
  constexpr double kStep = 0.15;
  constexpr double kMargin = 1e-9;  // from the ends, where a kind has no inputs at all
  const double range = 1 - least;
  const auto angle = [&](double d) {
    return std::asin(std::sqrt(std::clamp((d - least) / range, kMargin, 1 - kMargin)));
  };
  const double from = angle(low);
  const double width = angle(high) - from;
  const auto steps =
      static_cast<std::size_t>(std::max(1.0, std::ceil(width * std::sqrt(n * range) / kStep)));
  std::vector<double> shares;
  for (std::size_t s = 0; s <= steps; ++s) {
    const double part = static_cast<double>(s) / static_cast<double>(steps);
    const double sine = std::sin(from + width * part);
    shares.push_back(least + range * sine * sine);
  }
  return shares;
}

double largest(const Tail& tail, const std::vector<double>& shares) {
  std::vector<double> values;
  values.reserve(shares.size());
  for (const double d : shares) values.push_back(tail.probability(d));
  const auto at =
      static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
  double top = values[at];
  if (at > 0 && at + 1 < values.size()) {
    const double rise = (values[at + 1] - values[at - 1]) / 2;
    const double bend = 2 * values[at] - values[at + 1] - values[at - 1];
    if (bend > 0) top += rise * rise / (2 * bend);
  }
  return top;
}

double binomial_share_p_value(const PairedCounts& counts, double eps) {
  if (eps <= 0) return 1.0;
  return binomial_cdf(static_cast<std::int64_t>(counts.lost),
                      static_cast<std::int64_t>(counts.inputs), eps);
}

// counts, as if there were `inputs` of them.
PairedCounts scaled(const PairedCounts& counts, std::size_t inputs) {
  const double factor = static_cast<double>(inputs) / static_cast<double>(counts.inputs);
  const auto scale = [&](std::size_t count) {
    return static_cast<std::size_t>(std::llround(static_cast<double>(count) * factor));
  };
  PairedCounts result = counts;
  result.inputs = inputs;
  result.lost = scale(counts.lost);
  result.won = scale(counts.won);
  return result;
}

}  // namespace

double PairedCounts::loss() const {
  return inputs == 0
             ? 0.0
             : (static_cast<double>(lost) - static_cast<double>(won)) / static_cast<double>(inputs);
}

double p_value(const PairedCounts& counts, double eps) {
  if (counts.inputs == 0 || eps <= counts.loss()) return 1.0;
  if (!counts.can_win) return binomial_share_p_value(counts, eps);
  const auto n = static_cast<double>(counts.inputs);
  const auto trials = static_cast<std::int64_t>(counts.inputs);
  const auto differ = static_cast<std::int64_t>(counts.discordant());
  // d is at least |eps|; an interval that lies below has no loss of eps in it.
  const double least = std::abs(eps);
  const double low = std::max(least, binomial_lower_limit(differ, trials, kNuisanceError / 2));
  const double high = binomial_upper_limit(differ, trials, kNuisanceError / 2);
  if (high <= least) return kNuisanceError;
  const std::vector<double> shares = grid(n, least, low, high);
  const Tail tail(counts, eps, shares.front(), shares.back());
  return std::min(1.0, kGridAllowance * largest(tail, shares) + kNuisanceError);
}

double upper_bound(const PairedCounts& counts, double delta) {
  constexpr double kPrecision = 1e-5;
  const double loss = counts.loss();
  if (counts.inputs == 0) return 1.0;
  // From `low`, which is not rejected, to the next eps that is, in steps that grow.
  const auto next_rejected = [&](double low, double step) {
    double high = std::min(1.0, low + step);
    while (high < 1.0 && p_value(counts, high) > delta) {
      low = high;
      step *= 2;
      high = std::min(1.0, low + step);
    }
    while (high - low > kPrecision) {
      const double eps = low + (high - low) / 2;
      (p_value(counts, eps) > delta ? low : high) = eps;
    }
    return high;
  };
  const auto n = static_cast<double>(counts.inputs);
  const double scale = std::sqrt(static_cast<double>(counts.discordant()) + 1) / n;
  const double bound = next_rejected(loss, 2 * scale);
  // The order of outcomes changes with eps, so the p-value may rise again by a little: look on.
  const double step = (bound - loss) / 32;
  for (int i = 6; i > 0; --i) {
    const double eps = bound + step * i;
    if (eps < 1.0 && p_value(counts, eps) > delta) return next_rejected(eps, step);
  }
  return bound;
}

std::optional<std::size_t> inputs_needed(const PairedCounts& counts, double eps, double delta) {
  constexpr std::size_t kExact = 200'000;  // beyond, the normal approximation is as good
  if (counts.inputs == 0 || counts.loss() >= eps || delta <= kNuisanceError) return std::nullopt;
  const auto proves = [&](std::size_t n) { return p_value(scaled(counts, n), eps) <= delta; };
  std::size_t high = 16;
  while (high < kExact && !proves(high)) high *= 2;
  if (high >= kExact) {
    const double reached = upper_bound(scaled(counts, kExact), delta) - counts.loss();
    const double factor = std::pow(std::max(1.0, reached / (eps - counts.loss())), 2);
    const double needed = factor * static_cast<double>(kExact);
    if (!(needed < 1e15)) return std::nullopt;
    return static_cast<std::size_t>(needed);
  }
  std::size_t low = high / 2;
  while (high - low > std::max<std::size_t>(1, high / 200)) {
    const std::size_t middle = low + (high - low) / 2;
    (proves(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace rightsize

#include "lab/profile/mean.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace rightsize {
namespace {

// The 97.5 % quantile of Student's t distribution by the expansion of Cornish and Fisher
// (Abramowitz and Stegun, 26.7.5); from 4 degrees of freedom on within 0.3 % of the true one.
double student_quantile(double freedom) {
  constexpr double z = 1.959964;
  const double z2 = z * z;
  const double g1 = z * (z2 + 1) / 4;
  const double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
  const double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  return z + (g1 + (g2 + g3 / freedom) / freedom) / freedom;
}

}  // namespace

double MeanInterval::relative_width() const {
  const double width = (high - low) / std::abs(mean);
  return samples < kFewestForMean || std::isnan(width) ? std::numeric_limits<double>::infinity()
                                                       : width;
}

MeanInterval mean_interval(const std::vector<double>& samples) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  MeanInterval result{0, -kInfinity, kInfinity, samples.size()};
  if (samples.empty()) return result;
  const double n = static_cast<double>(samples.size());
  result.mean = std::accumulate(samples.begin(), samples.end(), 0.0) / n;
  if (samples.size() < kFewestForMean) return result;
  double squares = 0;
  for (const double each : samples) squares += (each - result.mean) * (each - result.mean);
  const double half = student_quantile(n - 1) * std::sqrt(squares / (n - 1) / n);
  result.low = result.mean - half;
  result.high = result.mean + half;
  return result;
}

}  // namespace rightsize

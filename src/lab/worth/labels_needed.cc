#include "lab/worth/labels_needed.h"

#include <algorithm>
#include <cmath>

namespace rightsize {

std::optional<std::size_t> labels_needed(const PairedCounts& sample, double limit) {
  constexpr double kError = 0.05;
  constexpr double kQuantile = 1.6448536269514722;  // of the normal distribution at 1 - kError
  constexpr double kRounding = 1e-9;                // 7 of 700 are one point, whatever floats say
  if (sample.inputs == 0) return {};
  const auto n = static_cast<double>(sample.inputs);
  const auto lost = static_cast<double>(sample.lost);
  const auto won = static_cast<double>(sample.won);
  const double discordant = (lost + won) / n;
  const double loss = std::max(0.0, (lost - won) / n);
  if (loss > limit - kRounding) return {};
  const double normal =
      kQuantile * kQuantile * (discordant - loss * loss) / ((limit - loss) * (limit - loss));
  const double exact = std::log(kError) / std::log1p(-limit);
  return static_cast<std::size_t>(std::ceil(std::max(normal, exact)));
}

}  // namespace rightsize

#include "lab/evaluate/figure_text.h"

#include <fmt/format.h>

#include <cmath>

namespace rightsize {
namespace {

std::string three_digits(double value) {
  if (!std::isfinite(value)) return "-";
  const double size = std::abs(value);
  return fmt::format("{:.{}f}", value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

Estimate rounded(const Estimate& e, double steps) {
  const auto to_step = [&](double value) { return std::round(steps * value) / steps; };
  return {to_step(e.value), to_step(e.low), to_step(e.high)};
}

}  // namespace

std::string percent(double share) {
  return std::isfinite(share) ? fmt::format("{:.1f}", 100.0 * share) : "-";
}

std::string points(double difference) {
  if (!std::isfinite(difference)) return "-";
  const double rounded = std::round(1000.0 * difference) / 10.0;
  return rounded == 0.0 ? "0.0" : fmt::format("{:+.1f}", rounded);
}

std::string milliseconds(double ms) { return three_digits(ms); }

std::string times(double factor) { return three_digits(factor); }

std::string with_interval(const Estimate& estimate, Format format, const char* unit) {
  return fmt::format("{}{} [{}, {}]", format(estimate.value), unit, format(estimate.low),
                     format(estimate.high));
}

Estimate shown_share(const Estimate& estimate) { return rounded(estimate, 1000.0); }

Estimate shown_times(const Estimate& estimate) { return rounded(estimate, 100.0); }

std::size_t rounded_up(std::size_t inputs) {
  std::size_t unit = 1;
  while (inputs / unit >= 100) unit *= 10;
  return (inputs + unit - 1) / unit * unit;
}

}  // namespace rightsize

#include "lab/report/ramp.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace rightsize {

Colour ramp(double part) {
  constexpr std::array<Colour, 6> kStops = {{{237, 241, 163},
                                             {160, 216, 183},
                                             {70, 182, 196},
                                             {33, 134, 187},
                                             {36, 80, 160},
                                             {22, 46, 116}}};
  const double place = std::clamp(part, 0.0, 1.0) * (kStops.size() - 1);
  const auto low = std::min(kStops.size() - 2, static_cast<std::size_t>(place));
  const double t = place - static_cast<double>(low);
  const auto mix = [t](double a, double b) { return a + t * (b - a); };
  const Colour& a = kStops[low];
  const Colour& b = kStops[low + 1];
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

Colour ramp_of(std::size_t rank, std::size_t count) {
  const double last = std::max(1.0, static_cast<double>(count) - 1.0);
  return ramp(static_cast<double>(rank) / last);
}

std::string css(const Colour& colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", std::lround(colour.red), std::lround(colour.green),
                     std::lround(colour.blue));
}

const char* ink_on(const Colour& colour) {
  const double light = 0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue;
  return light > 140 ? "#1b242d" : "#ffffff";
}

}  // namespace rightsize

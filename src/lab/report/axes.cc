#include "lab/report/axes.h"

#include <algorithm>
#include <cmath>

namespace rightsize {
namespace {

// The round number (1, 2 or 5 times a power of ten) next above `step`.
double round_up(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double mantissa : {1.0, 2.0, 5.0}) {
    if (step <= mantissa * power * (1 + 1e-9)) return mantissa * power;
  }
  return 10.0 * power;
}

std::vector<double> linear_ticks(double low, double high, int count) {
  const double step = round_up((high - low) / count);
  const double first = std::ceil(low / step - 1e-9);
  const auto steps =
      static_cast<std::size_t>(std::max(0.0, std::floor(high / step + 1e-9) - first));
  std::vector<double> ticks(steps + 1);
  for (std::size_t k = 0; k <= steps; ++k) {
    ticks[k] = (first + static_cast<double>(k)) * step + 0.0;  // no -0
  }
  return ticks;
}

std::vector<double> log_ticks(double low, double high, const std::vector<double>& mantissas) {
  std::vector<double> ticks;
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  for (int e = static_cast<int>(std::floor(std::log10(low))); e <= last; ++e) {
    for (const double mantissa : mantissas) {
      const double tick = mantissa * std::pow(10.0, e);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push_back(tick);
    }
  }
  return ticks;
}

}  // namespace

Scale Scale::linear(double low, double high, double low_pixel, double high_pixel) {
  Scale scale;
  scale.low_ = low;
  scale.high_ = high;
  scale.low_pixel_ = low_pixel;
  scale.high_pixel_ = high_pixel;
  return scale;
}

Scale Scale::logarithmic(double low, double high, double low_pixel, double high_pixel) {
  Scale scale = linear(low, high, low_pixel, high_pixel);
  scale.log_ = true;
  return scale;
}

double Scale::at(double value) const {
  const double v = std::isnan(value) ? low_ : std::clamp(value, low_, high_);
  const double part =
      log_ ? std::log(v / low_) / std::log(high_ / low_) : (v - low_) / (high_ - low_);
  return low_pixel_ + part * (high_pixel_ - low_pixel_);
}

std::vector<double> Scale::ticks(int count) const {
  if (!log_) return linear_ticks(low_, high_, count);
  std::vector<double> ticks;
  using Mantissas = std::vector<double>;
  for (const Mantissas& mantissas : {Mantissas{1, 2, 3, 5}, Mantissas{1, 2, 5}, Mantissas{1}}) {
    ticks = log_ticks(low_, high_, mantissas);
    if (ticks.size() <= 2 * static_cast<std::size_t>(count)) break;
  }
  return ticks.size() < 3 ? linear_ticks(low_, high_, count) : ticks;
}

void Range::add(double value) {
  if (!std::isfinite(value)) return;
  if (empty()) low_ = high_ = value;
  low_ = std::min(low_, value);
  high_ = std::max(high_, value);
  const bool least = least_positive_ == 0.0 || value < least_positive_;
  if (value > 0 && least) least_positive_ = value;
}

Scale Range::linear(double low_pixel, double high_pixel, double air) const {
  if (empty()) return Scale::linear(0.0, 1.0, low_pixel, high_pixel);
  const double width = high_ - low_;
  const bool wide = width > 1e-6 * std::max(std::abs(low_), std::abs(high_));
  const double margin = wide ? air * width : std::max(0.05 * std::abs(low_), 0.05);
  return Scale::linear(low_ - margin, high_ + margin, low_pixel, high_pixel);
}

Scale Range::logarithmic(double low_pixel, double high_pixel, double air) const {
  if (empty() || least_positive_ == 0.0) return Scale::logarithmic(0.1, 10, low_pixel, high_pixel);
  const double ratio = high_ / least_positive_;
  const double margin = ratio > 1 + 1e-6 ? std::pow(ratio, air) : 2.0;
  return Scale::logarithmic(least_positive_ / margin, high_ * margin, low_pixel, high_pixel);
}

void draw_x_axis(Svg& svg, const Scale& x, const Scale& y, const AxisStyle& style) {
  const double bottom = y.low_pixel();
  for (const double tick : x.ticks(style.ticks)) {
    const double at = x.at(tick);
    svg.line({at, bottom}, {at, y.high_pixel()}, {.ink = Ink::kGrid});
    svg.text({at, bottom + 1.45 * style.text_size}, style.label(tick),
             {.ink = Ink::kMuted, .size = style.text_size, .anchor = Anchor::kMiddle});
  }
  svg.line({x.low_pixel(), bottom}, {x.high_pixel(), bottom}, {.ink = Ink::kAxis});
  svg.text({(x.low_pixel() + x.high_pixel()) / 2, bottom + 3.1 * style.text_size}, style.title,
           {.size = style.text_size + 1, .anchor = Anchor::kMiddle});
}

void draw_y_axis(Svg& svg, const Scale& x, const Scale& y, const AxisStyle& style) {
  const double left = x.low_pixel();
  for (const double tick : y.ticks(style.ticks)) {
    const double at = y.at(tick);
    svg.line({left, at}, {x.high_pixel(), at}, {.ink = Ink::kGrid});
    svg.text({left - 0.6 * style.text_size, at + 0.36 * style.text_size}, style.label(tick),
             {.ink = Ink::kMuted, .size = style.text_size, .anchor = Anchor::kEnd});
  }
  svg.line({left, y.low_pixel()}, {left, y.high_pixel()}, {.ink = Ink::kAxis});
  svg.upright_text({left - 3.4 * style.text_size, (y.low_pixel() + y.high_pixel()) / 2},
                   style.title, {.size = style.text_size + 1, .anchor = Anchor::kMiddle});
}

}  // namespace rightsize

#include "selector/class_pool.h"

#include <algorithm>
#include <cmath>

namespace rightsize {
namespace {

double entropy_of(double probability) {
  return probability > 0 ? -probability * std::log(probability) : 0.0;
}

}  // namespace

Tempered tempered(const TopClasses& top, double temperature) noexcept {
  Tempered result;
  // The surest class is first: its power is 1 after the shift, so nothing overflows.
  const double shift = top.classes[0].log_probability;
  for (std::uint32_t i = 0; i < top.count; ++i) {
    result.classes[i] = std::exp((top.classes[i].log_probability - shift) / temperature);
    result.total += result.classes[i];
  }
  if (top.rest > 0) {
    result.rest = std::exp((std::log(static_cast<double>(top.rest)) - shift) / temperature);
  }
  result.total += result.rest;
  return result;
}

void ClassPool::add(const TopClasses& top, double temperature, double weight) noexcept {
  if (!(weight > 0) || top.count == 0) return;
  const Tempered part = tempered(top, temperature);
  if (!std::isfinite(part.total)) return;  // a list that is not a distribution has no part
  const std::size_t known = count_;
  for (std::uint32_t i = 0; i < top.count; ++i) {
    const std::int32_t label = top.classes[i].label;
    const double share = weight * part.classes[i] / part.total;
    std::size_t e = 0;
    while (e < known && entries_[e].label != label) ++e;
    if (e < known)
      entries_[e].probability += share;
    else
      entries_[count_++] = {label, share};
  }
  rest_ += weight * part.rest / part.total;
  weight_ += weight;
}

void ClassPool::finish(Answer& answer) const noexcept {
  std::array<Entry, kTopClasses * kMaxTrials> sorted;
  std::copy_n(entries_.begin(), count_, sorted.begin());
  const std::size_t listed = std::min(count_, kTopClasses);
  const auto surer = [](const Entry& a, const Entry& b) {
    return a.probability != b.probability ? a.probability > b.probability : a.label < b.label;
  };
  std::partial_sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(listed),
                    sorted.begin() + static_cast<std::ptrdiff_t>(count_), surer);
  answer.top = {};
  answer.top.count = static_cast<std::uint32_t>(listed);
  double entropy = 0.0;
  double rest = rest_ / weight_;
  for (std::size_t i = 0; i < count_; ++i) {
    const double probability = sorted[i].probability / weight_;
    if (i >= listed) {
      rest += probability;
      continue;
    }
    answer.top.classes[i] = {sorted[i].label, static_cast<float>(std::log(probability))};
    entropy += entropy_of(probability);
  }
  answer.top.rest = static_cast<float>(rest);
  answer.value = sorted[0].label;
  const double first = sorted[0].probability / weight_;
  const double second = count_ > 1 ? sorted[1].probability / weight_ : 0.0;
  answer.signals = {first, first - second, entropy + entropy_of(rest)};
}

}  // namespace rightsize

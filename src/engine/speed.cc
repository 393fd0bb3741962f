#include "engine/speed.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace rightsize {
namespace {

// Chosen on simulated slowdowns (speed_test.cc), so that a lasting change is followed within about
// ten runs and a single wild run moves the estimate by less than a mean deviation.
constexpr double kSharedGain = 0.2;       // of the factor that all models share
constexpr double kCorrectionGain = 0.02;  // of a model's correction
constexpr double kDeviationGain = 0.1;
constexpr double kClip = 3.0;   // mean deviations; a run further off counts as this far
constexpr double kUpper = 3.0;  // mean deviations above the estimate
// The same for 97 of 100 runs where logarithms scatter normally: 1.88 standard deviations.
constexpr double kNormalUpper = 2.36;
constexpr double kPriorDeviation = 0.3;   // of a model that has not run yet
constexpr double kLeastDeviation = 0.02;  // no clock is better than that
constexpr double kMostDeviation = 1.0;
// While a model is this young its runs say how it differs from the others, not how all have
// changed.
constexpr std::uint32_t kYoung = 4;

constexpr double kOutsideBand = 1.5;  // mean deviations, where that is more than the dead band
constexpr double kMuch = 0.405;       // log 1.5
constexpr double kMuchBand = 2.0;     // mean deviations
constexpr double kMeanBand = 0.75;    // mean deviations, for the smoothed difference
constexpr double kMeanGain = 1.0 / 32;

const double kMaxLog = std::log(kMaxSpeedFactor);
constexpr double kMaxNanoseconds = 1e18;  // 31 years; below kNever

double clamp_log(double value) { return std::clamp(value, -kMaxLog, kMaxLog); }

bool usable(Nanoseconds time) { return time > Nanoseconds(0) && time != kNever; }

std::optional<double> log_ratio(Nanoseconds measured, Nanoseconds profiled) {
  if (!usable(measured) || !usable(profiled)) return std::nullopt;
  const double ratio =
      static_cast<double>(measured.count()) / static_cast<double>(profiled.count());
  return clamp_log(std::log(ratio));
}

Nanoseconds scaled(Nanoseconds profiled, double log_factor) {
  if (profiled == kNever) return kNever;
  const double factor = std::exp(clamp_log(log_factor));
  const double time = static_cast<double>(profiled.count()) * factor;
  return Nanoseconds(std::llround(std::clamp(time, 0.0, kMaxNanoseconds)));
}

double median(std::array<double, 3> values) {
  std::sort(values.begin(), values.end());
  return values[1];
}

void count(std::uint32_t& counter) {
  if (counter < std::numeric_limits<std::uint32_t>::max()) ++counter;
}

// Counts how many in a row are `outside` on one side.
void count_in_a_row(bool outside, double value, std::uint32_t& in_a_row, double& side) {
  const bool goes_on = outside && (in_a_row == 0 || (value > 0) == (side > 0));
  if (!goes_on) in_a_row = 0;
  if (outside) count(in_a_row);
  side = value;
}

}  // namespace

double SpeedFilter::estimate(std::size_t model) const noexcept {
  return clamp_log(shared_ + models_[model].correction);
}

double SpeedFilter::deviation(std::size_t model) const noexcept {
  return std::max(deviation_, kPriorDeviation / (1.0 + models_[model].runs));
}

// Three runs in a row beyond the limit on the same side are no accident.
bool SpeedFilter::lasting_change(double error, double implied) noexcept {
  count_in_a_row(std::abs(error) > kClip * deviation_, error, beyond_, side_);
  if (beyond_ == 0) return false;
  implied_[beyond_ - 1] = implied;
  if (beyond_ < implied_.size()) return false;
  beyond_ = 0;
  return true;
}

void SpeedFilter::follow(Model& model, double step) noexcept {
  const bool young = model.runs < kYoung && seen_ > (model.runs == 0 ? 0U : 1U);
  if (young) {
    model.correction += step / (1.0 + model.runs);
    return;
  }
  shared_ += std::max(kSharedGain, 1.0 / (1.0 + age_)) * step;
  count(age_);
  model.correction += kCorrectionGain * step;
}

// Else the shared estimate and the corrections could drift apart unseen.
void SpeedFilter::centre_corrections() noexcept {
  double sum = 0.0;
  for (const Model& model : models_) sum += model.correction;
  const double mean = sum / static_cast<double>(seen_);
  shared_ += mean;
  for (Model& model : models_) model.correction -= model.runs > 0 ? mean : 0.0;
}

void SpeedFilter::observe(std::size_t index, double log_ratio) noexcept {
  Model& model = models_[index];
  const double error = log_ratio - estimate(index);
  const double limit = kClip * deviation_;
  const double step = std::clamp(error, -limit, limit);
  if (lasting_change(error, log_ratio - model.correction)) {
    const double change = median(implied_) - shared_;
    const bool only_this = model.runs >= 2 && model.runs < kYoung && seen_ > 1;
    (only_this ? model.correction : shared_) += change;
    age_ = 2;  // about as much as a median of three says
  } else {
    follow(model, step);
  }
  if (model.runs == 0) ++seen_;
  count(model.runs);
  centre_corrections();
  shared_ = clamp_log(shared_);
  deviation_ += kDeviationGain * (std::abs(step) - deviation_);
  deviation_ = std::clamp(deviation_, kLeastDeviation, kMostDeviation);
}

void SettledSpeed::observe(std::size_t model, const SpeedFilter& filter) noexcept {
  const double difference = filter.estimate(model) - values_[model];
  const double deviation = filter.deviation(model);
  const auto band = [&](double deviations) {
    return std::max(options_.dead_band, deviations * deviation);
  };
  count_in_a_row(std::abs(difference) > band(kOutsideBand), difference, outside_, side_);
  count(since_);
  mean_difference_ += std::max(kMeanGain, 1.0 / since_) * (difference - mean_difference_);
  const bool rested = since_ >= options_.dwell;
  if (difference > std::max(kMuch, kMuchBand * deviation) ||
      (rested && outside_ >= options_.patience)) {
    change_by(difference, filter, model);
  } else if (rested && outside_ == 0 && std::abs(mean_difference_) > band(kMeanBand)) {
    change_by(mean_difference_, filter, model);
  }
}

// What the model's run said goes for all; what the filter knows of their differences is taken over.
void SettledSpeed::change_by(double difference, const SpeedFilter& filter,
                             std::size_t model) noexcept {
  const double value = values_[model] + difference;
  for (std::size_t m = 0; m < values_.size(); ++m) {
    values_[m] = clamp_log(value + filter.estimate(m) - filter.estimate(model));
  }
  ++changes_;
  since_ = 0;
  outside_ = 0;
  mean_difference_ = 0.0;
}

SpeedTracker::SpeedTracker(std::size_t models, const SpeedOptions& options)
    : models_(models),
      cpu_(models),
      wall_(models),
      settled_cpu_(models, options),
      settled_wall_(models, options) {}

void SpeedTracker::observe(ModelIndex model, const Cost& profiled, const Cost& measured) noexcept {
  if (model >= models_) return;
  if (const auto ratio = log_ratio(measured.cpu, profiled.cpu)) {
    cpu_.observe(model, *ratio);
    settled_cpu_.observe(model, cpu_);
  }
  if (const auto ratio = log_ratio(measured.wall, profiled.wall)) {
    wall_.observe(model, *ratio);
    settled_wall_.observe(model, wall_);
  }
}

Cost SpeedTracker::expected(ModelIndex model, const Cost& profiled) const noexcept {
  if (model >= models_) return profiled;
  return {.cpu = scaled(profiled.cpu, cpu_.estimate(model)),
          .wall = scaled(profiled.wall, wall_.estimate(model))};
}

Cost SpeedTracker::upper(ModelIndex model, const Cost& profiled) const noexcept {
  if (model >= models_) return profiled;
  const auto log_upper = [model](const SpeedFilter& filter) {
    return filter.estimate(model) + kUpper * filter.deviation(model);
  };
  return {.cpu = scaled(profiled.cpu, log_upper(cpu_)),
          .wall = scaled(profiled.wall, log_upper(wall_))};
}

Nanoseconds SpeedTracker::upper(ModelIndex model, Nanoseconds profiled,
                                Nanoseconds profiled_upper) const noexcept {
  if (model >= models_) return profiled_upper;
  const Nanoseconds as_then = scaled(profiled_upper, wall_.estimate(model));
  const double log_upper = wall_.estimate(model) + kNormalUpper * wall_.deviation(model);
  return std::max(as_then, scaled(profiled, log_upper));
}

Cost SpeedTracker::settled(ModelIndex model, const Cost& profiled) const noexcept {
  if (model >= models_) return profiled;
  return {.cpu = scaled(profiled.cpu, settled_cpu_.value(model)),
          .wall = scaled(profiled.wall, settled_wall_.value(model))};
}

std::uint64_t SpeedTracker::settled_changes() const noexcept {
  return settled_cpu_.changes() + settled_wall_.changes();
}

}  // namespace rightsize

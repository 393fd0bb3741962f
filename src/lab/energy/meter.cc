#include "lab/energy/meter.h"

#include <cmath>
#include <utility>
#include <vector>

namespace rightsize {

EnergyMeter::EnergyMeter(std::unique_ptr<EnergySensor> sensor, Clock now)
    : sensor_(std::move(sensor)), now_(std::move(now)) {
  if (sensor_->interval() > Nanoseconds(0)) {
    sampler_ = std::jthread([this](const std::stop_token& stop) { sample(stop); });
  }
}

void EnergyMeter::sample(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    static_cast<void>(read());
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, sensor_->interval(), [] { return false; });
  }
}

Result<EnergyMeter::Reading> EnergyMeter::read() {
  const std::lock_guard lock(mutex_);
  if (!failure_.ok()) return failure_;
  const Nanoseconds now = now_();
  const Result<double> joules = sensor_->read(now);
  failure_ = joules.status();
  if (!joules.ok()) return failure_;
  return Reading{now, *joules};
}

Result<EnergyUse> EnergyMeter::measure(const std::function<void()>& work) {
  const Result<Reading> before = read();
  if (!before.ok()) return before.status();
  work();
  const Result<Reading> after = read();
  if (!after.ok()) return after.status();
  return EnergyUse{after->joules - before->joules, after->at - before->at};
}

Result<IdlePower> EnergyMeter::measure_idle(int windows, const std::function<void()>& wait) {
  IdlePower idle{sensor_->name()};
  std::vector<double> watts;
  for (int i = 0; i < windows; ++i) {
    const Result<EnergyUse> use = measure(wait);
    if (!use.ok()) return use.status();
    watts.push_back(use->watts());
    idle.watts += watts.back() / windows;
  }
  double squares = 0;
  for (const double each : watts) squares += (each - idle.watts) * (each - idle.watts);
  idle.spread = std::sqrt(squares / (windows - 1));
  return idle;
}

}  // namespace rightsize

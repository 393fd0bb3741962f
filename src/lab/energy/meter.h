// What a piece of work uses of energy: the machine's sensor before and after it, and how much the
// machine uses when idle.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/clock.h"
#include "lab/energy/sensor.h"

namespace rightsize {

// Of the whole machine, idle power included.
struct EnergyUse {
  double joules = 0;
  Nanoseconds wall{0};

  double watts() const { return joules / std::chrono::duration<double>(wall).count(); }
};

// The power of the machine while nothing is measured on it.
struct IdlePower {
  std::string sensor;
  double watts = 0;   // mean
  double spread = 0;  // standard deviation among the windows, watts
};

// Where the sensor must be sampled a thread of the meter's own does so from the beginning to the
// end of its life: idle and at work alike, so that its own use is part of the idle power. Make the
// meter before the measuring thread is pinned to a core, or the two share it.
//
// Threading: one thread at a time.
class EnergyMeter {
 public:
  using Clock = std::function<Nanoseconds()>;

  explicit EnergyMeter(std::unique_ptr<EnergySensor> sensor, Clock now = wall_now);

  // Does the work and says what the machine used meanwhile. Fails where the sensor did, also
  // between this measurement and the one before; the work is then done or not.
  Result<EnergyUse> measure(const std::function<void()>& work);

  // Measures `windows` times while `wait` waits; at least two.
  Result<IdlePower> measure_idle(int windows, const std::function<void()>& wait);

 private:
  struct Reading {
    Nanoseconds at{0};
    double joules = 0;
  };
  Result<Reading> read();
  void sample(const std::stop_token& stop);

  const std::unique_ptr<EnergySensor> sensor_;
  const Clock now_;
  std::mutex mutex_;  // guards the sensor and `failure_`
  std::condition_variable_any wake_;
  Status failure_;  // the first; what comes after it has a gap
  std::jthread sampler_;
};

}  // namespace rightsize

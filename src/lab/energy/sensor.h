// Energy sensors of the machine, as Linux shows them in sysfs.
//
// Two kinds are known. A machine that has neither, or does not let them be read, has no energy
// figures; nothing is estimated in their stead.
//
// RAPL counters of Intel and AMD processors (/sys/class/powercap/intel-rapl:*): the sum of the
// top-level domains whose name starts with "package". Not counted are their parts ("core",
// "uncore"), "psys" (the whole platform, packages included), "dram", which few machines have, and
// the intel-rapl-mmio copies of the same counters. The counter's unit is a microjoule and the
// hardware renews it about every millisecond. It wraps around at max_energy_range_uj, hours or at
// the least minutes apart; several wraps between two readings cannot be seen, but readings lie
// seconds apart.
//
// Power rails behind an INA3221, as on Jetson boards: under hwmon (in*_label, in*_input x
// curr*_input or power*_input) or, with older kernels, under iio (rail_name_*, in_power*_input).
// Used is the rail that feeds the whole board, VDD_IN or POM_5V_IN; the only one where there is one
// rail alone; or the one that is named. Its power is sampled every millisecond (the rate of the
// paper: Marco, Taylor, Wang, Elkhatib, ACM TECS 2020), or as fast as the bus gives it, and
// integrated by the trapezoidal rule.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "rightsize/decision.h"
#include "rightsize/status.h"

namespace rightsize {

// Threading: one thread at a time.
class EnergySensor {
 public:
  virtual ~EnergySensor() = default;

  // "RAPL package-0", "power rail VDD_IN".
  virtual const std::string& name() const = 0;

  // How often `read` must be called for its figures to hold; 0: only when one is wanted.
  virtual Nanoseconds interval() const = 0;

  // Joules used up to `now` (monotonic, never earlier than in the call before) since an arbitrary
  // but fixed moment. Fails where the sensor is gone or says what is no value.
  virtual Result<double> read(Nanoseconds now) = 0;
};

using SensorResult = Result<std::unique_ptr<EnergySensor>>;

// Opens a sensor; the default of a profile is `find_energy_sensor`.
using SensorOpener = std::function<SensorResult()>;

// `sysfs` is the folder that is /sys outside of tests. A failure says why there is no such sensor
// and, where that helps, what to do: kNotFound if there is none, kIoError if it may not be read.
SensorResult open_powercap(const std::filesystem::path& sysfs);
// `rail`: the label of the rail to use; empty: chosen as said above.
SensorResult open_power_rail(const std::filesystem::path& sysfs, const std::string& rail);

// RAPL, else a power rail. The environment variable RIGHTSIZE_POWER_RAIL names a rail, which then
// is the only choice; RIGHTSIZE_SYSFS is read instead of /sys.
SensorResult find_energy_sensor();

}  // namespace rightsize

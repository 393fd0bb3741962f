#include "lab/energy/sensor.h"

#include <fmt/format.h>

#include <cstdlib>

namespace rightsize {
namespace {

std::string environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

}  // namespace

SensorResult find_energy_sensor() {
  const std::filesystem::path sysfs = environment("RIGHTSIZE_SYSFS", "/sys");
  const std::string rail = environment("RIGHTSIZE_POWER_RAIL", "");
  if (!rail.empty()) return open_power_rail(sysfs, rail);
  SensorResult powercap = open_powercap(sysfs);
  if (powercap.ok()) return powercap;
  SensorResult power_rail = open_power_rail(sysfs, rail);
  if (power_rail.ok()) return power_rail;
  // A sensor that is there and cannot be used matters more than one that is not.
  if (power_rail.status().code() == StatusCode::kNotFound) {
    if (powercap.status().code() != StatusCode::kNotFound) return powercap;
    return not_found(fmt::format("no energy sensor: {}; {}", powercap.status().message(),
                                 power_rail.status().message()));
  }
  return power_rail;
}

}  // namespace rightsize

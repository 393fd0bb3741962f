// Power rails behind an INA3221.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "lab/energy/sensor.h"
#include "lab/energy/sysfs.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

// The labels of the rail that feeds a whole Jetson board.
constexpr std::array<std::string_view, 2> kBoardInputs = {"VDD_IN", "POM_5V_IN"};

constexpr int kMostChannels = 8;  // of one chip; the INA3221 has three

// The power is the product of the values of `files`, in watts after scaling.
struct Rail {
  std::string label;
  std::vector<fs::path> files;
  double scale = 1.0;
};

Result<double> watts_of(const Rail& rail) {
  double watts = rail.scale;
  for (const fs::path& file : rail.files) {
    const Result<std::int64_t> value = read_sysfs_number(file);
    if (!value.ok()) return value.status();
    watts *= static_cast<double>(*value);
  }
  return watts;
}

class PowerRail : public EnergySensor {
 public:
  explicit PowerRail(Rail rail) : rail_(std::move(rail)), name_("power rail " + rail_.label) {}

  const std::string& name() const override { return name_; }
  Nanoseconds interval() const override { return std::chrono::milliseconds(1); }

  Result<double> read(Nanoseconds now) override {
    const Result<double> watts = watts_of(rail_);
    if (!watts.ok()) return watts;
    if (last_) {
      const std::chrono::duration<double> seconds = now - last_->at;
      joules_ += (last_->watts + *watts) / 2 * seconds.count();
    }
    last_ = Sample{now, *watts};
    return joules_;
  }

 private:
  struct Sample {
    Nanoseconds at{0};
    double watts = 0;
  };

  Rail rail_;
  std::string name_;
  std::optional<Sample> last_;
  double joules_ = 0;
};

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(file, error);
}

// power*_input is in microwatts, in*_input in millivolts, curr*_input in milliamperes.
void add_hwmon_rails(const fs::path& sysfs, std::vector<Rail>& rails) {
  for (const fs::path& chip : sysfs_entries(sysfs / "class/hwmon", "hwmon")) {
    const Result<std::string> name = read_sysfs_text(chip / "name");
    if (!name.ok() || *name != "ina3221") continue;
    for (int channel = 1; channel <= kMostChannels; ++channel) {
      const Result<std::string> label = read_sysfs_text(chip / fmt::format("in{}_label", channel));
      if (!label.ok()) continue;
      const fs::path power = chip / fmt::format("power{}_input", channel);
      const fs::path voltage = chip / fmt::format("in{}_input", channel);
      const fs::path current = chip / fmt::format("curr{}_input", channel);
      if (is_there(power)) {
        rails.push_back({*label, {power}, 1e-6});
      } else if (is_there(voltage) && is_there(current)) {
        rails.push_back({*label, {voltage, current}, 1e-6});
      }
    }
  }
}

// in_power*_input is in milliwatts.
void add_iio_rails(const fs::path& sysfs, std::vector<Rail>& rails) {
  for (const fs::path& chip : sysfs_entries(sysfs / "bus/iio/devices", "iio:device")) {
    for (int channel = 0; channel < kMostChannels; ++channel) {
      const Result<std::string> label =
          read_sysfs_text(chip / fmt::format("rail_name_{}", channel));
      const fs::path power = chip / fmt::format("in_power{}_input", channel);
      if (label.ok() && is_there(power)) rails.push_back({*label, {power}, 1e-3});
    }
  }
}

const Rail* labelled(const std::vector<Rail>& rails, std::string_view label) {
  const auto found =
      std::find_if(rails.begin(), rails.end(), [&](const Rail& r) { return r.label == label; });
  return found == rails.end() ? nullptr : &*found;
}

const Rail* choose(const std::vector<Rail>& rails, const std::string& wanted) {
  if (!wanted.empty()) return labelled(rails, wanted);
  for (const std::string_view label : kBoardInputs) {
    if (const Rail* rail = labelled(rails, label)) return rail;
  }
  return rails.size() == 1 ? &rails.front() : nullptr;
}

}  // namespace

SensorResult open_power_rail(const fs::path& sysfs, const std::string& rail) {
  std::vector<Rail> rails;
  add_hwmon_rails(sysfs, rails);
  add_iio_rails(sysfs, rails);
  if (rails.empty()) {
    return not_found(fmt::format("{} has no INA3221 power rail", sysfs.string()));
  }
  const Rail* chosen = choose(rails, rail);
  if (chosen == nullptr) {
    std::vector<std::string> labels;
    for (const Rail& each : rails) labels.push_back(each.label);
    const std::string problem = rail.empty() ? "no power rail is known to feed the whole board"
                                             : fmt::format("no power rail is labelled '{}'", rail);
    return invalid_input(fmt::format("{}: set RIGHTSIZE_POWER_RAIL to one of: {}", problem,
                                     fmt::join(labels, ", ")));
  }
  // Says now, not in the middle of a measurement, that it cannot be read.
  if (const Result<double> first = watts_of(*chosen); !first.ok()) return first.status();
  return std::unique_ptr<EnergySensor>(std::make_unique<PowerRail>(*chosen));
}

}  // namespace rightsize

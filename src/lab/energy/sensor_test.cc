// Proves that each kind of energy sensor is found, chosen and read as documented, on simulated
// trees, and that a sensor which cannot be used says why.
#include "lab/energy/sensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "tests/support.h"

namespace rightsize {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;

class SensorTest : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) const { sys_.write(file, text); }

  void write_domain(const std::string& domain, const std::string& name, std::int64_t energy) const {
    const std::string folder = "class/powercap/" + domain + "/";
    write(folder + "name", name + "\n");
    write(folder + "energy_uj", std::to_string(energy) + "\n");
    write(folder + "max_energy_range_uj", "262143328850\n");
  }
  void write_hwmon_rail(int channel, const std::string& label, int millivolts,
                        int milliamperes) const {
    const std::string n = std::to_string(channel);
    write("class/hwmon/hwmon3/name", "ina3221\n");
    write("class/hwmon/hwmon3/in" + n + "_label", label + "\n");
    write("class/hwmon/hwmon3/in" + n + "_input", std::to_string(millivolts) + "\n");
    write("class/hwmon/hwmon3/curr" + n + "_input", std::to_string(milliamperes) + "\n");
  }
  void write_iio_rail(const std::string& device, int channel, const std::string& label,
                      int milliwatts) const {
    const std::string folder = "bus/iio/devices/" + device + "/";
    write(folder + "rail_name_" + std::to_string(channel), label + "\n");
    write(folder + "in_power" + std::to_string(channel) + "_input",
          std::to_string(milliwatts) + "\n");
  }

  SensorResult powercap() const { return open_powercap(sys_.path()); }
  SensorResult rail(const std::string& label = {}) const {
    return open_power_rail(sys_.path(), label);
  }
  static std::string name_of(const SensorResult& sensor) {
    return sensor.ok() ? (*sensor)->name() : "no sensor: " + sensor.status().message();
  }
  // Reads at two moments, one second apart; `between` happens in between.
  static double joules_in_a_second(EnergySensor& sensor, const std::function<void()>& between) {
    const Result<double> before = sensor.read(seconds(10));
    between();
    const Result<double> after = sensor.read(seconds(11));
    EXPECT_TRUE(before.ok() && after.ok()) << before.status().message() << after.status().message();
    return before.ok() && after.ok() ? *after - *before : -1;
  }

  test::TemporaryFolder sys_;
};

TEST_F(SensorTest, RaplCountsPackagesOnly) {
  write_domain("intel-rapl:0", "package-0", 1'000'000);
  write_domain("intel-rapl:1", "package-1", 5'000'000);
  write_domain("intel-rapl:2", "psys", 9'000'000);
  write_domain("intel-rapl:0:0", "core", 100);
  write_domain("intel-rapl:0:1", "dram", 100);
  write_domain("intel-rapl-mmio:0", "package-0", 1'000'000);
  const SensorResult sensor = powercap();
  ASSERT_EQ("RAPL package-0 + package-1", name_of(sensor));
  EXPECT_EQ(Nanoseconds(0), (*sensor)->interval());
  EXPECT_DOUBLE_EQ(4.0, joules_in_a_second(**sensor, [&] {
                     write_domain("intel-rapl:0", "package-0", 2'500'000);
                     write_domain("intel-rapl:1", "package-1", 7'500'000);
                     write_domain("intel-rapl:2", "psys", 99'000'000);
                     write_domain("intel-rapl:0:0", "core", 99'000'000);
                   }));
}

TEST_F(SensorTest, RaplCounterWrapsAround) {
  write_domain("intel-rapl:0", "package-0", 262'143'000'000);
  const SensorResult sensor = powercap();
  ASSERT_TRUE(sensor.ok());
  EXPECT_NEAR(
      1.32885,
      joules_in_a_second(**sensor, [&] { write_domain("intel-rapl:0", "package-0", 1'000'000); }),
      1e-9);
  // And goes on from there.
  EXPECT_DOUBLE_EQ(2.0, joules_in_a_second(**sensor, [&] {
                     write_domain("intel-rapl:0", "package-0", 3'000'000);
                   }));
}

TEST_F(SensorTest, RaplThatMayNotBeReadSaysHowToLetIt) {
  write_domain("intel-rapl:0", "package-0", 1);
  std::filesystem::permissions(sys_ / "class/powercap/intel-rapl:0/energy_uj",
                               std::filesystem::perms(0));
  EXPECT_TRUE(test::holds_unprivileged([&] {
    const std::string message = name_of(powercap());
    return message.find("intel-rapl:0/energy_uj: Permission denied") != std::string::npos &&
           message.find("sudo chmod a+r") != std::string::npos &&
           powercap().status().code() == StatusCode::kIoError;
  }));
}

TEST_F(SensorTest, RaplGarbageAndValuesBeyondTheRangeAreFailures) {
  write_domain("intel-rapl:0", "package-0", 7);
  const SensorResult sensor = powercap();
  ASSERT_TRUE(sensor.ok());
  for (const std::string garbage : {"", "abc", "-5", "12 34", "262143328851"}) {
    write("class/powercap/intel-rapl:0/energy_uj", garbage);
    const Result<double> joules = (*sensor)->read(seconds(1));
    ASSERT_FALSE(joules.ok()) << garbage;
    EXPECT_THAT(joules.status().message(), AllOf(HasSubstr("energy_uj"), HasSubstr(garbage)));
  }
  write("class/powercap/intel-rapl:0/max_energy_range_uj", "many");
  EXPECT_THAT(name_of(powercap()), HasSubstr("max_energy_range_uj: 'many'"));
}

TEST_F(SensorTest, ASensorThatVanishesIsAFailure) {
  write_domain("intel-rapl:0", "package-0", 7);
  write_hwmon_rail(1, "VDD_IN", 5000, 1000);
  const SensorResult counter = powercap();
  const SensorResult power = rail();
  ASSERT_TRUE(counter.ok() && power.ok());
  std::filesystem::remove_all(sys_ / "class");
  EXPECT_EQ(StatusCode::kNotFound, (*counter)->read(seconds(1)).status().code());
  EXPECT_EQ(StatusCode::kNotFound, (*power)->read(seconds(1)).status().code());
}

TEST_F(SensorTest, HwmonRailIsVoltageTimesCurrent) {
  write_hwmon_rail(1, "VDD_CPU_CV", 5000, 9000);
  write_hwmon_rail(2, "VDD_IN", 5000, 2000);
  write("class/hwmon/hwmon0/name", "nvme\n");
  const SensorResult sensor = rail();
  ASSERT_EQ("power rail VDD_IN", name_of(sensor));
  EXPECT_EQ(milliseconds(1), (*sensor)->interval());
  // From 10 W to 30 W in a second: 20 J by the trapezoidal rule.
  EXPECT_DOUBLE_EQ(
      20.0, joules_in_a_second(**sensor, [&] { write_hwmon_rail(2, "VDD_IN", 6000, 5000); }));
}

TEST_F(SensorTest, HwmonPowerIsTakenWhereThereIsOne) {
  write_hwmon_rail(1, "VDD_IN", 5000, 2000);
  write("class/hwmon/hwmon3/power1_input", "7500000\n");
  const SensorResult sensor = rail();
  ASSERT_TRUE(sensor.ok()) << name_of(sensor);
  EXPECT_DOUBLE_EQ(7.5, joules_in_a_second(**sensor, [] {}));
}

TEST_F(SensorTest, OlderKernelsShowRailsUnderIio) {
  write_iio_rail("iio:device0", 0, "VDD_SYS_GPU", 1);
  write_iio_rail("iio:device1", 0, "VDD_IN", 3000);
  write_iio_rail("iio:device1", 1, "VDD_SYS_CPU", 800);
  const SensorResult board = rail();
  ASSERT_EQ("power rail VDD_IN", name_of(board));
  EXPECT_DOUBLE_EQ(3.0, joules_in_a_second(**board, [] {}));
  const SensorResult cpu = rail("VDD_SYS_CPU");
  ASSERT_EQ("power rail VDD_SYS_CPU", name_of(cpu));
  EXPECT_DOUBLE_EQ(0.8, joules_in_a_second(**cpu, [] {}));
}

TEST_F(SensorTest, OneRailAloneIsUsedWhateverItsName) {
  write_iio_rail("iio:device0", 0, "MAIN", 3000);
  EXPECT_EQ("power rail MAIN", name_of(rail()));
}

TEST_F(SensorTest, AmongUnknownRailsOneMustBeNamed) {
  write_hwmon_rail(1, "VDD_GPU_SOC", 5000, 2000);
  write_hwmon_rail(2, "VDD_CPU_CV", 5000, 2000);
  EXPECT_THAT(name_of(rail()),
              AllOf(HasSubstr("RIGHTSIZE_POWER_RAIL"), HasSubstr("VDD_GPU_SOC, VDD_CPU_CV")));
  EXPECT_THAT(name_of(rail("VDD_IN")), HasSubstr("no power rail is labelled 'VDD_IN'"));
}

// Sets environment variables and gives them back.
class Environment {
 public:
  Environment(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* before = std::getenv(name_.c_str())) before_ = before;
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    if (before_) {
      ::setenv(name_.c_str(), before_->c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }

 private:
  std::string name_;
  std::optional<std::string> before_;
};

TEST_F(SensorTest, TheEnvironmentSaysWhereAndWhich) {
  const Environment root("RIGHTSIZE_SYSFS", sys_.path().string());
  const Environment no_rail("RIGHTSIZE_POWER_RAIL", "");
  const SensorResult none = find_energy_sensor();
  EXPECT_EQ(StatusCode::kNotFound, none.status().code());
  EXPECT_THAT(name_of(none),
              AllOf(HasSubstr("no energy sensor"), HasSubstr("RAPL"), HasSubstr("power rail")));
  write_hwmon_rail(1, "VDD_GPU_SOC", 5000, 2000);
  write_hwmon_rail(2, "VDD_CPU_CV", 5000, 2000);
  EXPECT_THAT(name_of(find_energy_sensor()), HasSubstr("no power rail is known"));
  write_domain("intel-rapl:0", "package-0", 1'000'000);
  EXPECT_EQ("RAPL package-0", name_of(find_energy_sensor()));
  const Environment rail("RIGHTSIZE_POWER_RAIL", "VDD_CPU_CV");
  EXPECT_EQ("power rail VDD_CPU_CV", name_of(find_energy_sensor()));
}

}  // namespace
}  // namespace rightsize

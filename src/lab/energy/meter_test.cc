// Proves that the meter gives a piece of work its energy, takes the idle power and its spread as
// they are, samples where the sensor needs it, and reports a sensor that fails.
#include "lab/energy/meter.h"

#include <gtest/gtest.h>

#include <atomic>

namespace rightsize {
namespace {

using std::chrono::seconds;

// Time and power as the test sets them; energy is their product.
struct Script {
  Nanoseconds now{0};
  double watts = 0;
  double joules = 0;
  bool gone = false;

  void pass(Nanoseconds time) {
    joules += watts * std::chrono::duration<double>(time).count();
    now += time;
  }
};

class ScriptedSensor : public EnergySensor {
 public:
  explicit ScriptedSensor(const Script& script) : script_(script) {}
  const std::string& name() const override { return name_; }
  Nanoseconds interval() const override { return Nanoseconds(0); }
  Result<double> read(Nanoseconds) override {
    if (script_.gone) return not_found("the sensor is gone");
    return script_.joules;
  }

 private:
  const Script& script_;
  std::string name_ = "script";
};

class MeterTest : public testing::Test {
 protected:
  Script script_;
  EnergyMeter meter_{std::make_unique<ScriptedSensor>(script_), [this] { return script_.now; }};
};

TEST_F(MeterTest, MeasuresEnergyAndTimeOfTheWork) {
  script_.watts = 5;
  script_.pass(seconds(3));
  const Result<EnergyUse> use = meter_.measure([&] {
    script_.watts = 12;
    script_.pass(seconds(2));
  });
  ASSERT_TRUE(use.ok());
  EXPECT_DOUBLE_EQ(24.0, use->joules);
  EXPECT_EQ(seconds(2), use->wall);
  EXPECT_DOUBLE_EQ(12.0, use->watts());
}

TEST_F(MeterTest, IdlePowerHasAMeanAndASpread) {
  double next = 4;
  const Result<IdlePower> idle = meter_.measure_idle(3, [&] {
    script_.watts = next++;
    script_.pass(seconds(1));
  });
  ASSERT_TRUE(idle.ok());
  EXPECT_EQ("script", idle->sensor);
  EXPECT_DOUBLE_EQ(5.0, idle->watts);
  EXPECT_DOUBLE_EQ(1.0, idle->spread);
}

TEST_F(MeterTest, ASensorThatFailsFailsFromThenOn) {
  const Result<EnergyUse> use = meter_.measure([&] { script_.gone = true; });
  EXPECT_EQ("the sensor is gone", use.status().message());
  script_.gone = false;
  EXPECT_FALSE(meter_.measure([] {}).ok()) << "what was used meanwhile is not known";
}

class CountingSensor : public EnergySensor {
 public:
  explicit CountingSensor(std::atomic<int>& reads) : reads_(reads) {}
  const std::string& name() const override { return name_; }
  Nanoseconds interval() const override { return Nanoseconds(1000); }
  Result<double> read(Nanoseconds) override { return static_cast<double>(++reads_); }

 private:
  std::atomic<int>& reads_;
  std::string name_ = "counting";
};

TEST(MeterSamplingTest, SamplesWhileTheWorkIsDone) {
  std::atomic<int> reads{0};
  EnergyMeter meter(std::make_unique<CountingSensor>(reads));
  const Result<EnergyUse> use = meter.measure([&] {
    while (reads < 20) std::this_thread::yield();
  });
  ASSERT_TRUE(use.ok());
  EXPECT_GT(use->joules, 1.0) << "only the readings of the measurement itself";
}

}  // namespace
}  // namespace rightsize

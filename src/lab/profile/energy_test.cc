// Proves that a profile with an energy sensor gives every model its energy above idle, that one
// without goes on as before and says why, and that a sensor which fails on the way loses nothing.
#include "lab/profile/energy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/profile/energy_blocks.h"
#include "lab/profile/profile_test_support.h"

namespace rightsize {
namespace {

using test::Behaviour;
using test::Folder;
using test::run_profile;
using test::SensorScript;

class EnergyTest : public testing::Test {
 protected:
  Result<ProfileSummary> profile() { return run_profile(zoo_, data_, options_, behaviour_); }
  RunEnergy recorded() {
    Result<RunStore> store = RunStore::open_read_only(options_.output);
    return *read_energy(*store);
  }
  static double nanojoules(const std::optional<std::int64_t>& energy) {
    return energy ? static_cast<double>(*energy) : std::nan("");
  }

  Folder folder_;
  Zoo zoo_ = test::make_zoo(folder_ / "zoo");
  DataSet data_ = test::make_data(folder_ / "data", 40);
  std::shared_ptr<SensorScript> sensor_ = std::make_shared<SensorScript>();
  Behaviour behaviour_{.on_run = [this](int) { ++sensor_->runs; }};
  ProfileOptions options_ = [this] {
    ProfileOptions options = test::make_options(folder_ / "run.db");
    options.energy = test::simulated_energy(sensor_);
    options.timing.max_passes = 1;
    return options;
  }();
};

TEST_F(EnergyTest, GivesEveryModelItsEnergyAboveIdle) {
  const Result<ProfileSummary> summary = profile();
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  EXPECT_EQ("", summary->run.no_energy);
  ASSERT_TRUE(summary->run.idle.has_value());
  EXPECT_EQ("simulated sensor", summary->run.idle->sensor);
  EXPECT_NEAR(3.0, summary->run.idle->watts, 1e-6);
  EXPECT_NEAR(0.0, summary->run.idle->spread, 1e-6);
  for (const ModelSummary& model : summary->run.models) {
    EXPECT_NEAR(2.0, model.energy.mean, 1e-5);
    EXPECT_EQ(kFewestForMean, model.energy.samples) << "equal blocks are known at once";
  }
  const Result<OutcomeTable> table = read_table(options_.output);
  ASSERT_TRUE(table.ok());
  EXPECT_NEAR(2e9, nanojoules(table->at(0, 0).energy_nj), 1e4);
  EXPECT_EQ(table->at(0, 1).energy_nj, table->at(39, 1).energy_nj);
  EXPECT_NEAR(0.0, nanojoules(table->decode_energy_nj), 1e4);
}

TEST_F(EnergyTest, ABlockLastsAsLongAsAskedAndIsDividedByItsRuns) {
  options_.energy.block = std::chrono::milliseconds(5);
  ASSERT_TRUE(profile().ok());
  Result<RunStore> store = RunStore::open_read_only(options_.output);
  EXPECT_GE(*store->database().query_integer("SELECT min(wall_ns) FROM energy_blocks"), 5'000'000);
  EXPECT_GT(*store->database().query_integer("SELECT max(runs) FROM energy_blocks WHERE work >= 0"),
            1);
  // The decoding of 40 images: rounds of 32 files.
  EXPECT_EQ(0, *store->database().query_integer(
                   "SELECT count(*) FROM energy_blocks WHERE work = -1 AND runs % 32 != 0"));
  const RunEnergy energy = recorded();
  for (const double joules : energy.models[1]) EXPECT_NEAR(2.0, joules, 1e-5);
}

TEST_F(EnergyTest, UnsteadyBlocksAreRepeatedUpToTheMost) {
  int calls = 0;
  behaviour_.on_run = [&](int) { sensor_->runs += ++calls % 3; };
  const Result<ProfileSummary> summary = profile();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(8U, summary->run.models[0].energy.samples);
  EXPECT_GT(summary->run.models[0].energy.relative_width(), options_.timing.tolerance);
}

TEST_F(EnergyTest, NegativeFiguresAreKept) {
  sensor_->joules_per_run = -1;
  ASSERT_TRUE(profile().ok());
  EXPECT_NEAR(-1e9, nanojoules(read_table(options_.output)->at(0, 0).energy_nj), 1e4);
}

TEST_F(EnergyTest, WithoutASensorThereIsNoEnergyAndTheReasonIsKept) {
  options_.energy.open_sensor = [] { return SensorResult(io_error("may not be read")); };
  const Result<ProfileSummary> summary = profile();
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  EXPECT_EQ("may not be read", summary->run.no_energy);
  EXPECT_FALSE(summary->run.idle.has_value());
  EXPECT_EQ(0U, summary->run.models[0].energy.samples);
  const Result<OutcomeTable> table = read_table(options_.output);
  EXPECT_FALSE(table->at(0, 0).energy_nj.has_value());
  EXPECT_FALSE(table->decode_energy_nj.has_value());
  // Once it can be read the same command adds the energy.
  options_.energy = test::simulated_energy(sensor_);
  ASSERT_TRUE(profile().ok());
  EXPECT_EQ("", read_run_summary(options_.output)->no_energy);
  EXPECT_TRUE(read_table(options_.output)->at(0, 0).energy_nj.has_value());
}

TEST_F(EnergyTest, ASensorThatVanishesLeavesWhatWasMeasured) {
  sensor_->reads_left = 2 * options_.energy.idle_windows + 2 * 4 * 2 + 1;  // two turns of four
  const Result<ProfileSummary> summary = profile();
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  EXPECT_EQ("the sensor is gone", summary->run.no_energy);
  EXPECT_EQ(2U, summary->run.models[0].energy.samples);
  EXPECT_FALSE(read_table(options_.output)->at(0, 0).energy_nj.has_value()) << "too few blocks";
  const RunEnergy before = recorded();

  sensor_->reads_left = 1000;
  ASSERT_TRUE(profile().ok());
  const RunEnergy after = recorded();
  EXPECT_EQ(2U, after.idle.size());
  EXPECT_EQ(kFewestForMean, after.models[0].size());
  EXPECT_EQ(before.models[0][1], after.models[0][1]);
  EXPECT_EQ("", read_run_summary(options_.output)->no_energy);
}

TEST_F(EnergyTest, AFinishedMeasurementIsNotRepeated) {
  ASSERT_TRUE(profile().ok());
  EXPECT_EQ(1, sensor_->opened);
  ASSERT_TRUE(profile().ok());
  EXPECT_EQ(1, sensor_->opened);
}

TEST_F(EnergyTest, AnotherSensorDoesNotAddToTheFiguresOfTheFirst) {
  sensor_->reads_left = 30;
  ASSERT_TRUE(profile().ok());
  const std::size_t before = recorded().decoding.size();
  sensor_->reads_left = 1000;
  sensor_->name = "another sensor";
  const Result<ProfileSummary> summary = profile();
  ASSERT_TRUE(summary.ok());
  EXPECT_NE(std::string::npos, summary->run.no_energy.find("now there is another sensor"));
  EXPECT_EQ(before, recorded().decoding.size());
}

TEST_F(EnergyTest, ADamagedBlockIsSaid) {
  ASSERT_TRUE(profile().ok());
  ASSERT_TRUE(Database::open(options_.output, Database::Mode::kReadWrite)
                  ->execute("UPDATE energy_blocks SET work = 7 WHERE work = 1")
                  .ok());
  EXPECT_NE(std::string::npos,
            read_table(options_.output).status().message().find("damaged (energy block)"));
}

}  // namespace
}  // namespace rightsize

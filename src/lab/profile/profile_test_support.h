// For the tests of the profile: a small zoo whose networks are simulated, images that can be told
// apart, and a folder that is removed at the end.
#pragma once

#include <gtest/gtest.h>
#include <png.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/checksum.h"
#include "core/clock.h"
#include "core/manifest.h"
#include "core/passing.h"
#include "image/decode.h"
#include "lab/profile/dataset.h"
#include "lab/profile/profile.h"
#include "model/runtime.h"
#include "tests/process.h"
#include "tests/support.h"

namespace rightsize::test {

namespace fs = std::filesystem;

inline constexpr int kSide = 8;  // of images and of the networks' inputs, pixels
inline constexpr int kClasses = 40;

// A folder of its own, which is also the folder for temporary files, so that tests which run at the
// same time do not wait for each other's timing.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "rightsize-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    fs::permissions(path_, fs::perms(0755));
    if (const char* before = std::getenv("TMPDIR")) temporary_before_ = before;
    ::setenv("TMPDIR", path_.c_str(), 1);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(path_, ignored)) {
      if (entry.is_directory()) fs::permissions(entry.path(), fs::perms(0755), ignored);
    }
    fs::remove_all(path_, ignored);
    if (temporary_before_.empty()) {
      ::unsetenv("TMPDIR");
    } else {
      ::setenv("TMPDIR", temporary_before_.c_str(), 1);
    }
  }
  fs::path operator/(const std::string& name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  std::string temporary_before_;
};

inline void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// An image whose red, and nothing else, is the same everywhere; so a simulated network can know it.
inline void write_png(const fs::path& path, int red) {
  std::vector<std::uint8_t> rgb;
  for (int i = 0; i < kSide * kSide; ++i) {
    rgb.push_back(static_cast<std::uint8_t>(red));
    rgb.push_back(static_cast<std::uint8_t>(red * 7 + i * 3));
    rgb.push_back(static_cast<std::uint8_t>(red * 13 + i * 5));
  }
  fs::create_directories(path.parent_path());
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = kSide;
  image.format = PNG_FORMAT_RGB;
  ASSERT_NE(0, png_image_write_to_file(&image, path.c_str(), 0, rgb.data(), 0, nullptr));
}

// What the simulated runtime does besides answering.
struct Behaviour {
  std::string version = "1.0";
  std::int32_t fails_on_red = -1;       // every network fails on images of this red
  Nanoseconds busy{0};                  // CPU time of a run
  std::function<void(int red)> on_run;  // called with the image's red
  std::int32_t lacks_memory_on_red = -1;
};

class FakeSession : public Session {
 public:
  FakeSession(int seed, Behaviour behaviour) : seed_(seed), behaviour_(std::move(behaviour)) {
    inputs_ = {{"input", {1, 3, kSide, kSide}, true}};
    outputs_ = {{"logits", {1, kClasses}, true}};
  }
  const std::vector<TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<TensorInfo>& outputs() const override { return outputs_; }

  Status run(const InputSpec&, std::span<const float> input, const OutputSpec&,
             std::span<float> output) noexcept override {
    const int red = static_cast<int>(input[0] + 0.5F);
    if (behaviour_.on_run) behaviour_.on_run(red);
    const Nanoseconds end = thread_cpu_now() + behaviour_.busy;
    while (thread_cpu_now() < end) {
    }
    if (red == behaviour_.lacks_memory_on_red) return passing_fault("not enough memory");
    if (red == behaviour_.fails_on_red) return runtime_error("simulated failure");
    for (std::size_t c = 0; c < output.size(); ++c) {
      const std::size_t mixed = (static_cast<std::size_t>(red + seed_ * 31) + c * 17) % 97;
      output[c] = static_cast<float>(mixed) / 9.7F + input[c] / 1000.0F;
    }
    return {};
  }
  Status run(std::span<const TensorRef>, std::span<const TensorRef>) noexcept override {
    return runtime_error("the simulated network classifies images only");
  }

 private:
  int seed_;
  Behaviour behaviour_;
  std::vector<TensorInfo> inputs_;
  std::vector<TensorInfo> outputs_;
};

class FakeRuntime : public Runtime {
 public:
  explicit FakeRuntime(Behaviour behaviour = {}) : behaviour_(std::move(behaviour)) {}
  std::string name() const override { return "Simulated Runtime " + behaviour_.version; }
  Result<std::unique_ptr<Session>> open(const fs::path& file, const SessionSpec&) override {
    int seed = 0;
    std::ifstream(file) >> seed;
    return std::unique_ptr<Session>(std::make_unique<FakeSession>(seed, behaviour_));
  }

 private:
  Behaviour behaviour_;
};

// Classes k0, k1, ...; models m0, m1, ... whose files are made in `folder`.
inline Zoo make_zoo(const fs::path& folder, int models = 2) {
  Zoo zoo;
  zoo.name = "simulated";
  zoo.task = "image-classification";
  zoo.folder = folder;
  for (int c = 0; c < kClasses; ++c) {
    zoo.classes.push_back({"k" + std::to_string(c), "class " + std::to_string(c)});
  }
  for (int m = 0; m < models; ++m) {
    ModelSpec model;
    model.name = "m" + std::to_string(m);
    model.file = model.name + ".net";
    write_file(folder / model.file, std::to_string(m));
    model.sha256 = sha256(std::to_string(m));
    model.input.height = model.input.width = kSide;
    model.output.outputs = kClasses;
    zoo.models.push_back(model);
  }
  return zoo;
}

// `count` images, item i with red i, labelled with class i % kClasses but for every tenth.
inline DataSet make_data(const fs::path& folder, int count) {
  DataSet data;
  data.name = folder.filename().string();
  for (int i = 0; i < count; ++i) {
    const std::string name = "image" + std::to_string(i) + ".png";
    write_png(folder / name, i);
    DataItem item{name, folder / name, std::nullopt, (folder / name).string()};
    if (i % 10 != 9) item.label = i % kClasses;
    data.items.push_back(item);
  }
  return data;
}

// A sensor that says what the test wants: a constant idle power, and so many joules per run of a
// network that the test counts.
struct SensorScript {
  std::string name = "simulated sensor";
  double idle_watts = 3;
  double joules_per_run = 2;
  int reads_left = 1'000'000;  // then it is gone, or, if `kills`, the process is
  bool kills = false;
  std::atomic<int> runs{0};
  int opened = 0;
};

class SimulatedSensor : public EnergySensor {
 public:
  explicit SimulatedSensor(std::shared_ptr<SensorScript> script) : script_(std::move(script)) {}
  const std::string& name() const override { return script_->name; }
  Nanoseconds interval() const override { return Nanoseconds(0); }
  Result<double> read(Nanoseconds now) override {
    if (script_->reads_left-- <= 0) {
      if (script_->kills) ::raise(SIGKILL);
      return not_found("the sensor is gone");
    }
    if (!start_) start_ = now;
    const std::chrono::duration<double> seconds = now - *start_;
    return script_->idle_watts * seconds.count() + script_->joules_per_run * script_->runs;
  }

 private:
  std::shared_ptr<SensorScript> script_;
  std::optional<Nanoseconds> start_;
};

// Energy by a simulated sensor, in short blocks.
inline EnergyOptions simulated_energy(const std::shared_ptr<SensorScript>& script) {
  EnergyOptions options;
  options.open_sensor = [script]() -> SensorResult {
    ++script->opened;
    return std::unique_ptr<EnergySensor>(std::make_unique<SimulatedSensor>(script));
  };
  options.block = std::chrono::milliseconds(0);  // one run
  options.idle_window = std::chrono::milliseconds(1);
  options.most_blocks = 8;
  return options;
}

inline ProfileOptions make_options(const fs::path& output) {
  ProfileOptions options;
  options.output = output;
  options.threads = 2;
  options.version = "0.0-test";
  options.energy.open_sensor = [] { return SensorResult(not_found("no sensor in this test")); };
  return options;
}

inline Result<ProfileSummary> run_profile(const Zoo& zoo, const DataSet& data,
                                          const ProfileOptions& options,
                                          const Behaviour& behaviour = {},
                                          const ProgressSink& sink = {}) {
  return profile(zoo, data, std::make_shared<FakeRuntime>(behaviour), options, sink);
}

// All that does not depend on the clock, to the last bit.
inline void expect_same_answers(const OutcomeTable& a, const OutcomeTable& b) {
  EXPECT_EQ(a.items, b.items);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.failed_items, b.failed_items);
  EXPECT_EQ(a.features, b.features);
  EXPECT_EQ(a.has_object, b.has_object);
  ASSERT_EQ(a.cells.size(), b.cells.size());
  for (std::size_t i = 0; i < a.cells.size(); ++i) {
    const ClassOutcome& x = a.cells[i].outcome;
    const ClassOutcome& y = b.cells[i].outcome;
    EXPECT_EQ(a.cells[i].status, b.cells[i].status);
    EXPECT_EQ(x.signals, y.signals);
    EXPECT_EQ(x.top.rest, y.top.rest);
    ASSERT_EQ(x.top.count, y.top.count);
    for (std::size_t k = 0; k < x.top.count; ++k) {
      EXPECT_EQ(x.top.classes[k].label, y.top.classes[k].label);
      EXPECT_EQ(x.top.classes[k].log_probability, y.top.classes[k].log_probability);
    }
  }
}

}  // namespace rightsize::test

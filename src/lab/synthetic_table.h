// For tests and benchmarks: outcome tables of made-up models on made-up inputs.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/checksum.h"
#include "lab/table.h"

namespace rightsize::test {

// A fixed sequence of numbers, the same on every platform.
class Sequence {
 public:
  explicit Sequence(std::uint64_t seed) : state_(seed) {}
  double uniform() {  // [0, 1)
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
  }

 private:
  std::uint64_t state_;
};

struct SyntheticModel {
  double quality = 0.5;  // share of inputs answered right
  double cpu_ms = 1.0;
};

struct SyntheticOptions {
  std::size_t items = 1000;
  std::vector<SyntheticModel> models;
  double informative = 1.0;  // 1: confidence tells right from wrong well; 0: it is noise
  double nested = 0.9;       // share of inputs whose difficulty is the same for all models
  double failures = 0.0;     // share of outcomes that failed
  double silent = 0.0;       // share of outcomes without an answer (TrialStatus::kNoAnswer)
  double doubtful = 0.0;     // share of outcomes that a check doubts
  bool labelled = true;
  bool featured = false;  // with the 29 image features
  // How much feature kTellingFeature says of the shared difficulty, [0, 1]; all features have noise
  // of 1 - telling.
  double telling = 0.0;
  std::uint64_t seed = 1;
};

inline constexpr std::size_t kTellingFeature = 5;

// The signals of an outcome, made from one number in [0, 1] that says how sure the model is.
inline Signals signals_of(double sure) {
  const double probability = 0.2 + 0.8 * sure;
  return {probability, 0.9 * probability * sure, 6.9 * (1.0 - sure)};
}

inline void add_features(OutcomeTable& table, double telling, double difficulty, Sequence& random) {
  table.feature_spec.set = image_feature_set().name;
  for (std::size_t f = 0; f < kImageFeatures; ++f) {
    const double noise = (1 - telling) * random.uniform();
    const double value = f == kTellingFeature ? telling * difficulty + noise : noise;
    table.features.push_back(static_cast<float>(value));
  }
  table.has_object.push_back(1);
  table.feature_cpu.resize(table.feature_cpu.size() + kImageFeatureGroups, Nanoseconds(100'000));
  table.feature_wall.resize(table.feature_cpu.size(), Nanoseconds(100'000));
}

inline OutcomeTable synthetic_table(const SyntheticOptions& options) {
  OutcomeTable table;
  table.zoo.name = "synthetic";
  table.zoo.task = "image-classification";
  table.zoo.classes = {{"0", "right"}, {"1", "wrong"}};
  table.provenance = {"run", "made up", "no device", "no runtime", "2026-01-01T00:00:00Z", "test"};
  for (std::size_t m = 0; m < options.models.size(); ++m) {
    ModelSpec spec{.name = "m" + std::to_string(m), .file = "m.onnx"};
    spec.sha256 = std::string(64, 'a');
    spec.input.height = spec.input.width = 1;
    spec.output.outputs = 2;
    table.zoo.models.push_back(spec);
  }
  Sequence random(options.seed);
  for (std::size_t i = 0; i < options.items; ++i) {
    table.items.push_back("item" + std::to_string(i));
    table.contents.push_back(sha256(std::to_string(options.seed) + " " + table.items.back()));
    table.labels.push_back(options.labelled ? 0 : -1);
    table.decode_cpu.push_back(Nanoseconds(1'000'000 + static_cast<long>(1e5 * random.uniform())));
    table.decode_wall.push_back(table.decode_cpu.back() + Nanoseconds(100));
    const double shared = random.uniform();
    if (options.featured) add_features(table, options.telling, shared, random);
    for (const SyntheticModel& model : options.models) {
      const double own = random.uniform();
      const double difficulty = random.uniform() < options.nested ? shared : own;
      const bool right = difficulty < model.quality;
      const double noise = random.uniform();
      const double told = right ? 0.5 + 0.5 * noise : 0.6 * noise;
      RecordedOutcome cell;
      cell.status = random.uniform() < options.failures ? TrialStatus::kFailed : TrialStatus::kOk;
      cell.outcome.top.count = 2;
      cell.outcome.top.classes[0] = {right ? 0 : 1, 0.0F};
      cell.outcome.top.classes[1] = {right ? 1 : 0, -1.0F};
      cell.outcome.signals =
          signals_of(options.informative * told + (1 - options.informative) * random.uniform());
      cell.cpu = Nanoseconds(static_cast<long>(model.cpu_ms * 1e6 + 1e4 * random.uniform()));
      cell.wall = cell.cpu + Nanoseconds(1000);
      if (options.silent > 0 && random.uniform() < options.silent) {
        cell.status = TrialStatus::kNoAnswer;
      }
      if (options.doubtful > 0 && random.uniform() < options.doubtful) cell.doubts = 1;
      table.cells.push_back(cell);
    }
  }
  return table;
}

inline std::vector<SyntheticModel> ladder() {
  return {{0.45, 1.0}, {0.60, 3.0}, {0.72, 10.0}, {0.80, 40.0}};
}

}  // namespace rightsize::test

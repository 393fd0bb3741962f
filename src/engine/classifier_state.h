// What is inside an ImageClassifier: opened models, their present costs, the choice of the point.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/circuit_breaker.h"
#include "engine/live_world.h"
#include "engine/speed.h"
#include "model/model_set.h"
#include "rightsize/image_classifier.h"
#include "selector/drift.h"
#include "selector/selector_file.h"
#include "selector/steering.h"

namespace rightsize {

// Made once and not moved: its parts refer to each other.
struct AdaptiveClassifier {
  AdaptiveClassifier(SelectorFile selector_file, std::size_t default_point,
                     ImageClassifierOptions wanted);

  // For tests: before `open`.
  void use_clock(Elapsed (*now)() noexcept) { live_.now = now; }

  // Opens the models and whatever else the points in use need.
  Status open(std::shared_ptr<Runtime> runtime);
  Status open_model(ModelIndex model);
  Result<Classification> classify(std::span<const std::byte> bytes, const Budget& budget);
  Result<Classification> classify_with(ModelIndex model, std::span<const std::byte> bytes);

  SelectorFile file;
  std::size_t point = 0;  // of requests without a budget
  ImageClassifierOptions options;
  // [model], and then [point]: what its rule takes to look at an input before any model runs. The
  // same places in `speed`.
  std::vector<Cost> profiled;
  SpeedTracker speed;
  Steering steering;
  std::string drift;  // the alarm in words
  std::vector<std::string> missing;
  std::vector<std::unique_ptr<DriftWatch>> watches;  // [point], where it has a reference

 private:
  // What a point needs at run time.
  struct OpenPoint {
    std::unique_ptr<Selector> selector;
    std::optional<ImageFeatures> features;
    std::unique_ptr<Session> network_session;  // of a CNN premodel
    std::unique_ptr<ImageModel> network;
  };

  struct Choice {
    std::size_t point = 0;
    bool let_through = false;  // by the circuit breaker
  };

  Status open_points();
  Status open_features(const Rule& rule, OpenPoint& opened);
  void time_looking(std::size_t index);
  ModelIndex looking_place(std::size_t index) const {
    return static_cast<ModelIndex>(file.zoo.models.size() + index);
  }
  Result<Choice> choose(const Budget& budget, Nanoseconds elapsed);
  void observe(std::size_t place, const Elapsed& took);
  void refresh_costs();
  // Another model that is open answers where all of the point's own have failed.
  void rescue(LiveWorld& world, Classification& result);
  void fill(const LiveWorld& world, Classification& result) const;
  std::string reason_of(const LiveWorld& world) const;
  void watch(const Decision& decision, const Budget& budget, std::size_t used);
  void learn_speed(const LiveWorld& world, const Decision& decision, std::size_t used);
  Nanoseconds baseline_cost(const Decision& decision) const;
  bool is_open(ModelIndex model) const { return live_.models[model] != nullptr; }

  std::shared_ptr<Runtime> runtime_;
  std::optional<ModelSet> sessions_;
  LiveModels live_;
  std::vector<OpenPoint> points_;     // [point]; no selector where it is not in use
  std::size_t retreat_ = 0;           // the point that runs the baseline alone
  std::vector<Cost> expected_;        // [model], at rest; kNever where it is not open
  std::vector<Nanoseconds> looking_;  // [point]: for deadlines
  SteadyChoice choice_;
  CircuitBreaker breaker_;
};

}  // namespace rightsize

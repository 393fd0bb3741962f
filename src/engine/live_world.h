// The live world: decodes an input and runs models on it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "engine/now.h"
#include "image/classification.h"
#include "image/features.h"
#include "rightsize/selector.h"

namespace rightsize {

// What stays from input to input: the opened models (null where not opened) and their present cost.
struct LiveModels {
  std::vector<std::unique_ptr<ImageModel>> models;
  std::vector<Cost> costs;                // kNever where the model is not opened
  ImageFeatures* features = nullptr;      // where the selector needs them
  ImageModel* network = nullptr;          // where a network of the premodel's own gives them
  Elapsed (*now)() noexcept = &time_now;  // tests have a clock of their own
};

// One input. The clock starts when the world is made, so make it before decoding.
class LiveWorld : public World {
 public:
  explicit LiveWorld(LiveModels& models) : models_(models), began_(models.now()) {}

  // Must succeed before the first `run`.
  Status decode(std::span<const std::byte> bytes, const DecodeLimits& limits);

  Trial run(ModelIndex model) noexcept override;
  bool extract(std::size_t group) noexcept override;
  std::span<const float> features() const noexcept override { return features_; }
  std::span<const Cost> costs() const noexcept override { return models_.costs; }
  Nanoseconds elapsed() const noexcept override { return models_.now().wall - began_.wall; }
  Nanoseconds cpu() const noexcept override { return models_.now().cpu - began_.cpu; }
  Nanoseconds decode_cpu() const { return decode_cpu_; }
  // Of all features of the input that were extracted; nothing where one could not be.
  std::optional<Elapsed> features_time() const { return features_time_; }
  // The latest reason why a model or the features could not be had.
  struct Failure {
    std::optional<ModelIndex> model;  // none: the features
    Status status;
  };
  const Failure& failure() const { return failure_; }

 private:
  Status ask_network() noexcept;  // its classes, at most kTopClasses, become the features
  Status fill(std::size_t group) noexcept;

  LiveModels& models_;
  Elapsed began_;
  Image image_;
  Nanoseconds decode_cpu_{0};
  std::array<ClassOutcome, kMaxTrials> outcomes_;
  std::size_t runs_ = 0;
  std::array<float, kMaxFeatures> features_{};
  bool features_begun_ = false;
  std::optional<Elapsed> features_time_ = Elapsed{};
  Failure failure_;
};

}  // namespace rightsize

// The live world: decodes an input and runs models on it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "image/classification.h"
#include "image/features.h"
#include "rightsize/selector.h"

namespace rightsize {

// What stays from input to input: the opened models (null where not opened) and their present cost.
struct LiveModels {
  std::vector<std::unique_ptr<ImageModel>> models;
  std::vector<Cost> costs;            // kNever where the model is not opened
  ImageFeatures* features = nullptr;  // where the selector needs them
  ImageModel* network = nullptr;      // where a network of the premodel's own gives them
};

// One input. The clock starts when the world is made, so make it before decoding.
class LiveWorld : public World {
 public:
  explicit LiveWorld(LiveModels& models) : models_(models) {}

  // Must succeed before the first `run`.
  Status decode(std::span<const std::byte> bytes, const DecodeLimits& limits);

  Trial run(ModelIndex model) noexcept override;
  bool extract(std::size_t group) noexcept override;
  std::span<const float> features() const noexcept override { return features_; }
  std::span<const Cost> costs() const noexcept override { return models_.costs; }
  Nanoseconds elapsed() const noexcept override { return clock_.elapsed().wall; }
  Nanoseconds cpu() const noexcept override { return clock_.elapsed().cpu; }
  Nanoseconds decode_cpu() const { return decode_cpu_; }

 private:
  bool ask_network() noexcept;  // its classes, at most kTopClasses, become the features

  LiveModels& models_;
  Stopwatch clock_;
  Image image_;
  Nanoseconds decode_cpu_{0};
  std::array<ClassOutcome, kMaxTrials> outcomes_;
  std::size_t runs_ = 0;
  std::array<float, kMaxFeatures> features_{};
  bool features_begun_ = false;
};

}  // namespace rightsize

#include "engine/live_world.h"

#include <utility>

namespace rightsize {

Status LiveWorld::decode(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  Result<Image> image = decode_image(bytes, limits);
  if (!image.ok()) return image.status();
  image_ = std::move(*image);
  decode_cpu_ = cpu();
  return {};
}

Status LiveWorld::ask_network() noexcept {
  ClassOutcome outcome;
  ImageModel::Times times;
  if (Status status = models_.network->classify(image_, outcome, times); !status.ok()) {
    return status;
  }
  for (std::uint32_t i = 0; i < outcome.top.count; ++i) {
    const ClassScore& score = outcome.top.classes[i];
    features_[static_cast<std::size_t>(score.label)] = score.log_probability;
  }
  return {};
}

Status LiveWorld::fill(std::size_t group) noexcept {
  if (models_.network != nullptr) {
    return group == 0 ? ask_network() : not_found("a network gives one group of features");
  }
  if (models_.features == nullptr) return not_found("the operating point has no features");
  if (!features_begun_) models_.features->begin(image_);
  features_begun_ = true;
  return models_.features->extract(group, std::span(features_).first(kImageFeatures));
}

bool LiveWorld::extract(std::size_t group) noexcept {
  const Elapsed before = models_.now();
  Status status = fill(group);
  const Elapsed took = models_.now() - before;
  if (status.ok()) {
    if (features_time_)
      *features_time_ = {features_time_->cpu + took.cpu, features_time_->wall + took.wall};
    return true;
  }
  features_time_.reset();
  failure_ = {.model = std::nullopt, .status = std::move(status)};
  return false;
}

Trial LiveWorld::run(ModelIndex model) noexcept {
  Trial trial{.model = model};
  if (model >= models_.models.size() || models_.models[model] == nullptr || runs_ == kMaxTrials) {
    return trial;
  }
  const Elapsed before = models_.now();
  ClassOutcome& outcome = outcomes_[runs_++];
  ImageModel::Times times;
  Status status = models_.models[model]->classify(image_, outcome, times);
  const Elapsed took = models_.now() - before;
  trial.cpu = took.cpu;
  trial.wall = took.wall;
  if (!status.ok()) {
    failure_ = {.model = model, .status = std::move(status)};
    return trial;
  }
  set_answer(outcome, trial);
  return trial;
}

}  // namespace rightsize

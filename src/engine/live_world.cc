#include "engine/live_world.h"

#include <utility>

namespace rightsize {

Status LiveWorld::decode(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  Result<Image> image = decode_image(bytes, limits);
  if (!image.ok()) return image.status();
  image_ = std::move(*image);
  decode_cpu_ = clock_.elapsed().cpu;
  return {};
}

bool LiveWorld::ask_network() noexcept {
  ClassOutcome outcome;
  ImageModel::Times times;
  if (!models_.network->classify(image_, outcome, times).ok()) return false;
  for (std::uint32_t i = 0; i < outcome.top.count; ++i) {
    const ClassScore& score = outcome.top.classes[i];
    features_[static_cast<std::size_t>(score.label)] = score.log_probability;
  }
  return true;
}

bool LiveWorld::extract(std::size_t group) noexcept {
  if (models_.network) return group == 0 && ask_network();
  if (!models_.features) return false;
  if (!features_begun_) models_.features->begin(image_);
  features_begun_ = true;
  return models_.features->extract(group, std::span(features_).first(kImageFeatures)).ok();
}

Trial LiveWorld::run(ModelIndex model) noexcept {
  Trial trial{.model = model};
  if (model >= models_.models.size() || models_.models[model] == nullptr || runs_ == kMaxTrials) {
    return trial;
  }
  const Stopwatch stopwatch;
  ClassOutcome& outcome = outcomes_[runs_++];
  ImageModel::Times times;
  const Status status = models_.models[model]->classify(image_, outcome, times);
  const Elapsed elapsed = stopwatch.elapsed();
  trial.cpu = elapsed.cpu;
  trial.wall = elapsed.wall;
  if (!status.ok()) return trial;
  set_answer(outcome, trial);
  return trial;
}

}  // namespace rightsize

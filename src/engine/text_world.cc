#include "engine/text_world.h"

namespace rightsize {

Status TextWorld::read(std::string_view sentence) {
  Result<std::string> clean = clean_source(sentence);
  if (!clean.ok()) return clean.status();
  source_ = std::move(*clean);
  return {};
}

void TextWorld::set_deadline(Nanoseconds deadline) {
  if (deadline != kNever) stop_at_ = began_ + deadline;
}

Trial TextWorld::run(ModelIndex model) noexcept {
  Trial trial{.model = model};
  if (model >= models_.models.size() || models_.models[model] == nullptr ||
      run_count_ == kMaxTrials) {
    return trial;
  }
  models_run_[run_count_] = model;
  Run& run = runs_[run_count_++];
  const Stopwatch stopwatch;
  run.status = models_.models[model]->translate(source_, stop_at_, run.outcome, run.times);
  const Elapsed elapsed = stopwatch.elapsed();
  trial.cpu = elapsed.cpu;
  trial.wall = elapsed.wall;
  if (run.status.ok()) set_answer(run.outcome, trial);
  return trial;
}

const TextWorld::Run* TextWorld::run_of(ModelIndex model) const {
  for (std::size_t i = 0; i < run_count_; ++i) {
    if (models_run_[i] == model) return &runs_[i];
  }
  return nullptr;
}

}  // namespace rightsize

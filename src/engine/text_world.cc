#include "engine/text_world.h"

namespace rightsize {

Status TextWorld::read(std::string_view sentence) {
  Result<std::string> clean = clean_source(sentence);
  if (!clean.ok()) return clean.status();
  source_ = std::move(*clean);
  return {};
}

void TextWorld::stop_after(Nanoseconds time) {
  stop_at_ = time < kNever - began_.wall ? began_.wall + time : kNever;
}

Trial TextWorld::run(ModelIndex model) noexcept {
  Trial trial{.model = model};
  if (model >= models_.models.size() || models_.models[model] == nullptr ||
      run_count_ == kMaxTrials) {
    return trial;
  }
  const Elapsed before = models_.now();
  const bool over = before.wall >= stop_at_;
  if (over && answer_at_hand_) return trial;
  models_run_[run_count_] = model;
  Run& run = runs_[run_count_++];
  run.status =
      models_.models[model]->translate(source_, over ? kNever : stop_at_, run.outcome, run.times);
  const Elapsed after = models_.now();
  trial.cpu = after.cpu - before.cpu;
  trial.wall = after.wall - before.wall;
  if (!run.status.ok() || (run.outcome.stopped && answer_at_hand_)) return trial;
  set_answer(run.outcome, trial);
  answer_at_hand_ = answer_at_hand_ || (!run.outcome.stopped && !run.outcome.text.empty());
  return trial;
}

const TextWorld::Run* TextWorld::run_of(ModelIndex model) const {
  for (std::size_t i = 0; i < run_count_; ++i) {
    if (models_run_[i] == model) return &runs_[i];
  }
  return nullptr;
}

}  // namespace rightsize

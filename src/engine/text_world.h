// The live world of translation: runs models on a sentence.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/now.h"
#include "rightsize/selector.h"
#include "text/translation.h"

namespace rightsize {

// What stays from sentence to sentence: the opened models (null where not opened).
struct LiveTextModels {
  std::vector<std::unique_ptr<TextModel>> models;
  Elapsed (*now)() noexcept = &time_now;  // tests have a clock of their own
};

// One sentence. The clock starts when the world is made.
class TextWorld : public World {
 public:
  explicit TextWorld(LiveTextModels& models) : models_(models), began_(models.now()) {}

  // Must succeed before the first `run`: see clean_source.
  Status read(std::string_view sentence);
  const std::string& source() const { return source_; }
  // What running the models is expected to cost on this sentence; kept by the caller as long as the
  // world decides.
  void set_costs(std::span<const Cost> costs) { costs_ = costs; }
  void set_costs(std::vector<Cost>&&) = delete;
  // Decoding is cut when the request has gone on for so long. A translation that is cut counts as
  // failed where a model before it gave a whole one, so that this one answers. After that
  // time no model is run if there is such an answer.
  void stop_after(Nanoseconds time);

  Trial run(ModelIndex model) noexcept override;
  std::span<const Cost> costs() const noexcept override { return costs_; }
  Nanoseconds elapsed() const noexcept override { return models_.now().wall - began_.wall; }
  Nanoseconds cpu() const noexcept override { return models_.now().cpu - began_.cpu; }

  struct Run {
    TextOutcome outcome;
    TextModel::Times times;
    Status status;
  };
  // Of the model, or null if it was not run.
  const Run* run_of(ModelIndex model) const;

 private:
  LiveTextModels& models_;
  Elapsed began_;
  Nanoseconds stop_at_ = kNever;
  std::string source_;
  std::span<const Cost> costs_;
  bool answer_at_hand_ = false;  // whole and not empty
  std::array<Run, kMaxTrials> runs_;
  std::array<ModelIndex, kMaxTrials> models_run_{};
  std::size_t run_count_ = 0;
};

}  // namespace rightsize

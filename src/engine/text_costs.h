// What the models of a selector file cost on a sentence now: the lines of the profile (see
// selector/cost_line.h) at the machine's present speed.
#pragma once

#include <span>
#include <vector>

#include "engine/speed.h"
#include "selector/selector_file.h"
#include "selector/steering.h"

namespace rightsize {

// One per thread. A model without a line costs what it did on average, whatever the sentence.
class TextCosts {
 public:
  explicit TextCosts(const SelectorFile& file);

  // From now on the model can be run; before that it costs kNever.
  void open(ModelIndex model);
  bool is_open(ModelIndex model) const { return open_[model] != 0; }

  // The sentence that is asked about: its source pieces, [model].
  void begin(std::span<const std::size_t> pieces);
  // Of that sentence: expected CPU time, and the wall time that about 97 of 100 runs keep.
  std::span<const Cost> costs() const { return costs_; }
  // The same and mean costs at rest, for a choice after `elapsed`.
  PresentCosts present(Nanoseconds elapsed) const;
  // Expected of the model on that sentence.
  Cost expected(ModelIndex model) const;
  // What one more step of decoding takes at most, by the costs of a source piece.
  Nanoseconds step(ModelIndex model) const;

  // After a run on that sentence. A run that was stopped says that the model takes longer than so;
  // what a memory takes, next to nothing, says nothing of the networks.
  void observe(ModelIndex model, const Cost& measured, bool stopped);
  // After a run on another sentence of about so many pieces.
  void observe_warm_up(ModelIndex model, std::size_t pieces, const Cost& measured);

 private:
  void refresh(ModelIndex model);

  std::vector<CostLine> lines_;      // [model]
  std::vector<Cost> profiled_;       // [model]: means per input
  std::vector<char> memory_;         // [model]: is a translation memory
  std::vector<char> open_;           // [model]
  std::vector<std::size_t> pieces_;  // [model]: of the sentence
  std::vector<Cost> costs_;          // [model]
  std::vector<Cost> settled_;        // [model]: means at rest
  SpeedTracker speed_;
};

}  // namespace rightsize

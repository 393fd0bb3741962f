// Which of a run's inputs took part in a selector's training. That goes by content alone: the same
// photo profiled again, renamed or merged into another run is the same input, and of translation
// the same source sentence is, whatever its reference.
#pragma once

#include <string>
#include <vector>

#include "lab/replay/recording.h"
#include "selector/selector_file.h"

namespace rightsize {

// Marks of these items' contents (positions in the table), sorted, each once; empty where the run
// has not recorded all of them.
std::vector<std::string> marks_of(const OutcomeTable& table, const std::vector<std::size_t>& items);

struct TrainingInputs {
  std::vector<std::size_t> apart;  // positions in the recording: not known to have taken part
  std::size_t trained = 0;         // inputs that did
  std::string unknown;             // why it cannot be told of those `apart`; empty: it can

  // "trained on 12 of these inputs", for people
  std::string words() const;
};

TrainingInputs training_inputs(const SelectorFile& file, const Recording& recording);

}  // namespace rightsize

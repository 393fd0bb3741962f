// Precision, recall and F1 of answers over many classes, as the paper reports them.
#pragma once

#include <vector>

#include "lab/replay/recording.h"

namespace rightsize {

// Averages over the classes that occur among the labels (macro). Precision of a class: of the
// inputs answered with it, the share that have it (0 where it was never answered); recall: of the
// inputs that have it, the share answered with it. An input without an answer lowers recall alone.
// F1 is the harmonic mean of the two averages.
struct ClassScores {
  double precision = 0.0;
  double recall = 0.0;
  double f1 = 0.0;
};
ClassScores class_scores(const Recording& recording, const std::vector<ReplayedItem>& items);

// Share of all inputs whose class is among the five surest of the model that answered.
double top5_share(const Recording& recording, const std::vector<ReplayedItem>& items);

}  // namespace rightsize

#include "lab/paper/scores.h"

#include <map>

namespace rightsize {
namespace {

const RecordedOutcome& answer_of(const Recording& recording, std::size_t i, ModelIndex model) {
  return recording.table->at(recording.item[i], model);
}

}  // namespace

ClassScores class_scores(const Recording& recording, const std::vector<ReplayedItem>& items) {
  struct Counts {
    double labelled = 0;
    double answered = 0;
    double both = 0;
  };
  std::map<std::int32_t, Counts> classes;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::int32_t label = recording.wanted[i];
    ++classes[label].labelled;
    if (!items[i].answered) continue;
    const std::int32_t answer = answer_of(recording, i, items[i].model).outcome.label();
    ++classes[answer].answered;
    if (answer == label) ++classes[label].both;
  }
  ClassScores scores;
  double n = 0;
  for (const auto& [label, counts] : classes) {
    if (counts.labelled == 0) continue;
    ++n;
    scores.precision += counts.answered > 0 ? counts.both / counts.answered : 0.0;
    scores.recall += counts.both / counts.labelled;
  }
  scores.precision /= n;
  scores.recall /= n;
  const double sum = scores.precision + scores.recall;
  scores.f1 = sum > 0 ? 2 * scores.precision * scores.recall / sum : 0.0;
  return scores;
}

double top5_share(const Recording& recording, const std::vector<ReplayedItem>& items) {
  double hits = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].answered) continue;
    const RecordedOutcome& cell = answer_of(recording, i, items[i].model);
    hits += hit(cell.outcome.top, recording.wanted[i], 5) ? 1 : 0;
  }
  return hits / static_cast<double>(items.size());
}

}  // namespace rightsize

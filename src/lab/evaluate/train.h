// Training: from recorded outcomes to a selector file.
#pragma once

#include "lab/evaluate/evaluate.h"
#include "selector/selector_file.h"

namespace rightsize {

struct Training {
  SelectorFile file;
  Evaluation evaluation;  // the cross-validation behind the figures of the file's points
};

// Operating points are fitted to all inputs, by the kind that the options name; the figures they
// carry come from the same fitting to halves of them (see judge_by_halves). The default point is
// the one of which the verdict says that it pays or agrees, else the baseline alone.
Result<Training> train(const OutcomeTable& table, const EvaluateOptions& options);

}  // namespace rightsize

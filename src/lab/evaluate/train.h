// Training: from recorded outcomes to a selector file.
#pragma once

#include "lab/evaluate/evaluate.h"
#include "selector/selector_file.h"

namespace rightsize {

struct Training {
  SelectorFile file;
  Evaluation evaluation;  // the cross-validation behind the figures of the file's points
};

// Operating points are fitted to all inputs; the figures they carry come from cross-validation of
// the same procedure, of the kind that the options name. The default point is the one of which the
// verdict says that it pays or agrees, else the baseline alone.
Result<Training> train(const OutcomeTable& table, const EvaluateOptions& options);

}  // namespace rightsize

// The paper's evaluation, reproduced on a recording: runs the study and makes an exhibit of each of
// its questions. The paper is Marco, Taylor, Wang, Elkhatib, "Optimizing deep learning inference on
// embedded systems through adaptive model selection", ACM TECS 19(1), 2020.
#pragma once

#include <string>

#include "lab/paper/exhibit.h"
#include "lab/paper/study.h"

namespace rightsize {

struct ReproduceOptions {
  StudyOptions study;
  CostKind cost = CostKind::kTime;
  std::size_t resamples = 2000;
  std::string command;  // that makes this reproduction, for its end
};

// `compression` (may be null) holds the outcomes of variants of one network, of which "none" is the
// network itself (without such a name the best of them is the baseline). Needs labels, and features
// in both.
Result<Reproduction> reproduce(const OutcomeTable& table, const OutcomeTable* compression,
                               const ReproduceOptions& options, const StudyProgress& progress);

}  // namespace rightsize

// A selector file with a certificate: what inputs that took no part in its training prove of its
// operating points.
#pragma once

#include <vector>

#include "lab/certify/certify.h"
#include "lab/evaluate/train.h"
#include "selector/selector_file.h"

namespace rightsize {

struct SelectorCertificate {
  SelectorFile file;  // every point with its ProvenLoss; the point of a proven claim is the default
  CertifiedPoints points;  // the figures behind them, in the order of the file's points
  // Of the one claim, proven where a point faster than the baseline keeps it: by its bound or by
  // fixed sequence testing, which is stronger. Bounds and claim hold together, but for a
  // probability of delta.
  Certificate claim;
  std::string baseline;    // name of the model that speed-ups are measured against
  std::size_t left_out{};  // inputs of the run that took part in training: not tested on
  std::string unknown{};   // why it cannot be told whether the tested ones did; empty: they did not
};

// Tests the points of a file on these items (positions in the recording), none of which may have
// been trained on: that is the caller's to know.
Result<SelectorCertificate> certify_selector(SelectorFile file, const Recording& recording,
                                             const std::vector<std::size_t>& items,
                                             const Claim& claim, const CertifyOptions& options);

// Tests the points of a file on all items of the recording that took no part in its training, by
// content. Fails where that leaves none.
Result<SelectorCertificate> certify_apart(SelectorFile file, const Recording& recording,
                                          const Claim& claim, const CertifyOptions& options);

// Everything from one run: trains on a part of its inputs and tests on the rest.
Result<SelectorCertificate> train_certified(const OutcomeTable& table,
                                            const EvaluateOptions& training, const Claim& claim,
                                            const CertifyOptions& options);

}  // namespace rightsize

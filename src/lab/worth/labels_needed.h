// How many inputs it takes to prove that a selector loses little.
#pragma once

#include <cstddef>
#include <optional>

#include "lab/certify/paired_bound.h"

namespace rightsize {

// About how many inputs would show with 95 % confidence that the selector answers at most `limit`
// (0 to 1) less of them right than the baseline, if all is as in the sample: with so many the proof
// succeeds as often as not, with three times as many nine times in ten. By the normal
// approximation of the difference of paired proportions; never fewer than what the exact binomial
// bound asks for where the two never differ. A gain in the sample counts as no loss: it may be
// chance. Nothing where the sample's loss reaches the limit, for then no number would
// do, and of no sample.
std::optional<std::size_t> labels_needed(const PairedCounts& sample, double limit);

}  // namespace rightsize

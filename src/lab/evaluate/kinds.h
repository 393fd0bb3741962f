// The kinds of selectors that are fitted for targets, by name, and the automatic choice among them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "lab/replay/cross_validation.h"

namespace rightsize {

enum class SelectorKind : std::uint8_t {
  kSignal,  // this and the next five: cascades of a Family
  kCalibrated,
  kCombined,
  kAveraged,
  kAgreement,
  kDeferral,
  kEntry,    // a premodel picks where a cascade is entered
  kRouting,  // the model of the largest predicted quality less the price of its time
};
inline constexpr std::array kAllSelectorKinds = {
    SelectorKind::kSignal,   SelectorKind::kCalibrated, SelectorKind::kCombined,
    SelectorKind::kAveraged, SelectorKind::kAgreement,  SelectorKind::kDeferral,
    SelectorKind::kEntry,    SelectorKind::kRouting};
const char* to_string(SelectorKind kind);
Result<SelectorKind> parse_kind(const std::string& name);
// "all", or names with commas between them; each kind once, in the order of kAllSelectorKinds.
Result<std::vector<SelectorKind>> parse_kinds(const std::string& text);

Fitter fitter_of(SelectorKind kind);

// The kind that answers most training items right where it has to be 1.75 times as fast as the
// baseline, by cross-validation inside them; the signal's cascade unless the other one's lead is
// above one standard error, sqrt(items on which just one of the two is right).
SelectorKind choose_kind(const Recording& recording, const std::vector<std::size_t>& items,
                         ModelIndex baseline);
// Fits the kind that `choose_kind` chooses.
FitPoint fit_chosen_kind(const Recording& recording, const std::vector<std::size_t>& items,
                         ModelIndex baseline);

// What kinds are compared at, beside the whole list of the first one's targets.
std::vector<Target> comparison_targets();

}  // namespace rightsize

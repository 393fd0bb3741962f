// Which models of a zoo never help: each is left out in turn, and what cascades lose by that is
// measured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lab/replay/cross_validation.h"
#include "selector/selector_file.h"

namespace rightsize {

// What changes at a target when models are left out. Intervals are 95 %, paired bootstrap over the
// inputs.
struct Change {
  std::string target;
  Estimate time;     // relative, of the mean CPU time with decoding: 0.1 is 10 % longer
  Estimate quality;  // -0.01 is one point less
};

// A time or quality within these does not matter. The search itself takes a further stage only if
// it saves as much time.
inline constexpr double kNegligibleTime = 0.02;
inline constexpr double kNegligibleQuality = 0.005;
// A loss of kNegligibleQuality has a chance of 5 % to show on none of so many inputs: with fewer,
// nothing is found harmless, whatever the resampled intervals are.
inline constexpr std::size_t kFewestToDrop = 600;

// kDrop: at every target the intervals exclude a harm that matters. kKeep: at some target they
// exclude that there is none: surely worse, or surely longer without looking better.
enum class Usefulness : std::uint8_t { kKeep, kDrop, kCannotTell };
const char* to_string(Usefulness usefulness);  // "keep", "drop", "cannot tell"
Usefulness usefulness_of(const std::vector<Change>& changes, std::size_t inputs);

struct ModelUse {
  ModelIndex model = 0;
  double oracle_quality = 0.0;  // change of the whole zoo's perfect chooser without it
  double oracle_ms = 0.0;
  std::vector<Change> changes;  // one per target
  Usefulness usefulness = Usefulness::kCannotTell;
};

struct DropAnalysis {
  bool skipped = false;   // too many models or inputs, or one model alone
  std::size_t folds = 0;  // 0: judged on the inputs that the cascades were fitted to
  std::vector<ModelUse> models;
  std::vector<ModelIndex> droppable;  // all of them together, without harm
  std::vector<Change> together;       // by leaving them out; empty where there are none
};

// At no loss and at losses of 1 and 3 points. Takes fewer folds than asked for, or none, where the
// zoo or the data are large.
DropAnalysis analyse_drops(const Recording& recording, ModelIndex baseline,
                           const FoldOptions& folds, std::size_t resamples);

}  // namespace rightsize

#include "lab/evaluate/kinds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "lab/premodel/entry_fit.h"
#include "lab/replay/routing_fit.h"
#include "lab/replay/statistics.h"

namespace rightsize {
namespace {

constexpr std::size_t kInnerFolds = 3;
constexpr std::uint64_t kInnerSeed = 1;
constexpr double kChoiceSpeedup = 1.75;

std::optional<Family> family_of(SelectorKind kind) {
  switch (kind) {
    case SelectorKind::kSignal:
      return Family::kSignal;
    case SelectorKind::kCalibrated:
      return Family::kCalibrated;
    case SelectorKind::kCombined:
      return Family::kCombined;
    case SelectorKind::kAveraged:
      return Family::kAveraged;
    case SelectorKind::kAgreement:
      return Family::kAgreement;
    case SelectorKind::kDeferral:
      return Family::kDeferral;
    case SelectorKind::kEntry:
    case SelectorKind::kRouting:
      break;
  }
  return std::nullopt;
}

// Per position in `items`: is the held-out answer right?
std::vector<char> held_out_right(const Recording& recording, const std::vector<std::size_t>& items,
                                 ModelIndex baseline, const Fitter& fitter, const Target& target) {
  std::vector<char> right(items.size(), 0);
  const std::size_t folds = std::min(kInnerFolds, items.size());
  for (const auto& test : shuffled_folds(items.size(), folds, kInnerSeed)) {
    std::vector<std::size_t> learned;
    for (const std::size_t p : all_but(items.size(), test)) learned.push_back(items[p]);
    std::vector<std::size_t> judged;
    for (const std::size_t p : test) judged.push_back(items[p]);
    const auto selector = make_selector(fitter(recording, learned, baseline)(target));
    const std::vector<ReplayedItem> results = replay(*selector, recording, judged);
    for (std::size_t i = 0; i < test.size(); ++i) right[test[i]] = results[i].right ? 1 : 0;
  }
  return right;
}

}  // namespace

const char* to_string(SelectorKind kind) {
  if (const std::optional<Family> family = family_of(kind)) return to_string(*family);
  return kind == SelectorKind::kEntry ? "entry" : "routing";
}

Result<SelectorKind> parse_kind(const std::string& name) {
  std::vector<std::string> names;
  for (const SelectorKind kind : kAllSelectorKinds) {
    if (name == to_string(kind)) return kind;
    names.emplace_back(to_string(kind));
  }
  return invalid_input(
      fmt::format("'{}' is no kind of selector; there are {}", name, fmt::join(names, ", ")));
}

Result<std::vector<SelectorKind>> parse_kinds(const std::string& text) {
  std::vector<SelectorKind> kinds;
  if (text == "all") return std::vector(kAllSelectorKinds.begin(), kAllSelectorKinds.end());
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const Result<SelectorKind> kind = parse_kind(text.substr(begin, end - begin));
    if (!kind.ok()) return kind.status();
    kinds.push_back(*kind);
    begin = end + 1;
  }
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

Fitter fitter_of(SelectorKind kind) {
  if (kind == SelectorKind::kEntry) return fit_entries;
  const std::optional<Family> family = family_of(kind);
  if (!family) return fit_routing;
  return [family = *family](const Recording& recording, const std::vector<std::size_t>& items,
                            ModelIndex baseline) {
    return fit_cascades_by({.models = {}, .family = family}, recording, items, baseline);
  };
}

SelectorKind choose_kind(const Recording& recording, const std::vector<std::size_t>& items,
                         ModelIndex baseline) {
  if (recording.is_graded()) return SelectorKind::kSignal;
  const Target target{.name = "choice", .speedup = kChoiceSpeedup};
  std::vector<char> of_signal;
  SelectorKind best = SelectorKind::kSignal;
  double best_lead = 0.0;
  double best_error = 0.0;
  for (const SelectorKind kind : kAllSelectorKinds) {
    std::vector<char> right = held_out_right(recording, items, baseline, fitter_of(kind), target);
    if (kind == SelectorKind::kSignal) of_signal = right;
    double lead = 0.0;
    double discordant = 0.0;
    for (std::size_t p = 0; p < right.size(); ++p) {
      lead += right[p] - of_signal[p];
      discordant += right[p] != of_signal[p] ? 1.0 : 0.0;
    }
    if (lead <= best_lead) continue;
    best = kind;
    best_lead = lead;
    best_error = std::sqrt(discordant);
  }
  return best_lead > best_error ? best : SelectorKind::kSignal;
}

FitPoint fit_chosen_kind(const Recording& recording, const std::vector<std::size_t>& items,
                         ModelIndex baseline) {
  return fitter_of(choose_kind(recording, items, baseline))(recording, items, baseline);
}

std::vector<Target> comparison_targets() {
  return {{.name = kNoLoss},
          {.name = "1.5x", .speedup = 1.5},
          {.name = "1.75x", .speedup = 1.75},
          {.name = "2x", .speedup = 2.0}};
}

}  // namespace rightsize

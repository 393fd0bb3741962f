#include "lab/evaluate/verdict.h"

#include <fmt/format.h>

#include <cmath>

namespace rightsize {
namespace {

std::string points(double share) { return fmt::format("{:+.1f}", 100.0 * share); }

std::string interval(const Estimate& e) {
  return fmt::format("{} points (95 % interval {} to {})", points(e.value), points(e.low),
                     points(e.high));
}

// What was judged: "no-loss cascade", "1.5x routing".
std::string judged_words(const StrategyFigures& point, const Evaluation& evaluation) {
  const bool known = !evaluation.kinds.empty();
  const std::string kind = known ? evaluation.kinds.front().kind : name_of(SelectorKind::kSignal);
  if (kind == name_of(SelectorKind::kSignal) || kind == to_string(SelectorKind::kRouting)) {
    return fmt::format("{} {}", point.name, kind);
  }
  return fmt::format("{} selector ({})", point.name, kind);
}

std::string point_words(const StrategyFigures& point, const Evaluation& evaluation) {
  return fmt::format(
      "the {} takes {:.2f}x less CPU time per input than {} ({:.2f} to {:.2f}) at {} of {}",
      judged_words(point, evaluation), point.speedup.value,
      evaluation.model_names[evaluation.baseline], point.speedup.low, point.speedup.high,
      interval(point.difference), evaluation.criterion);
}

}  // namespace

Verdict judge_verdict(const StrategyFigures& point, const Evaluation& evaluation) {
  const Estimate& gain = point.over_mix;
  Verdict verdict;
  verdict.gain = gain;
  if (gain.low > 0 && gain.value >= kWorthwhileGain) {
    verdict.kind = VerdictKind::kPays;
    verdict.sentence = fmt::format(
        "Adaptive selection pays on this zoo and data: {}, {} better than a random mix of single "
        "models that takes the same time.",
        point_words(point, evaluation), interval(gain));
    return verdict;
  }
  if (gain.high < kWorthwhileGain) {
    verdict.kind = VerdictKind::kDoesNotPay;
    verdict.sentence = fmt::format(
        "Adaptive selection does not pay on this zoo and data: the {}'s gain over "
        "a random mix of single models at equal time is {}, less than {:.1f} points at best; run "
        "the single model that fits the time there is.",
        judged_words(point, evaluation), interval(gain), 100.0 * kWorthwhileGain);
    return verdict;
  }
  verdict.kind = VerdictKind::kTooFewData;
  std::string more = "profile more inputs";
  if (gain.value > 0) {
    const double factor = std::pow((gain.value - gain.low) / gain.value, 2);
    verdict.inputs_needed =
        static_cast<std::size_t>(std::ceil(static_cast<double>(evaluation.inputs) * factor));
    more = fmt::format("about {} inputs would settle it if the gain is as it looks now",
                       verdict.inputs_needed);
  }
  verdict.sentence = fmt::format(
      "{} inputs are too few to say whether adaptive selection pays here: at equal time the "
      "{}'s gain over a random mix of single models is {}; {}.",
      evaluation.inputs, judged_words(point, evaluation), interval(gain), more);
  return verdict;
}

}  // namespace rightsize

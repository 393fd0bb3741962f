#include "lab/evaluate/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/evaluate/figure_text.h"

namespace rightsize {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kStep = 0.001;  // of what is printed of a share: a tenth of a point
constexpr double kSlack = 1e-9;  // so that limits are reached, whatever floats say

// What the inputs say of one demand. The multiples of them that would tell, if the value stays and
// the interval shrinks with the root of the inputs: infinite where the value looks otherwise.
struct Demand {
  bool met = false;
  bool failed = false;
  double to_meet = kInfinity;
  double to_fail = kInfinity;
};

double multiple(double half_width, double distance) {
  return std::pow(half_width / std::max(distance, kStep / 2), 2);
}

// Met where the whole interval is at `met` or above, failed where it is below `failed`.
Demand at_least(const Estimate& e, double met, double failed) {
  Demand demand{.met = e.low >= met - kSlack};
  demand.failed = !demand.met && e.high < failed - kSlack;
  if (e.value >= met) demand.to_meet = multiple(e.value - e.low, e.value - met);
  if (e.value < failed) demand.to_fail = multiple(e.high - e.value, failed - e.value);
  return demand;
}

Demand no_more_lost(const Estimate& difference, double max_loss) {
  const double most = -max_loss;
  const double unnoticed = most - kUnnoticedLoss;
  Demand demand{.met = difference.high >= most - kSlack && difference.low >= unnoticed - kSlack,
                .failed = difference.high < most - kSlack};
  if (difference.value > unnoticed && !demand.failed) {
    demand.to_meet = multiple(difference.value - difference.low, difference.value - unnoticed);
  }
  if (difference.value < most) {
    demand.to_fail = multiple(difference.high - difference.value, most - difference.value);
  }
  return demand;
}

struct Candidate {
  const KindFigures* kind = nullptr;
  const StrategyFigures* point = nullptr;
  Demand faster, keeps, beats;

  std::array<const Demand*, 3> demands() const { return {&faster, &keeps, &beats}; }
  bool meets() const { return faster.met && keeps.met && beats.met; }
  bool fails() const { return faster.failed || keeps.failed || beats.failed; }
  double to_meet() const {
    double most = 0.0;
    for (const Demand* demand : demands()) most = std::max(most, demand->met ? 1 : demand->to_meet);
    return most;
  }
  double to_fail() const { return std::min({faster.to_fail, keeps.to_fail, beats.to_fail}); }
};

Candidate candidate(const KindFigures& kind, const StrategyFigures& point, double max_loss) {
  return {.kind = &kind,
          .point = &point,
          .faster = at_least(shown_times(point.speedup), kWorthwhileSpeedup, kWorthwhileSpeedup),
          .keeps = no_more_lost(shown_share(point.difference), max_loss),
          .beats = at_least(shown_share(point.over_mix), kStep, kWorthwhileGain)};
}

std::vector<Candidate> candidates_of(const Evaluation& evaluation, double max_loss) {
  std::vector<Candidate> candidates;
  for (const KindFigures& kind : evaluation.kinds) {
    if (!kind.held_out || is_control(kind)) continue;
    for (const StrategyFigures& point : kind.points) {
      if (!evaluation.is_reached(point)) continue;
      candidates.push_back(candidate(kind, point, max_loss));
    }
  }
  return candidates;
}

// The first point of the first kind aims at no loss; else that whose gain is surest.
const Candidate* best_that_meets(const std::vector<Candidate>& candidates,
                                 const Evaluation& evaluation) {
  const Candidate* best = nullptr;
  for (const Candidate& c : candidates) {
    if (!c.meets()) continue;
    if (evaluation.max_loss == 0 && c.point == &evaluation.kinds.front().points.front()) return &c;
    const bool same_kind = best == nullptr || c.kind == best->kind;
    const bool surer = best == nullptr || c.point->over_mix.low > best->point->over_mix.low;
    if (same_kind && surer) best = &c;
  }
  return best;
}

// Of those that do not meet what is asked, the one that comes closest.
const Candidate* nearest(const std::vector<Candidate>& candidates) {
  const Candidate* best = nullptr;
  const auto closer = [](const Candidate& a, const Candidate& b) {
    if (a.fails() != b.fails()) return b.fails();
    if (a.faster.failed != b.faster.failed) return b.faster.failed;
    if (a.to_meet() != b.to_meet()) return a.to_meet() < b.to_meet();
    return a.point->difference.value > b.point->difference.value;
  };
  for (const Candidate& c : candidates) {
    if (best == nullptr || closer(c, *best)) best = &c;
  }
  return best;
}

// Either one of the open points will show that it meets what is asked, or all that it fails.
std::size_t inputs_needed(const std::vector<Candidate>& candidates, std::size_t inputs) {
  double to_meet = kInfinity;
  double to_fail = 0.0;
  for (const Candidate& c : candidates) {
    if (c.fails()) continue;
    to_meet = std::min(to_meet, c.to_meet());
    to_fail = std::max(to_fail, c.to_fail());
  }
  constexpr double kMost = 1e12;
  const double needed =
      std::min(kMost, std::ceil(static_cast<double>(inputs) * std::min(to_meet, to_fail)));
  return rounded_up(std::max({static_cast<std::size_t>(needed), kFewestInputs, inputs + 1}));
}

// Everything that is said in words, of labels or of a reference model's answers.
class Words {
 public:
  Words(const Evaluation& evaluation, const Candidate* c)
      : e_(evaluation),
        c_(c),
        baseline_(evaluation.model_names[evaluation.baseline]),
        labels_(evaluation.by_labels()) {}

  std::string meets() const {
    if (!labels_) {
      return fmt::format(
          "The {} {}, {} points (95 % interval {} to {}) more often than a random mix of single "
          "models that takes the same time{}.",
          name(), figures(), points(c_->point->over_mix.value), points(c_->point->over_mix.low),
          points(c_->point->over_mix.high),
          e_.labelled > 0 ? "" : "; which answers are right, nobody knows without labels");
    }
    return fmt::format(
        "Adaptive selection pays on this zoo and data{}: the {} {}, {} better than a random mix of "
        "single models that takes the same time.",
        e_.max_loss > 0 ? fmt::format(" where {} may be lost", allowed()) : "", name(), figures(),
        interval(c_->point->over_mix));
  }

  std::string fails(const std::string& hint) const {
    const std::string alone = "run the single model that fits the time there is";
    if (!labels_) {
      return fmt::format("No faster point answers as {} does on {} of inputs{}: {}{}; or {}.",
                         e_.reference, asked(), beside_mix(), reason(), hint, alone);
    }
    return fmt::format("Adaptive selection does not pay on this zoo and data at {}: {}{}; {}.",
                       e_.max_loss > 0 ? "a loss of at most " + allowed() : "no loss", reason(),
                       hint, alone);
  }

  std::string too_few(std::size_t needed) const {
    const std::string question =
        labels_ ? "whether adaptive selection pays here"
                : fmt::format("whether a faster point answers as {} does on {} of inputs",
                              e_.reference, asked());
    return fmt::format(
        "{} inputs are too few to say {}: {}; about {} would settle it{}.", e_.inputs, question,
        seen(), needed,
        c_ == nullptr || e_.inputs < kFewestInputs ? "" : ", if the figures stay as they look now");
  }

 private:
  static std::string interval(const Estimate& e) {
    return fmt::format("{} points (95 % interval {} to {})", points(e.value), points(e.low),
                       points(e.high));
  }
  std::string allowed() const { return fmt::format("{:g} points", 100 * e_.max_loss); }
  std::string asked() const {
    return e_.max_loss > 0 ? fmt::format("at least {:g} %", 100 - 100 * e_.max_loss) : "100 %";
  }
  static std::string beside_mix() { return " and more often than a random mix in its time"; }

  // "no-loss cascade", "1.5x routing".
  std::string name() const {
    const std::string& kind = c_->kind->kind;
    if (kind == name_of(SelectorKind::kSignal) || kind == to_string(SelectorKind::kRouting)) {
      return fmt::format("{} {}", c_->point->name, kind);
    }
    return fmt::format("{} selector ({})", c_->point->name, kind);
  }

  std::string speedup() const {
    const Estimate& s = c_->point->speedup;
    return fmt::format("{} less CPU time per input than {} ({} to {})", times(s.value) + "x",
                       baseline_, times(s.low), times(s.high));
  }
  std::string kept() const {
    const StrategyFigures& p = *c_->point;
    if (labels_) return fmt::format("{} of {}", interval(p.difference), e_.criterion);
    return fmt::format("agrees with {} on {} % of inputs (95 % interval {} to {})", e_.reference,
                       percent(p.quality.value), percent(p.quality.low), percent(p.quality.high));
  }
  std::string figures() const {
    return labels_ ? fmt::format("takes {} at {}", speedup(), kept())
                   : fmt::format("{} and takes {}", kept(), speedup());
  }
  std::string gain() const {
    return fmt::format("gain over a random mix of single models at equal time is {}",
                       interval(c_->point->over_mix));
  }

  std::string seen() const {
    if (c_ == nullptr) return fmt::format("on these, no point is faster than {}", baseline_);
    return fmt::format("the {} {}, and its {}", name(), figures(), gain());
  }

  std::string reason() const {
    if (c_ == nullptr || c_->faster.failed) {
      return fmt::format("no point is faster than {} and as good", baseline_);
    }
    if (!c_->keeps.failed) {
      return fmt::format("the {}'s {}, less than {:.1f} points at best", name(), gain(),
                         100 * kWorthwhileGain);
    }
    return fmt::format("the {}, the nearest, {}", name(), figures());
  }

  const Evaluation& e_;
  const Candidate* c_;
  const std::string& baseline_;
  bool labels_;
};

// What would have to be allowed for a faster point to meet what is asked, if anything would do.
std::string with_more_loss(const Evaluation& evaluation) {
  double least = kInfinity;
  const Candidate* of = nullptr;
  const std::vector<Candidate> candidates = candidates_of(evaluation, 1.0);
  for (const Candidate& c : candidates) {
    if (!c.faster.met || !c.beats.met) continue;
    const Estimate d = shown_share(c.point->difference);
    const double loss = std::max(-d.high, -d.low - kUnnoticedLoss);
    if (loss >= least) continue;
    least = loss;
    of = &c;
  }
  if (of == nullptr) return "";
  return fmt::format(
      "; the {} does where {:.1f} {} (--max-loss {:.1f})", of->point->name, 100 * least,
      evaluation.by_labels() ? "points may be lost" : "% may be answered otherwise", 100 * least);
}

}  // namespace

Verdict judge_verdict(const Evaluation& evaluation) {
  const std::vector<Candidate> candidates = candidates_of(evaluation, evaluation.max_loss);
  const bool labels = evaluation.by_labels();
  const bool enough = evaluation.inputs >= kFewestInputs;
  const Candidate* named = best_that_meets(candidates, evaluation);
  const bool met = enough && named != nullptr;
  if (!met) named = nearest(candidates);
  const Words words(evaluation, named);
  Verdict verdict;
  if (named != nullptr) {
    verdict.selector = named->kind->kind;
    verdict.point = named->point->name;
    verdict.gain = named->point->over_mix;
  }
  if (met) {
    verdict.kind = labels ? VerdictKind::kPays : VerdictKind::kAgrees;
    verdict.sentence = words.meets();
  } else if (enough && std::all_of(candidates.begin(), candidates.end(),
                                   [](const Candidate& c) { return c.fails(); })) {
    verdict.kind = labels ? VerdictKind::kDoesNotPay : VerdictKind::kDoesNotAgree;
    verdict.sentence = words.fails(with_more_loss(evaluation));
  } else {
    verdict.inputs_needed = inputs_needed(candidates, evaluation.inputs);
    verdict.sentence = words.too_few(verdict.inputs_needed);
  }
  return verdict;
}

}  // namespace rightsize

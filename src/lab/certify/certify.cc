#include "lab/certify/certify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "lab/certify/candidates.h"

namespace rightsize {
namespace {

Status check(const Recording& recording, const std::vector<std::size_t>& items, double delta) {
  if (items.empty()) return invalid_input("there are no inputs to test on");
  for (const std::size_t i : items) {
    if (i < recording.items()) continue;
    return invalid_input(
        fmt::format("input {} is not in the recording, which has {}", i, recording.items()));
  }
  if (delta > kNuisanceError && delta <= 0.5) return {};
  return invalid_input(fmt::format(
      "the error probability must be above {:g} and at most 0.5, not {:g}", kNuisanceError, delta));
}

Status check(const Claim& claim) {
  if (claim.eps > -1 && claim.eps < 1) return {};
  return invalid_input(fmt::format(
      "the loss must be a share between -1 and 1 (0.01 is one point), not {:g}", claim.eps));
}

// The same inputs judged by labels; nothing where they are already, or where there are none.
class Labels {
 public:
  Labels(const Recording& recording, const CertifyOptions& options) {
    if (options.reference.model.empty()) return;
    auto judged = judge(*recording.table, {.criterion = options.reference.criterion});
    if (!judged.ok()) return;
    labelled_ = std::move(*judged);
    for (std::size_t i = 0; i < labelled_->items(); ++i) place_[labelled_->item[i]] = i;
  }

  std::optional<LabelFigures> figures(const Recording& recording,
                                      const std::vector<std::size_t>& items, const Rule& rule,
                                      ModelIndex against, double delta) const {
    std::vector<std::size_t> known;
    for (const std::size_t i : items) {
      const auto found = place_.find(recording.item[i]);
      if (found != place_.end()) known.push_back(found->second);
    }
    if (known.empty()) return std::nullopt;
    const auto replayed = replay_rule(rule, *labelled_, known);
    LabelFigures figures;
    figures.counts = paired_counts(*labelled_, known, replayed, against, {});
    figures.bound = upper_bound(figures.counts, delta);
    return figures;
  }

 private:
  std::optional<Recording> labelled_;
  std::map<std::size_t, std::size_t> place_;  // in the table -> in labelled_
};

// What is tested on, and what is measured against.
struct TestPart {
  const Recording& recording;
  const std::vector<std::size_t>& items;
  Opponents opponents;
  Labels labels;
  ModelIndex baseline;
  std::vector<ReplayedItem> baseline_items;

  bool against_every_model() const { return opponents.models.size() > 1; }
};

Result<TestPart> make_test_part(const Recording& recording, const std::vector<std::size_t>& items,
                                const CertifyOptions& options) {
  Result<Opponents> opponents = opponents_of(recording, options);
  if (!opponents.ok()) return opponents.status();
  const ModelIndex baseline = baseline_of(recording, items, *opponents);
  return TestPart{recording,
                  items,
                  std::move(*opponents),
                  Labels(recording, options),
                  baseline,
                  replay_rule(fixed_rule(baseline), recording, items)};
}

double mean_cpu_ms(const std::vector<ReplayedItem>& replayed) {
  double sum = 0.0;
  for (const ReplayedItem& item : replayed) sum += static_cast<double>(item.cpu) / 1e6;
  return sum / static_cast<double>(replayed.size());
}

// The bound of the loss at error probability `delta`, that by labels at `label_delta`.
RuleFigures figures_of(const TestPart& part, const NamedRule& rule,
                       const std::vector<ReplayedItem>& replayed, double delta,
                       double label_delta) {
  const Bound bound = largest_bound(part.recording, part.items, replayed, part.opponents, delta);
  RuleFigures figures{.name = rule.name,
                      .rule = rule.rule,
                      .against = bound.against,
                      .counts = bound.counts,
                      .bound = bound.loss,
                      .labels = {}};
  const auto right = std::count_if(replayed.begin(), replayed.end(),
                                   [](const ReplayedItem& item) { return item.right; });
  figures.quality = static_cast<double>(right) / static_cast<double>(replayed.size());
  figures.cpu_ms = mean_cpu_ms(replayed);
  figures.cost = static_cast<double>(total_cost(part.recording, replayed)) /
                 static_cast<double>(replayed.size());
  figures.speedup = mean_cpu_ms(part.baseline_items) / figures.cpu_ms;
  figures.labels =
      part.labels.figures(part.recording, part.items, rule.rule, part.baseline, label_delta);
  return figures;
}

// How many inputs would prove the claim, up to a factor and by the normal approximation: good
// enough to compare candidates. Infinite where no number would.
double about_needed(const PairedCounts& counts, double eps) {
  const double margin = eps - counts.loss();
  if (margin <= 0) return std::numeric_limits<double>::infinity();
  return (static_cast<double>(counts.discordant()) + 1) / (margin * margin);
}

// The candidate that the fewest inputs would prove.
std::size_t most_promising(const TestPart& part,
                           const std::vector<std::vector<ReplayedItem>>& replays, double eps) {
  std::size_t best = 0;
  double fewest = std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < replays.size(); ++c) {
    double needed = 0.0;
    for (const ModelIndex model : part.opponents.models) {
      const PairedCounts counts =
          paired_counts(part.recording, part.items, replays[c], model, part.opponents);
      needed = std::max(needed, about_needed(counts, eps));
    }
    if (needed >= fewest) continue;
    fewest = needed;
    best = c;
  }
  return best;
}

}  // namespace

Result<CertifiedPoints> certify_points(const Recording& recording,
                                       const std::vector<std::size_t>& items,
                                       const std::vector<NamedRule>& rules, double delta,
                                       const CertifyOptions& options) {
  if (rules.empty()) return invalid_input("there are no rules to certify");
  const double each = delta / static_cast<double>(rules.size());
  const Status valid = check(recording, items, each);
  if (!valid.ok()) return valid.with_context("one of several rules");
  const Result<TestPart> part = make_test_part(recording, items, options);
  if (!part.ok()) return part.status();
  CertifiedPoints result{.delta = delta,
                         .inputs = items.size(),
                         .against_every_model = part->against_every_model(),
                         .baseline = part->baseline,
                         .points = {}};
  for (const NamedRule& rule : rules) {
    const auto replayed = replay_rule(rule.rule, recording, items);
    result.points.push_back(figures_of(*part, rule, replayed, each, each));
  }
  return result;
}

const RuleFigures* cheapest_within(const CertifiedPoints& points, double eps) {
  const RuleFigures* best = nullptr;
  for (const RuleFigures& point : points.points) {
    if (point.bound > eps) continue;
    if (best == nullptr || point.cost < best->cost) best = &point;
  }
  return best;
}

Result<Certificate> test_in_sequence(const Recording& recording,
                                     const std::vector<std::size_t>& items,
                                     const std::vector<NamedRule>& order, const Claim& claim,
                                     const CertifyOptions& options) {
  for (const Status& status : {check(recording, items, claim.delta), check(claim)}) {
    if (!status.ok()) return status;
  }
  const Result<TestPart> part = make_test_part(recording, items, options);
  if (!part.ok()) return part.status();
  Certificate certificate{.claim = claim,
                          .tested_on = items.size(),
                          .baseline = part->baseline,
                          .chosen = fixed_rule(part->baseline),
                          .candidates = order.size(),
                          .tests = {},
                          .figures = {},
                          .inputs_needed = {}};
  certificate.against_every_model = part->against_every_model();
  certificate.no_loss_by_construction = !certificate.against_every_model;
  std::vector<std::vector<ReplayedItem>> replays;
  replays.reserve(order.size());
  for (const NamedRule& rule : order) replays.push_back(replay_rule(rule.rule, recording, items));

  std::size_t shown = 0;
  std::int64_t cheapest = std::numeric_limits<std::int64_t>::max();
  for (std::size_t r = 0; r < order.size(); ++r) {
    SequenceTest test{order[r].name,
                      hardest(recording, items, replays[r], part->opponents, claim.eps)};
    test.passed = test.hardest.p_value <= claim.delta;
    certificate.tests.push_back(test);
    if (!test.passed) break;
    certificate.proven = true;
    const std::int64_t cost = total_cost(recording, replays[r]);
    if (cost < cheapest) shown = r;
    cheapest = std::min(cheapest, cost);
  }
  if (order.empty()) return certificate;
  if (certificate.proven) {
    certificate.chosen = order[shown].rule;
    certificate.no_loss_by_construction = false;
  } else {
    shown = most_promising(*part, replays, claim.eps);
    certificate.inputs_needed =
        inputs_needed(recording, items, replays[shown], part->opponents, claim.eps, claim.delta);
  }
  // By labels nothing was tested in sequence, so all candidates share the error probability.
  certificate.figures = figures_of(*part, order[shown], replays[shown], claim.delta,
                                   claim.delta / static_cast<double>(order.size()));
  return certificate;
}

Result<Certificate> choose_certified(const Recording& recording,
                                     const std::vector<std::size_t>& items, const Claim& claim,
                                     const Fitter& fitter, const CertifyOptions& options) {
  for (const Status& status : {check(recording, items, claim.delta), check(claim)}) {
    if (!status.ok()) return status;
  }
  const Result<Candidates> candidates = learn_candidates(recording, items, fitter, options);
  if (!candidates.ok()) return candidates.status();
  auto certificate = test_in_sequence(recording, candidates->test,
                                      in_order(recording, *candidates, claim.eps), claim, options);
  if (!certificate.ok()) return certificate;
  certificate->learned_on = candidates->learn.size();
  if (!certificate->proven && certificate->against_every_model) {
    certificate->chosen = fixed_rule(best_single_model(recording, items));
  }
  if (certificate->inputs_needed) {
    const double factor =
        static_cast<double>(items.size()) / static_cast<double>(certificate->tested_on);
    certificate->inputs_needed = static_cast<std::size_t>(
        std::ceil(static_cast<double>(*certificate->inputs_needed) * factor));
  }
  return certificate;
}

}  // namespace rightsize

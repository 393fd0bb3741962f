#include "lab/certify/certify_selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "lab/certify/candidates.h"
#include "lab/evaluate/training_inputs.h"
#include "lab/replay/statistics.h"

namespace rightsize {
namespace {

// From the safest to the boldest by the training data's held-out figures: the lower end of the
// difference's interval; each cheaper than all before it, and than the baseline.
std::vector<std::size_t> safest_first(const SelectorFile& file) {
  std::vector<std::size_t> order;
  for (std::size_t p = 0; p < file.points.size(); ++p) {
    if (file.points[p].speedup.value > 1) order.push_back(p);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const OperatingPoint& x = file.points[a];
    const OperatingPoint& y = file.points[b];
    if (x.difference.low != y.difference.low) return x.difference.low > y.difference.low;
    return x.cpu_ms < y.cpu_ms;
  });
  std::vector<std::size_t> cheaper;
  for (const std::size_t p : order) {
    const bool better =
        cheaper.empty() || file.points[p].cpu_ms < file.points[cheaper.back()].cpu_ms;
    if (better) cheaper.push_back(p);
  }
  return cheaper;
}

// What is the same by content as an input that learns does not test.
void keep_apart(const Recording& recording, Split& halves) {
  const std::vector<std::string>& contents = recording.table->contents;
  if (contents.empty()) return;
  std::set<std::string> learned;
  for (const std::size_t i : halves.learn) learned.insert(contents[recording.item[i]]);
  learned.erase("");  // not recorded
  std::erase_if(halves.test,
                [&](std::size_t i) { return learned.contains(contents[recording.item[i]]); });
}

// What passed in sequence is proven to lose at most eps, even where its bound among all points says
// less; and the claim is proven where any faster point's bound keeps it.
void join(CertifiedPoints& points, Certificate& claim) {
  for (const SequenceTest& test : claim.tests) {
    if (!test.passed) continue;
    for (RuleFigures& point : points.points) {
      if (point.name == test.name) point.bound = std::min(point.bound, claim.claim.eps);
    }
  }
  const RuleFigures* best = nullptr;
  for (const RuleFigures& point : points.points) {
    if (point.bound > claim.claim.eps || point.speedup <= 1) continue;
    if (best == nullptr || point.cost < best->cost) best = &point;
  }
  claim.proven = best != nullptr;
  if (!claim.proven) return;
  claim.chosen = best->rule;
  claim.no_loss_by_construction = false;
  claim.figures = *best;
  claim.inputs_needed.reset();
}

}  // namespace

Result<SelectorCertificate> certify_selector(SelectorFile file, const Recording& recording,
                                             const std::vector<std::size_t>& items,
                                             const Claim& claim, const CertifyOptions& options) {
  const Result<std::vector<ModelIndex>> places = match_models(file, recording.table->zoo);
  if (!places.ok()) return places.status();
  const Status features = match_features(file, *recording.table);
  if (!features.ok()) return features;
  std::vector<NamedRule> rules;
  for (const OperatingPoint& point : file.points) {
    rules.push_back({point.name, renumbered(point.rule, *places)});
  }
  std::vector<NamedRule> order;
  for (const std::size_t p : safest_first(file)) order.push_back(rules[p]);
  // Half of the error probability for the bounds of all points, half for the sequence: all that is
  // said holds together.
  const double half = claim.delta / 2;
  Result<CertifiedPoints> points = certify_points(recording, items, rules, half, options);
  if (!points.ok()) return points.status();
  Result<Certificate> tested =
      test_in_sequence(recording, items, order, {claim.eps, half}, options);
  if (!tested.ok()) return tested.status();
  points->delta = claim.delta;
  tested->claim = claim;
  join(*points, *tested);
  const std::string against =
      points->against_every_model ? "" : recording.table->zoo.models[points->baseline].name;
  for (std::size_t p = 0; p < file.points.size(); ++p) {
    file.points[p].proven = ProvenLoss{.loss = points->points[p].bound,
                                       .delta = claim.delta,
                                       .inputs = points->inputs,
                                       .against = against};
  }
  if (tested->proven) file.default_point = file.find_point(tested->figures->name);
  const std::string& baseline = recording.table->zoo.models[points->baseline].name;
  return SelectorCertificate{std::move(file), std::move(*points), std::move(*tested), baseline};
}

Result<SelectorCertificate> certify_apart(SelectorFile file, const Recording& recording,
                                          const Claim& claim, const CertifyOptions& options) {
  const TrainingInputs inputs = training_inputs(file, recording);
  if (inputs.apart.empty() && inputs.trained > 0) {
    return mismatch(fmt::format(
        "all {} inputs of this run took part in the selector's training, and inputs that a "
        "selector was trained on prove nothing; give a run on other inputs",
        inputs.trained));
  }
  Result<SelectorCertificate> certificate =
      certify_selector(std::move(file), recording, inputs.apart, claim, options);
  if (!certificate.ok()) return certificate;
  certificate->left_out = inputs.trained;
  certificate->unknown = inputs.unknown;
  return certificate;
}

Result<SelectorCertificate> train_certified(const OutcomeTable& table,
                                            const EvaluateOptions& training, const Claim& claim,
                                            const CertifyOptions& options) {
  const Result<Recording> recording = judge(table, training.reference, training.cost);
  if (!recording.ok()) return recording.status();
  Split halves = split(all_but(recording->items(), {}), options);
  std::vector<std::size_t>& learn = halves.learn;
  std::sort(learn.begin(), learn.end());
  keep_apart(*recording, halves);
  if (learn.size() < training.folds.folds || halves.test.empty()) {
    return invalid_input(
        fmt::format("{} inputs with a reference are too few: {} of them would train",
                    recording->items(), learn.size()));
  }
  std::vector<std::size_t> learn_items;
  for (const std::size_t i : learn) learn_items.push_back(recording->item[i]);
  Result<Training> trained = train(only_items(table, learn_items), training);
  if (!trained.ok()) return trained.status();
  Result<SelectorCertificate> certificate =
      certify_selector(std::move(trained->file), *recording, halves.test, claim, options);
  if (!certificate.ok()) return certificate;
  certificate->claim.learned_on = learn.size();
  if (marks_of(table, recording->item).empty()) {
    certificate->unknown =
        "the run has no checksums of its inputs, so that two of them may be the same (profile them "
        "again)";
  }
  return certificate;
}

}  // namespace rightsize

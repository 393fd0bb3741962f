// What would have changed a decision: other features for a premodel, and the other operating
// points, replayed on the trials that there are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "selector/explain_parts.h"
#include "selector/steering.h"
#include "selector/trials.h"

namespace rightsize {
namespace {

constexpr int kSearchSteps = 64;

// The nearest value of one feature on a grid over its range in training that changes the choice.
std::optional<FeatureChange> smallest_change(const Asked& asked, const PremodelRule& rule,
                                             std::span<const float> raw, std::size_t i,
                                             std::size_t chosen) {
  const FeatureScaling& scaling = rule.classifier.scaling;
  const float low = scaling.low[i];
  const float range = scaling.high[i] - low;
  const float now = raw[scaling.features[i]];
  if (!(range > 0)) return {};
  std::vector<float> changed(raw.begin(), raw.end());
  std::optional<FeatureChange> best;
  for (int s = 0; s <= kSearchSteps; ++s) {
    const float to = low + range * static_cast<float>(s) / static_cast<float>(kSearchSteps);
    const auto of_range = static_cast<double>(std::abs(to - now) / range);
    if (best && of_range >= best->of_range) continue;
    changed[scaling.features[i]] = to;
    const std::size_t other = rule.classifier.choose(changed).chosen;
    if (other == chosen) continue;
    best = {feature_of(rule, raw, i), static_cast<double>(to), of_range,
            chosen_name(asked, rule, other)};
  }
  return best;
}

// The world of a decision's trials: a model that was not run there cannot be run here.
class ReplayWorld : public World {
 public:
  // `features`: those of the decision are those that the rule would extract.
  ReplayWorld(const Asked& asked, bool features) : asked_(asked), has_features_(features) {
    const std::vector<ModelIndex> own = models_of(asked.rule());
    const std::vector<Cost> profiled = profiled_costs(asked.file);
    for (std::size_t m = 0; m < asked.file.zoo.models.size(); ++m) {
      const bool known = m < asked.costs.size() && asked.costs[m].available();
      const bool missing = !known && std::find(own.begin(), own.end(), m) != own.end();
      // A model that no own rule runs may only not be loaded.
      costs_.push_back(known ? asked.costs[m] : missing ? Cost{} : profiled[m]);
    }
    for (const Trial& trial : asked.decision.trials()) {
      if (trial.model < costs_.size()) costs_[trial.model] = {.cpu = trial.cpu, .wall = trial.wall};
    }
    for (const Step& step : asked.decision.steps()) {
      if (step.action == Action::kExtract && step.group < kMaxFeatureGroups)
        asked_for_.set(step.group);
    }
  }

  Trial run(ModelIndex model) noexcept override {
    const std::size_t trial = trial_of(asked_.decision.trials(), model);
    if (trial == kNoTrial || stopped()) {
      if (!stopped()) missing_model_ = model;
      return {.model = model};
    }
    spent_ += asked_.decision.tried[trial].cpu;
    return asked_.decision.tried[trial];
  }
  bool extract(std::size_t group) noexcept override {
    if (!has_features_ || group >= kMaxFeatureGroups || !asked_for_[group]) {
      if (!stopped()) lacks_features_ = true;
      return false;
    }
    if (!extracted_) spent_ += asked_.decision.features_cpu;
    extracted_ = true;
    return asked_.decision.extracted[group];
  }
  std::span<const float> features() const noexcept override { return asked_.features; }
  std::span<const Cost> costs() const noexcept override { return costs_; }
  Nanoseconds elapsed() const noexcept override { return Nanoseconds(0); }
  Nanoseconds cpu() const noexcept override { return spent_; }

  bool stopped() const { return missing_model_ || lacks_features_; }
  std::optional<ModelIndex> missing_model() const { return missing_model_; }
  Nanoseconds spent() const { return spent_; }

 private:
  const Asked& asked_;
  std::vector<Cost> costs_;
  bool has_features_;
  FeatureGroups asked_for_;
  bool extracted_ = false;
  std::optional<ModelIndex> missing_model_;
  bool lacks_features_ = false;
  Nanoseconds spent_{0};
};

// Do both rules look at the same features of the input, and are those kept?
bool same_features(const Asked& asked, const Rule& other) {
  if (const ModelSpec* network = network_of(asked.rule())) {
    return network_of(other) != nullptr && *network_of(other) == *network;
  }
  const ImageFeatureOptions* own = image_features_of(asked.rule());
  const ImageFeatureOptions* wanted = image_features_of(other);
  return own != nullptr && wanted != nullptr && *own == *wanted &&
         asked.features.size() >= kImageFeatures;
}

bool same_outcome(const Decision& a, const Decision& b) {
  const auto model = [](const Trial& trial) { return trial.model; };
  return a.answered() == b.answered() && (!a.answered() || a.answer.value == b.answer.value) &&
         std::ranges::equal(a.trials(), b.trials(), {}, model, model);
}

OtherPoint replayed(const Asked& asked, const OperatingPoint& point) {
  OtherPoint other{.name = point.name};
  ReplayWorld world(asked, same_features(asked, point.rule));
  const Decision decision = decide(*make_selector(point.rule), world);
  other.cpu_ms = to_ms(world.spent());
  if (lacks_lists(point.rule, decision.trials())) {
    other.unknown_why = "it looks at class probabilities, which were not kept";
  } else if (world.missing_model()) {
    other.model = asked.name(*world.missing_model());
    other.unknown_why = fmt::format("{} would have run, which did not run here", other.model);
  } else if (world.stopped()) {
    other.unknown_why = "it looks at features, which were not extracted here";
  } else {
    other.known = true;
    other.same = same_outcome(decision, asked.decision);
    other.answered = decision.answered();
  }
  if (!other.answered) return other;
  other.model = asked.name(decision.answered_by().model);
  other.said = asked.said(decision.answer.value, decision.answer.signals);
  return other;
}

}  // namespace

std::vector<FeatureChange> feature_changes(const Asked& asked, const PremodelRule& rule,
                                           std::span<const float> raw) {
  const std::size_t chosen = rule.classifier.choose(raw).chosen;
  std::vector<FeatureChange> changes;
  for (std::size_t i = 0; i < rule.classifier.scaling.features.size(); ++i) {
    if (auto change = smallest_change(asked, rule, raw, i, chosen)) {
      changes.push_back(std::move(*change));
    }
  }
  std::stable_sort(
      changes.begin(), changes.end(),
      [](const FeatureChange& a, const FeatureChange& b) { return a.of_range < b.of_range; });
  return changes;
}

std::vector<OtherPoint> other_points(const Asked& asked) {
  std::vector<OtherPoint> others;
  for (std::size_t p = 0; p < asked.file.points.size(); ++p) {
    if (p != asked.point) others.push_back(replayed(asked, asked.file.points[p]));
  }
  return others;
}

}  // namespace rightsize

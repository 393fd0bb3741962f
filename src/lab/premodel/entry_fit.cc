#include "lab/premodel/entry_fit.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "lab/premodel/trainer.h"
#include "lab/replay/search.h"
#include "lab/replay/valued.h"
#include "selector/feature_groups.h"

namespace rightsize {
namespace {

constexpr std::size_t kFolds = 3;         // inside the training items
constexpr double kMaxCorrelation = 0.75;  // of two features of the input
// Cascades that are tried, by their cost against the plain one's for the target: those that stop
// earlier leave time for inputs that are sent on at once.
constexpr std::array kScales = {0.5, 0.75, 1.0};

// Runs the stages before the entry that are to be run, then the entry, then goes on as the cascade.
class Forced : public Selector {
 public:
  Forced(CascadeRule rule, bool probes, std::size_t entry)
      : cascade_(std::move(rule)), probes_(probes && entry > 0), entry_(entry) {}

  Step next(const State& state) const noexcept override {
    const std::size_t done = state.trials.size();
    if (done == 0 && probes_) return run(0);
    if (done == (probes_ ? 1 : 0)) return run(entry_);
    return cascade_.next(state);
  }
  std::span<const ModelIndex> models() const noexcept override { return cascade_.models(); }
  void combine(std::span<const Trial> trials, Answer& answer) const noexcept override {
    cascade_.combine(trials, answer);
  }

 private:
  Step run(std::size_t stage) const noexcept {
    return {.action = Action::kRun,
            .reason = Reason::kChosen,
            .model = cascade_.models()[stage],
            .stage = static_cast<std::uint16_t>(stage)};
  }

  Cascade cascade_;
  bool probes_;
  std::size_t entry_;
};

struct Base {
  CascadeRule rule;
  double smoothed = 0.0;   // right answers of the plain cascade, as the search believes them
  std::int64_t right = 0;  // the same, counted
};

// All that is shared by the targets.
class EntryFit {
 public:
  EntryFit(const Recording& recording, std::vector<std::size_t> items, ModelIndex baseline)
      : recording_(recording),
        items_(std::move(items)),
        baseline_(baseline),
        frontier_(search_cascades(recording, items_, baseline)),
        totals_(totals_of(recording, items_, baseline)) {}

  Rule fit(const Target& target) const {
    ValuedRules rules(baseline_, items_.size(), totals_);
    const auto plain = find(frontier_, target, totals_, items_.size());
    if (!plain) return fixed_rule(baseline_);
    rules.add({[rule = plain->rule] { return Rule(rule); }, plain->smoothed, plain->cpu,
               plain->discordant});
    std::vector<CascadeRule> tried;
    for (const double scale : kScales) {
      const auto limit = static_cast<std::int64_t>(scale * static_cast<double>(plain->cpu));
      const auto found = scale == 1.0 ? plain : frontier_.within(limit);
      if (!found || found->rule.stages.size() < 2) continue;
      if (std::find(tried.begin(), tried.end(), found->rule) != tried.end()) continue;
      tried.push_back(found->rule);
      const Base base{found->rule, found->smoothed, found->worth};
      add_premodel(base, true, rules);
      if (recording_.table->feature_count() > 0) add_premodel(base, false, rules);
    }
    return rules.pick(target);
  }

 private:
  // What comes of entering at every stage: [stage][position].
  std::vector<std::vector<ReplayedItem>> enter_everywhere(const CascadeRule& rule,
                                                          bool probes) const {
    std::vector<std::vector<ReplayedItem>> results;
    for (std::size_t entry = 0; entry < rule.stages.size(); ++entry) {
      results.push_back(replay(Forced(rule, probes, entry), recording_, items_));
    }
    return results;
  }

  PremodelOptions options_of(const CascadeRule& rule, bool probes) const {
    PremodelOptions options;
    if (probes) options.probe = recording_.table->zoo.models[rule.stages.front().model].name;
    return options;
  }

  // Nanoseconds of the features in use, per position.
  std::vector<std::int64_t> feature_costs(const std::vector<std::uint16_t>& features) const {
    std::vector<std::int64_t> costs;
    const std::vector<std::uint8_t> groups = groups_of(features, image_feature_set());
    RecordedWorld world(recording_);
    for (const std::size_t item : items_) {
      world.select(item);
      const Nanoseconds before = world.cpu();
      for (const std::uint8_t group : groups) world.extract(group);
      costs.push_back((world.cpu() - before).count());
    }
    return costs;
  }

  // Tries a premodel; one that cannot be fitted is left out.
  void add_premodel(const Base& base, bool probes, ValuedRules& rules) const {
    std::vector<ModelIndex> models;
    for (const CascadeStage& stage : base.rule.stages) models.push_back(stage.model);
    const auto results = enter_everywhere(base.rule, probes);
    auto set = training_set(recording_, items_, models, options_of(base.rule, probes));
    if (!set.ok()) return;
    const std::vector<std::uint16_t> features = filter_correlated(*set, kMaxCorrelation).kept;
    if (features.empty()) return;
    std::vector<std::int64_t> overhead(items_.size(), 0);
    if (!probes) overhead = feature_costs(features);
    set->labels = best_entries(results);
    const bool one = std::adjacent_find(set->labels.begin(), set->labels.end(),
                                        std::not_equal_to<>()) == set->labels.end();
    if (one) return;
    const auto choices = held_out_choices(*set, features, shape(), kFolds);
    if (!choices.ok()) return;
    ValuedRule valued = value(base, results, *choices, overhead);
    valued.rule = [=, this, rule = base.rule, set = *set] {
      return entry_rule(rule, set, features, probes);
    };
    rules.add(std::move(valued));
  }

  // A small tree: few inputs tell where to enter, and it takes no time.
  PremodelShape shape() const {
    ClassifierSpec tree = ClassifierSpec::of(ClassifierKind::kTree);
    tree.max_depth = 3;
    tree.min_examples = std::max(10, static_cast<int>(items_.size() / 20));
    return {.chain = false, .levels = {tree}};
  }

  // The entry that is answered right at the least cost; where none is, the cheapest.
  std::vector<std::uint16_t> best_entries(
      const std::vector<std::vector<ReplayedItem>>& results) const {
    std::vector<std::uint16_t> labels;
    for (std::size_t p = 0; p < items_.size(); ++p) {
      std::size_t best = 0;
      for (std::size_t entry = 1; entry < results.size(); ++entry) {
        const ReplayedItem& item = results[entry][p];
        const ReplayedItem& held = results[best][p];
        const bool better = item.right != held.right ? item.right : item.cpu < held.cpu;
        if (better) best = entry;
      }
      labels.push_back(static_cast<std::uint16_t>(best));
    }
    return labels;
  }

  // The counted gain over the plain cascade is added to what that is believed to be worth.
  ValuedRule value(const Base& base, const std::vector<std::vector<ReplayedItem>>& results,
                   const std::vector<std::uint16_t>& choices,
                   const std::vector<std::int64_t>& overhead) const {
    ValuedRule valued;
    std::int64_t right = 0;
    for (std::size_t p = 0; p < items_.size(); ++p) {
      const std::size_t entry = std::min<std::size_t>(choices[p], results.size() - 1);
      const ReplayedItem& item = results[entry][p];
      right += item.right ? 1 : 0;
      valued.cpu += item.cpu + overhead[p];
      valued.discordant += item.right != (recording_.right[baseline_][items_[p]] != 0) ? 1 : 0;
    }
    valued.smoothed = base.smoothed + static_cast<double>(right - base.right);
    return valued;
  }

  Rule entry_rule(const CascadeRule& cascade, const TrainingSet& set,
                  const std::vector<std::uint16_t>& features, bool probes) const {
    auto classifier = fit_shape(set, features, shape());
    if (!classifier.ok()) return cascade;
    EntryRule rule{.premodel = {.classifier = std::move(*classifier)}, .cascade = cascade};
    for (const CascadeStage& stage : cascade.stages) rule.premodel.models.push_back(stage.model);
    if (probes) {
      rule.premodel.probe = cascade.stages.front().model;
    } else {
      rule.premodel.features = recording_.table->feature_spec.options;
    }
    return rule;
  }

  const Recording& recording_;
  std::vector<std::size_t> items_;
  ModelIndex baseline_;
  CascadeFrontier frontier_;
  Totals totals_;  // of the baseline
};

}  // namespace

FitPoint fit_entries(const Recording& recording, const std::vector<std::size_t>& items,
                     ModelIndex baseline) {
  const auto fit = std::make_shared<const EntryFit>(recording, items, baseline);
  return [fit](const Target& target) { return fit->fit(target); };
}

}  // namespace rightsize

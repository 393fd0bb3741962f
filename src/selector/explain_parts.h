// What the parts of an explanation are made of; for explain*.cc alone.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "selector/explain.h"

namespace rightsize {

// What is to be explained.
struct Asked {
  const SelectorFile& file;
  std::size_t point;
  const Decision& decision;
  std::span<const Cost> costs;
  std::span<const float> features;
  std::span<const std::string> texts;  // of translation, one per trial

  const Rule& rule() const { return file.points[point].rule; }
  std::string name(ModelIndex model) const {
    return model < file.zoo.models.size() ? file.zoo.models[model].name : "?";
  }
  Said said(std::int64_t answer, const Signals& signals) const;
};

// Does this rule look at class lists, which these trials lack?
bool lacks_lists(const Rule& rule, std::span<const Trial> trials);

// Was this step taken by what a premodel or routing chose?
inline bool chooses(const Step& step) {
  return step.reason == Reason::kChosen || step.reason == Reason::kNoneSuitable ||
         step.reason == Reason::kProbe;
}

// What the answer of trial `t` of a cascade was put to; nothing if it was to nothing or is unknown.
std::optional<StageTest> comparison_of(const Asked& asked, const CascadeRule& rule, std::size_t t);

// What a premodel or routing chooses by.
struct LooksAt {
  std::optional<ModelIndex> probe;
  const FeatureSet& set;
  std::span<const std::uint16_t> features;  // positions in the set
};
inline LooksAt looks_at(const PremodelRule& rule) {
  return {rule.probe, rule.feature_set(), rule.classifier.scaling.features};
}
inline LooksAt looks_at(const RoutingRule& rule) {
  return {rule.probe, rule.feature_set(), rule.features};
}
// The raw features that it looked at. Nothing where they are not there, and `why` says why.
std::optional<std::vector<float>> chooser_input(const Asked& asked, const LooksAt& looks,
                                                std::string& why);

std::vector<Score> predictions_of(const Asked& asked, const RoutingRule& rule,
                                  std::span<const float> raw);
PremodelChoice premodel_choice(const Asked& asked, const PremodelRule& rule,
                               std::span<const float> raw);
// The name of class `chosen` of the classifier; empty for none.
std::string chosen_name(const Asked& asked, const PremodelRule& rule, std::size_t chosen);
// The `i`-th feature that the classifier looks at.
Factor feature_of(const PremodelRule& rule, std::span<const float> raw, std::size_t i);

std::vector<FeatureChange> feature_changes(const Asked& asked, const PremodelRule& rule,
                                           std::span<const float> raw);
std::vector<OtherPoint> other_points(const Asked& asked);

// The greatest contributions first, and at most `count`.
void keep_greatest(std::vector<Factor>& factors, std::size_t count);

}  // namespace rightsize

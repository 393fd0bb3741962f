// What the parts of an explanation are made of; for explain*.cc alone.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "selector/explain.h"

namespace rightsize {

// What is to be explained.
struct Asked {
  const SelectorFile& file;
  std::size_t point;
  const Decision& decision;
  std::span<const Cost> costs;
  std::span<const float> features;

  const Rule& rule() const { return file.points[point].rule; }
  std::string name(ModelIndex model) const {
    return model < file.zoo.models.size() ? file.zoo.models[model].name : "?";
  }
  Said said(std::int64_t label, double probability) const;
};

inline double to_ms(Nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

// Does this rule look at class lists, which these trials lack?
bool lacks_lists(const Rule& rule, std::span<const Trial> trials);

// What the answer of trial `t` of a cascade was put to; nothing if it was to nothing or is unknown.
std::optional<StageTest> comparison_of(const Asked& asked, const CascadeRule& rule, std::size_t t);

// What the premodel looked at: raw features of its feature set. Nothing where they are not there,
// and `why` says why.
std::optional<std::vector<float>> premodel_input(const Asked& asked, const PremodelRule& rule,
                                                 std::string& why);
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

// A rule: the parameters of a selector of any kind, as training finds them and selector files hold
// them.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "rightsize/selector.h"
#include "selector/cascade.h"
#include "selector/entered_cascade.h"
#include "selector/premodel.h"
#include "selector/routing.h"

namespace rightsize {

using Rule = std::variant<CascadeRule, PremodelRule, EntryRule, RoutingRule>;

CascadeRule fixed_rule(ModelIndex model);
std::unique_ptr<Selector> make_selector(const Rule& rule);
// "fixed", "cascade", "premodel", "entry" or "routing".
const char* kind_of(const Rule& rule);
// Every model that the rule may run, in the order it would try them.
std::vector<ModelIndex> models_of(const Rule& rule);
// The same rule for another numbering: model m becomes places[m].
Rule renumbered(Rule rule, const std::vector<ModelIndex>& places);

// The parts that kinds share: the stages, entered or not; the premodel that chooses a model or an
// entry. Null where the rule has none.
const CascadeRule* cascade_of(const Rule& rule);
const PremodelRule* premodel_of(const Rule& rule);

// How the features of the input are extracted that the rule looks at; null where it looks at none.
const ImageFeatureOptions* image_features_of(const Rule& rule);
// The network of its own that the rule asks, beside the zoo's models; null where there is none.
const ModelSpec* network_of(const Rule& rule);

}  // namespace rightsize

// A rule: the parameters of a selector of any kind, as training finds them and selector files hold
// them.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "rightsize/selector.h"
#include "selector/cascade.h"
#include "selector/premodel.h"

namespace rightsize {

using Rule = std::variant<CascadeRule, PremodelRule>;

CascadeRule fixed_rule(ModelIndex model);
std::unique_ptr<Selector> make_selector(const Rule& rule);
const char* kind_of(const Rule& rule);  // "fixed", "cascade" or "premodel"
// Every model that the rule may run, in the order it would try them.
std::vector<ModelIndex> models_of(const Rule& rule);
// The same rule for another numbering: model m becomes places[m].
Rule renumbered(Rule rule, const std::vector<ModelIndex>& places);

}  // namespace rightsize

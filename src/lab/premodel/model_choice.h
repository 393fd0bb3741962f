// Which models enter the premodel: Algorithm 1 of Marco et al., ACM TECS 2020, section 3.3.
//
// It begins with the model that is optimal for most inputs and adds, one at a time, the model with
// the greatest improvement, until the next would raise the union accuracy (that of a perfect
// chooser among them) by no more than theta. The printed algorithm adds that last model before it
// tests; its walk-through does not, and nor do we.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lab/replay/recording.h"

namespace rightsize {

enum class ChoiceMethod : std::uint8_t {
  kAccuracy,   // the greatest gain of union accuracy
  kOptimal,    // the greatest gain of union accuracy per added cost of a perfect chooser
  kAlternate,  // the two in turn, kOptimal first
};
const char* to_string(ChoiceMethod method);

struct ModelChoiceOptions {
  ChoiceMethod method = ChoiceMethod::kAccuracy;
  double theta = 0.005;           // share of inputs: 0.005 is half a point
  std::size_t max_models = 15;    // at most this many
  std::vector<ModelIndex> fixed;  // not empty: these models, in this order, whatever they give
};

// One step of the choice.
struct ChosenModel {
  ModelIndex model = 0;
  double union_quality = 0.0;  // share of the items that a perfect chooser answers rightly
  double union_cost = 0.0;  // its mean cost: the cheapest right model, the cheapest where none is
};

// The models in the order they were chosen, at least one: also the order of a chain.
std::vector<ChosenModel> choose_models(const Recording& recording,
                                       const std::vector<std::size_t>& items,
                                       const ModelChoiceOptions& options);

}  // namespace rightsize

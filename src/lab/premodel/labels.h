// What a premodel is to learn: which model is optimal for an input, that is, which is the cheapest
// of those that answer it rightly.
#pragma once

#include <cstdint>
#include <vector>

#include "lab/replay/recording.h"

namespace rightsize {

// Position in `models` of the cheapest right model of an item (the earlier of equals);
// models.size() where none is right.
std::size_t optimal_model(const Recording& recording, std::size_t item,
                          const std::vector<ModelIndex>& models);

std::vector<std::uint16_t> optimal_models(const Recording& recording,
                                          const std::vector<std::size_t>& items,
                                          const std::vector<ModelIndex>& models);

// Per item, which of the models are right: bit c stands for models[c].
std::vector<std::uint32_t> right_models(const Recording& recording,
                                        const std::vector<std::size_t>& items,
                                        const std::vector<ModelIndex>& models);

}  // namespace rightsize

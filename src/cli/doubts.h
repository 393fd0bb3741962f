// Doubts of translations as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "rightsize/doubt.h"

namespace rightsize::cli {

inline nlohmann::ordered_json json_of(std::span<const Doubt> doubts) {
  auto list = nlohmann::ordered_json::array();
  for (const Doubt& doubt : doubts) {
    list.push_back({{"kind", to_string(doubt.kind)}, {"what", doubt.what}});
  }
  return list;
}

}  // namespace rightsize::cli

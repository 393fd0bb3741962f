// Doubts of translations, in words and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "rightsize/doubt.h"

namespace rightsize::cli {

inline std::string words_of(std::span<const Doubt> doubts) {
  std::string text;
  for (const Doubt& doubt : doubts) text += (text.empty() ? "" : "; ") + doubt.what;
  return text;
}

inline nlohmann::ordered_json json_of(std::span<const Doubt> doubts) {
  auto list = nlohmann::ordered_json::array();
  for (const Doubt& doubt : doubts) {
    list.push_back({{"kind", to_string(doubt.kind)}, {"what", doubt.what}});
  }
  return list;
}

}  // namespace rightsize::cli

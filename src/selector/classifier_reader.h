// Reads one classifier of a premodel, whose sizes follow from the premodel; used by
// classifier_json.cc alone.
#pragma once

#include <fmt/format.h>

#include <cassert>
#include <concepts>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/json_reader.h"
#include "selector/classifier.h"

namespace rightsize {

using PointSets = std::vector<std::shared_ptr<const PointSet>>;

Result<Classifier> read_classifier(const nlohmann::json& object, const std::string& path,
                                   std::size_t features, std::size_t classes,
                                   const PointSets& point_sets);

// A whole number from `least` to `most`; `least` after a failure.
std::size_t read_count(JsonReader& in, const char* key, std::size_t least, std::size_t most);

// Finite numbers that a float can hold.
void read_floats(JsonReader& in, const char* key, std::vector<float>& values);

// Whole numbers from 0 to limit - 1, which an Integer must hold.
template <std::unsigned_integral Integer>
void read_whole(JsonReader& in, const char* key, std::size_t limit, std::vector<Integer>& values) {
  assert(limit <= std::size_t{1} + std::numeric_limits<Integer>::max());
  std::vector<double> numbers;
  in.read(key, numbers);
  values.clear();
  for (const double number : numbers) {
    const bool good = number >= 0 && number < static_cast<double>(limit) &&
                      static_cast<double>(static_cast<Integer>(number)) == number;
    if (!good) return in.fail(fmt::format("needs whole numbers below {} as '{}'", limit, key));
    values.push_back(static_cast<Integer>(number));
  }
}

}  // namespace rightsize

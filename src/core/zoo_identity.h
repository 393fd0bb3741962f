// Which of a manifest's facts decide answers, and whether two zoos agree in them. Runs, merged
// shards and selector files are matched by this alone: what something is called or where it lies
// does not count.
#pragma once

#include <optional>
#include <string>

#include "core/manifest.h"

namespace rightsize {

// The first fact in which two zoos or models differ, for people: "model 'small': decoding",
// "greedy", "beam 4".
struct Difference {
  std::string field;
  std::string a;
  std::string b;
};
// "decoding: greedy in the selector file, beam 4 in the run"
std::string words_of(const Difference& difference, const std::string& of_a,
                     const std::string& of_b);

// What models answer: the task and, of images, the classes' keys in their order.
std::optional<Difference> difference_of_answers(const Zoo& a, const Zoo& b);
// Files by content, settings by value; those that are without effect do not count.
std::optional<Difference> difference_of_models(const ModelSpec& a, const Zoo& of_a,
                                               const ModelSpec& b, const Zoo& of_b);
// All of it, models one by one: they must have the same names in the same order.
std::optional<Difference> difference_of_zoos(const Zoo& a, const Zoo& b);

}  // namespace rightsize

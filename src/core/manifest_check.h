// What must hold of a model whatever format it was read from.
#pragma once

#include <string>

#include "core/manifest.h"

namespace rightsize {

inline constexpr std::size_t kMaxModels = 256;
inline constexpr int kMaxSide = 4096;
inline constexpr std::int64_t kMaxOutputs = 1'000'000;
inline constexpr int kMaxPositions = 4096;  // of a sentence, in pieces or tokens
inline constexpr int kMaxBeam = 32;

// Of a zoo, and the words that list them.
bool is_known_task(const std::string& task);
inline constexpr const char* kKnownTasks = "\"image-classification\" and \"translation\"";

// What is wrong with `model` as the next model of `zoo`, in words for the user; empty if nothing
// is.
std::string fault_of(const ModelSpec& model, const Zoo& zoo);

// The same of the drafts that a model of `zoo` names, once all models are known.
std::string fault_of_drafts(const ModelSpec& model, const Zoo& zoo);

// The same of the words of the checks.
std::string fault_of(const CheckWords& checks);

}  // namespace rightsize

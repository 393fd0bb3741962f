#include "core/classes.h"

#include <algorithm>
#include <cmath>

namespace rightsize {
namespace {

// Calls `use(class, value)` for every output that is a class.
template <typename Use>
void for_each_class(std::span<const float> output, const OutputSpec& spec, Use use) {
  if (spec.class_of_output.empty()) {
    for (std::size_t i = 0; i < output.size(); ++i) use(static_cast<std::int32_t>(i), output[i]);
    return;
  }
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (spec.class_of_output[i] >= 0) use(spec.class_of_output[i], output[i]);
  }
}

bool surer(const ClassScore& a, const ClassScore& b) {
  if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
  return a.label < b.label;
}

// Keeps the kTopClasses best in order, by insertion: the list is short and most values are far
// below.
void insert(TopClasses& top, ClassScore score) {
  if (top.count == kTopClasses) {
    if (!surer(score, top.classes[kTopClasses - 1])) return;
  } else {
    ++top.count;
  }
  std::size_t i = top.count - 1;
  for (; i > 0 && surer(score, top.classes[i - 1]); --i) top.classes[i] = top.classes[i - 1];
  top.classes[i] = score;
}

// The logarithm of what the scores of all classes must be divided by, so that they add up to 1.
struct Normaliser {
  OutputKind kind = OutputKind::kLogits;
  double shift = 0.0;  // the largest logit, taken off first: the sum of both would lose bits
  double log_total = 0.0;
  double log_probability(float value) const {
    // Probabilities of 0 are taken as 1e-30, so that logarithms stay finite.
    return kind == OutputKind::kLogits
               ? static_cast<double>(value) - shift - log_total
               : std::log(std::max(static_cast<double>(value), 1e-30)) - log_total;
  }
};

Status make_normaliser(std::span<const float> output, const OutputSpec& spec, Normaliser& result) {
  result.kind = spec.kind;
  bool finite = true;
  bool negative = false;
  float largest = -std::numeric_limits<float>::infinity();
  for (const float value : output) finite = finite && std::isfinite(value);
  if (!finite) return runtime_error("the model's output holds a value that is not a number");
  for_each_class(output, spec, [&](std::int32_t, float value) {
    largest = std::max(largest, value);
    negative = negative || value < 0;
  });
  double total = 0.0;
  if (spec.kind == OutputKind::kLogits) {
    for_each_class(output, spec, [&](std::int32_t, float value) {
      total += std::exp(static_cast<double>(value) - static_cast<double>(largest));
    });
    result.shift = static_cast<double>(largest);
    result.log_total = std::log(total);
    return {};
  }
  double whole = 0.0;  // dropped outputs take their share of the probabilities
  for (const float value : output) whole += static_cast<double>(value);
  for_each_class(output, spec, [&](std::int32_t, float value) {
    total += std::max(static_cast<double>(value), 1e-30);
  });
  if (negative || std::abs(whole - 1.0) > 0.01) {
    return runtime_error(
        "the model's output is declared as probabilities but is negative or does not add up to 1; "
        "set kind = \"logits\" in the manifest if they are logits");
  }
  result.log_total = std::log(total);
  return {};
}

}  // namespace

void set_answer(const ClassOutcome& outcome, Trial& trial) {
  trial.status = TrialStatus::kOk;
  trial.signals = outcome.signals;
  trial.answer = outcome.label();
  trial.top = &outcome.top;
}

bool hit(const TopClasses& top, std::int32_t wanted, std::uint32_t k) {
  for (std::uint32_t i = 0; i < std::min(k, top.count); ++i) {
    if (top.classes[i].label == wanted) return true;
  }
  return false;
}

Status interpret(std::span<const float> output, const OutputSpec& spec, ClassOutcome& outcome) {
  if (output.size() != static_cast<std::size_t>(spec.outputs)) {
    return runtime_error("the model gave " + std::to_string(output.size()) + " outputs, " +
                         std::to_string(spec.outputs) + " are declared");
  }
  Normaliser normaliser{};
  if (Status status = make_normaliser(output, spec, normaliser); !status.ok()) return status;

  outcome = {};
  double entropy = 0.0;
  for_each_class(output, spec, [&](std::int32_t label, float value) {
    const double log_probability = normaliser.log_probability(value);
    entropy -= std::exp(log_probability) * log_probability;
    insert(outcome.top, {label, static_cast<float>(log_probability)});
  });
  double listed = 0.0;
  for (std::uint32_t i = 0; i < outcome.top.count; ++i) {
    listed += std::exp(static_cast<double>(outcome.top.classes[i].log_probability));
  }
  outcome.top.rest = static_cast<float>(std::max(0.0, 1.0 - listed));
  const auto probability = [&](std::uint32_t i) {
    return i < outcome.top.count
               ? std::exp(static_cast<double>(outcome.top.classes[i].log_probability))
               : 0.0;
  };
  outcome.signals = {probability(0), probability(0) - probability(1), std::max(0.0, entropy)};
  return {};
}

}  // namespace rightsize

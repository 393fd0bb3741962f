#include "core/manifest_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace rightsize {
namespace {

std::string fault_of_input(const InputSpec& input) {
  const auto bad_side = [](int side) { return side < 1 || side > kMaxSide; };
  if (bad_side(input.height) || bad_side(input.width)) {
    return fmt::format("the key 'size' of its input must be [height, width], each 1 to {}",
                       kMaxSide);
  }
  if (!(input.crop_fraction > 0 && input.crop_fraction <= 1)) {
    return "'crop_fraction' must be above 0 and at most 1";
  }
  if (input.shrink == Filter::kBicubic) return "'shrink' must be \"area\" or \"bilinear\"";
  if (input.enlarge == Filter::kArea) return "'enlarge' must be \"bicubic\" or \"bilinear\"";
  const auto finite = [](float v) { return std::isfinite(v); };
  if (!std::all_of(input.mean.begin(), input.mean.end(), finite)) return "'mean' must be finite";
  const auto good = [](float v) { return std::isfinite(v) && v > 0; };
  if (!std::all_of(input.std.begin(), input.std.end(), good)) return "'std' must be above 0";
  return {};
}

std::string fault_of_output(const OutputSpec& output, std::size_t classes) {
  if (output.outputs < 1 || output.outputs > kMaxOutputs) {
    return fmt::format("the key 'outputs' of its output must be 1 to {}", kMaxOutputs);
  }
  const auto& map = output.class_of_output;
  const auto outputs = static_cast<std::size_t>(output.outputs);
  if (map.empty() && outputs != classes) {
    return fmt::format(
        "has {} outputs for {} classes; say which output is which class with 'drop' "
        "or 'class_map'",
        outputs, classes);
  }
  if (map.empty()) return {};
  if (map.size() != outputs) {
    return fmt::format("'class_map' has {} lines for {} outputs", map.size(), outputs);
  }
  std::set<std::int32_t> seen;
  for (const std::int32_t label : map) {
    if (label < -1 || label >= static_cast<std::int32_t>(classes)) {
      return fmt::format("an output is mapped to class {}, the zoo has {} classes", label, classes);
    }
    if (label >= 0 && !seen.insert(label).second) {
      return fmt::format("two outputs are mapped to class {}", label);
    }
  }
  return seen.empty() ? "no output is a class" : "";
}

}  // namespace

std::string fault_of(const ModelSpec& model, const Zoo& zoo) {
  if (model.name.empty()) return "a model needs the key 'name'";
  if (zoo.find(model.name) != nullptr) {
    return fmt::format("two models are called '{}'; names must be unique", model.name);
  }
  std::string fault;
  const bool hex = model.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (model.file.empty()) {
    fault = "the key 'file' is missing";
  } else if (model.sha256.size() != 64 || !hex) {
    fault = "'sha256' must be the 64 lower-case hexadecimal digits that `sha256sum` prints";
  } else if (fault = fault_of_input(model.input); fault.empty()) {
    fault = fault_of_output(model.output, zoo.classes.size());
  }
  return fault.empty() ? "" : fmt::format("model '{}': {}", model.name, fault);
}

}  // namespace rightsize

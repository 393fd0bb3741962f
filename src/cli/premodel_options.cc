#include "cli/premodel_options.h"

#include <fmt/format.h>

namespace rightsize::cli {

namespace {

// The arguments that say more about a premodel, as far as they differ from their defaults.
std::vector<std::string> details_of(const PremodelArgs& args) {
  const PremodelArgs plain;
  std::vector<std::string> words;
  const auto add = [&](const char* option, const auto& value, const auto& usual) {
    if (value != usual) words.insert(words.end(), {option, fmt::format("{}", value)});
  };
  add("--chain-labels", args.chain_labels, plain.chain_labels);
  add("--choice", args.method, plain.method);
  add("--theta", args.theta_points, plain.theta_points);
  add("--max-models", args.max_models, plain.max_models);
  add("--features", args.features, plain.features);
  add("--neighbours", args.neighbours, plain.neighbours);
  add("--radius", args.radius, plain.radius);
  add("--probe", args.probe, plain.probe);
  add("--fallback", args.fallback, plain.fallback);
  return words;
}

}  // namespace

Result<std::optional<PremodelOptions>> premodel_options(const PremodelArgs& args, bool cnn) {
  if (args.shape == "none") {
    PremodelArgs asked = args;
    if (cnn) asked.fallback.clear();
    const std::vector<std::string> details = details_of(asked);
    if (!details.empty()) {
      return invalid_input(details.front() + " is for a premodel: give --premodel too");
    }
    return std::optional<PremodelOptions>();
  }
  PremodelOptions options;
  if (args.shape == "auto") {
    options.shape.reset();
  } else {
    const Result<PremodelShape> shape = PremodelShape::parse(args.shape);
    if (!shape.ok()) return shape.status().with_context("--premodel");
    options.shape = *shape;
    for (ClassifierSpec& level : options.shape->levels) {
      level.k = args.neighbours;
      level.radius = args.radius;
    }
  }
  options.choice.method = args.method == "optimal"     ? ChoiceMethod::kOptimal
                          : args.method == "alternate" ? ChoiceMethod::kAlternate
                                                       : ChoiceMethod::kAccuracy;
  if (args.chain_labels == "right") options.chain_labels = ChainLabels::kRight;
  options.choice.theta = args.theta_points / 100;
  options.choice.max_models = args.max_models;
  options.features = args.features;
  options.probe = args.probe;
  options.fallback = args.fallback;
  return std::optional(options);
}

std::vector<std::string> arguments_of(const PremodelArgs& args, const std::string& cost) {
  std::vector<std::string> words;
  if (cost != "time") words.insert(words.end(), {"--cost", cost});
  if (args.shape == PremodelArgs().shape) return words;
  words.insert(words.end(), {"--premodel", args.shape});
  const std::vector<std::string> details = details_of(args);
  words.insert(words.end(), details.begin(), details.end());
  return words;
}

CostKind cost_kind(const std::string& name) {
  return name == "energy" ? CostKind::kEnergy : CostKind::kTime;
}

}  // namespace rightsize::cli

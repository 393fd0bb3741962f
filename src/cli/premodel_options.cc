#include "cli/premodel_options.h"

namespace rightsize::cli {

Result<std::optional<PremodelOptions>> premodel_options(const PremodelArgs& args) {
  if (args.shape == "none") return std::optional<PremodelOptions>();
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

CostKind cost_kind(const std::string& name) {
  return name == "energy" ? CostKind::kEnergy : CostKind::kTime;
}

}  // namespace rightsize::cli

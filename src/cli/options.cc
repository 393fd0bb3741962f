#include "cli/options.h"

#include <fmt/format.h>

namespace rightsize::cli {

CLI::Validator finite_range(double low, double high) {
  std::string words = fmt::format("FLOAT in [{} - {}]", low, high);
  return {[=](std::string& text) -> std::string {
            double value = 0.0;
            const bool good =
                CLI::detail::lexical_cast(text, value) && value >= low && value <= high;
            return good ? "" : fmt::format("Value {} not in range {} to {}", text, low, high);
          },
          words};
}

CLI::Option* add_json(CLI::App& command, bool& json) {
  return command.add_flag("--json", json, "Print one JSON document instead of text");
}

void add_models(CLI::App& command, Paths& models) {
  command
      .add_option("--models", models,
                  "Folder searched for model files that are not where the manifest or selector "
                  "file says; may be repeated")
      ->allow_extra_args(false)  // one folder each time: what follows is another argument
      ->type_name("DIR");
}

void add_runtime(CLI::App& command, std::filesystem::path& runtime) {
  command.add_option("--runtime", runtime, "Path of libonnxruntime.so.1")->type_name("FILE");
}

void add_max_pixels(CLI::App& command, double& megapixels) {
  command
      .add_option("--max-pixels", megapixels, "Refuse images of more than this many million pixels")
      ->type_name("MPIX")
      ->check(finite_range(1e-6, 1e6))
      ->capture_default_str();
}

void add_feature_options(CLI::App& command, ImageFeatureOptions& options) {
  const std::string group = "Features (docs/features.md)";
  const auto limits = fmt::format("0 or {} to {}", kMinWorkingSide, kMaxWorkingSide);
  command
      .add_option("--max-side", options.max_side,
                  "Longer side of the image that features are computed on, in pixels; 0: as it is")
      ->check((CLI::Range(0, 0) | CLI::Range(kMinWorkingSide, kMaxWorkingSide)).description(limits))
      ->group(group)
      ->capture_default_str();
  command
      .add_option("--keypoint-threshold", options.keypoint_threshold,
                  "Of the keypoint detector FAST, in grey levels")
      ->check(CLI::Range(1, 254))
      ->group(group)
      ->capture_default_str();
  command.add_option("--edge-low", options.edge_low, "Lower threshold of the edge detector Canny")
      ->check(CLI::Range(0, kMaxGradient))
      ->group(group)
      ->capture_default_str();
  command.add_option("--edge-high", options.edge_high, "Upper threshold; not below the lower one")
      ->check(CLI::Range(0, kMaxGradient))
      ->group(group)
      ->capture_default_str();
}

}  // namespace rightsize::cli

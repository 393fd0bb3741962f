// Options that several commands have, and the commands of the laboratory. CLI11 is included by the
// command line's own files alone: it is slow to compile.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "cli/commands.h"

namespace rightsize::cli {

using Run = std::function<int()>;

// CLI::Range lets "nan" pass.
CLI::Validator finite_range(double low, double high);

CLI::Option* add_json(CLI::App& command, bool& json);
void add_models(CLI::App& command, Paths& models);
void add_runtime(CLI::App& command, std::filesystem::path& runtime);
void add_feature_options(CLI::App& command, ImageFeatureOptions& options);
void add_max_pixels(CLI::App& command, double& megapixels);

#ifdef RIGHTSIZE_WITH_LAB
struct LabArgs {
  ProfileArgs profile;
  MergeArgs merge;
  EvaluateArgs train;
  EvaluateArgs evaluate;
  WorthArgs worth;
  DraftsArgs drafts;
  DeadlinesArgs deadlines;
  CertifyArgs certify;
  ReproduceArgs reproduce;
  LabelsArgs labels;
};
void add_lab_commands(CLI::App& app, LabArgs& args, Run& run);
#endif

}  // namespace rightsize::cli

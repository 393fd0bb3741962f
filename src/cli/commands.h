// One function per command; main.cc turns the command line into these structs.
// Each returns the process's exit code: 0 done, 1 failed (and said why on stderr).
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/image_feature_set.h"

namespace rightsize::cli {

using Paths = std::vector<std::filesystem::path>;

struct ZooCheckArgs {
  std::filesystem::path zoo;
  Paths models;
  std::filesystem::path runtime;
  bool json = false;
};
int zoo_check(const ZooCheckArgs& args);

// A budget, in the units of the command line; unset: no limit.
struct BudgetArgs {
  std::optional<double> max_loss_points;
  std::optional<double> min_quality_percent;
  std::optional<double> mean_ms;
  std::optional<double> deadline_ms;
  std::optional<double> max_energy_mj;
  bool answer_late = false;
  bool proven = false;
};

struct ClassifyArgs {
  std::filesystem::path selector;
  std::vector<std::string> images;  // files, folders, "-" for stdin
  std::string point;
  BudgetArgs budget;
  bool explain = false;
  bool retreat = false;
  bool tolerate_missing = false;
  Paths models;
  std::filesystem::path runtime;
  double max_megapixels = 100;
  bool compare = false;
  bool json = false;
};
int classify(const ClassifyArgs& args);

struct TranslateArgs {
  std::filesystem::path selector;
  std::vector<std::string> sentences;
  Paths files;  // "-" for stdin
  std::string point;
  BudgetArgs budget;
  bool explain = false;
  bool plain = false;
  std::filesystem::path check;  // translations to check instead of translating; empty: none
  Paths models;
  std::filesystem::path runtime;
  bool json = false;
};
int translate(const TranslateArgs& args);
int check_translations(const TranslateArgs& args);

struct DeadlinesArgs {
  std::filesystem::path run;
  std::vector<std::string> leave_out;  // patterns of model names
  std::string criterion;
  std::string late = "empty";
  bool wall = false;
  std::size_t folds = 10;
  std::uint64_t seed = 1;
  std::filesystem::path markdown;
  bool json = false;
};
int deadlines(const DeadlinesArgs& args);

struct DraftsArgs {
  std::filesystem::path zoo;
  std::filesystem::path file;
  Paths models;
  std::filesystem::path runtime;
  std::size_t sentences = 200;
  int rounds = 3;
  bool json = false;
};
int drafts(const DraftsArgs& args);

struct MemoryBuildArgs {
  std::filesystem::path source;
  std::filesystem::path target;
  std::filesystem::path output;
  bool json = false;
};
int memory_build(const MemoryBuildArgs& args);

struct MemoryLookupArgs {
  std::filesystem::path memory;
  std::vector<std::string> sentences;  // none: lines of stdin
  double least = 0.5;
  bool json = false;
};
int memory_lookup(const MemoryLookupArgs& args);

struct FeaturesArgs {
  std::vector<std::string> images;  // files, folders, "-" for stdin
  ImageFeatureOptions features;
  double max_megapixels = 100;
  bool csv = false;
  bool json = false;
};
int features(const FeaturesArgs& args);

struct InfoArgs {
  std::filesystem::path file;
  bool json = false;
};
int info(const InfoArgs& args);

#ifdef RIGHTSIZE_WITH_LAB
struct ProfileArgs {
  std::filesystem::path zoo;
  std::filesystem::path data;
  std::filesystem::path output;
  Paths models;
  std::filesystem::path runtime;
  std::string shard = "1/1";
  int threads = 0;
  double tolerance_percent = 5;
  int max_passes = 20;
  int timing_items = 500;
  ImageFeatureOptions features;
  double max_megapixels = 100;
  bool json = false;
};
int profile(const ProfileArgs& args);

struct MergeArgs {
  Paths inputs;
  std::filesystem::path output;
  bool json = false;
};
int merge(const MergeArgs& args);

// What premodel to fit, in the words of PremodelOptions.
struct PremodelArgs {
  std::string shape = "none";
  std::string method = "accuracy";
  std::string chain_labels = "optimal";
  double theta_points = 0.5;
  std::size_t max_models = 3;
  std::size_t features = 7;
  std::size_t neighbours = 5;
  float radius = std::numeric_limits<float>::infinity();
  std::string probe;
  std::string fallback;
};

struct EvaluateArgs {
  std::filesystem::path run;
  std::filesystem::path selector;
  std::string baseline;
  std::vector<std::string> leave_out;  // patterns of model names
  std::string reference;
  std::string criterion;  // empty: that of the task
  double suitable = 0.4;  // as Reference has it
  std::string cost = "time";
  std::string kinds = "signal";  // evaluate: SelectorKinds, or "all"
  std::string kind = "signal";   // train: a SelectorKind, or "auto"
  PremodelArgs premodel;
  std::filesystem::path cnn;  // folder
  std::filesystem::path runtime;
  std::size_t folds = 10;
  std::uint64_t seed = 1;
  double max_loss_points = 0;  // of the verdict
  std::filesystem::path html;
  std::filesystem::path plot;
  std::filesystem::path output;  // train: the selector file
  bool json = false;
};
int train(const EvaluateArgs& args);
int evaluate(const EvaluateArgs& args);

struct WorthArgs {
  std::filesystem::path run;
  std::string baseline;
  std::vector<std::string> leave_out;  // patterns of model names
  std::string reference;
  std::string criterion;  // empty: that of the task
  double suitable = 0.4;  // as Reference has it
  std::size_t folds = 10;
  std::uint64_t seed = 1;
  double max_loss_points = 0;        // of the verdict
  std::size_t max_models = 0;        // 0: no limit
  double max_mib = 0.0;              // 0: no limit
  std::vector<std::string> faster;   // MODEL=FACTOR
  std::vector<std::string> without;  // patterns of model names
  std::filesystem::path latencies;
  bool json = false;
};
int worth(const WorthArgs& args);

struct CertifyArgs {
  EvaluateArgs training;  // run, output and how to train
  std::filesystem::path selector;
  double max_loss_points = 1;
  double confidence_percent = 95;
  double learn_percent = 50;
};
int certify(const CertifyArgs& args);

struct ReproduceArgs {
  std::filesystem::path run;
  std::vector<std::string> leave_out;  // patterns of model names
  std::filesystem::path compression;
  std::filesystem::path cnn;
  std::filesystem::path runtime;
  std::string baseline;
  std::string cost = "time";
  std::size_t max_models = 3;
  std::size_t folds = 10;
  std::uint64_t seed = 1;
  std::filesystem::path html;
  std::filesystem::path markdown;
  std::filesystem::path lexicon;  // of a run of translations
  std::string criterion;          // likewise
  bool json = false;
};
int reproduce(const ReproduceArgs& args);

struct LabelsArgs {
  std::filesystem::path run;
  std::vector<std::string> leave_out;  // patterns of model names
  std::filesystem::path output;        // empty: stdout
  std::string cost = "time";
  std::size_t max_models = 3;
  std::size_t folds = 10;
  std::uint64_t seed = 1;
};
int labels(const LabelsArgs& args);

// `info` of a run.db.
int info_run(const InfoArgs& args);
#endif

}  // namespace rightsize::cli

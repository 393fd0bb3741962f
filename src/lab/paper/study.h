// All experiments of the paper's evaluation on one recording. Inside each fold of one
// cross-validation every variant of the premodel is fitted to the training items and judged on the
// others, so all of them, and the controls, meet the same inputs.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/premodel/cnn.h"
#include "lab/premodel/soundness.h"
#include "lab/premodel/trainer.h"
#include "lab/replay/cross_validation.h"

namespace rightsize {

struct StudyOptions {
  std::string baseline;        // empty: the best single model
  std::size_t max_models = 3;  // as many as the paper's premodel has
  std::string fallback;        // for the variants that always answer; empty: the training
                               // items' best single model
  bool all_models = false;     // the premodel chooses among all of the zoo, cheapest first
  bool brief = false;          // the premodel and its controls alone, no experiments
  std::optional<CnnPremodel> cnn;
  FoldOptions folds;
};

// What one variant did on all inputs, held out and pooled in the order of the recording.
struct Variant {
  std::string name;
  double parameter = 0.0;  // what the experiment varies, where it is a number
  double used = 0.0;       // how many (models, features) were really there, added up over the folds
  std::vector<ReplayedItem> items;
};

// A perfect chooser among the models that a method of choice picks.
struct ChoiceResult {
  ChoiceMethod method = ChoiceMethod::kAccuracy;
  double theta = 0.0;
  std::vector<ReplayedItem> items;
  double models = 0.0;  // how many, added up over the folds
};

struct LevelResult {
  std::size_t right = 0;  // of the level's yes/no decisions
  std::size_t yes = 0;    // of them, should have been yes
  std::size_t total = 0;
  std::map<std::string, std::size_t> models;  // whom the level spoke of: name -> folds
};

struct SoundnessResult {
  std::string classifier;
  double threshold = 0.5;  // of the p-value
  Detection detection;
};

struct Study {
  std::size_t baseline = 0;
  std::size_t folds = 0;
  Variant paper;           // the chain of kNNs, abstaining where it says "none"
  Variant paper_fallback;  // the same with a fallback
  Variant right_levels;    // its levels learn whether their model is right; with the fallback
  Variant automatic;       // type and shape chosen inside the fold
  std::vector<std::string> automatic_shapes;  // per fold
  std::vector<Variant> shapes;                // alternative premodels
  std::vector<Variant> probes;  // premodels that look at what the cheapest network says
  std::optional<Variant> cnn;
  Variant majority;        // controls: the model that is optimal most often
  Variant cascade;         // the confidence cascade that aims at no loss, over the whole zoo
  Variant cascade_chosen;  // the same over the premodel's models
  Variant oracle_chosen;   // the perfect chooser among the premodel's models
  std::vector<Variant> feature_counts;
  std::vector<Variant> neighbours;
  std::vector<Variant> radii;
  std::vector<Variant> model_counts;
  std::vector<ChoiceResult> choices;  // methods and thetas
  std::vector<LevelResult> levels;    // of the paper's chain
  std::vector<SoundnessResult> soundness;
  std::size_t paper_right_choices = 0;  // choices that were the optimal model, or rightly "none"

  // Over the whole data, as descriptions: nothing is judged with them.
  CorrelationFilter filter;
  std::vector<std::pair<std::uint16_t, double>> importance;  // of the kept features, greatest first
  std::map<std::uint16_t, std::size_t> selected;             // feature -> folds that chose it
  std::vector<ChosenModel> chosen;                           // models, in order
  PremodelRule final_rule;                                   // the paper's, fitted to everything
  double training_seconds = 0.0;                             // CPU time to make it
};

using StudyProgress = std::function<void(std::size_t done, std::size_t total)>;

// Needs at least as many inputs as folds.
Result<Study> run_study(const Recording& recording, const StudyOptions& options,
                        const StudyProgress& progress);

}  // namespace rightsize

// Evaluation: every selector kind by cross-validation, beside every control, with intervals, and
// the verdict in one sentence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/evaluate/kinds.h"
#include "lab/evaluate/strategy.h"
#include "lab/premodel/cnn.h"
#include "lab/premodel/trainer.h"
#include "lab/replay/cross_validation.h"
#include "lab/replay/recording.h"
#include "selector/selector_file.h"

namespace rightsize {

struct EvaluateOptions {
  std::string baseline;  // empty: the best single model
  Reference reference;
  // What may be lost against the baseline, [0, 1]; without labels the share of other answers than
  // the reference model's. The verdict is about points within it.
  double max_loss = 0.0;
  CostKind cost = CostKind::kTime;  // what premodels and the choice of their models call cheap
  // The kind that the verdict is about and that `train` fits, at all default targets; nothing: the
  // one that cross-validation inside each training fold chooses.
  std::optional<SelectorKind> kind = SelectorKind::kSignal;
  std::vector<SelectorKind> more_kinds;     // to compare with it, at comparison_targets()
  std::optional<PremodelOptions> premodel;  // a kind more; needs a run with features
  std::optional<CnnPremodel> cnn;           // a kind more, judged by its held-out predictions
  std::string cnn_fallback;                 // model; empty: no answer where it says "none"
  FoldOptions folds;
  std::size_t resamples = 2000;
  std::vector<std::string> more_arguments;  // of the program, that gave `premodel` and `cost`
};

// What the first kind is called: "cascade" for that by signal.
std::string name_of(const std::optional<SelectorKind>& kind);
inline constexpr const char* kPremodelKind = "premodel";
inline constexpr const char* kCnnKind = "cnn";
inline constexpr const char* kFixedKind = "fixed";
inline constexpr const char* kMajorityKind = "majority model";

struct KindFigures {
  std::string kind;      // "cascade", "premodel", "fixed", "majority model", ...
  bool held_out = true;  // false: judged on inputs it was trained on, or perhaps was
  std::vector<StrategyFigures> points;
  std::string training{};                // of a selector file: "trained on other inputs"
  std::vector<std::string> not_reached;  // targets whose points a report leaves out
};
// The fixed choice and the majority model: they do not look at the input.
bool is_control(const KindFigures& kind);

struct CalibrationBin {
  double confidence = 0.0;  // mean largest probability
  double accuracy = 0.0;
  std::size_t inputs = 0;
};
struct Calibration {
  std::vector<CalibrationBin> bins;  // tenths of confidence, empty ones left out
  double expected_error = 0.0;       // mean |accuracy - confidence|, weighted by inputs
};

// Of labels: selection pays or not. Of a reference model's answers nobody knows which are right, so
// all that can be said is whether a faster point agrees with it.
enum class VerdictKind : std::uint8_t { kPays, kDoesNotPay, kAgrees, kDoesNotAgree, kTooFewData };
struct Verdict {
  VerdictKind kind = VerdictKind::kTooFewData;
  std::string selector;           // the kind, as KindFigures has it, and
  std::string point;              // the point of it that the sentence names; empty: none is faster
  Estimate gain;                  // that point's over_mix
  std::size_t inputs_needed = 0;  // kTooFewData: about so many would settle it; else 0
  std::string sentence;
};

struct Evaluation {
  Provenance provenance;
  std::string zoo;
  std::vector<std::string> left_out;  // patterns of models that the run has but that are left out
  std::size_t inputs = 0;
  std::size_t skipped = 0;   // inputs without reference
  std::size_t failed = 0;    // inputs that could not be decoded
  std::string reference;     // "labels" or a model
  std::size_t labelled = 0;  // with a model as reference: inputs that have a label as well
  std::string criterion;
  double max_loss = 0.0;
  std::size_t folds = 0;
  std::uint64_t seed = 0;
  std::size_t resamples = 0;
  std::vector<std::string> more_arguments;  // as EvaluateOptions has them
  std::vector<std::string> model_names;
  std::size_t baseline = 0;  // index into model_names
  double decode_cpu_ms = 0.0;
  std::vector<StrategyFigures> models;  // every single model, in the zoo's order
  std::vector<std::size_t> hull;        // models at the corners of the content-blind hull, by cost
  StrategyFigures oracle_zoo;           // the cheapest right model of the whole zoo; a bound
  StrategyFigures oracle_chosen;        // the same over the models that the no-loss cascade uses
  std::vector<std::string> chosen;      // those models
  std::vector<KindFigures> kinds;
  std::vector<Calibration> calibration;  // per model
  Verdict verdict;

  bool by_labels() const { return reference == Reference().name(); }
  // Whether a point differs from the baseline at all: where a target cannot be reached, the search
  // falls back to the baseline, and such a point is nothing to choose.
  bool is_reached(const StrategyFigures& point) const;
  // That which the verdict names; null where it names none.
  const StrategyFigures* judged_point() const;
  bool is_judged(const KindFigures& kind, const StrategyFigures& point) const {
    return kind.kind == verdict.selector && point.name == verdict.point;
  }
};

// `selector` (may be null) is evaluated as it is, beside the cross-validated kinds; it must have
// been made for models of this run (checked by checksum).
Result<Evaluation> evaluate(const OutcomeTable& table, const SelectorFile* selector,
                            const EvaluateOptions& options);

// The file's models by their place in a run's zoo; an error where one that a point may run is not
// of that run.
Result<std::vector<ModelIndex>> match_models(const SelectorFile& file, const Zoo& zoo);

// Features that the file's premodels look at must be those that the run has recorded.
Status match_features(const SelectorFile& file, const OutcomeTable& table);

const char* to_string(VerdictKind kind);

}  // namespace rightsize

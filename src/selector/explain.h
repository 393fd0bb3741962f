// Why a decision came out as it did: what happened, what decided, what would have changed it and
// what the other models would have cost. Facts as plain data, and two views of them: text for
// people who do not know the code, and JSON.
//
// For once in a while, not for every input: it allocates and decides again for every operating
// point. Threading: free functions over values.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "selector/selector_file.h"

namespace rightsize {

// Something that was looked at, and how much it spoke for what was decided (deferral: for going
// on). Contributions are in log odds (a linear SVM's in its margin); a feature's is counted from
// the least value in training, a deferral's from 0, a naive Bayes one's against the runner-up.
struct Factor {
  std::string name;
  std::string meaning;  // of a feature, in words; empty where the name says it
  double value = 0.0;
  std::string unit;  // empty: none
  double contribution = 0.0;
};

// A stage's signal and the threshold that it was compared with.
struct StageTest {
  Confidence kind = Confidence::kSignal;
  Signal signal = Signal::kMaxProbability;  // of kSignal
  bool combined = false;    // the signal is that of the answers of several models together
  bool calibrated = false;  // ... of the model's answer at another temperature
  double value = 0.0;       // NaN: not sure
  double threshold = 0.0;
  bool small_is_sure = false;
  bool sure = false;
  double change = 0.0;          // of the value that makes them equal; beyond it the decision turns
  std::string otherwise;        // model that would have run (or did) where this is not sure
  std::vector<Factor> factors;  // of kDeferral: the greatest first
  std::vector<std::string> agreed;     // of kAgreement: models that give this answer
  std::vector<std::string> disagreed;  // of kAgreement
};

// What a model said: a class, or a translation.
struct Said {
  std::int64_t label = -1;
  std::string name;                 // empty where the zoo has none for it
  double probability = 0.0;         // of a translation its confidence (Translation::confidence)
  bool by_memory = false;           // ... which is a similarity then
  std::optional<std::string> text;  // of a translation, which has no class
};

// An extraction or a run.
struct ExplainedStep {
  Action action = Action::kRun;  // kExtract or kRun
  Reason reason = Reason::kFirstStage;
  std::string model;                     // kRun
  std::string group;                     // kExtract: name of the group of features
  bool ok = false;                       // it gave an answer, or the features
  bool no_answer = false;                // kRun: it ran and knows no answer
  bool cut = false;                      // kRun: a limit of time or length ended the translation
  bool doubtful = false;                 // kRun: a check doubts what the model said
  std::string doubts;                    // of it, in words, where they are known
  std::optional<Said> said;              // kRun
  double cpu_ms = 0.0;                   // kRun: pre-processing and inference
  double cpu_so_far_ms = 0.0;            // of all runs up to this one and the features; kRun
  std::vector<std::string> passed_over;  // models wanted before this one that cannot be run
  std::optional<StageTest> comparison;   // kRun: what its answer was put to
};

struct Weight {
  std::string model;
  double share = 0.0;  // all add up to 1
};

// How it ended.
struct ExplainedAnswer {
  bool answered = false;
  Reason reason = Reason::kNoAnswer;
  bool combined = false;                 // from the answers of several models
  Said said;                             // if answered
  std::string model;                     // that answered; of a combined answer the latest
  std::vector<Weight> weights;           // of a combined answer
  std::string not_begun;                 // kDeadline: the model there was no time for
  double not_begun_wall_ms = 0.0;        // that it was expected to take
  std::vector<std::string> passed_over;  // models that could have followed but cannot be run
};

struct Condition {
  Factor feature;
  bool at_most = false;  // the value is at most the bound; else above it
  double bound = 0.0;    // in the feature's unit
};

// The smallest change of one feature, the others as they are, that makes a premodel choose another
// model; to a 64th of the range in training.
struct FeatureChange {
  Factor feature;
  double to = 0.0;
  double of_range = 0.0;  // the change as a share of the range in training
  std::string chosen;     // then; empty: none
};

struct Score {
  std::string model;  // empty: none
  double score = 0.0;
};

// What a premodel chose, and by what.
struct PremodelChoice {
  std::string chosen;  // empty: it expects none to be right
  double score = 0.0;
  ClassifierKind kind = ClassifierKind::kKnn;  // that decided
  bool chain = false;            // scores are those of "yes", level by level up to the deciding
  std::string probe;             // model whose answer it looked at; empty: features of the input
  std::vector<Score> scores;     // per model and for none
  std::vector<Factor> features;  // all that it looked at; contributions where the kind has them
  std::vector<Condition> path;   // of a tree
  std::size_t neighbours = 0;    // of nearest neighbours: how many had a vote
  std::vector<FeatureChange>
      changes;  // the smallest first; features that alone change nothing lack
};

// What another operating point of the file would have done with the trials that there are.
struct OtherPoint {
  std::string name;
  bool known = false;       // the trials suffice to tell
  bool same = false;        // known: the same models and answer
  bool answered = false;    // known
  Said said;                // known and answered
  std::string model;        // that answers; or, where it is not known, the model that is not tried
  std::string unknown_why;  // in words, where it is not known
  double cpu_ms = 0.0;      // features and runs, up to there
};

struct ModelCost {
  std::string model;
  double cpu_ms = 0.0;  // pre-processing and inference
  enum class Source : std::uint8_t { kMeasured, kExpected, kProfiled } source = Source::kExpected;
};

// CPU time. Decoding is in none but `rest_ms`: it comes on top whatever runs.
struct ExplainedCosts {
  std::vector<ModelCost> models;  // all of the zoo; none where there are no figures to compare with
  double features_ms = 0.0;
  double runs_ms = 0.0;
  double rest_ms = 0.0;  // decoding and deciding
  std::string baseline;
  double baseline_ms = 0.0;
  double spent_ms() const { return features_ms + runs_ms; }
  double saved_ms() const { return baseline_ms - spent_ms(); }  // negative: lost
};

struct Explanation {
  std::string point;
  std::string kind;     // as kind_of gives it
  bool rescue = false;  // the point's own models failed; this tells of others that ran instead
  bool text = false;    // of a translation
  std::vector<ExplainedStep> steps;
  ExplainedAnswer answer;
  std::optional<PremodelChoice> premodel;  // that chose the model, or where a cascade was entered
  std::vector<Score> predicted;  // routing: predicted probability of being right, per model
  double price = 0.0;            // routing: what a millisecond of CPU time is worth of it
  std::string choice_unknown;    // why neither is there though the kind has it, in words
  std::vector<OtherPoint> others;
  ExplainedCosts costs;
};

// Explains what point `point` of the file decided. `costs`: one per model of the zoo, as the world
// had them; where a model costs kNever the file's profile is shown. `features`: the world's; may be
// empty. The class lists (Trial::top) must still be there for all to be told; what cannot be told
// without them is left out or says so. `texts`: of translation, what each trial said.
Explanation explain(const SelectorFile& file, std::size_t point, const Decision& decision,
                    std::span<const Cost> costs, std::span<const float> features,
                    std::span<const std::string> texts = {});

std::string to_text(const Explanation& explanation);  // lines for a terminal, at most 100 columns
nlohmann::ordered_json to_json(const Explanation& explanation);

}  // namespace rightsize

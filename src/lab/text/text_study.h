// The translation section of Marco, Taylor, Wang and Elkhatib (ACM TECS 19(1), 2020) on a run's own
// outcomes: premodels of sentences, held out, beside single models, perfect choosers and random
// mixes of single models.
//
// Inside every training fold, and nowhere else, are chosen: the models (Algorithm 1), the labels'
// models, the features (correlation filter, and if wanted backward elimination), the vocabulary,
// the premodels and the fallback. Quality is that of the whole corpus, from added counts; intervals
// are of a paired bootstrap over sentences, 95 %.
//
// A pure function of its arguments: with the same clock readings it gives the same study.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lab/text/lexicon.h"
#include "lab/text/text_outcomes.h"
#include "lab/text/text_premodel.h"
#include "selector/operating_point.h"  // Estimate

namespace rightsize {

struct TextStudyOptions {
  TextMetric metric = TextMetric::kBleu;  // of labels, and what gains are measured in
  TextLabelOptions labels;
  std::vector<std::string> models;  // the premodels' choice, in order; empty: by Algorithm 1
  ChoiceMethod method = ChoiceMethod::kAccuracy;
  double theta = 0.02;  // the paper's 2.0 points
  std::size_t max_models = 15;
  // Who answers where a premodel says "none": the best single model among its own, by the training
  // rows, or the cheapest of them, since it expects no good answer from any.
  bool cheapest_if_none = false;
  std::size_t words = 1500;  // of every bag of words but those of the next
  std::vector<std::size_t> bag_sizes = {500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 5000};
  double max_correlation = 0.75;  // of two features, |Pearson|
  std::size_t features = 0;       // left by backward elimination; 0: all that the filter keeps
  std::size_t folds = 10;
  std::size_t inner_folds = 5;  // inside the training rows, for the elimination
  std::size_t resamples = 1000;
  std::uint64_t seed = 1;
  const Lexicon* lexicon = nullptr;  // parts of speech; without, they are 0
  // CPU time, for what premodels themselves cost: `thread_cpu_now`. Without, they cost nothing, and
  // the study says so.
  std::function<Nanoseconds()> clock;
  std::function<void(std::size_t done, std::size_t total)> progress;  // after every fold
};

enum class TextResultKind : std::uint8_t {
  kSingle,    // one model for all sentences
  kMajority,  // the commonest label of the training rows for all of the fold
  // A perfect chooser, on sentences' own metric: the label's model, the cheapest where it is
  // "none".
  kOracle,
  kPremodel,  // held out
};
const char* to_string(TextResultKind kind);

// What one way to choose a model did on all sentences. Times are CPU time, the premodel's own
// included.
struct TextResult {
  std::string name;
  TextResultKind kind = TextResultKind::kPremodel;
  std::optional<TextPremodelSpec> spec;                  // of a premodel
  std::array<double, kAllTextMetrics.size()> quality{};  // of the corpus, in their order, [0, 1]
  Estimate value;                                        // of the study's metric
  double ms = 0.0;                                       // mean per sentence
  double own_ms = 0.0;                                   // of it, the premodel's
  double bleu_per_second = 0.0;                          // BLEU x BLEU / time: BLEU in points
  std::optional<double> energy_mj;                       // mean per sentence, of the models
  std::vector<double> shares;                            // of sentences, per model of the zoo
  // Of premodels and the majority's: share of sentences whose label was chosen, and share of
  // "none".
  double choice_accuracy = 0.0;
  double none = 0.0;

  double mix = 0.0;     // the best random mix of single models at the same mean time
  Estimate over_mix;    // value - mix
  Estimate over_best;   // value - that of the best single model
  Estimate time_ratio;  // time of the best single model / ours
  // Of premodels: is it above the mix, with an error of 2.5 % shared among all premodels tried
  // (Bonferroni; normal approximation of the bootstrap's spread)?
  bool surely_above_mix = false;
};

// What the premodel "naive-bayes + words" loses where the values of a feature are shuffled among
// held-out sentences; the last entry is the whole bag of words.
struct TextImportance {
  std::string feature;
  double accuracy_lost = 0.0;  // of the choice, shares of sentences
  double value_lost = 0.0;     // of the study's metric
  std::size_t folds = 0;       // that used it
};

struct TextStudy {
  TextMetric metric = TextMetric::kBleu;
  TextLabelOptions labels;
  double theta = 0.0;
  bool cheapest_if_none = false;
  std::vector<std::string> models;  // the zoo's, also the order of shares
  std::size_t items = 0;
  std::size_t skipped = 0;  // without a reference
  std::size_t folds = 0;
  std::size_t words = 0;
  bool lexicon = false;              // were there parts of speech?
  bool timed = false;                // was there a clock?
  double features_ms = 0.0;          // mean per sentence: the 11 features
  double bag_ms = 0.0;               // and the bag of words
  std::vector<std::size_t> chosen;   // folds that chose the model, per model
  std::vector<double> label_shares;  // of sentences: per model of the zoo, then "none"
  double vocabulary = 0.0;           // words of the training rows, mean over folds
  std::vector<TextResult> results;   // single models, controls, premodels
  std::vector<TextImportance> importance;
  std::size_t best_single = 0;    // place in `results`, by `metric`
  std::size_t premodels = 0;      // how many were tried
  std::size_t best_premodel = 0;  // place in `results`: most over the mix
  bool gain = false;              // does any premodel surely beat the mix?
  std::string verdict;            // a sentence
};

// Premodels of every kind that the study tries, each once.
std::vector<TextPremodelSpec> text_premodel_specs(const TextStudyOptions& options);

// Fails where the table has no translations with references, fewer than two sentences per fold, an
// unknown model or options out of range. With 2,000 sentences and 10 folds it takes some three
// minutes, nearly all of it for support vector machines and trees over the columns of words.
Result<TextStudy> run_text_study(const OutcomeTable& table, const TextStudyOptions& options);

// A statement of the paper's beside what the study found.
struct TextFinding {
  std::string paper;
  std::string ours;
  bool holds = false;
};
std::vector<TextFinding> text_findings(const TextStudy& study);
// The paper's F1, in points, of the premodel of this kind; nothing where it has none.
std::optional<double> paper_f1(const TextPremodelSpec& spec);

// Every field, under stable keys with their units; a figure that is no finite number is null.
std::string text_study_json(const TextStudy& study);
// Tables, with the paper's figures beside ours and whether they hold.
std::string text_study_markdown(const TextStudy& study);

}  // namespace rightsize

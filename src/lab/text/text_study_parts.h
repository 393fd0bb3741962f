// Inside the study of premodels of sentences (lab/text/text_study.h): its folds, then its figures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/text/text_study.h"

namespace rightsize {

// One way to choose, on all sentences: [sentence].
struct TextVariant {
  std::string name;
  TextResultKind kind = TextResultKind::kPremodel;
  std::optional<TextPremodelSpec> spec;
  std::vector<ModelIndex> model;  // that answers
  std::vector<char> right;        // the choice was the label
  std::vector<char> none;         // it was "none"
  std::int64_t own_cpu = 0;       // nanoseconds in all
};

struct ImportanceChoices {
  std::string feature;
  TextVariant shuffled;  // what the premodel chooses with the feature shuffled
  std::size_t folds = 0;
};

// What the folds leave behind.
struct TextChoices {
  std::vector<TextVariant> variants;  // majority, oracle, premodels
  std::optional<std::size_t> main;    // place of the one whose features are shuffled
  std::vector<ImportanceChoices> importance;
  std::vector<std::size_t> chosen;             // folds that chose the model
  std::vector<std::size_t> labels;             // sentences, per model of the zoo, then "none"
  std::size_t vocabulary = 0;                  // added up over the folds
  std::int64_t features_cpu = 0, bag_cpu = 0;  // nanoseconds in all
};

Result<TextChoices> run_text_folds(const OutcomeTable& table, const TextOutcomes& outcomes,
                                   const TextInputs& inputs, const TextStudyOptions& options);

// Fills results, importance and the verdict.
void add_text_figures(const TextOutcomes& outcomes, const TextChoices& choices,
                      const TextStudyOptions& options, TextStudy& study);

}  // namespace rightsize

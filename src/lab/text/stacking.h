// Feature stacking (Lui, "Feature stacking for sentence classification in evidence-based medicine",
// ALTA 2012): a first classifier looks at the bag of words, and its class scores are features of a
// second one, beside those that are not words.
//
// The second must not be taught with scores that the first gives its own training rows, for those
// are too good. So the rows' scores are held out: cross-validation inside the training rows, each
// part with a vocabulary of its own.
//
// Threading: plain values; a const one may be used from several threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lab/premodel/preparation.h"
#include "lab/text/bag_of_words.h"
#include "lab/text/naive_bayes.h"

namespace rightsize {

struct StackingOptions {
  std::size_t words = 1500;  // size of the vocabularies
  std::size_t folds = 5;     // inside the training rows
  std::uint64_t seed = 1;    // of the folds
};

struct FirstLevel {
  Vocabulary vocabulary;
  MultinomialBayes bayes;

  std::vector<double> scores(const Bag& bag) const;  // of the corpus's numbers
};
// `classes_of` has one class per row, below `classes`.
FirstLevel fit_first_level(const Corpus& corpus, std::span<const std::size_t> rows,
                           std::span<const std::uint16_t> classes_of, std::size_t classes,
                           std::size_t words);
// Per row the scores of the classes, by a first level that has not seen it. At least two rows.
std::vector<std::vector<double>> held_out_scores(const Corpus& corpus,
                                                 std::span<const std::size_t> rows,
                                                 std::span<const std::uint16_t> classes_of,
                                                 std::size_t classes,
                                                 const StackingOptions& options);

struct StackedPremodel {
  FirstLevel first;
  PremodelClassifier second;  // over the features, then the scores

  // A model, or the number of models for "none". `dense` has the features that were trained with.
  std::size_t choose(std::span<const float> dense, const Bag& bag) const;
};
// `dense` has the rows' other features and their labels, in the order of `rows`; `features` are
// those of it that are used.
Result<StackedPremodel> fit_stacked(const Corpus& corpus, std::span<const std::size_t> rows,
                                    const TrainingSet& dense,
                                    const std::vector<std::uint16_t>& features,
                                    const PremodelShape& shape, const StackingOptions& options);

}  // namespace rightsize

// Premodels of sentences: from the 11 features and the bag of words to the model that should
// translate.
//
// Threading: plain values; a const one may be used from several threads.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "lab/premodel/preparation.h"
#include "lab/text/bag_of_words.h"
#include "lab/text/features.h"
#include "lab/text/naive_bayes.h"
#include "lab/text/stacking.h"

namespace rightsize {

// How a premodel looks at the words of a sentence.
enum class BagUse : std::uint8_t {
  kNone,     // not at all
  kColumns,  // as features of their own, 0 or 1; naive Bayes takes them as counts (multinomial)
  kStacked,  // by the scores of a first classifier: lab/text/stacking.h
};

struct TextPremodelSpec {
  PremodelShape shape;
  BagUse bag = BagUse::kNone;
  std::size_t words = 0;     // size of the vocabulary
  std::string name() const;  // "knn-chain", "naive-bayes + 1500 words", "stacked tree, 500 words"
  bool operator==(const TextPremodelSpec&) const = default;
};

// What premodels see of all sentences, training and held-out ones.
struct TextInputs {
  std::vector<TextFeatures> dense;
  Corpus corpus;
};

// A premodel's lesson: rows are positions in the inputs.
struct TextTraining {
  const TextInputs* inputs = nullptr;  // must outlive the fit
  std::vector<std::size_t> rows;
  std::vector<std::uint16_t> labels;  // per row: a model, or `models` for "none"
  std::size_t models = 0;
  std::vector<std::uint16_t> features;  // of the 11, at least one
  std::vector<std::uint32_t> ranking;   // of words, by the training rows: see rank_words
};
// The rows' 11 features as a training set.
TrainingSet dense_set(const TextTraining& training);

// The words as features of their own. Naive Bayes multiplies the probabilities of the multinomial
// model of the words and of the Gaussian one of the other features; every other kind sees a column
// per word after the features, which are scaled to 0 .. 1.
struct ColumnPremodel {
  struct Level {
    Classifier classifier;
    MultinomialBayes words;  // of naive Bayes
  };
  FeatureScaling scaling;
  Vocabulary vocabulary;
  bool chain = false;
  std::size_t models = 0;
  std::vector<Level> levels;  // one, or of a chain one per model

  std::size_t choose(std::span<const float> dense, const Bag& bag) const;
};

class TextPremodel {
 public:
  static Result<TextPremodel> fit(const TextTraining& training, const TextPremodelSpec& spec);

  // A model, or the number of models for "none".
  std::size_t choose(const TextFeatures& dense, const Bag& bag) const;

 private:
  using Any = std::variant<PremodelClassifier, ColumnPremodel, StackedPremodel>;
  explicit TextPremodel(Any premodel) : premodel_(std::move(premodel)) {}
  Any premodel_;
};

}  // namespace rightsize

// Multinomial naive Bayes over bags of words (McCallum and Nigam, "A comparison of event models for
// naive Bayes text classification", 1998). The Gaussian one, for features that are not counts, is
// the classifier "naive-bayes" of lab/premodel/fit.h.
//
// Threading: plain values; a const one may be used from several threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lab/text/bag_of_words.h"

namespace rightsize {

// Given its class, a sentence draws its words one by one; a word's probability is
// (its count in the class + smoothing) / (all counts in the class + smoothing x words): Laplace's
// for a smoothing of 1. Priors are the shares of the classes among the training rows; a class
// without rows has a probability of 0.
struct MultinomialBayes {
  std::size_t classes = 0;
  std::size_t words = 0;
  std::vector<double> log_prior;   // [class]; -infinity without rows
  std::vector<double> log_chance;  // [word x classes + class]

  // The probabilities of the classes, which sum to 1; one place each. Words from `words` on are
  // passed over. Returns the greatest one's class, of equals the lowest.
  std::size_t predict(const Bag& bag, std::span<double> probabilities) const;
};

// `bags` and `classes_of` go together; at least one, words below `words`, classes below `classes`.
// `smoothing` is above 0.
MultinomialBayes fit_multinomial_bayes(std::span<const Bag> bags,
                                       std::span<const std::uint16_t> classes_of,
                                       std::size_t classes, std::size_t words,
                                       double smoothing = 1.0);

// Turns logarithms of shares, of which one is finite, into shares that sum to 1. Returns the place
// of the greatest, of equals the first.
std::size_t normalise_logs(std::span<double> logs);

}  // namespace rightsize

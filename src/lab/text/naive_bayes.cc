#include "lab/text/naive_bayes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rightsize {

std::size_t normalise_logs(std::span<double> logs) {
  const auto greatest = std::max_element(logs.begin(), logs.end());
  const double top = *greatest;
  double sum = 0.0;
  for (double& value : logs) {
    value = std::exp(value - top);
    sum += value;
  }
  for (double& value : logs) value /= sum;
  return static_cast<std::size_t>(greatest - logs.begin());
}

std::size_t MultinomialBayes::predict(const Bag& bag, std::span<double> probabilities) const {
  std::copy(log_prior.begin(), log_prior.end(), probabilities.begin());
  for (const WordCount& one : bag) {
    if (one.word >= words) continue;
    for (std::size_t c = 0; c < classes; ++c) {
      probabilities[c] += one.count * log_chance[one.word * classes + c];
    }
  }
  return normalise_logs(probabilities);
}

MultinomialBayes fit_multinomial_bayes(std::span<const Bag> bags,
                                       std::span<const std::uint16_t> classes_of,
                                       std::size_t classes, std::size_t words, double smoothing) {
  std::vector<double> rows(classes, 0.0);
  std::vector<double> totals(classes, smoothing * static_cast<double>(words));
  std::vector<double> counts(words * classes, smoothing);
  for (std::size_t i = 0; i < bags.size(); ++i) {
    const std::size_t c = classes_of[i];
    rows[c] += 1;
    for (const WordCount& one : bags[i]) {
      counts[one.word * classes + c] += one.count;
      totals[c] += one.count;
    }
  }
  MultinomialBayes bayes{.classes = classes, .words = words, .log_prior = {}, .log_chance = {}};
  for (const double n : rows) {
    bayes.log_prior.push_back(n > 0 ? std::log(n / static_cast<double>(bags.size()))
                                    : -std::numeric_limits<double>::infinity());
  }
  bayes.log_chance.reserve(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    bayes.log_chance.push_back(std::log(counts[i] / totals[i % classes]));
  }
  return bayes;
}

}  // namespace rightsize

#include "lab/text/stacking.h"

#include <algorithm>

#include "lab/replay/statistics.h"

namespace rightsize {
namespace {

template <typename T>
std::vector<T> pick(std::span<const T> from, const std::vector<std::size_t>& places) {
  std::vector<T> picked;
  picked.reserve(places.size());
  for (const std::size_t place : places) picked.push_back(from[place]);
  return picked;
}

}  // namespace

std::vector<double> FirstLevel::scores(const Bag& bag) const {
  std::vector<double> shares(bayes.classes);
  bayes.predict(vocabulary.select(bag), shares);
  return shares;
}

FirstLevel fit_first_level(const Corpus& corpus, std::span<const std::size_t> rows,
                           std::span<const std::uint16_t> classes_of, std::size_t classes,
                           std::size_t words) {
  Vocabulary vocabulary(corpus, rank_words(corpus, rows, classes_of, classes), words);
  std::vector<Bag> bags;
  bags.reserve(rows.size());
  for (const std::size_t row : rows) bags.push_back(vocabulary.select(corpus.bags[row]));
  MultinomialBayes bayes = fit_multinomial_bayes(bags, classes_of, classes, vocabulary.size());
  return {std::move(vocabulary), std::move(bayes)};
}

std::vector<std::vector<double>> held_out_scores(const Corpus& corpus,
                                                 std::span<const std::size_t> rows,
                                                 std::span<const std::uint16_t> classes_of,
                                                 std::size_t classes,
                                                 const StackingOptions& options) {
  std::vector<std::vector<double>> scores(rows.size());
  const std::size_t folds = std::clamp<std::size_t>(options.folds, 2, rows.size());
  for (const auto& test : shuffled_folds(rows.size(), folds, options.seed)) {
    const std::vector<std::size_t> train = all_but(rows.size(), test);
    const FirstLevel first =
        fit_first_level(corpus, pick(rows, train), pick(classes_of, train), classes, options.words);
    for (const std::size_t i : test) scores[i] = first.scores(corpus.bags[rows[i]]);
  }
  return scores;
}

std::size_t StackedPremodel::choose(std::span<const float> dense, const Bag& bag) const {
  std::vector<float> row(dense.begin(), dense.end());
  for (const double score : first.scores(bag)) row.push_back(static_cast<float>(score));
  return second.choose(row).chosen;
}

Result<StackedPremodel> fit_stacked(const Corpus& corpus, std::span<const std::size_t> rows,
                                    const TrainingSet& dense,
                                    const std::vector<std::uint16_t>& features,
                                    const PremodelShape& shape, const StackingOptions& options) {
  if (rows.size() < 2 || rows.size() != dense.labels.size()) {
    return invalid_input("feature stacking needs two training rows at least, each with a label");
  }
  const std::size_t classes = dense.models + 1;
  const auto scores = held_out_scores(corpus, rows, dense.labels, classes, options);
  TrainingSet wide{.features = dense.features + classes,
                   .rows = {},
                   .labels = dense.labels,
                   .models = dense.models,
                   .yes = dense.yes};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = std::span(dense.rows).subspan(i * dense.features, dense.features);
    wide.rows.insert(wide.rows.end(), row.begin(), row.end());
    for (const double score : scores[i]) wide.rows.push_back(static_cast<float>(score));
  }
  std::vector<std::uint16_t> used = features;
  for (std::size_t c = 0; c < classes; ++c) {
    used.push_back(static_cast<std::uint16_t>(dense.features + c));
  }
  auto second = fit_shape(wide, used, shape);
  if (!second.ok()) return second.status();
  return StackedPremodel{fit_first_level(corpus, rows, dense.labels, classes, options.words),
                         std::move(*second)};
}

}  // namespace rightsize

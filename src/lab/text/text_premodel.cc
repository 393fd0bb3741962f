#include "lab/text/text_premodel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "lab/premodel/opencv_models.h"

namespace rightsize {
namespace {

// All columns of a row: scaled features, then words.
void fill_columns(const FeatureScaling& scaling, const Vocabulary& vocabulary,
                  std::span<const float> dense, const Bag& bag, std::span<float> x) {
  scaling.apply(dense, x.first(scaling.features.size()));
  vocabulary.fill(bag, x.subspan(scaling.features.size()));
}

// The logarithm of a class's share by both of the naive Bayes models, up to a constant.
double log_joint(const NaiveBayes& gaussian, std::size_t place, std::span<const float> x,
                 const MultinomialBayes& words, const Bag& bag) {
  double log = gaussian.offsets[place];
  for (std::size_t f = 0; f < gaussian.features; ++f) {
    const double off = x[f] - gaussian.means[place * gaussian.features + f];
    log -= gaussian.precisions[place * gaussian.features + f] * off * off;
  }
  const std::size_t label = gaussian.labels[place];
  for (const WordCount& one : bag) {
    log += one.count * words.log_chance[one.word * words.classes + label];
  }
  return log;
}

std::size_t predict_bayes(const NaiveBayes& gaussian, std::span<const float> x,
                          const MultinomialBayes& words, const Bag& bag) {
  std::size_t best = gaussian.labels.front();
  double greatest = -std::numeric_limits<double>::infinity();
  for (std::size_t place = 0; place < gaussian.labels.size(); ++place) {
    const double log = log_joint(gaussian, place, x, words, bag);
    if (log > greatest) {
      greatest = log;
      best = gaussian.labels[place];
    }
  }
  return best;
}

bool is_bayes(const ClassifierSpec& spec) { return spec.kind == ClassifierKind::kNaiveBayes; }

std::span<const float> row_of(const TextTraining& training, std::size_t i) {
  return training.inputs->dense[training.rows[i]];
}
const Bag& bag_of(const TextTraining& training, std::size_t i) {
  return training.inputs->corpus.bags[training.rows[i]];
}

std::shared_ptr<const PointSet> columns_of(const TextTraining& training,
                                           const FeatureScaling& scaling,
                                           const Vocabulary& vocabulary) {
  auto points = std::make_shared<PointSet>();
  points->features = scaling.features.size() + vocabulary.size();
  points->count = training.rows.size();
  points->columns.resize(points->features * points->count);
  std::vector<float> x(points->features);
  for (std::size_t i = 0; i < points->count; ++i) {
    fill_columns(scaling, vocabulary, row_of(training, i), bag_of(training, i), x);
    for (std::size_t f = 0; f < x.size(); ++f) points->columns[f * points->count + i] = x[f];
  }
  return points;
}

std::vector<std::uint16_t> classes_of(const TextTraining& training, bool chain, std::size_t level) {
  if (!chain) return training.labels;
  std::vector<std::uint16_t> yes;
  for (const std::uint16_t label : training.labels) yes.push_back(label == level ? 1 : 0);
  return yes;
}

Result<ColumnPremodel> fit_columns(const TextTraining& training, const TextPremodelSpec& spec) {
  const std::vector<ClassifierSpec>& levels = spec.shape.levels;
  ColumnPremodel premodel{
      .scaling = fit_scaling(dense_set(training), training.features),
      .vocabulary = Vocabulary(training.inputs->corpus, training.ranking, spec.words),
      .chain = spec.shape.chain,
      .models = training.models,
      .levels = {}};
  const std::size_t classes = premodel.chain ? 2 : training.models + 1;
  // Levels of one kind share their points, so that neighbours are looked for once.
  const Vocabulary none(training.inputs->corpus, {}, 0);
  std::array<std::shared_ptr<const PointSet>, 2> points;
  std::vector<Bag> bags;
  for (std::size_t i = 0; i < training.rows.size(); ++i) {
    bags.push_back(premodel.vocabulary.select(bag_of(training, i)));
  }
  for (std::size_t level = 0; level < (premodel.chain ? training.models : 1); ++level) {
    const ClassifierSpec& one = levels[std::min(level, levels.size() - 1)];
    auto& shared = points[is_bayes(one) ? 0 : 1];
    if (shared == nullptr) {
      shared = columns_of(training, premodel.scaling, is_bayes(one) ? none : premodel.vocabulary);
    }
    const Examples examples{.points = shared,
                            .classes_of = classes_of(training, premodel.chain, level),
                            .classes = classes};
    auto classifier = fit_classifier(one, examples);
    if (!classifier.ok()) return classifier.status();
    MultinomialBayes words;
    if (is_bayes(one)) {
      words = fit_multinomial_bayes(bags, examples.classes_of, classes, premodel.vocabulary.size());
    }
    premodel.levels.push_back({std::move(*classifier), std::move(words)});
  }
  return premodel;
}

}  // namespace

std::string TextPremodelSpec::name() const {
  switch (bag) {
    case BagUse::kNone:
      break;
    case BagUse::kColumns:
      return fmt::format("{} + {} words", shape.name(), words);
    case BagUse::kStacked:
      return fmt::format("stacked {}, {} words", shape.name(), words);
  }
  return shape.name();
}

TrainingSet dense_set(const TextTraining& training) {
  TrainingSet set{.features = kTextFeatures,
                  .rows = {},
                  .labels = training.labels,
                  .models = training.models,
                  .yes = {}};
  for (std::size_t i = 0; i < training.rows.size(); ++i) {
    const std::span<const float> row = row_of(training, i);
    set.rows.insert(set.rows.end(), row.begin(), row.end());
  }
  return set;
}

std::size_t ColumnPremodel::choose(std::span<const float> dense, const Bag& bag) const {
  std::vector<float> x(scaling.features.size() + vocabulary.size());
  fill_columns(scaling, vocabulary, dense, bag, x);
  const Bag selected = vocabulary.select(bag);
  std::array<float, kMaxClasses> scores;
  const PointSet* searched = nullptr;
  Neighbours neighbours;
  const auto ask = [&](const Level& level) {
    const std::span room(scores.data(), class_count(level.classifier));
    if (const auto* gaussian = std::get_if<NaiveBayes>(&level.classifier)) {
      return predict_bayes(*gaussian, x, level.words, selected);
    }
    const auto* knn = std::get_if<Knn>(&level.classifier);
    if (knn == nullptr) return predict(level.classifier, x, room);
    if (searched != knn->points.get()) {
      neighbours = nearest(*knn->points, kMaxNeighbours, x);
      searched = knn->points.get();
    }
    return predict(*knn, neighbours, room);
  };
  if (!chain) return std::min(ask(levels.front()), models);
  for (std::size_t level = 0; level < levels.size(); ++level) {
    if (ask(levels[level]) == 1) return level;
  }
  return models;
}

Result<TextPremodel> TextPremodel::fit(const TextTraining& training, const TextPremodelSpec& spec) {
  if (training.rows.empty() || training.labels.size() != training.rows.size() ||
      training.features.empty() || training.models < 1 || training.models + 1 > kMaxClasses ||
      spec.shape.levels.empty()) {
    return invalid_input(
        fmt::format("'{}' needs training rows with a label each, a feature, a classifier and 1 to "
                    "{} models",
                    spec.name(), kMaxClasses - 1));
  }
  switch (spec.bag) {
    case BagUse::kColumns: {
      auto premodel = fit_columns(training, spec);
      if (!premodel.ok()) return premodel.status();
      return TextPremodel(std::move(*premodel));
    }
    case BagUse::kStacked: {
      const StackingOptions options{.words = spec.words};
      auto premodel = fit_stacked(training.inputs->corpus, training.rows, dense_set(training),
                                  training.features, spec.shape, options);
      if (!premodel.ok()) return premodel.status();
      return TextPremodel(std::move(*premodel));
    }
    case BagUse::kNone:
      break;
  }
  auto premodel = fit_shape(dense_set(training), training.features, spec.shape);
  if (!premodel.ok()) return premodel.status();
  return TextPremodel(std::move(*premodel));
}

std::size_t TextPremodel::choose(const TextFeatures& dense, const Bag& bag) const {
  if (const auto* plain = std::get_if<PremodelClassifier>(&premodel_)) {
    return plain->choose(dense).chosen;
  }
  if (const auto* columns = std::get_if<ColumnPremodel>(&premodel_)) {
    return columns->choose(dense, bag);
  }
  return std::get<StackedPremodel>(premodel_).choose(dense, bag);
}

}  // namespace rightsize

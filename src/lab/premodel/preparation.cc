#include "lab/premodel/preparation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "lab/replay/statistics.h"

namespace rightsize {
namespace {

constexpr std::uint64_t kSeed = 1;

using Use = std::function<void(const std::vector<std::size_t>& test, const PremodelClassifier&)>;

// Fits on all folds but one and hands the premodel to `use` with the rows of that one.
Status for_each_fold(const TrainingSet& set, const std::vector<std::uint16_t>& features,
                     const PremodelShape& shape, std::size_t folds, const Use& use) {
  const std::size_t rows = set.labels.size();
  for (const auto& test : shuffled_folds(rows, std::min(folds, rows), kSeed)) {
    const auto premodel = fit_shape(subset(set, all_but(rows, test)), features, shape);
    if (!premodel.ok()) return premodel.status();
    use(test, *premodel);
  }
  return {};
}

std::span<const float> row_of(const TrainingSet& set, std::size_t row) {
  return {set.rows.data() + row * set.features, set.features};
}

// Is this the choice that the set teaches? Where several models are right, any of them; "none"
// where there is none.
bool is_good(const TrainingSet& set, std::size_t row, std::size_t choice) {
  if (set.yes.empty()) return choice == set.labels[row];
  return choice < set.models ? set.is_yes(row, choice) : set.yes[row] == 0;
}

// The columns with mean 0 and sum of squares 1; all 0 where constant.
std::vector<std::vector<double>> standardised(const TrainingSet& set) {
  const std::size_t n = set.labels.size();
  std::vector<std::vector<double>> columns(set.features, std::vector<double>(n));
  for (std::size_t f = 0; f < set.features; ++f) {
    double mean = 0.0;
    for (std::size_t i = 0; i < n; ++i) mean += row_of(set, i)[f] / static_cast<double>(n);
    double squares = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      columns[f][i] = row_of(set, i)[f] - mean;
      squares += columns[f][i] * columns[f][i];
    }
    const double scale = squares > 1e-18 * (1 + mean * mean) ? 1 / std::sqrt(squares) : 0.0;
    for (double& value : columns[f]) value *= scale;
  }
  return columns;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

using Matrix = std::vector<std::vector<double>>;

Matrix correlations(const Matrix& columns) {
  Matrix result(columns.size(), std::vector<double>(columns.size()));
  for (std::size_t a = 0; a < columns.size(); ++a) {
    for (std::size_t b = 0; b < columns.size(); ++b) result[a][b] = dot(columns[a], columns[b]);
  }
  return result;
}

// The most correlated pair of different kept features.
std::pair<std::size_t, std::size_t> closest_pair(const Matrix& r, const std::vector<char>& kept) {
  std::pair<std::size_t, std::size_t> best{0, 0};
  double greatest = -1.0;
  for (std::size_t a = 0; a < r.size(); ++a) {
    for (std::size_t b = a + 1; b < r.size(); ++b) {
      if (kept[a] == 0 || kept[b] == 0 || std::abs(r[a][b]) <= greatest) continue;
      greatest = std::abs(r[a][b]);
      best = {a, b};
    }
  }
  return best;
}

double mean_correlation(const Matrix& r, std::size_t feature, const std::vector<char>& kept) {
  double sum = 0.0;
  for (std::size_t other = 0; other < r.size(); ++other) {
    if (other != feature && kept[other] != 0) sum += std::abs(r[feature][other]);
  }
  return sum;
}

std::vector<std::uint16_t> without(std::vector<std::uint16_t> features, std::size_t place) {
  features.erase(features.begin() + static_cast<std::ptrdiff_t>(place));
  return features;
}

}  // namespace

std::string PremodelShape::name() const {
  std::vector<std::string> names;
  for (const ClassifierSpec& level : levels) names.emplace_back(to_string(level.kind));
  return fmt::format("{}{}", fmt::join(names, "."), chain && levels.size() == 1 ? "-chain" : "");
}

Result<PremodelShape> PremodelShape::parse(const std::string& name) {
  constexpr std::string_view kChain = "-chain";
  PremodelShape shape{.chain = name.ends_with(kChain) || name.find('.') != std::string::npos,
                      .levels = {}};
  std::string rest = name.ends_with(kChain) ? name.substr(0, name.size() - kChain.size()) : name;
  for (std::size_t begin = 0; begin <= rest.size();) {
    const std::size_t end = std::min(rest.find('.', begin), rest.size());
    const std::string kind = rest.substr(begin, end - begin);
    const auto found = std::find_if(kAllClassifierKinds.begin(), kAllClassifierKinds.end(),
                                    [&](ClassifierKind known) { return kind == to_string(known); });
    if (found == kAllClassifierKinds.end()) {
      return invalid_input(fmt::format(
          "'{}' is no premodel: '{}' is no classifier; there are knn, tree, svm, naive-bayes, "
          "logistic, forest and boosting, for example knn, knn-chain or knn.tree.svm",
          name, kind));
    }
    shape.levels.push_back(ClassifierSpec::of(*found));
    begin = end + 1;
  }
  return shape;
}

TrainingSet subset(const TrainingSet& set, const std::vector<std::size_t>& items) {
  TrainingSet result{.features = set.features, .rows = {}, .labels = {}, .models = set.models};
  result.rows.reserve(items.size() * set.features);
  result.labels.reserve(items.size());
  for (const std::size_t item : items) {
    const std::span<const float> row = row_of(set, item);
    result.rows.insert(result.rows.end(), row.begin(), row.end());
    result.labels.push_back(set.labels[item]);
    if (!set.yes.empty()) result.yes.push_back(set.yes[item]);
  }
  return result;
}

Result<PremodelClassifier> fit_shape(const TrainingSet& set,
                                     const std::vector<std::uint16_t>& features,
                                     const PremodelShape& shape) {
  std::vector<ClassifierSpec> levels = shape.levels;
  if (shape.chain) levels.resize(set.models, levels.back());
  return fit_premodel(set, fit_scaling(set, features), shape.chain, levels);
}

Result<std::vector<std::uint16_t>> held_out_choices(const TrainingSet& set,
                                                    const std::vector<std::uint16_t>& features,
                                                    const PremodelShape& shape, std::size_t folds) {
  std::vector<std::uint16_t> choices(set.labels.size());
  const Status status = for_each_fold(
      set, features, shape, folds,
      [&](const std::vector<std::size_t>& test, const PremodelClassifier& premodel) {
        for (const std::size_t row : test) {
          choices[row] = static_cast<std::uint16_t>(premodel.choose(row_of(set, row)).chosen);
        }
      });
  if (!status.ok()) return status;
  return choices;
}

Result<double> held_out_accuracy(const TrainingSet& set, const std::vector<std::uint16_t>& features,
                                 const PremodelShape& shape, std::size_t folds) {
  const auto choices = held_out_choices(set, features, shape, folds);
  if (!choices.ok()) return choices.status();
  std::size_t right = 0;
  for (std::size_t i = 0; i < choices->size(); ++i) {
    right += is_good(set, i, (*choices)[i]) ? 1U : 0U;
  }
  return static_cast<double>(right) / static_cast<double>(choices->size());
}

CorrelationFilter filter_correlated(const TrainingSet& set, double limit) {
  const Matrix columns = standardised(set);
  const Matrix r = correlations(columns);
  std::vector<char> kept(set.features, 1);
  CorrelationFilter filter;
  for (std::size_t f = 0; f < set.features; ++f) {
    if (r[f][f] != 0.0) continue;
    kept[f] = 0;
    const auto constant = static_cast<std::uint16_t>(f);
    filter.dropped.push_back({constant, constant, 0.0});
  }
  for (;;) {
    const auto [a, b] = closest_pair(r, kept);
    if (std::abs(r[a][b]) <= limit || a == b) break;
    const bool first_goes = mean_correlation(r, a, kept) > mean_correlation(r, b, kept);
    const auto [gone, stays] = first_goes ? std::pair{a, b} : std::pair{b, a};
    kept[gone] = 0;
    filter.dropped.push_back(
        {static_cast<std::uint16_t>(gone), static_cast<std::uint16_t>(stays), r[a][b]});
  }
  for (std::size_t f = 0; f < set.features; ++f) {
    if (kept[f] != 0) filter.kept.push_back(static_cast<std::uint16_t>(f));
  }
  return filter;
}

Result<std::vector<EliminationStep>> eliminate(const TrainingSet& set,
                                               std::vector<std::uint16_t> features,
                                               std::size_t least, const PremodelShape& shape,
                                               std::size_t folds) {
  const auto first = held_out_accuracy(set, features, shape, folds);
  if (!first.ok()) return first.status();
  std::vector<EliminationStep> path = {{std::move(features), *first}};
  while (path.back().features.size() > std::max<std::size_t>(least, 1)) {
    const std::vector<std::uint16_t> now = path.back().features;
    EliminationStep best{.features = {}, .accuracy = -1.0};
    for (std::size_t place = 0; place < now.size(); ++place) {
      std::vector<std::uint16_t> fewer = without(now, place);
      const auto accuracy = held_out_accuracy(set, fewer, shape, folds);
      if (!accuracy.ok()) return accuracy.status();
      if (*accuracy > best.accuracy) best = {std::move(fewer), *accuracy};
    }
    path.push_back(std::move(best));
  }
  return path;
}

Result<std::vector<double>> permutation_importance(const TrainingSet& set,
                                                   const std::vector<std::uint16_t>& features,
                                                   const PremodelShape& shape, std::size_t folds) {
  std::vector<double> lost(features.size(), 0.0);
  const double share = 1.0 / static_cast<double>(set.labels.size());
  std::mt19937_64 random(kSeed);
  const auto use = [&](const std::vector<std::size_t>& test, const PremodelClassifier& premodel) {
    std::vector<std::size_t> from = test;
    for (std::size_t f = 0; f < features.size(); ++f) {
      for (std::size_t i = from.size(); i > 1; --i) std::swap(from[i - 1], from[random() % i]);
      for (std::size_t i = 0; i < test.size(); ++i) {
        const std::span<const float> row = row_of(set, test[i]);
        std::vector<float> shuffled(row.begin(), row.end());
        shuffled[features[f]] = row_of(set, from[i])[features[f]];
        if (is_good(set, test[i], premodel.choose(row).chosen)) lost[f] += share;
        if (is_good(set, test[i], premodel.choose(shuffled).chosen)) lost[f] -= share;
      }
    }
  };
  const Status status = for_each_fold(set, features, shape, folds, use);
  if (!status.ok()) return status;
  return lost;
}

}  // namespace rightsize

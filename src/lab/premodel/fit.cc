#include "lab/premodel/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/premodel/opencv_models.h"

namespace rightsize {
namespace {

bool all_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

Status check(const TrainingSet& set) {
  if (set.labels.empty()) return invalid_input("a premodel cannot be fitted to no inputs");
  if (set.models < 1 || set.models + 1 > kMaxClasses) {
    return invalid_input(fmt::format("a premodel chooses among 1 to {} models", kMaxClasses - 1));
  }
  if (!set.yes.empty() && set.yes.size() != set.labels.size()) {
    return invalid_input("the training set needs the levels of every input, or of none");
  }
  if (set.rows.size() != set.labels.size() * set.features) {
    return invalid_input("the training set needs a row of features per label");
  }
  if (!all_finite(set.rows))
    return invalid_input("the training set has features that are no number");
  for (const std::uint16_t label : set.labels) {
    if (label > set.models) return invalid_input(fmt::format("label {} is no model", label));
  }
  return {};
}

Status check(const FeatureScaling& scaling, std::size_t raw_features) {
  const std::size_t count = scaling.features.size();
  if (count < 1 || count > kMaxFeatures) {
    return invalid_input(fmt::format("a premodel needs 1 to {} features", kMaxFeatures));
  }
  if (scaling.low.size() != count || scaling.high.size() != count || !all_finite(scaling.low) ||
      !all_finite(scaling.high)) {
    return invalid_input("the scaling needs a range per chosen feature");
  }
  for (const std::uint16_t feature : scaling.features) {
    if (feature >= raw_features)
      return invalid_input(fmt::format("there is no feature {}", feature));
  }
  return {};
}

Status check(const ClassifierSpec& spec) {
  const bool good = spec.k >= 1 && spec.k <= kMaxNeighbours && spec.radius > 0 &&
                    spec.max_depth >= 1 && spec.max_depth <= 25 && spec.min_examples >= 1 &&
                    spec.trees >= 1 && spec.trees <= 10000 && spec.rounds >= 1 &&
                    spec.rounds <= 10000 && spec.c > 0 && std::isfinite(spec.c) && spec.gamma > 0 &&
                    std::isfinite(spec.gamma);
  return good ? Status() : invalid_input(spec.name() + " has a setting out of range");
}

Status check(bool chain, std::size_t models, std::span<const ClassifierSpec> levels) {
  if (levels.size() != 1 && !(chain && levels.size() == models)) {
    return invalid_input("a premodel needs one classifier, or in a chain one per model");
  }
  for (const ClassifierSpec& spec : levels) {
    if (Status status = check(spec); !status.ok()) return status;
  }
  return {};
}

std::shared_ptr<const PointSet> scale(const TrainingSet& set, const FeatureScaling& scaling) {
  auto points = std::make_shared<PointSet>();
  points->features = scaling.features.size();
  points->count = set.labels.size();
  points->columns.resize(points->features * points->count);
  std::vector<float> x(points->features);
  for (std::size_t i = 0; i < points->count; ++i) {
    scaling.apply(std::span(set.rows).subspan(i * set.features, set.features), x);
    for (std::size_t f = 0; f < x.size(); ++f) points->columns[f * points->count + i] = x[f];
  }
  return points;
}

// The classes of level `level` of a chain: no (0) or yes (1).
std::vector<std::uint16_t> yes_or_no(const TrainingSet& set, std::size_t level) {
  std::vector<std::uint16_t> answers(set.labels.size());
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = set.is_yes(i, level) ? 1 : 0;
  return answers;
}

Classifier fit_by_kind(const ClassifierSpec& spec, const Examples& examples) {
  switch (spec.kind) {
    case ClassifierKind::kTree:
      return fit_tree(spec, examples);
    case ClassifierKind::kSvm:
      return fit_svm(spec, examples);
    case ClassifierKind::kNaiveBayes:
      return fit_naive_bayes(examples);
    case ClassifierKind::kLogistic:
      return fit_logistic(examples);
    case ClassifierKind::kForest:
      return fit_forest(spec, examples);
    case ClassifierKind::kBoosting:
      return fit_boosting(spec, examples);
    case ClassifierKind::kKnn:
      break;
  }
  return fit_knn(spec, examples);
}

// The order in which threads add up would change the last bits. OpenCV knows one number for the
// whole process, which the program may have set for itself.
class OneThread {
 public:
  OneThread() : before_(cv::getNumThreads()) { cv::setNumThreads(1); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;
  ~OneThread() { cv::setNumThreads(before_); }

 private:
  int before_;
};

}  // namespace

Result<Classifier> fit_classifier(const ClassifierSpec& spec, const Examples& examples) {
  if (Status status = check(spec); !status.ok()) return status;
  const OneThread one_thread;
  try {
    cv::setRNGSeed(1);
    return fit_by_kind(spec, examples);
  } catch (const cv::Exception& error) {
    return invalid_input(fmt::format("{} cannot be fitted: {}", spec.name(), error.err));
  }
}

std::string ClassifierSpec::name() const {
  const char* base = to_string(kind);
  switch (kind) {
    case ClassifierKind::kKnn:
      return std::isinf(radius) ? fmt::format("{}(k={})", base, k)
                                : fmt::format("{}(k={},radius={})", base, k, radius);
    case ClassifierKind::kTree:
      return fmt::format("{}(depth={})", base, max_depth);
    case ClassifierKind::kForest:
      return fmt::format("{}(trees={},depth={})", base, trees, max_depth);
    case ClassifierKind::kBoosting:
      return fmt::format("{}(rounds={})", base, rounds);
    case ClassifierKind::kSvm:
      return linear ? fmt::format("{}(linear,c={})", base, c)
                    : fmt::format("{}(gamma={},c={})", base, gamma, c);
    case ClassifierKind::kNaiveBayes:
    case ClassifierKind::kLogistic:
      break;
  }
  return base;
}

FeatureScaling fit_scaling(const TrainingSet& set, std::vector<std::uint16_t> chosen) {
  FeatureScaling scaling{.features = std::move(chosen)};
  for (const std::uint16_t feature : scaling.features) {
    float low = set.rows.empty() ? 0.0F : set.rows[feature];
    float high = low;
    for (std::size_t at = feature; at < set.rows.size(); at += set.features) {
      low = std::min(low, set.rows[at]);
      high = std::max(high, set.rows[at]);
    }
    scaling.low.push_back(low);
    scaling.high.push_back(high);
  }
  return scaling;
}

Result<PremodelClassifier> fit_premodel(const TrainingSet& set, const FeatureScaling& scaling,
                                        bool chain, std::span<const ClassifierSpec> levels) {
  if (Status status = check(set); !status.ok()) return status;
  if (Status status = check(scaling, set.features); !status.ok()) return status;
  if (Status status = check(chain, set.models, levels); !status.ok()) return status;

  PremodelClassifier premodel{.scaling = scaling, .chain = chain, .models = set.models};
  Examples examples{.points = scale(set, scaling),
                    .classes_of = set.labels,
                    .classes = chain ? 2 : set.models + 1};
  if (!all_finite(examples.points->columns)) {
    return invalid_input("features are too large to be scaled");
  }
  for (std::size_t level = 0; level < (chain ? set.models : 1); ++level) {
    if (chain) examples.classes_of = yes_or_no(set, level);
    Result<Classifier> classifier =
        fit_classifier(levels.size() == 1 ? levels[0] : levels[level], examples);
    if (!classifier.ok()) return classifier.status();
    premodel.classifiers.push_back(std::move(*classifier));
  }
  return premodel;
}

}  // namespace rightsize

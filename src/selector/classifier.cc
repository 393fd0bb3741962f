#include "selector/classifier.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace rightsize {
namespace {

using Scores = std::span<float>;
using Input = std::span<const float>;

std::size_t argmax(std::span<const float> values) noexcept {
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

float logistic(float margin) noexcept { return 1.0F / (1.0F + std::exp(-margin)); }

// The only class there was.
std::size_t certain(std::size_t chosen, Scores scores) noexcept {
  scores[chosen] = 1.0F;
  return chosen;
}

void scale_to_one(Scores scores, std::size_t chosen) noexcept {
  float sum = 0.0F;
  for (const float score : scores) sum += score;
  if (!(sum > 0.0F)) {
    certain(chosen, scores);
    return;
  }
  for (float& score : scores) score /= sum;
}

// The class by margins of one label against the rest, and its scores: logistic(slope * margin).
std::size_t one_against_rest(std::span<const float> margins, float slope,
                             std::span<const std::uint16_t> labels, Scores scores) noexcept {
  if (labels.size() == 1) return certain(labels[0], scores);
  if (labels.size() == 2) {
    scores[labels[0]] = logistic(-slope * margins[0]);
    scores[labels[1]] = logistic(slope * margins[0]);
    return labels[margins[0] > 0.0F ? 1 : 0];
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    scores[labels[i]] = logistic(slope * margins[i]);
  }
  const std::size_t chosen = labels[argmax(margins)];
  scale_to_one(scores, chosen);
  return chosen;
}

std::size_t predict_one(const Knn& knn, Input x, Scores scores) noexcept {
  return predict(knn, nearest(*knn.points, knn.k, x), scores);
}

std::size_t predict_one(const Tree& tree, Input x, Scores scores) noexcept {
  const TreeNode& leaf = tree.nodes[leaf_of(tree.nodes, x)];
  const float* shares = tree.shares.data() + leaf.right * tree.classes;
  std::copy_n(shares, tree.classes, scores.begin());
  return static_cast<std::size_t>(leaf.value);
}

std::size_t predict_one(const Forest& forest, Input x, Scores scores) noexcept {
  for (const TreeNodes& nodes : forest.trees) {
    scores[static_cast<std::size_t>(nodes[leaf_of(nodes, x)].value)] += 1.0F;
  }
  const std::size_t chosen = argmax(scores);
  for (float& score : scores) score /= static_cast<float>(forest.trees.size());
  return chosen;
}

std::size_t predict_one(const Boosting& boosting, Input x, Scores scores) noexcept {
  std::array<float, kMaxClasses> margins{};
  for (std::size_t i = 0; i < boosting.ensembles.size(); ++i) {
    double sum = 0.0;
    for (const TreeNodes& nodes : boosting.ensembles[i]) sum += nodes[leaf_of(nodes, x)].value;
    margins[i] = static_cast<float>(sum);
  }
  const std::span known(margins.data(), boosting.ensembles.size());
  return one_against_rest(known, 2.0F, boosting.labels, scores);
}

std::size_t predict_one(const Logistic& model, Input x, Scores scores) noexcept {
  std::array<float, kMaxClasses> margins{};
  const std::size_t count = margin_count(model.labels.size());
  const float* weight = model.weights.data();
  for (std::size_t i = 0; i < count; ++i) {
    float sum = *weight++;
    for (const float value : x) sum += *weight++ * value;
    margins[i] = sum;
  }
  return one_against_rest(std::span(margins.data(), count), 1.0F, model.labels, scores);
}

std::size_t predict_one(const NaiveBayes& bayes, Input x, Scores scores) noexcept {
  std::array<float, kMaxClasses> joint{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < bayes.labels.size(); ++i) {
    float sum = bayes.offsets[i];
    for (const float value : x) {
      const float difference = value - bayes.means[at];
      sum -= bayes.precisions[at++] * difference * difference;
    }
    joint[i] = sum;
  }
  const std::size_t best = argmax(std::span(joint.data(), bayes.labels.size()));
  for (std::size_t i = 0; i < bayes.labels.size(); ++i) {
    scores[bayes.labels[i]] = std::exp(joint[i] - joint[best]);
  }
  scale_to_one(scores, bayes.labels[best]);
  return bayes.labels[best];
}

using Margins = std::array<float, pair_count(kMaxClasses)>;

void add_linear(const Svm& svm, Input x, std::span<float> margins) noexcept {
  const float* coefficient = svm.coefficients.data();
  for (const float value : x) {
    for (float& margin : margins) margin += *coefficient++ * value;
  }
}

void add_radial(const Svm& svm, Input x, std::span<float> margins) noexcept {
  const auto gamma = static_cast<float>(svm.gamma);
  const float* coefficient = svm.coefficients.data();
  BlockDistances kernel;
  for (std::size_t first = 0; first < svm.vectors.count; first += kPointBlock) {
    const std::size_t n = squared_distances(svm.vectors, first, x, kernel);
    for (std::size_t i = 0; i < n; ++i) kernel[i] = std::exp(-gamma * kernel[i]);
    for (std::size_t i = 0; i < n; ++i) {
      for (float& margin : margins) margin += *coefficient++ * kernel[i];
    }
  }
}

std::size_t predict_one(const Svm& svm, Input x, Scores scores) noexcept {
  const std::size_t labels = svm.labels.size();
  if (labels == 1) return certain(svm.labels[0], scores);
  Margins buffer{};
  const std::span margins(buffer.data(), pair_count(labels));
  if (svm.gamma > 0) {
    add_radial(svm, x, margins);
  } else {
    add_linear(svm, x, margins);
  }
  std::array<float, kMaxClasses> votes{};
  std::size_t pair = 0;
  for (std::size_t i = 0; i < labels; ++i) {
    for (std::size_t j = i + 1; j < labels; ++j, ++pair) {
      const float margin = margins[pair] - svm.rho[pair];
      votes[margin > 0.0F ? i : j] += 1.0F;
      scores[svm.labels[i]] += logistic(margin);
      scores[svm.labels[j]] += logistic(-margin);
    }
  }
  const std::size_t chosen = svm.labels[argmax(std::span(votes.data(), labels))];
  scale_to_one(scores, chosen);
  return chosen;
}

}  // namespace

bool Knn::operator==(const Knn& other) const {
  return *points == *other.points && labels == other.labels && classes == other.classes &&
         k == other.k && radius == other.radius;
}

const char* to_string(ClassifierKind kind) {
  switch (kind) {
    case ClassifierKind::kKnn:
      return "knn";
    case ClassifierKind::kTree:
      return "tree";
    case ClassifierKind::kSvm:
      return "svm";
    case ClassifierKind::kNaiveBayes:
      return "naive-bayes";
    case ClassifierKind::kLogistic:
      return "logistic";
    case ClassifierKind::kForest:
      return "forest";
    case ClassifierKind::kBoosting:
      return "boosting";
  }
  return "";
}

ClassifierKind kind_of(const Classifier& classifier) {
  static_assert(std::variant_size_v<Classifier> == kClassifierKinds);
  return static_cast<ClassifierKind>(classifier.index());
}

std::size_t class_count(const Classifier& classifier) {
  return std::visit([](const auto& model) { return model.classes; }, classifier);
}

std::size_t feature_count(const Classifier& classifier) {
  if (const Knn* knn = std::get_if<Knn>(&classifier)) return knn->points->features;
  return std::visit(
      [](const auto& model) -> std::size_t {
        if constexpr (requires { model.features; }) return model.features;
        return 0;
      },
      classifier);
}

std::size_t predict(const Classifier& classifier, std::span<const float> x,
                    std::span<float> scores) noexcept {
  assert(x.size() == feature_count(classifier) && scores.size() == class_count(classifier));
  std::fill(scores.begin(), scores.end(), 0.0F);
  return std::visit([&](const auto& model) { return predict_one(model, x, scores); }, classifier);
}

std::size_t predict(const Knn& knn, const Neighbours& neighbours,
                    std::span<float> scores) noexcept {
  std::fill(scores.begin(), scores.end(), 0.0F);
  float votes = 0.0F;
  for (std::size_t i = 0; i < std::min(knn.k, neighbours.size); ++i) {
    const Neighbour& neighbour = neighbours.list[i];
    if (!(neighbour.squared_distance <= knn.radius * knn.radius)) break;
    scores[knn.labels[neighbour.point]] += 1.0F;
    votes += 1.0F;
  }
  if (votes == 0.0F) return knn.classes;
  const std::size_t chosen = argmax(scores);
  for (float& score : scores) score /= votes;
  return chosen;
}

}  // namespace rightsize

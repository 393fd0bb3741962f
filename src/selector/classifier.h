// The classifiers that a premodel may consist of: fitted in the laboratory with OpenCV's ml module,
// evaluated here without it. Given equal parameters, the class is the one that OpenCV gives.
//
// Plain values; a const one may be used from several threads. Inputs are scaled features, about 0
// to 1. Classes are 0 .. classes - 1, of which a training set may lack some: `labels` lists those
// it had, ascending, at least one; the others have score 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "rightsize/decision.h"
#include "selector/points.h"

namespace rightsize {

inline constexpr std::size_t kMaxClasses = 17;  // 16 models and "none"

// k nearest neighbours by Euclidean distance, majority vote; of equally frequent classes the
// lowest, of equally near points the first. A neighbour further away than `radius` (the
// "permissible distance") has no vote. Scores: shares of the votes given.
struct Knn {
  std::shared_ptr<const PointSet> points;  // may be shared by several classifiers; never null
  std::vector<std::uint16_t> labels;       // per point
  std::size_t classes = 0;
  std::size_t k = 5;  // 1 to kMaxNeighbours
  float radius = std::numeric_limits<float>::infinity();
  bool operator==(const Knn& other) const;
};

// In a tree's list of nodes, the left child is the next node and the right child lies further on.
struct TreeNode {
  static constexpr std::uint16_t kLeaf = 0xFFFF;
  double value = 0.0;       // go left if x[feature] <= value; of a leaf: its class, or a summand
  std::uint32_t right = 0;  // right child; of a leaf of a Tree: its row in `shares`
  std::uint16_t feature = kLeaf;
  bool operator==(const TreeNode&) const = default;
};
using TreeNodes = std::vector<TreeNode>;

// The position of the leaf that `x` falls into.
inline std::size_t leaf_of(const TreeNodes& nodes, std::span<const float> x) noexcept {
  std::size_t i = 0;
  while (nodes[i].feature != TreeNode::kLeaf) {
    i = static_cast<double>(x[nodes[i].feature]) <= nodes[i].value ? i + 1 : nodes[i].right;
  }
  return i;
}

// A decision tree. Scores: shares of the classes among the training examples of the leaf.
struct Tree {
  std::size_t classes = 0;
  std::size_t features = 0;
  TreeNodes nodes;
  std::vector<float> shares;  // leaves x classes
  bool operator==(const Tree&) const = default;
};

// A random forest: every tree votes; of equally frequent classes the lowest. Scores: shares of the
// votes.
struct Forest {
  std::size_t classes = 0;
  std::size_t features = 0;
  std::vector<TreeNodes> trees;
  bool operator==(const Forest&) const = default;
};

// Boosted trees, one class against the rest: an ensemble for every label, or of two labels for the
// second one alone. The leaves of an ensemble add up to a margin F; the greatest wins (of two
// labels the second if F > 0). Scores: 1 / (1 + exp(-2 F)), scaled to a sum of 1.
struct Boosting {
  std::size_t classes = 0;
  std::size_t features = 0;
  std::vector<std::uint16_t> labels;
  std::vector<std::vector<TreeNodes>> ensembles;
  bool operator==(const Boosting&) const = default;
};

// A support vector machine; every pair of labels i < j votes for i if its margin is above 0, else
// for j; of equally frequent labels the lowest. Scores: each pair splits its vote by the logistic
// function of its margin (uncalibrated); the sum is 1.
struct Svm {
  std::size_t classes = 0;
  std::size_t features = 0;
  std::vector<std::uint16_t> labels;
  double gamma = 0.0;  // radial kernel exp(-gamma |x - v|^2); 0: linear
  PointSet vectors;    // support vectors of the radial kernel
  // For each support vector (radial) or feature (linear) a coefficient per pair, in the order
  // (0,1), (0,2) .. (1,2) ..; margin = sum of coefficient x kernel (or feature) - rho.
  std::vector<float> coefficients;
  std::vector<float> rho;  // per pair
  bool operator==(const Svm&) const = default;
};

// Gaussian naive Bayes: features are independent within a class, priors are the frequencies.
// Scores: the probabilities of the classes. log joint = offset - sum of precision (x - mean)^2.
struct NaiveBayes {
  std::size_t classes = 0;
  std::size_t features = 0;
  std::vector<std::uint16_t> labels;
  std::vector<float> means;       // labels x features
  std::vector<float> precisions;  // labels x features: 1 / (2 variance)
  std::vector<float> offsets;     // per label: log prior - sum of log(2 pi variance) / 2
  bool operator==(const NaiveBayes&) const = default;
};

// Logistic regression, one class against the rest; margins as in Boosting. Scores: the logistic
// function of the margins, scaled to a sum of 1.
struct Logistic {
  std::size_t classes = 0;
  std::size_t features = 0;
  std::vector<std::uint16_t> labels;
  std::vector<float> weights;  // margins x (1 + features), the constant first
  bool operator==(const Logistic&) const = default;
};

// Stored by name in selector files.
enum class ClassifierKind : std::uint8_t {
  kKnn,
  kTree,
  kSvm,
  kNaiveBayes,
  kLogistic,
  kForest,
  kBoosting
};
inline constexpr std::array<ClassifierKind, 7> kAllClassifierKinds = {
    ClassifierKind::kKnn,        ClassifierKind::kTree,     ClassifierKind::kSvm,
    ClassifierKind::kNaiveBayes, ClassifierKind::kLogistic, ClassifierKind::kForest,
    ClassifierKind::kBoosting};
inline constexpr std::size_t kClassifierKinds = kAllClassifierKinds.size();
const char* to_string(ClassifierKind kind);

// In the order of ClassifierKind.
using Classifier = std::variant<Knn, Tree, Svm, NaiveBayes, Logistic, Forest, Boosting>;

ClassifierKind kind_of(const Classifier& classifier);
std::size_t class_count(const Classifier& classifier);
std::size_t feature_count(const Classifier& classifier);

// How many margins one-versus-rest decisions between so many labels have.
constexpr std::size_t margin_count(std::size_t labels) {
  return labels > 2 ? labels : labels == 2 ? 1 : 0;
}
constexpr std::size_t pair_count(std::size_t labels) { return labels * (labels - 1) / 2; }

// The class of `x` (feature_count numbers), and a score from 0 to 1 for every class (class_count).
// Of nearest neighbours none of which has a vote: class_count, "no answer", and scores of 0.
// Allocates nothing.
std::size_t predict(const Classifier& classifier, std::span<const float> x,
                    std::span<float> scores) noexcept;
// The same, given the nearest neighbours, at least knn.k unless there are no more.
std::size_t predict(const Knn& knn, const Neighbours& neighbours, std::span<float> scores) noexcept;

}  // namespace rightsize

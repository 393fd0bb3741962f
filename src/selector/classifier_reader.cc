#include "selector/classifier_reader.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace rightsize {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxNodes = 1'000'000;
constexpr std::size_t kMaxTrees = 10'000;
constexpr double kMaxFloat = std::numeric_limits<float>::max();

// What the numbers in a leaf are.
enum class Leaves { kClasses, kSummands };

class ClassifierReader {
 public:
  ClassifierReader(const json& object, const std::string& path, std::size_t features,
                   std::size_t classes, const PointSets& point_sets)
      : in_(object, path), features_(features), classes_(classes), point_sets_(point_sets) {}

  Result<Classifier> read() {
    std::string kind;
    in_.read("kind", kind);
    Classifier classifier = read_kind(kind);
    if (!nested_.ok()) return nested_;
    if (Status status = in_.finish(); !status.ok()) return status;
    return classifier;
  }

 private:
  Classifier read_kind(const std::string& kind);
  Knn read_knn();
  Tree read_tree();
  Svm read_svm();
  NaiveBayes read_naive_bayes();
  Logistic read_logistic();
  Forest read_forest();
  Boosting read_boosting();

  // The classes that occurred: at least one, ascending.
  std::vector<std::uint16_t> read_labels();
  std::vector<float> read_floats_of(const char* key, std::size_t count);
  TreeNodes read_nodes(const json& object, const std::string& path, Leaves leaves,
                       std::size_t share_rows);
  std::vector<TreeNodes> read_trees(const json& list, const std::string& path, Leaves leaves);
  bool ok() const { return in_.status().ok() && nested_.ok(); }
  std::string place(const char* key) const { return in_.path() + "." + key; }

  JsonReader in_;
  Status nested_;  // the first failure in an object inside
  std::size_t features_;
  std::size_t classes_;
  const PointSets& point_sets_;
};

std::vector<std::uint16_t> ClassifierReader::read_labels() {
  std::vector<std::uint16_t> labels;
  read_whole(in_, "labels", classes_, labels);
  const bool ascending =
      std::adjacent_find(labels.begin(), labels.end(), std::greater_equal()) == labels.end();
  if (labels.empty() || !ascending) in_.fail("needs classes in ascending order as 'labels'");
  if (labels.empty() || !ascending) labels = {0};
  return labels;
}

std::vector<float> ClassifierReader::read_floats_of(const char* key, std::size_t count) {
  std::vector<float> values;
  read_floats(in_, key, values);
  if (values.size() != count) in_.fail(fmt::format("needs {} numbers as '{}'", count, key));
  return values;
}

// Every child lies behind its parent, so that every walk ends at a leaf.
TreeNodes ClassifierReader::read_nodes(const json& object, const std::string& path, Leaves leaves,
                                       std::size_t share_rows) {
  JsonReader in(object, path);
  std::vector<double> features;
  std::vector<double> values;
  std::vector<std::uint32_t> rights;
  in.read("feature", features);
  in.read("value", values);
  read_whole(in, "right", kMaxNodes, rights);
  const std::size_t count = features.size();
  if (count < 1 || count > kMaxNodes || values.size() != count || rights.size() != count) {
    in.fail(fmt::format("needs 1 to {} nodes, each with feature, value and right", kMaxNodes));
  }
  TreeNodes nodes;
  for (std::size_t i = 0; i < count && in.status().ok(); ++i) {
    const double feature = features[i];
    const bool leaf = feature == -1.0;
    const bool known = leaf || (feature >= 0 && feature < static_cast<double>(features_) &&
                                feature == std::floor(feature));
    const bool right = leaf ? rights[i] < share_rows : rights[i] > i + 1 && rights[i] < count;
    const bool value = !leaf || leaves == Leaves::kSummands ||
                       (values[i] >= 0 && values[i] < static_cast<double>(classes_) &&
                        values[i] == std::floor(values[i]));
    if (!known || !right || !value) in.fail(fmt::format("has a senseless node {}", i));
    nodes.push_back(
        {.value = values[i],
         .right = rights[i],
         .feature = leaf || !known ? TreeNode::kLeaf : static_cast<std::uint16_t>(feature)});
  }
  if (Status status = in.finish(); !status.ok() && nested_.ok()) nested_ = status;
  return nodes;
}

std::vector<TreeNodes> ClassifierReader::read_trees(const json& list, const std::string& path,
                                                    Leaves leaves) {
  std::vector<TreeNodes> trees;
  if (!list.is_array() || list.empty() || list.size() > kMaxTrees) {
    in_.fail(fmt::format("needs 1 to {} trees in a list", kMaxTrees));
    return trees;
  }
  for (std::size_t i = 0; i < list.size() && ok(); ++i) {
    trees.push_back(read_nodes(list[i], fmt::format("{}[{}]", path, i), leaves, 1));
  }
  return trees;
}

Knn ClassifierReader::read_knn() {
  Knn knn{.points = nullptr, .classes = classes_};
  knn.k = read_count(in_, "k", 1, kMaxNeighbours);
  if (in_.has("radius")) {
    double radius = 0.0;
    in_.read("radius", radius);
    knn.radius = radius <= kMaxFloat ? static_cast<float>(radius) : 0.0F;
    if (!(knn.radius > 0)) in_.fail("needs a number above 0 as 'radius'");
  }
  read_whole(in_, "labels", classes_, knn.labels);
  const std::size_t set = read_count(in_, "points", 0, kMaxClasses);
  if (set >= point_sets_.size()) {
    in_.fail(fmt::format("refers to points {}, which are not there", set));
    return knn;
  }
  knn.points = point_sets_[set];
  if (knn.labels.size() != knn.points->count) in_.fail("needs a label per point");
  return knn;
}

Tree ClassifierReader::read_tree() {
  Tree tree{.classes = classes_, .features = features_};
  read_floats(in_, "shares", tree.shares);
  const auto possible = [](float share) { return share >= 0 && share <= 1; };
  if (tree.shares.size() % classes_ != 0 ||
      !std::all_of(tree.shares.begin(), tree.shares.end(), possible)) {
    in_.fail("needs shares from 0 to 1 per leaf and class");
  }
  if (const json* nodes = in_.object("nodes")) {
    tree.nodes =
        read_nodes(*nodes, place("nodes"), Leaves::kClasses, tree.shares.size() / classes_);
  }
  return tree;
}

Forest ClassifierReader::read_forest() {
  Forest forest{.classes = classes_, .features = features_};
  if (const json* trees = in_.array("trees")) {
    forest.trees = read_trees(*trees, place("trees"), Leaves::kClasses);
  }
  return forest;
}

Boosting ClassifierReader::read_boosting() {
  Boosting boosting{.classes = classes_, .features = features_, .labels = read_labels()};
  const json* ensembles = in_.array("ensembles");
  if (ensembles == nullptr) return boosting;
  const std::size_t count = margin_count(boosting.labels.size());
  if (ensembles->size() != count) in_.fail(fmt::format("needs {} ensembles", count));
  for (std::size_t i = 0; i < count && ok(); ++i) {
    boosting.ensembles.push_back(read_trees(
        (*ensembles)[i], fmt::format("{}[{}]", place("ensembles"), i), Leaves::kSummands));
  }
  return boosting;
}

Svm ClassifierReader::read_svm() {
  Svm svm{.classes = classes_, .features = features_, .labels = read_labels()};
  in_.read("gamma", svm.gamma);
  if (!(svm.gamma >= 0 && svm.gamma <= kMaxFloat)) {
    in_.fail("needs a number of at least 0 as 'gamma'");
  }
  const bool radial = svm.gamma > 0 && svm.labels.size() > 1;
  read_floats(in_, "vectors", svm.vectors.columns);
  if (radial) {
    svm.vectors.features = features_;
    svm.vectors.count = svm.vectors.columns.size() / features_;
  }
  if (svm.vectors.columns.size() != svm.vectors.count * svm.vectors.features) {
    in_.fail("needs whole support vectors as 'vectors', and none unless the kernel is radial");
  }
  const std::size_t pairs = pair_count(svm.labels.size());
  svm.coefficients =
      read_floats_of("coefficients", pairs * (radial ? svm.vectors.count : features_));
  svm.rho = read_floats_of("rho", pairs);
  return svm;
}

NaiveBayes ClassifierReader::read_naive_bayes() {
  NaiveBayes bayes{.classes = classes_, .features = features_, .labels = read_labels()};
  const std::size_t labels = bayes.labels.size();
  bayes.means = read_floats_of("means", labels * features_);
  bayes.precisions = read_floats_of("precisions", labels * features_);
  bayes.offsets = read_floats_of("offsets", labels);
  const auto negative = [](float precision) { return precision < 0; };
  if (std::any_of(bayes.precisions.begin(), bayes.precisions.end(), negative)) {
    in_.fail("needs precisions of at least 0");
  }
  return bayes;
}

Logistic ClassifierReader::read_logistic() {
  Logistic logistic{.classes = classes_, .features = features_, .labels = read_labels()};
  logistic.weights =
      read_floats_of("weights", margin_count(logistic.labels.size()) * (1 + features_));
  return logistic;
}

Classifier ClassifierReader::read_kind(const std::string& kind) {
  const auto is = [&](ClassifierKind k) { return kind == to_string(k); };
  if (is(ClassifierKind::kKnn)) return read_knn();
  if (is(ClassifierKind::kTree)) return read_tree();
  if (is(ClassifierKind::kSvm)) return read_svm();
  if (is(ClassifierKind::kNaiveBayes)) return read_naive_bayes();
  if (is(ClassifierKind::kLogistic)) return read_logistic();
  if (is(ClassifierKind::kForest)) return read_forest();
  if (is(ClassifierKind::kBoosting)) return read_boosting();
  in_.fail(fmt::format("has an unknown kind of classifier '{}'", kind));
  return {};
}

}  // namespace

std::size_t read_count(JsonReader& in, const char* key, std::size_t least, std::size_t most) {
  std::int64_t value = 0;
  in.read(key, value);
  if (value >= static_cast<std::int64_t>(least) && value <= static_cast<std::int64_t>(most)) {
    return static_cast<std::size_t>(value);
  }
  in.fail(fmt::format("needs {} to {} as '{}'", least, most, key));
  return least;
}

void read_floats(JsonReader& in, const char* key, std::vector<float>& values) {
  std::vector<double> numbers;
  in.read(key, numbers);
  values.clear();
  for (const double number : numbers) {
    if (std::abs(number) > kMaxFloat) {
      return in.fail(fmt::format("has a number in '{}' that is too large", key));
    }
    values.push_back(static_cast<float>(number));
  }
}

Result<Classifier> read_classifier(const json& object, const std::string& path,
                                   std::size_t features, std::size_t classes,
                                   const PointSets& point_sets) {
  return ClassifierReader(object, path, features, classes, point_sets).read();
}

}  // namespace rightsize

#include <algorithm>

#include "lab/premodel/opencv_models.h"

namespace rightsize {
namespace {

using cv::ml::DTrees;

// Neither pruned by cross-validation (that would draw random folds) nor with stand-ins for missing
// values, of which there are none.
void set_up(DTrees& trees, int max_depth, int min_examples) {
  trees.setMaxDepth(max_depth);
  trees.setMinSampleCount(min_examples);
  trees.setCVFolds(0);
  trees.setUseSurrogates(false);
  trees.setUse1SERule(false);
  trees.setTruncatePrunedTree(false);
}

void train(DTrees& trees, const cv::Mat& x, const cv::Mat& responses) {
  trees.train(cv::ml::TrainData::create(x, cv::ml::ROW_SAMPLE, responses));
}

// What a leaf says: of its library's node.
using LeafValue = double (*)(const DTrees::Node&, const std::vector<std::uint16_t>& labels);
double class_of(const DTrees::Node& node, const std::vector<std::uint16_t>& labels) {
  return labels[static_cast<std::size_t>(node.classIdx)];
}
double summand_of(const DTrees::Node& node, const std::vector<std::uint16_t>&) {
  return node.value;
}

// Appends the node and what is below it; at most 25 levels.
void append(const DTrees& trees, int index, LeafValue value,
            const std::vector<std::uint16_t>& labels, TreeNodes& nodes) {
  const DTrees::Node& node = trees.getNodes()[static_cast<std::size_t>(index)];
  const std::size_t at = nodes.size();
  nodes.emplace_back();
  if (node.split < 0) {
    nodes[at].value = value(node, labels);
    return;
  }
  const DTrees::Split& split = trees.getSplits()[static_cast<std::size_t>(node.split)];
  nodes[at].feature = static_cast<std::uint16_t>(split.varIdx);
  nodes[at].value = split.c;
  append(trees, node.left, value, labels, nodes);
  nodes[at].right = static_cast<std::uint32_t>(nodes.size());
  append(trees, node.right, value, labels, nodes);
}

std::vector<TreeNodes> copy(const DTrees& trees, LeafValue value,
                            const std::vector<std::uint16_t>& labels) {
  std::vector<TreeNodes> copies;
  for (const int root : trees.getRoots()) {
    append(trees, root, value, labels, copies.emplace_back());
  }
  return copies;
}

TreeNodes only_leaf(std::uint16_t label) { return {TreeNode{.value = double(label)}}; }

// Numbers the leaves and gives each the shares of the classes among its examples.
void add_shares(const Examples& examples, Tree& tree) {
  std::uint32_t leaves = 0;
  for (TreeNode& node : tree.nodes) {
    if (node.feature == TreeNode::kLeaf) node.right = leaves++;
  }
  tree.shares.assign(leaves * tree.classes, 0.0F);
  const cv::Mat x = examples.matrix();
  for (int i = 0; i < x.rows; ++i) {
    const std::span row(x.ptr<float>(i), tree.features);
    const std::size_t leaf = tree.nodes[leaf_of(tree.nodes, row)].right;
    tree.shares[leaf * tree.classes + examples.classes_of[static_cast<std::size_t>(i)]] += 1.0F;
  }
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    const std::span shares(tree.shares.data() + leaf * tree.classes, tree.classes);
    float sum = 0.0F;
    for (const float count : shares) sum += count;
    for (float& share : shares) share /= std::max(sum, 1.0F);
  }
}

}  // namespace

cv::Ptr<DTrees> train_tree(const ClassifierSpec& spec, const Examples& examples) {
  cv::Ptr<DTrees> tree = DTrees::create();
  set_up(*tree, spec.max_depth, spec.min_examples);
  train(*tree, examples.matrix(), examples.responses());
  return tree;
}

cv::Ptr<cv::ml::RTrees> train_forest(const ClassifierSpec& spec, const Examples& examples) {
  cv::Ptr<cv::ml::RTrees> forest = cv::ml::RTrees::create();
  set_up(*forest, spec.max_depth, spec.min_examples);
  forest->setActiveVarCount(0);  // the square root of the number of features
  forest->setTermCriteria({cv::TermCriteria::COUNT, spec.trees, 0.0});
  train(*forest, examples.matrix(), examples.responses());
  return forest;
}

cv::Ptr<cv::ml::Boost> train_boosting(const ClassifierSpec& spec, const Examples& examples,
                                      std::uint16_t positive) {
  cv::Ptr<cv::ml::Boost> boosting = cv::ml::Boost::create();
  set_up(*boosting, /*max_depth=*/1, /*min_examples=*/10);
  boosting->setBoostType(cv::ml::Boost::REAL);
  boosting->setWeakCount(spec.rounds);
  // The library's trimming can leave examples of one class alone, and then fails.
  boosting->setWeightTrimRate(0.0);
  cv::Mat responses = examples.responses();
  for (int i = 0; i < responses.rows; ++i) {
    responses.at<int>(i) = responses.at<int>(i) == positive ? 1 : 0;
  }
  train(*boosting, examples.matrix(), responses);
  return boosting;
}

Tree fit_tree(const ClassifierSpec& spec, const Examples& examples) {
  Tree tree{.classes = examples.classes, .features = examples.points->features};
  const std::vector<std::uint16_t> labels = examples.labels();
  tree.nodes = labels.size() == 1 ? only_leaf(labels[0])
                                  : copy(*train_tree(spec, examples), class_of, labels).at(0);
  add_shares(examples, tree);
  return tree;
}

Forest fit_forest(const ClassifierSpec& spec, const Examples& examples) {
  Forest forest{.classes = examples.classes, .features = examples.points->features};
  const std::vector<std::uint16_t> labels = examples.labels();
  if (labels.size() == 1) {
    forest.trees = {only_leaf(labels[0])};
  } else {
    forest.trees = copy(*train_forest(spec, examples), class_of, labels);
  }
  return forest;
}

Boosting fit_boosting(const ClassifierSpec& spec, const Examples& examples) {
  Boosting boosting{.classes = examples.classes,
                    .features = examples.points->features,
                    .labels = examples.labels()};
  const std::size_t margins = margin_count(boosting.labels.size());
  for (std::size_t i = boosting.labels.size() - margins; i < boosting.labels.size(); ++i) {
    if (margins == 0) break;
    boosting.ensembles.push_back(
        copy(*train_boosting(spec, examples, boosting.labels[i]), summand_of, boosting.labels));
  }
  return boosting;
}

}  // namespace rightsize

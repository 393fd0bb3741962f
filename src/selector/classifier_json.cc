#include "selector/classifier_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/json_reader.h"
#include "selector/classifier_reader.h"

namespace rightsize {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// The double of the shortest decimal that is `value` as a float: half as long in the file.
double shortest(float value) {
  const std::string text = fmt::format("{}", value);
  double number = 0.0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  const bool fits = std::abs(number) <= std::numeric_limits<float>::max();
  return fits && static_cast<float>(number) == value ? number : static_cast<double>(value);
}

ordered_json numbers(const std::vector<float>& values) {
  ordered_json list = ordered_json::array();
  for (const float value : values) list.push_back(shortest(value));
  return list;
}

ordered_json nodes_to_json(const TreeNodes& nodes) {
  ordered_json features = ordered_json::array();
  ordered_json values = ordered_json::array();
  ordered_json rights = ordered_json::array();
  for (const TreeNode& node : nodes) {
    features.push_back(node.feature == TreeNode::kLeaf ? -1 : int{node.feature});
    values.push_back(node.value);
    rights.push_back(node.right);
  }
  return {{"feature", features}, {"value", values}, {"right", rights}};
}

ordered_json trees_to_json(const std::vector<TreeNodes>& trees) {
  ordered_json list = ordered_json::array();
  for (const TreeNodes& nodes : trees) list.push_back(nodes_to_json(nodes));
  return list;
}

// What follows the kind; points of neighbours are written by the caller.
void write(const Knn& knn, ordered_json& out) {
  out["k"] = knn.k;
  if (std::isfinite(knn.radius)) out["radius"] = shortest(knn.radius);
  out["labels"] = knn.labels;
}
void write(const Tree& tree, ordered_json& out) {
  out["nodes"] = nodes_to_json(tree.nodes);
  out["shares"] = numbers(tree.shares);
}
void write(const Forest& forest, ordered_json& out) { out["trees"] = trees_to_json(forest.trees); }
void write(const Boosting& boosting, ordered_json& out) {
  out["labels"] = boosting.labels;
  ordered_json& ensembles = out["ensembles"] = ordered_json::array();
  for (const auto& trees : boosting.ensembles) ensembles.push_back(trees_to_json(trees));
}
void write(const Svm& svm, ordered_json& out) {
  out["labels"] = svm.labels;
  out["gamma"] = svm.gamma;
  out["vectors"] = numbers(svm.vectors.columns);
  out["coefficients"] = numbers(svm.coefficients);
  out["rho"] = numbers(svm.rho);
}
void write(const NaiveBayes& bayes, ordered_json& out) {
  out["labels"] = bayes.labels;
  out["means"] = numbers(bayes.means);
  out["precisions"] = numbers(bayes.precisions);
  out["offsets"] = numbers(bayes.offsets);
}
void write(const Logistic& logistic, ordered_json& out) {
  out["labels"] = logistic.labels;
  out["weights"] = numbers(logistic.weights);
}

constexpr std::size_t kMaxPoints = 1'000'000;

Status read_scaling(const json& object, const std::string& path, std::size_t raw_features,
                    FeatureScaling& scaling) {
  JsonReader in(object, path);
  read_whole(in, "features", std::min<std::size_t>(raw_features, 1U << 16), scaling.features);
  read_floats(in, "low", scaling.low);
  read_floats(in, "high", scaling.high);
  const std::size_t count = scaling.features.size();
  if (count < 1 || count > kMaxFeatures) {
    in.fail(fmt::format("needs 1 to {} features", kMaxFeatures));
  }
  if (scaling.low.size() != count || scaling.high.size() != count) {
    in.fail("needs a 'low' and a 'high' per feature");
  }
  return in.finish();
}

Status read_points(const json& list, const std::string& path, std::size_t features,
                   PointSets& sets) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader in(list[i], fmt::format("{}[{}]", path, i));
    auto points = std::make_shared<PointSet>();
    points->features = features;
    read_floats(in, "columns", points->columns);
    points->count = points->columns.size() / features;
    if (points->count < 1 || points->count > kMaxPoints ||
        points->count * features != points->columns.size()) {
      in.fail(fmt::format("needs columns of 1 to {} points of {} features", kMaxPoints, features));
    }
    if (Status status = in.finish(); !status.ok()) return status;
    sets.push_back(std::move(points));
  }
  return {};
}

}  // namespace

ordered_json to_json(const PremodelClassifier& premodel) {
  ordered_json points = ordered_json::array();
  ordered_json classifiers = ordered_json::array();
  std::vector<const PointSet*> written;
  for (const Classifier& classifier : premodel.classifiers) {
    ordered_json out = {{"kind", to_string(kind_of(classifier))}};
    if (const Knn* knn = std::get_if<Knn>(&classifier)) {
      const auto found = std::find(written.begin(), written.end(), knn->points.get());
      out["points"] = found - written.begin();
      if (found == written.end()) {
        written.push_back(knn->points.get());
        points.push_back({{"columns", numbers(knn->points->columns)}});
      }
    }
    std::visit([&](const auto& model) { write(model, out); }, classifier);
    classifiers.push_back(std::move(out));
  }
  const ordered_json scaling = {{"features", premodel.scaling.features},
                                {"low", numbers(premodel.scaling.low)},
                                {"high", numbers(premodel.scaling.high)}};
  return {{"models", premodel.models},
          {"chain", premodel.chain},
          {"scaling", scaling},
          {"classifiers", classifiers},
          {"points", points}};
}

Result<PremodelClassifier> premodel_from_json(const json& object, const std::string& path,
                                              std::size_t raw_features) {
  JsonReader in(object, path);
  PremodelClassifier premodel;
  premodel.models = read_count(in, "models", 1, kMaxClasses - 1);
  in.read("chain", premodel.chain);
  const json* scaling = in.object("scaling");
  const json* classifiers = in.array("classifiers");
  const json* points = in.array("points");
  if (Status status = in.finish(); !status.ok()) return status;

  Status status = read_scaling(*scaling, path + ".scaling", raw_features, premodel.scaling);
  if (!status.ok()) return status;
  const std::size_t features = premodel.scaling.features.size();
  PointSets sets;
  status = read_points(*points, path + ".points", features, sets);
  if (!status.ok()) return status;
  const std::size_t levels = premodel.chain ? premodel.models : 1;
  if (classifiers->size() != levels) {
    return invalid_input(
        fmt::format("'{}' needs {} classifiers, not {}", path, levels, classifiers->size()));
  }
  for (std::size_t i = 0; i < levels; ++i) {
    Result<Classifier> classifier =
        read_classifier((*classifiers)[i], fmt::format("{}.classifiers[{}]", path, i), features,
                        premodel.chain ? 2 : premodel.models + 1, sets);
    if (!classifier.ok()) return classifier.status();
    premodel.classifiers.push_back(std::move(*classifier));
  }
  return premodel;
}

}  // namespace rightsize

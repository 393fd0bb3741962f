// What a premodel chose, and which features spoke for it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "selector/explain_parts.h"
#include "selector/trials.h"

namespace rightsize {
namespace {

// One classifier on one input.
struct Look {
  const FeatureScaling& scaling;
  std::vector<float> x;  // scaled
  std::vector<float> scores;
  std::size_t chosen;  // class
};

std::size_t place_of(const std::vector<std::uint16_t>& labels, std::size_t label) {
  return static_cast<std::size_t>(std::find(labels.begin(), labels.end(), label) - labels.begin());
}

// Place of the label, other than the one at `chosen`, with the greatest score.
std::size_t runner_up(const std::vector<std::uint16_t>& labels, const Look& look,
                      std::size_t chosen) {
  std::size_t best = labels.size();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i == chosen) continue;
    if (best == labels.size() || look.scores[labels[i]] > look.scores[labels[best]]) best = i;
  }
  return best;
}

using Contributions = std::vector<double>;  // per feature; empty where the kind has none

Contributions contributions_of(const Logistic& model, const Look& look) {
  const std::size_t chosen = place_of(model.labels, look.chosen);
  if (model.labels.size() < 2 || chosen == model.labels.size()) return {};
  const bool two = model.labels.size() == 2;
  const double sign = two && chosen == 0 ? -1.0 : 1.0;
  const std::size_t first = (two ? 0 : chosen) * (1 + look.x.size()) + 1;
  Contributions all;
  for (std::size_t f = 0; f < look.x.size(); ++f) {
    all.push_back(sign * static_cast<double>(model.weights[first + f] * look.x[f]));
  }
  return all;
}

Contributions contributions_of(const NaiveBayes& model, const Look& look) {
  const std::size_t chosen = place_of(model.labels, look.chosen);
  if (model.labels.size() < 2 || chosen == model.labels.size()) return {};
  const std::size_t other = runner_up(model.labels, look, chosen);
  const auto log_density = [&](std::size_t label, std::size_t f) {
    const std::size_t at = label * look.x.size() + f;
    const double precision = model.precisions[at];
    const double difference = static_cast<double>(look.x[f]) - static_cast<double>(model.means[at]);
    return 0.5 * std::log(precision / std::numbers::pi) - precision * difference * difference;
  };
  Contributions all;
  for (std::size_t f = 0; f < look.x.size(); ++f) {
    all.push_back(log_density(chosen, f) - log_density(other, f));
  }
  return all;
}

Contributions contributions_of(const Svm& model, const Look& look) {
  const std::size_t chosen = place_of(model.labels, look.chosen);
  const std::size_t labels = model.labels.size();
  if (model.gamma > 0 || labels < 2 || chosen == labels) return {};
  const std::size_t other = runner_up(model.labels, look, chosen);
  const std::size_t low = std::min(chosen, other);
  const std::size_t high = std::max(chosen, other);
  // Pairs are in the order (0,1), (0,2) .. (1,2) ..
  const std::size_t pair = low * labels - low * (low + 1) / 2 + high - low - 1;
  Contributions all;
  for (std::size_t f = 0; f < look.x.size(); ++f) {
    const float part = model.coefficients[f * pair_count(labels) + pair] * look.x[f];
    all.push_back(static_cast<double>(chosen == low ? part : -part));
  }
  return all;
}

template <typename Model>
Contributions contributions_of(const Model& /*model*/, const Look& /*look*/) {
  return {};
}

std::vector<Condition> path_of(const Tree& tree, const Look& look,
                               const std::vector<Factor>& features) {
  std::vector<Condition> path;
  for (std::size_t i = 0; tree.nodes[i].feature != TreeNode::kLeaf;) {
    const TreeNode& node = tree.nodes[i];
    const auto low = static_cast<double>(look.scaling.low[node.feature]);
    const auto high = static_cast<double>(look.scaling.high[node.feature]);
    const bool left = static_cast<double>(look.x[node.feature]) <= node.value;
    path.push_back({features[node.feature], left, low + node.value * (high - low)});
    i = left ? i + 1 : node.right;
  }
  return path;
}

std::size_t voters(const Knn& knn, const Look& look) {
  const Neighbours found = nearest(*knn.points, knn.k, look.x);
  std::size_t count = 0;
  while (count < std::min(knn.k, found.size) &&
         found.list[count].squared_distance <= knn.radius * knn.radius) {
    ++count;
  }
  return count;
}

// What the deciding classifier looked at.
void fill_reasons(const Classifier& classifier, const Look& look, PremodelChoice& choice) {
  choice.kind = kind_of(classifier);
  const Contributions parts =
      std::visit([&](const auto& model) { return contributions_of(model, look); }, classifier);
  for (std::size_t f = 0; f < parts.size(); ++f) choice.features[f].contribution = parts[f];
  if (const Tree* tree = std::get_if<Tree>(&classifier)) {
    choice.path = path_of(*tree, look, choice.features);
  }
  if (const Knn* knn = std::get_if<Knn>(&classifier)) choice.neighbours = voters(*knn, look);
}

Factor probe_factor(std::size_t feature, double value) {
  switch (feature) {
    case 0:
      return {.name = "its largest probability", .value = value};
    case 1:
      return {.name = "its margin",
              .meaning = "the largest less the second largest probability",
              .value = value};
    case 2:
      return {.name = "its entropy",
              .meaning = "how widely the probability is spread over the classes; 0 is certain",
              .value = value,
              .unit = "nats"};
    default:
      return {.name = fmt::format("log_p{}", feature - kClassSignalCount + 1),
              .meaning = fmt::format("logarithm of its probability of class {} from the surest on",
                                     feature - kClassSignalCount + 1),
              .value = value};
  }
}

Look look_at(const PremodelClassifier& premodel, std::size_t level, std::span<const float> raw) {
  const Classifier& classifier = premodel.classifiers[level];
  Look look{premodel.scaling, std::vector<float>(premodel.scaling.features.size()),
            std::vector<float>(class_count(classifier)), 0};
  premodel.scaling.apply(raw, look.x);
  look.chosen = predict(classifier, look.x, look.scores);
  return look;
}

}  // namespace

std::optional<std::vector<float>> chooser_input(const Asked& asked, const LooksAt& looks,
                                                std::string& why) {
  if (looks.probe) {
    const std::span<const Trial> trials = asked.decision.trials();
    const bool probed = !trials.empty() && trials.front().model == *looks.probe &&
                        trials.front().status == TrialStatus::kOk;
    if (!probed) {
      why = fmt::format("its probe, {}, gave no answer", asked.name(*looks.probe));
      return {};
    }
    if (lacks_lists(asked.rule(), trials.first(1))) {
      why = "the class probabilities that it looked at were not kept";
      return {};
    }
    std::vector<float> raw(probe_feature_set().features.size());
    probe_features(trials.front(), raw);
    return raw;
  }
  for (const std::uint16_t feature : looks.features) {
    const std::size_t group = looks.set.features[feature].group;
    if (!asked.decision.extracted[group]) {
      why = fmt::format("the features '{}' could not be extracted", looks.set.groups[group]);
      return {};
    }
    if (feature >= asked.features.size()) {
      why = "the features that it looked at were not kept";
      return {};
    }
  }
  return std::vector<float>(asked.features.begin(), asked.features.end());
}

std::vector<Score> predictions_of(const Asked& asked, const RoutingRule& rule,
                                  std::span<const float> raw) {
  const Routing routing(rule);
  std::vector<Score> predicted;
  for (std::size_t place = 0; place < rule.models.size(); ++place) {
    predicted.push_back({asked.name(rule.models[place].model), routing.probability(place, raw)});
  }
  return predicted;
}

std::string chosen_name(const Asked& asked, const PremodelRule& rule, std::size_t chosen) {
  return chosen < rule.models.size() ? asked.name(rule.models[chosen]) : "";
}

Factor feature_of(const PremodelRule& rule, std::span<const float> raw, std::size_t i) {
  const std::uint16_t feature = rule.classifier.scaling.features[i];
  const FeatureInfo& info = rule.feature_set().features[feature];
  const std::string unit = info.unit;
  Factor factor{.name = info.name,
                .meaning = info.definition,
                .value = static_cast<double>(raw[feature]),
                .unit = unit == "1" ? "" : unit};
  if (rule.probe) return probe_factor(feature, factor.value);
  if (rule.network) factor.name = fmt::format("{} of output {}", info.name, feature);
  return factor;
}

PremodelChoice premodel_choice(const Asked& asked, const PremodelRule& rule,
                               std::span<const float> raw) {
  const PremodelClassifier& classifier = rule.classifier;
  const PremodelClassifier::Choice chosen = classifier.choose(raw);
  PremodelChoice choice{.chosen = chosen_name(asked, rule, chosen.chosen),
                        .score = static_cast<double>(chosen.score),
                        .chain = classifier.chain,
                        .probe = rule.probe ? asked.name(*rule.probe) : ""};
  for (std::size_t i = 0; i < classifier.scaling.features.size(); ++i) {
    choice.features.push_back(feature_of(rule, raw, i));
  }
  const Look look = look_at(classifier, chosen.level, raw);
  if (classifier.chain) {
    for (std::size_t level = 0; level <= chosen.level; ++level) {
      const std::vector<float> scores = look_at(classifier, level, raw).scores;
      choice.scores.push_back({chosen_name(asked, rule, level), static_cast<double>(scores[1])});
    }
  } else {
    for (std::size_t c = 0; c < look.scores.size(); ++c) {
      choice.scores.push_back({chosen_name(asked, rule, c), static_cast<double>(look.scores[c])});
    }
  }
  fill_reasons(classifier.classifiers[chosen.level], look, choice);
  choice.changes = feature_changes(asked, rule, raw);
  return choice;
}

}  // namespace rightsize

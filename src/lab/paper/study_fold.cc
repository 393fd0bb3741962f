#include "lab/paper/study_fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "lab/evaluate/strategy.h"
#include "lab/premodel/labels.h"

namespace rightsize {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Every kind alone and as a chain, then every chain X.Y.Z of kNN, tree and SVM, as the paper tried.
// The list does not depend on the fold; a chain fits any number of models.
std::vector<PremodelShape> shapes_of_the_paper() {
  std::vector<PremodelShape> shapes;
  for (const bool chain : {false, true}) {
    for (const ClassifierKind kind : kAllClassifierKinds) {
      shapes.push_back({.chain = chain, .levels = {ClassifierSpec::of(kind)}});
    }
  }
  constexpr ClassifierKind kTried[] = {ClassifierKind::kKnn, ClassifierKind::kTree,
                                       ClassifierKind::kSvm};
  for (const ClassifierKind x : kTried) {
    for (const ClassifierKind y : kTried) {
      for (const ClassifierKind z : kTried) {
        if (x == y && y == z) continue;
        shapes.push_back(
            {.chain = true,
             .levels = {ClassifierSpec::of(x), ClassifierSpec::of(y), ClassifierSpec::of(z)}});
      }
    }
  }
  return shapes;
}

// Does this level of a chain say yes, whatever the others say?
bool says_yes(const PremodelClassifier& chain, std::size_t level, std::span<const float> raw) {
  std::array<float, kMaxFeatures> x{};
  std::array<float, 2> scores{};
  const std::span<float> scaled(x.data(), chain.scaling.features.size());
  chain.scaling.apply(raw, scaled);
  return predict(chain.classifiers[level], scaled, scores) == 1;
}

std::int64_t total_cost(const Recording& recording, const std::vector<std::size_t>& items,
                        ModelIndex model) {
  std::int64_t sum = 0;
  for (const std::size_t item : items) sum += recording.cost(model, item);
  return sum;
}

}  // namespace

Status StudyFold::run(const std::vector<std::size_t>& train, const std::vector<std::size_t>& test) {
  train_ = train;
  test_ = test;
  auto prepared = prepare_premodel(recording_, train_, options_);
  if (!prepared.ok()) return prepared.status();
  prepared_ = std::move(*prepared);
  for (const std::uint16_t feature : prepared_.features) ++study_.selected[feature];
  run_controls();
  if (Status status = run_paper(); !status.ok() || brief) return status;
  run_choices();
  for (const auto part :
       {&StudyFold::run_shapes, &StudyFold::run_probes, &StudyFold::run_feature_counts,
        &StudyFold::run_kinds_of_knn, &StudyFold::run_model_counts, &StudyFold::run_soundness}) {
    if (Status status = (this->*part)(); !status.ok()) return status;
  }
  return {};
}

Variant& StudyFold::at(std::vector<Variant>& list, std::size_t place, std::string name,
                       double parameter) {
  if (place == list.size()) list.push_back({.name = std::move(name), .parameter = parameter});
  return list[place];
}

void StudyFold::pool(const Selector& selector, Variant& variant) {
  variant.items.resize(recording_.items());
  const std::vector<ReplayedItem> results = replay(selector, recording_, test_);
  for (std::size_t i = 0; i < test_.size(); ++i) variant.items[test_[i]] = results[i];
}

Status StudyFold::add(const Preparation& preparation, const PremodelShape& shape,
                      const PremodelOptions& options, Variant& variant) {
  auto rule = fit_rule(recording_, preparation, shape, options);
  if (!rule.ok()) return rule.status();
  pool(Premodel(std::move(*rule)), variant);
  return {};
}

void StudyFold::run_controls() {
  const auto baseline = static_cast<ModelIndex>(study_.baseline);
  const auto control = [&](const char* name, const FitPoint& fit, Variant& variant) {
    variant.name = name;
    pool(*make_selector(fit({kNoLoss, 0.0})), variant);
  };
  control("majority model", fit_majority(recording_, train_, baseline), study_.majority);
  control("confidence cascade, whole zoo", fit_cascades(recording_, train_, baseline),
          study_.cascade);
  control("confidence cascade, the premodel's models",
          fit_cascades_among(prepared_.models, recording_, train_, baseline),
          study_.cascade_chosen);
  const Strategy perfect =
      oracle(recording_, "", {prepared_.models.begin(), prepared_.models.end()});
  study_.oracle_chosen.name = "oracle, the premodel's models";
  study_.oracle_chosen.items.resize(recording_.items());
  for (const std::size_t item : test_) study_.oracle_chosen.items[item] = perfect.items[item];
}

Status StudyFold::run_paper() {
  auto rule = fit_rule(recording_, prepared_, PremodelShape{}, options_);
  if (!rule.ok()) return rule.status();
  study_.paper.name = "premodel, kNN chain";
  pool(Premodel(*rule), study_.paper);
  count_levels(*rule);

  PremodelOptions always = options_;
  always.fallback = fallback.empty()
                        ? recording_.table->zoo.models[best_single_model(recording_, train_)].name
                        : fallback;
  study_.paper_fallback.name = "premodel, best single model for \"none\"";
  Status status = add(prepared_, PremodelShape{}, always, study_.paper_fallback);
  if (!status.ok()) return status;

  always.chain_labels = ChainLabels::kRight;
  const auto overlapping = prepare_premodel(recording_, train_, always, prepared_.chosen);
  if (!overlapping.ok()) return overlapping.status();
  study_.right_levels.name = "premodel, levels learn who is right";
  status = add(*overlapping, PremodelShape{}, always, study_.right_levels);
  if (!status.ok()) return status;

  const auto shape = choose_shape(recording_, train_, prepared_, options_);
  if (!shape.ok()) return shape.status();
  study_.automatic.name = "premodel, chosen automatically";
  study_.automatic_shapes.push_back(shape->name());
  return add(prepared_, *shape, options_, study_.automatic);
}

void StudyFold::count_levels(const PremodelRule& rule) {
  RecordedWorld world(recording_);
  study_.levels.resize(std::max(study_.levels.size(), rule.models.size()));
  for (std::size_t level = 0; level < rule.models.size(); ++level) {
    ++study_.levels[level].models[recording_.table->zoo.models[rule.models[level]].name];
  }
  for (const std::size_t item : test_) {
    world.select(item);
    const std::size_t label = optimal_model(recording_, item, rule.models);
    const std::size_t chosen = rule.classifier.choose(world.features()).chosen;
    study_.paper_right_choices += chosen == label ? 1U : 0U;
    for (std::size_t level = 0; level < rule.models.size(); ++level) {
      const bool yes = says_yes(rule.classifier, level, world.features());
      study_.levels[level].right += yes == (label == level) ? 1U : 0U;
      study_.levels[level].yes += label == level ? 1U : 0U;
      ++study_.levels[level].total;
    }
  }
}

Status StudyFold::run_shapes() {
  const auto shapes = shapes_of_the_paper();
  for (std::size_t s = 0; s < shapes.size(); ++s) {
    Variant& variant = at(study_.shapes, s, shapes[s].name());
    if (Status status = add(prepared_, shapes[s], options_, variant); !status.ok()) return status;
  }
  return {};
}

// The cheapest of the chosen models speaks first; the classifier looks at what it says.
Status StudyFold::run_probes() {
  PremodelOptions options = options_;
  const ModelIndex cheapest = *std::min_element(
      prepared_.models.begin(), prepared_.models.end(), [&](ModelIndex x, ModelIndex y) {
        return total_cost(recording_, train_, x) < total_cost(recording_, train_, y);
      });
  options.probe = recording_.table->zoo.models[cheapest].name;
  options.features = 0;
  options.max_correlation = 1.0;
  const auto prepared = prepare_premodel(recording_, train_, options, prepared_.chosen);
  if (!prepared.ok()) return prepared.status();
  std::size_t place = 0;
  for (const ClassifierKind kind : kAllClassifierKinds) {
    const PremodelShape shape{.chain = false, .levels = {ClassifierSpec::of(kind)}};
    Variant& variant = at(study_.probes, place++, shape.name() + " on the cheapest model's answer");
    if (Status status = add(*prepared, shape, options, variant); !status.ok()) return status;
  }
  return {};
}

Status StudyFold::run_feature_counts() {
  const auto path =
      eliminate(prepared_.set, prepared_.filter.kept, 1, PremodelShape{}, options_.folds);
  if (!path.ok()) return path.status();
  constexpr std::size_t kMost = 12;
  for (std::size_t count = 1; count <= kMost; ++count) {
    const auto found = std::find_if(path->begin(), path->end(), [&](const EliminationStep& step) {
      return step.features.size() <= count;
    });
    Preparation fewer = prepared_;
    fewer.features = found->features;
    const auto really = static_cast<double>(fewer.features.size());
    Variant& variant =
        at(study_.feature_counts, count - 1, std::to_string(count), static_cast<double>(count));
    variant.used += really;
    if (Status status = add(fewer, PremodelShape{}, options_, variant); !status.ok()) return status;
  }
  return {};
}

// The number of neighbours, and the permissible distance.
Status StudyFold::run_kinds_of_knn() {
  std::size_t place = 0;
  for (const std::size_t k : {1U, 3U, 5U, 7U, 9U, 15U, 21U, 31U}) {
    PremodelShape shape;
    shape.levels.front().k = k;
    Variant& variant = at(study_.neighbours, place++, std::to_string(k), static_cast<double>(k));
    if (Status status = add(prepared_, shape, options_, variant); !status.ok()) return status;
  }
  place = 0;
  for (const float radius : {0.05F, 0.1F, 0.15F, 0.2F, 0.25F, 0.3F, 0.4F, 0.5F, 1.0F, kInfinity}) {
    PremodelShape shape;
    shape.levels.front().radius = radius;
    Variant& variant = at(study_.radii, place++, fmt::format("{}", radius), radius);
    if (Status status = add(prepared_, shape, options_, variant); !status.ok()) return status;
  }
  return {};
}

Status StudyFold::run_model_counts() {
  constexpr std::size_t kMost = 5;
  // Every model that raises the union accuracy at all, in order.
  const ModelChoiceOptions all{.method = options_.choice.method, .theta = 0.0, .max_models = kMost};
  const std::vector<ChosenModel> chosen = choose_models(recording_, train_, all);
  for (std::size_t count = 1; count <= kMost; ++count) {
    const std::size_t taken = std::min(count, chosen.size());
    const std::vector<ChosenModel> first(chosen.begin(),
                                         chosen.begin() + static_cast<std::ptrdiff_t>(taken));
    const auto prepared = prepare_premodel(recording_, train_, options_, first);
    if (!prepared.ok()) return prepared.status();
    Variant& variant =
        at(study_.model_counts, count - 1, std::to_string(count), static_cast<double>(count));
    variant.used += static_cast<double>(taken);
    const Status status = add(*prepared, PremodelShape{}, options_, variant);
    if (!status.ok()) return status;
  }
  return {};
}

Status StudyFold::run_soundness() {
  constexpr double kThresholds[] = {0.5, 0.7, 0.9};
  std::size_t place = 0;
  for (const ClassifierKind kind :
       {ClassifierKind::kSvm, ClassifierKind::kKnn, ClassifierKind::kLogistic}) {
    const ClassifierSpec spec = ClassifierSpec::of(kind);
    const PremodelShape shape{.chain = false, .levels = {spec}};
    const auto predictor =
        ConformalPredictor::calibrate(prepared_.set, prepared_.features, spec, options_.folds);
    if (!predictor.ok()) return predictor.status();
    const auto rule = fit_rule(recording_, prepared_, shape, options_);
    if (!rule.ok()) return rule.status();
    for (const double threshold : kThresholds) {
      if (place == study_.soundness.size()) {
        study_.soundness.push_back({shape.name(), threshold, {}});
      }
      flag_choices(*predictor, *rule, study_.soundness[place++]);
    }
  }
  return {};
}

void StudyFold::flag_choices(const ConformalPredictor& predictor, const PremodelRule& rule,
                             SoundnessResult& result) {
  RecordedWorld world(recording_);
  Detection& detection = result.detection;
  for (std::size_t i = 0; i < test_.size(); ++i) {
    world.select(test_[i]);
    const auto choice = rule.classifier.choose(world.features());
    const bool right = choice.chosen == optimal_model(recording_, test_[i], rule.models);
    const double tie = static_cast<double>(ties_() >> 11U) * 0x1.0p-53;
    const bool flagged = predictor.p_value(choice.score, tie) < result.threshold;
    ++(right ? detection.right : detection.wrong);
    if (flagged) ++(right ? detection.right_flagged : detection.wrong_flagged);
  }
}

// Perfect choosers among the models that each method and theta picks on the training items.
void StudyFold::run_choices() {
  std::size_t place = 0;
  for (const ChoiceMethod method :
       {ChoiceMethod::kOptimal, ChoiceMethod::kAlternate, ChoiceMethod::kAccuracy}) {
    for (const double theta : {0.05, 0.02, 0.01, 0.005}) {
      if (place == study_.choices.size()) {
        study_.choices.push_back({method, theta, std::vector<ReplayedItem>(recording_.items())});
      }
      ChoiceResult& result = study_.choices[place++];
      std::vector<std::size_t> models;
      for (const ChosenModel& one :
           choose_models(recording_, train_, {.method = method, .theta = theta})) {
        models.push_back(one.model);
      }
      const Strategy perfect = oracle(recording_, "", models);
      for (const std::size_t item : test_) result.items[item] = perfect.items[item];
      result.models += static_cast<double>(models.size());
    }
  }
}

}  // namespace rightsize

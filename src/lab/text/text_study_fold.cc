// The folds of the study: everything is chosen on the training rows, then the others are met.
#include <algorithm>
#include <numeric>
#include <random>

#include "lab/replay/statistics.h"
#include "lab/text/text_study_parts.h"

namespace rightsize {
namespace {

// One fold. `models` are those of the premodels; labels are places in it, or its size for "none".
struct Fold {
  std::vector<std::size_t> test;
  std::vector<ModelIndex> models;
  TextTraining training;
  std::vector<std::uint16_t> test_labels;
  ModelIndex fallback = 0;  // where a premodel says "none"
  ModelIndex cheapest = 0;
};

// The model of `models` with the best corpus metric on the rows.
ModelIndex best_model(const TextOutcomes& outcomes, const std::vector<std::size_t>& rows,
                      const std::vector<ModelIndex>& models, TextMetric metric) {
  ModelIndex best = models.front();
  double greatest = -1.0;
  for (const ModelIndex model : models) {
    TextCounts sum;
    for (const std::size_t row : rows) sum += outcomes.counts[model][row];
    const double value = corpus_value(sum, metric);
    if (value > greatest) {
      greatest = value;
      best = model;
    }
  }
  return best;
}

ModelIndex cheapest_model(const TextOutcomes& outcomes, const std::vector<std::size_t>& rows,
                          const std::vector<ModelIndex>& models) {
  ModelIndex cheapest = models.front();
  std::int64_t least = -1;
  for (const ModelIndex model : models) {
    std::int64_t sum = 0;
    for (const std::size_t row : rows) sum += outcomes.cpu[model][row];
    if (least < 0 || sum < least) {
      least = sum;
      cheapest = model;
    }
  }
  return cheapest;
}

Result<std::vector<ModelIndex>> models_of(const OutcomeTable& table, const TextOutcomes& outcomes,
                                          const std::vector<std::size_t>& rows,
                                          const TextStudyOptions& options) {
  ModelChoiceOptions choice{.method = options.method,
                            .theta = options.theta,
                            .max_models = options.max_models,
                            .fixed = {}};
  for (const std::string& name : options.models) {
    const auto index = model_index(table.zoo, name);
    if (!index.ok()) return index.status();
    choice.fixed.push_back(static_cast<ModelIndex>(*index));
  }
  return choose_text_models(table, outcomes, rows, options.labels, choice);
}

// The features that the premodels use, of the 11.
Result<std::vector<std::uint16_t>> features_of(const TextTraining& training,
                                               const TextStudyOptions& options) {
  const TrainingSet set = dense_set(training);
  std::vector<std::uint16_t> kept = filter_correlated(set, options.max_correlation).kept;
  if (kept.empty()) kept.push_back(TextFeature::kWords);
  if (options.features == 0 || options.features >= kept.size()) return kept;
  const PremodelShape bayes{.chain = false,
                            .levels = {ClassifierSpec::of(ClassifierKind::kNaiveBayes)}};
  const auto path = eliminate(set, kept, options.features, bayes, options.inner_folds);
  if (!path.ok()) return path.status();
  return path->back().features;
}

Result<Fold> prepare(const OutcomeTable& table, const TextOutcomes& outcomes,
                     const TextInputs& inputs, const TextStudyOptions& options,
                     const std::vector<std::size_t>& test) {
  Fold fold;
  fold.test = test;
  fold.training.inputs = &inputs;
  fold.training.rows = all_but(outcomes.items(), test);
  const std::vector<std::size_t>& rows = fold.training.rows;
  auto models = models_of(table, outcomes, rows, options);
  if (!models.ok()) return models.status();
  fold.models = std::move(*models);
  fold.training.models = fold.models.size();
  fold.training.labels = text_labels(outcomes, rows, fold.models, options.labels);
  auto features = features_of(fold.training, options);
  if (!features.ok()) return features.status();
  fold.training.features = std::move(*features);
  fold.training.ranking =
      rank_words(inputs.corpus, rows, fold.training.labels, fold.models.size() + 1);
  fold.test_labels = text_labels(outcomes, test, fold.models, options.labels);
  fold.cheapest = cheapest_model(outcomes, rows, fold.models);
  fold.fallback = options.cheapest_if_none
                      ? fold.cheapest
                      : best_model(outcomes, rows, fold.models, options.metric);
  return fold;
}

// Notes what was chosen for the i-th test sentence of the fold.
void note(const Fold& fold, std::size_t i, std::size_t choice, ModelIndex if_none,
          TextVariant& variant) {
  const std::size_t row = fold.test[i];
  const bool none = choice >= fold.models.size();
  variant.model[row] = none ? if_none : fold.models[choice];
  variant.none[row] = none ? 1 : 0;
  variant.right[row] = choice == fold.test_labels[i] ? 1 : 0;
}

std::size_t commonest(const std::vector<std::uint16_t>& labels, std::size_t classes) {
  std::vector<std::size_t> times(classes, 0);
  for (const std::uint16_t label : labels) ++times[label];
  return static_cast<std::size_t>(std::max_element(times.begin(), times.end()) - times.begin());
}

TextVariant variant_of(std::string name, TextResultKind kind, std::size_t items) {
  TextVariant variant;
  variant.name = std::move(name);
  variant.kind = kind;
  variant.model.resize(items);
  variant.right.resize(items);
  variant.none.resize(items);
  return variant;
}

class Study {
 public:
  Study(const TextOutcomes& outcomes, const TextInputs& inputs, const TextStudyOptions& options)
      : outcomes_(outcomes), inputs_(inputs), options_(options) {
    const std::size_t items = outcomes.items();
    choices_.chosen.resize(outcomes.models());
    choices_.labels.resize(outcomes.models() + 1);
    choices_.variants = {variant_of("majority", TextResultKind::kMajority, items),
                         variant_of("oracle", TextResultKind::kOracle, items),
                         variant_of("oracle of the zoo", TextResultKind::kOracle, items)};
    note_zoo_oracle(choices_.variants.back());
    for (const TextPremodelSpec& spec : text_premodel_specs(options)) {
      if (spec.name() == main_spec().name()) choices_.main = choices_.variants.size();
      choices_.variants.push_back(variant_of(spec.name(), TextResultKind::kPremodel, items));
      choices_.variants.back().spec = spec;
    }
    for (std::size_t f = 0; f <= kTextFeatures; ++f) {
      const bool bag = f == kTextFeatures;
      const char* name = bag ? "bag of words" : text_feature_set().features[f].name;
      choices_.importance.push_back({name, variant_of(name, TextResultKind::kPremodel, items), 0});
    }
  }

  Status meet(const Fold& fold) {
    note_fold(fold);
    for (std::size_t v = 0; v < choices_.variants.size(); ++v) {
      TextVariant& variant = choices_.variants[v];
      if (!variant.spec) continue;
      const auto premodel = TextPremodel::fit(fold.training, *variant.spec);
      if (!premodel.ok()) return premodel.status().with_context(variant.name);
      const Nanoseconds before = now();
      for (std::size_t i = 0; i < fold.test.size(); ++i) {
        note(fold, i, choose(*premodel, fold.test[i]), fold.fallback, variant);
      }
      variant.own_cpu += (now() - before).count();
      if (choices_.main == v) shuffle_features(fold, *premodel, variant);
    }
    return {};
  }

  TextChoices take() { return std::move(choices_); }

 private:
  TextPremodelSpec main_spec() const {
    return {.shape = {.chain = false, .levels = {ClassifierSpec::of(ClassifierKind::kNaiveBayes)}},
            .bag = BagUse::kColumns,
            .words = options_.words};
  }
  Nanoseconds now() const { return options_.clock ? options_.clock() : Nanoseconds(0); }
  std::size_t choose(const TextPremodel& premodel, std::size_t row) const {
    return premodel.choose(inputs_.dense[row], inputs_.corpus.bags[row]);
  }

  // Knows all, so it needs no folds.
  void note_zoo_oracle(TextVariant& variant) const {
    std::vector<ModelIndex> all(outcomes_.models());
    std::iota(all.begin(), all.end(), ModelIndex{0});
    std::vector<std::size_t> rows(outcomes_.items());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    const ModelIndex cheapest = cheapest_model(outcomes_, rows, all);
    const auto labels = text_labels(outcomes_, rows, all, options_.labels);
    for (const std::size_t row : rows) {
      const bool none = labels[row] == all.size();
      variant.model[row] = none ? cheapest : all[labels[row]];
      variant.none[row] = none ? 1 : 0;
      variant.right[row] = 1;
    }
  }

  void note_fold(const Fold& fold) {
    for (const ModelIndex model : fold.models) ++choices_.chosen[model];
    choices_.vocabulary += fold.training.ranking.size();
    const std::size_t majority = commonest(fold.training.labels, fold.models.size() + 1);
    for (std::size_t i = 0; i < fold.test.size(); ++i) {
      const std::size_t label = fold.test_labels[i];
      note(fold, i, majority, fold.fallback, choices_.variants[0]);
      note(fold, i, label, fold.cheapest, choices_.variants[1]);
      ++choices_.labels[label < fold.models.size() ? fold.models[label] : outcomes_.models()];
    }
  }

  // Asks the premodel again with one feature's values, or the bags, dealt out anew among the test
  // sentences.
  void shuffle_features(const Fold& fold, const TextPremodel& premodel, const TextVariant& plain) {
    std::mt19937_64 random(options_.seed + fold.test.front());
    std::vector<std::size_t> from = fold.test;
    for (std::size_t f = 0; f <= kTextFeatures; ++f) {
      ImportanceChoices& one = choices_.importance[f];
      const auto& used = fold.training.features;
      const bool uses = f == kTextFeatures || std::find(used.begin(), used.end(), f) != used.end();
      one.folds += uses ? 1 : 0;
      for (std::size_t i = from.size(); i > 1; --i) std::swap(from[i - 1], from[random() % i]);
      for (std::size_t i = 0; i < fold.test.size(); ++i) {
        const std::size_t row = fold.test[i];
        TextFeatures dense = inputs_.dense[row];
        if (f < kTextFeatures) dense[f] = inputs_.dense[from[i]][f];
        const Bag& bag = inputs_.corpus.bags[f == kTextFeatures ? from[i] : row];
        if (uses) {
          note(fold, i, premodel.choose(dense, bag), fold.fallback, one.shuffled);
        } else {
          one.shuffled.model[row] = plain.model[row];
          one.shuffled.right[row] = plain.right[row];
        }
      }
    }
  }

  const TextOutcomes& outcomes_;
  const TextInputs& inputs_;
  const TextStudyOptions& options_;
  TextChoices choices_;
};

}  // namespace

Result<TextChoices> run_text_folds(const OutcomeTable& table, const TextOutcomes& outcomes,
                                   const TextInputs& inputs, const TextStudyOptions& options) {
  Study study(outcomes, inputs, options);
  std::size_t done = 0;
  for (const auto& test : shuffled_folds(outcomes.items(), options.folds, options.seed)) {
    const auto fold = prepare(table, outcomes, inputs, options, test);
    if (!fold.ok()) return fold.status();
    if (Status status = study.meet(*fold); !status.ok()) return status;
    if (options.progress) options.progress(++done, options.folds);
  }
  return study.take();
}

}  // namespace rightsize

#include "lab/text/text_study.h"

#include <fmt/format.h>

#include <algorithm>

#include "lab/text/text_study_parts.h"

namespace rightsize {
namespace {

PremodelShape shape_of(ClassifierKind kind, bool chain, bool linear = false) {
  ClassifierSpec spec = ClassifierSpec::of(kind);
  spec.linear = linear;
  return {.chain = chain, .levels = {spec}};
}

Status check(const TextStudyOptions& options, std::size_t items) {
  const auto is_share = [](double value) { return value >= 0 && value <= 1; };
  if (!is_share(options.labels.tolerance) || !is_share(options.labels.none_below) ||
      !is_share(options.theta) || !is_share(options.max_correlation)) {
    return invalid_input(
        "tolerance, none_below, theta and max_correlation must lie between 0 and 1");
  }
  if (options.words < 1 || options.folds < 2 || options.inner_folds < 2 || options.resamples < 1 ||
      options.max_models < 1 || options.max_models + 1 > kMaxClasses) {
    return invalid_input(fmt::format(
        "a study needs words, two folds or more, resamples and 1 to {} models", kMaxClasses - 1));
  }
  if (options.models.size() + 1 > kMaxClasses) {
    return invalid_input(fmt::format("a premodel chooses among {} models at most, {} were named",
                                     kMaxClasses - 1, options.models.size()));
  }
  if (std::count(options.bag_sizes.begin(), options.bag_sizes.end(), std::size_t{0}) > 0) {
    return invalid_input("a bag of words needs a size of one word or more");
  }
  if (items < 2 * options.folds) {
    return invalid_input(fmt::format(
        "{} sentences with a reference are too few for {} folds: use more sentences, twice as many "
        "as folds at least, or fewer folds",
        items, options.folds));
  }
  return {};
}

TextInputs inputs_of(const OutcomeTable& table, const TextOutcomes& outcomes,
                     const TextStudyOptions& options) {
  TextInputs inputs;
  std::vector<std::string> sentences;
  const std::size_t models = table.model_count();
  for (const std::size_t item : outcomes.item) {
    sentences.push_back(table.text.sources[item]);
    // A memory looks at words and has no pieces; the first model that has some counts.
    std::int32_t pieces = 0;
    for (std::size_t m = 0; m < models && pieces <= 0; ++m) {
      pieces = table.text_at(item, m).source_pieces;
    }
    inputs.dense.push_back(text_features(
        sentences.back(), static_cast<std::size_t>(std::max(pieces, 0)), options.lexicon));
  }
  inputs.corpus = make_corpus(sentences);
  return inputs;
}

// What the features cost, where there is a clock: they are computed once more.
void measure(const OutcomeTable& table, const TextOutcomes& outcomes, const TextInputs& inputs,
             const TextStudyOptions& options, TextChoices& choices) {
  if (!options.clock) return;
  const Nanoseconds start = options.clock();
  float kept = 0.0F;
  for (const std::size_t item : outcomes.item) {
    kept += text_features(table.text.sources[item], 0, options.lexicon)[TextFeature::kWords];
  }
  const Nanoseconds middle = options.clock();
  for (const std::size_t item : outcomes.item) {
    kept += static_cast<float>(bag_of(inputs.corpus, table.text.sources[item]).size());
  }
  const Nanoseconds end = options.clock();
  // Uses the sum, so that no compiler leaves its making out.
  choices.features_cpu = kept >= 0 ? (middle - start).count() : 0;
  choices.bag_cpu = (end - middle).count();
  for (TextVariant& variant : choices.variants) {
    if (!variant.spec) continue;
    variant.own_cpu += choices.features_cpu;
    if (variant.spec->bag != BagUse::kNone) variant.own_cpu += choices.bag_cpu;
  }
}

}  // namespace

const char* to_string(TextResultKind kind) {
  constexpr std::array<const char*, 4> kNames = {"single", "majority", "oracle", "premodel"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<TextPremodelSpec> text_premodel_specs(const TextStudyOptions& options) {
  using enum ClassifierKind;
  std::vector<TextPremodelSpec> specs;
  const auto add = [&](TextPremodelSpec spec) {
    if (std::find(specs.begin(), specs.end(), spec) == specs.end())
      specs.push_back(std::move(spec));
  };
  for (const bool chain : {false, true}) {
    for (const ClassifierKind kind : {kNaiveBayes, kKnn, kTree, kSvm}) {
      add({shape_of(kind, chain), BagUse::kNone, 0});
      // In hundreds of columns of 0 and 1 a radial kernel sees all sentences equally far apart.
      add({shape_of(kind, chain, /*linear=*/kind == kSvm), BagUse::kColumns, options.words});
    }
  }
  add({shape_of(kLogistic, false), BagUse::kNone, 0});
  for (const ClassifierKind kind : {kNaiveBayes, kKnn, kTree, kSvm, kLogistic}) {
    add({shape_of(kind, false), BagUse::kStacked, options.words});
  }
  for (const std::size_t words : options.bag_sizes) {
    add({shape_of(kNaiveBayes, false), BagUse::kColumns, words});
    add({shape_of(kNaiveBayes, false), BagUse::kStacked, words});
  }
  return specs;
}

Result<TextStudy> run_text_study(const OutcomeTable& table, const TextStudyOptions& options) {
  const auto outcomes = judge_texts(table, options.metric);
  if (!outcomes.ok()) return outcomes.status();
  if (Status status = check(options, outcomes->items()); !status.ok()) return status;
  const TextInputs inputs = inputs_of(table, *outcomes, options);
  auto choices = run_text_folds(table, *outcomes, inputs, options);
  if (!choices.ok()) return choices.status();
  measure(table, *outcomes, inputs, options, *choices);

  TextStudy study;
  study.metric = options.metric;
  study.labels = options.labels;
  study.theta = options.theta;
  study.cheapest_if_none = options.cheapest_if_none;
  for (const ModelSpec& model : table.zoo.models) study.models.push_back(model.name);
  study.items = outcomes->items();
  study.skipped = outcomes->skipped;
  study.folds = options.folds;
  study.words = options.words;
  study.lexicon = options.lexicon != nullptr;
  study.timed = static_cast<bool>(options.clock);
  const auto n = static_cast<double>(study.items);
  study.features_ms = static_cast<double>(choices->features_cpu) / n / 1e6;
  study.bag_ms = static_cast<double>(choices->bag_cpu) / n / 1e6;
  study.chosen = choices->chosen;
  for (const std::size_t times : choices->labels) {
    study.label_shares.push_back(static_cast<double>(times) / n);
  }
  study.vocabulary = static_cast<double>(choices->vocabulary) / static_cast<double>(options.folds);
  add_text_figures(*outcomes, *choices, options, study);
  return study;
}

}  // namespace rightsize

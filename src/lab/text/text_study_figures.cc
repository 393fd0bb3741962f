// From choices to figures: corpora's metrics, times, the random mix, intervals.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/evaluate/mix.h"
#include "lab/replay/statistics.h"
#include "lab/text/text_study_parts.h"

namespace rightsize {
namespace {

// Counts and times added over sentences, each as often as it was drawn.
struct Sum {
  TextCounts counts;
  double cpu = 0.0;  // nanoseconds
};

using Draws = std::vector<std::uint32_t>;

Sum sum_of_model(const TextOutcomes& outcomes, std::size_t model, const Draws& draws) {
  Sum sum;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    if (draws[i] == 0) continue;
    add(outcomes.counts[model][i], draws[i], sum.counts);
    sum.cpu += static_cast<double>(draws[i]) * static_cast<double>(outcomes.cpu[model][i]);
  }
  return sum;
}

Sum sum_of(const TextOutcomes& outcomes, const TextVariant& variant, double own_cpu,
           const Draws& draws) {
  Sum sum;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    if (draws[i] == 0) continue;
    const std::size_t model = variant.model[i];
    add(outcomes.counts[model][i], draws[i], sum.counts);
    sum.cpu += static_cast<double>(draws[i]) * static_cast<double>(outcomes.cpu[model][i]);
  }
  sum.cpu += own_cpu;
  return sum;
}

// The metric of the best random mix of the single models that takes as long.
double mix_value(const std::vector<Sum>& singles, const TextCounts& unanswered, double cpu,
                 TextMetric metric) {
  std::vector<std::pair<double, double>> points;
  for (const Sum& single : singles) {
    points.emplace_back(single.cpu, corpus_value(single.counts, metric));
  }
  const Mix mix = best_mix(points, cpu);
  const TextCounts& first = mix.first < singles.size() ? singles[mix.first].counts : unanswered;
  return corpus_value(blend(first, singles[mix.second].counts, mix.weight), metric);
}

// What a bootstrap of one variant is about.
struct Figures {
  double value = 0.0, over_mix = 0.0, over_best = 0.0, time_ratio = 0.0, mix = 0.0;
};

class Comparison {
 public:
  Comparison(const TextOutcomes& outcomes, const std::vector<TextVariant>& variants,
             TextMetric metric)
      : outcomes_(outcomes), variants_(variants), metric_(metric) {}

  // Of all variants; `best` is the model that they are compared with.
  std::vector<Figures> figures(const Draws& draws, std::size_t best) const {
    std::vector<Sum> singles;
    for (std::size_t m = 0; m < outcomes_.models(); ++m) {
      singles.push_back(sum_of_model(outcomes_, m, draws));
    }
    TextCounts unanswered;
    for (std::size_t i = 0; i < draws.size(); ++i) {
      add(outcomes_.unanswered[i], draws[i], unanswered);
    }
    const double best_value = corpus_value(singles[best].counts, metric_);
    std::vector<Figures> all;
    for (const TextVariant& variant : variants_) {
      const Sum sum = sum_of(outcomes_, variant, static_cast<double>(variant.own_cpu), draws);
      Figures one;
      one.value = corpus_value(sum.counts, metric_);
      one.mix = mix_value(singles, unanswered, sum.cpu, metric_);
      one.over_mix = one.value - one.mix;
      one.over_best = one.value - best_value;
      one.time_ratio = sum.cpu > 0 ? singles[best].cpu / sum.cpu : 0.0;
      all.push_back(one);
    }
    return all;
  }

 private:
  const TextOutcomes& outcomes_;
  const std::vector<TextVariant>& variants_;
  TextMetric metric_;
};

double spread(const std::vector<double>& values) {
  if (values.size() < 2) return 0.0;
  double mean = 0.0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

// Is a gain with this spread above 0, with an error of 2.5 % shared among so many?
bool is_sure(double gain, double deviation, std::size_t among) {
  if (gain <= 0 || deviation <= 0) return false;
  const double chance = 0.5 * std::erfc(gain / deviation / std::sqrt(2.0));
  return chance * static_cast<double>(among) < 0.025;
}

std::vector<TextVariant> single_models(const TextOutcomes& outcomes,
                                       const std::vector<std::string>& names) {
  std::vector<TextVariant> singles;
  for (std::size_t m = 0; m < outcomes.models(); ++m) {
    TextVariant variant;
    variant.name = names[m];
    variant.kind = TextResultKind::kSingle;
    variant.model.assign(outcomes.items(), static_cast<ModelIndex>(m));
    variant.right.assign(outcomes.items(), 0);
    variant.none.assign(outcomes.items(), 0);
    singles.push_back(std::move(variant));
  }
  return singles;
}

// All that needs no resampling.
TextResult describe(const TextOutcomes& outcomes, const TextVariant& variant) {
  TextResult result;
  result.name = variant.name;
  result.kind = variant.kind;
  result.spec = variant.spec;
  const auto n = static_cast<double>(outcomes.items());
  const Sum sum =
      sum_of(outcomes, variant, static_cast<double>(variant.own_cpu), Draws(outcomes.items(), 1));
  for (std::size_t q = 0; q < kAllTextMetrics.size(); ++q) {
    result.quality[q] = corpus_value(sum.counts, kAllTextMetrics[q]);
  }
  constexpr double kNanosecondsPerMs = 1e6;
  result.ms = sum.cpu / n / kNanosecondsPerMs;
  result.own_ms = static_cast<double>(variant.own_cpu) / n / kNanosecondsPerMs;
  result.bleu_per_second =
      bleu_per_second(100 * corpus_value(sum.counts, TextMetric::kBleu), result.ms / 1000);
  result.shares.assign(outcomes.models(), 0.0);
  double energy = 0.0;
  for (std::size_t i = 0; i < outcomes.items(); ++i) {
    result.shares[variant.model[i]] += 1 / n;
    result.choice_accuracy += variant.right[i] != 0 ? 1 / n : 0.0;
    result.none += variant.none[i] != 0 ? 1 / n : 0.0;
    if (!outcomes.energy.empty()) {
      energy += static_cast<double>(outcomes.energy[variant.model[i]][i]) / n / 1e6;
    }
  }
  if (!outcomes.energy.empty()) result.energy_mj = energy;
  return result;
}

double value_of(const TextOutcomes& outcomes, const TextVariant& variant, TextMetric metric) {
  return corpus_value(sum_of(outcomes, variant, 0.0, Draws(outcomes.items(), 1)).counts, metric);
}

double accuracy_of(const TextVariant& variant) {
  const auto right = std::count(variant.right.begin(), variant.right.end(), 1);
  return static_cast<double>(right) / static_cast<double>(variant.right.size());
}

void add_importance(const TextOutcomes& outcomes, const TextChoices& choices, TextStudy& study) {
  if (!choices.main) return;
  const TextVariant& plain = choices.variants[*choices.main];
  for (const ImportanceChoices& one : choices.importance) {
    if (one.folds == 0) continue;
    study.importance.push_back({.feature = one.feature,
                                .accuracy_lost = accuracy_of(plain) - accuracy_of(one.shuffled),
                                .value_lost = value_of(outcomes, plain, study.metric) -
                                              value_of(outcomes, one.shuffled, study.metric),
                                .folds = one.folds});
  }
}

void add_intervals(const Comparison& comparison, const TextStudyOptions& options,
                   TextStudy& study) {
  const std::size_t best = study.best_single;
  const std::size_t count = study.results.size();
  const std::vector<Figures> now = comparison.figures(Draws(study.items, 1), best);
  std::vector<std::vector<double>> value(count), mix(count), over(count), ratio(count);
  bootstrap(study.items, options.resamples, options.seed, [&](const Draws& draws) {
    const std::vector<Figures> drawn = comparison.figures(draws, best);
    for (std::size_t v = 0; v < count; ++v) {
      value[v].push_back(drawn[v].value);
      mix[v].push_back(drawn[v].over_mix);
      over[v].push_back(drawn[v].over_best);
      ratio[v].push_back(drawn[v].time_ratio);
    }
  });
  for (std::size_t v = 0; v < count; ++v) {
    TextResult& result = study.results[v];
    result.mix = now[v].mix;
    if (result.kind == TextResultKind::kPremodel) {
      result.surely_above_mix = is_sure(now[v].over_mix, spread(mix[v]), study.premodels);
    }
    result.value = percentile_estimate(now[v].value, std::move(value[v]));
    result.over_mix = percentile_estimate(now[v].over_mix, std::move(mix[v]));
    result.over_best = percentile_estimate(now[v].over_best, std::move(over[v]));
    result.time_ratio = percentile_estimate(now[v].time_ratio, std::move(ratio[v]));
  }
}

std::string verdict_of(const TextStudy& study) {
  const TextResult& best = study.results[study.best_premodel];
  const std::string figure =
      fmt::format("{:+.2f} points of {} [{:+.2f}, {:+.2f}]", 100 * best.over_mix.value,
                  to_string(study.metric), 100 * best.over_mix.low, 100 * best.over_mix.high);
  if (!study.gain) {
    return fmt::format(
        "None of {} premodels is surely better than a random mix of single models that takes as "
        "long: the best of them, '{}', is at {}.",
        study.premodels, best.name, figure);
  }
  const auto sure = std::count_if(study.results.begin(), study.results.end(),
                                  [](const TextResult& one) { return one.surely_above_mix; });
  return fmt::format(
      "{} of {} premodels {} surely better than a random mix of single models that takes as long; "
      "the best of them, '{}', by {}, at {:.2f} times the speed of the best single model, '{}', "
      "and "
      "{:+.2f} points.",
      sure, study.premodels, sure == 1 ? "is" : "are", best.name, figure, best.time_ratio.value,
      study.results[study.best_single].name, 100 * best.over_best.value);
}

}  // namespace

void add_text_figures(const TextOutcomes& outcomes, const TextChoices& choices,
                      const TextStudyOptions& options, TextStudy& study) {
  std::vector<TextVariant> variants = single_models(outcomes, study.models);
  variants.insert(variants.end(), choices.variants.begin(), choices.variants.end());
  for (const TextVariant& variant : variants) {
    study.results.push_back(describe(outcomes, variant));
    study.premodels += variant.kind == TextResultKind::kPremodel ? 1 : 0;
  }
  const auto quality = static_cast<std::size_t>(options.metric);
  for (std::size_t m = 0; m < outcomes.models(); ++m) {
    if (study.results[m].quality[quality] > study.results[study.best_single].quality[quality]) {
      study.best_single = m;
    }
  }
  add_intervals(Comparison(outcomes, variants, options.metric), options, study);
  add_importance(outcomes, choices, study);
  // The best is one of those that are sure, if there are any.
  for (const TextResult& result : study.results) study.gain = study.gain || result.surely_above_mix;
  bool found = false;
  for (std::size_t v = 0; v < study.results.size(); ++v) {
    const TextResult& result = study.results[v];
    if (result.kind != TextResultKind::kPremodel) continue;
    if (study.gain && !result.surely_above_mix) continue;
    if (!found || result.over_mix.value > study.results[study.best_premodel].over_mix.value) {
      study.best_premodel = v;
    }
    found = true;
  }
  study.verdict = verdict_of(study);
}

}  // namespace rightsize

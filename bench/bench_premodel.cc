// What a premodel's choice costs, scaling included, beside OpenCV's prediction of the same model,
// and what fitting costs: 1,000 training inputs of 7 features, 3 models and "none". Counters:
// allocations per decision.
#include <benchmark/benchmark.h>

#include <array>
#include <functional>
#include <string>

#include "lab/premodel/opencv_models.h"
#include "lab/premodel/random_data.h"
#include "tests/count_allocations.h"

namespace rightsize {
namespace {

constexpr std::size_t kFeatures = 7;

const TrainingSet& training_set() {
  static const TrainingSet set =
      test::random_set({.inputs = 1000, .features = kFeatures, .models = 3, .noise = 0.5F});
  return set;
}

PremodelClassifier fitted(const ClassifierSpec& spec, bool chain) {
  const TrainingSet& set = training_set();
  return *fit_premodel(set, fit_scaling(set, test::all_features(set)), chain, std::span(&spec, 1));
}

// The scaled points and their classes.
const Examples& examples() {
  static const Examples scaled{std::get<Knn>(fitted({}, false).classifiers[0]).points,
                               training_set().labels, 4};
  return scaled;
}

// Decides about one input after the other.
template <typename Decide>
void measure(benchmark::State& state, const Decide& decide) {
  std::size_t i = 0;
  decide(i);
  const std::int64_t before = test::allocations;
  for (auto _ : state) {
    decide(i);
    i = (i + 1) % training_set().labels.size();
  }
  state.counters["allocations"] = benchmark::Counter(
      static_cast<double>(test::allocations - before), benchmark::Counter::kAvgIterations);
}

void choose(benchmark::State& state, const ClassifierSpec& spec, bool chain) {
  const PremodelClassifier premodel = fitted(spec, chain);
  measure(state, [&](std::size_t i) {
    benchmark::DoNotOptimize(premodel.choose(test::row_of(training_set(), i)));
  });
}

// What cross-validation repeats.
void fit(benchmark::State& state, const ClassifierSpec& spec, bool chain) {
  for (auto _ : state) benchmark::DoNotOptimize(fitted(spec, chain));
}

using Model = cv::Ptr<cv::ml::StatModel>;

// The library has no shared neighbours: it looks for them at each of the `times` levels.
void opencv(benchmark::State& state, const std::function<Model()>& train, int times) {
  cv::setNumThreads(1);
  const Model model = train();
  const cv::Mat inputs = examples().matrix();
  cv::Mat result;
  measure(state, [&](std::size_t i) {
    const cv::Mat input = inputs.row(static_cast<int>(i));
    for (int level = 0; level < times; ++level) model->predict(input, result);
    benchmark::DoNotOptimize(result);
  });
}

void add(const std::string& name, const ClassifierSpec& spec, bool chain,
         const std::function<Model()>& train) {
  benchmark::RegisterBenchmark((name + "/choose").c_str(), choose, spec, chain);
  benchmark::RegisterBenchmark((name + "/fit").c_str(), fit, spec, chain);
  benchmark::RegisterBenchmark((name + "/opencv").c_str(), opencv, train, chain ? 3 : 1);
}

Model train_knn() {
  const cv::Ptr<cv::ml::KNearest> knn = cv::ml::KNearest::create();
  knn->setDefaultK(5);
  knn->train(examples().matrix(), cv::ml::ROW_SAMPLE, examples().responses());
  return knn;
}

Model train_normal_bayes() {
  const auto bayes = cv::ml::NormalBayesClassifier::create();
  bayes->train(examples().matrix(), cv::ml::ROW_SAMPLE, examples().responses());
  return bayes;
}

void add_all() {
  using enum ClassifierKind;
  const ClassifierSpec linear{.kind = kSvm, .linear = true};
  add("knn.knn.knn", {.kind = kKnn}, true, train_knn);
  add("knn", {.kind = kKnn}, false, train_knn);
  add("tree", {.kind = kTree}, false, [] { return train_tree({}, examples()); });
  add("logistic", {.kind = kLogistic}, false,
      [] { return train_logistic(examples(), standardise(examples().matrix())); });
  add("linear svm", linear, false, [=] { return train_svm(linear, examples()); });
  add("naive bayes", {.kind = kNaiveBayes}, false, train_normal_bayes);
  add("rbf svm", {.kind = kSvm}, false, [] { return train_svm({}, examples()); });
  add("forest", {.kind = kForest}, false, [] { return train_forest({}, examples()); });
  // The library knows two classes only: one of the four ensembles.
  add("boosting", {.kind = kBoosting}, false, [] { return train_boosting({}, examples(), 0); });
}

}  // namespace
}  // namespace rightsize

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  rightsize::add_all();
  benchmark::RunSpecifiedBenchmarks();
}

// One fold of the study: fits every variant to the training items and adds what it does on the test
// items to the study's pools.
#pragma once

#include <random>

#include "lab/paper/study.h"

namespace rightsize {

class StudyFold {
 public:
  // Both must outlive the object.
  StudyFold(const Recording& recording, PremodelOptions options, Study& study)
      : recording_(recording), options_(std::move(options)), study_(study) {}

  std::string fallback;  // model; empty: the training items' best
  bool brief = false;

  Status run(const std::vector<std::size_t>& train, const std::vector<std::size_t>& test);

 private:
  void run_controls();
  Status run_paper();
  Status run_shapes();
  Status run_probes();
  Status run_feature_counts();
  Status run_kinds_of_knn();
  Status run_model_counts();
  Status run_soundness();
  void flag_choices(const ConformalPredictor& predictor, const PremodelRule& rule,
                    SoundnessResult& result);
  void run_choices();
  void count_levels(const PremodelRule& rule);

  // Fits the shape and adds what it does to the variant at `place` of a list.
  Status add(const Preparation& preparation, const PremodelShape& shape,
             const PremodelOptions& options, Variant& variant);
  void pool(const Selector& selector, Variant& variant);
  Variant& at(std::vector<Variant>& list, std::size_t place, std::string name,
              double parameter = 0.0);

  const Recording& recording_;
  PremodelOptions options_;
  Study& study_;
  std::vector<std::size_t> train_;
  std::vector<std::size_t> test_;
  Preparation prepared_;     // the paper's, on the training items
  std::mt19937_64 ties_{1};  // for the smoothing of p-values
};

}  // namespace rightsize

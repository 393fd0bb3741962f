// Proves that a premodel's choice allocates nothing, of whichever kind. A program of its own,
// because it replaces the global operator new.
#include <gtest/gtest.h>

#include "lab/premodel/random_data.h"
#include "tests/count_allocations.h"

namespace rightsize::test {
namespace {

TEST(ChooseAllocationTest, ChoosingAllocatesNothing) {
  const TrainingSet set = random_set({.inputs = 200});
  const FeatureScaling scaling = fit_scaling(set, all_features(set));
  for (const ClassifierSpec& spec : all_specs()) {
    for (const bool chain : {false, true}) {
      const std::int64_t unfitted = allocations;
      const Result<PremodelClassifier> premodel =
          fit_premodel(set, scaling, chain, std::span(&spec, 1));
      ASSERT_TRUE(premodel.ok());
      EXPECT_LT(unfitted, allocations);  // it does count
      const std::int64_t before = allocations;
      std::size_t sum = 0;
      for (std::size_t i = 0; i < set.labels.size(); ++i) {
        sum += premodel->choose(row_of(set, i)).chosen;
      }
      EXPECT_EQ(before, allocations) << spec.name();
      EXPECT_GT(sum, 0U);
    }
  }
}

}  // namespace
}  // namespace rightsize::test

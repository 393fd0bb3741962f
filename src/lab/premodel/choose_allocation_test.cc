// Proves that a premodel's choice allocates nothing, of whichever kind. A program of its own,
// because it replaces the global operator new.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "lab/premodel/random_data.h"

namespace {
std::atomic<int> allocations = 0;
}

// Counts allocations. Not inlined, because g++ 12 takes an inlined pair for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace rightsize::test {
namespace {

TEST(ChooseAllocationTest, ChoosingAllocatesNothing) {
  const TrainingSet set = random_set({.inputs = 200});
  const FeatureScaling scaling = fit_scaling(set, all_features(set));
  for (const ClassifierSpec& spec : all_specs()) {
    for (const bool chain : {false, true}) {
      const int unfitted = allocations;
      const Result<PremodelClassifier> premodel =
          fit_premodel(set, scaling, chain, std::span(&spec, 1));
      ASSERT_TRUE(premodel.ok());
      EXPECT_LT(unfitted, allocations);  // it does count
      const int before = allocations;
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

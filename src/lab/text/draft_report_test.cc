#include "lab/text/draft_report.h"

#include <gtest/gtest.h>

namespace rightsize {
namespace {

DraftedPair pair_of(double acceptance, double further, double draft) {
  DraftedPair pair;
  pair.acceptance = acceptance;
  pair.tokens = 20;
  pair.call_ms = 1.0;
  pair.further_ms = further;
  pair.draft_ms = draft;
  return pair;
}

TEST(DraftBound, IsOfTheBestLength) {
  // Free drafts that are always right: as many tokens as a draft may have, and one more.
  const DraftBound free = bound_of(pair_of(1.0, 0.0, 0.0));
  EXPECT_NEAR(13.0, free.speedup, 1e-9);
  EXPECT_EQ(12U, free.length);
  // 1 + 0.8 + ... + 0.8^4 tokens for 1 + 4 x 0.2 ms is the best that any length gives.
  const DraftBound usual = bound_of(pair_of(0.8, 0.1, 0.1));
  EXPECT_EQ(4U, usual.length);
  EXPECT_NEAR((1 + 0.8 + 0.64 + 0.512 + 0.4096) / 1.8, usual.speedup, 1e-9);
}

TEST(DraftBound, SaysWhereDraftingCannotPay) {
  EXPECT_EQ(0U, bound_of(pair_of(0.7, 1.0, 0.0)).length) << "a block costs what single calls cost";
  EXPECT_EQ(1.0, bound_of(pair_of(0.7, 1.0, 0.0)).speedup);
  EXPECT_EQ(0U, bound_of(pair_of(0.3, 0.1, 0.3)).length);
}

TEST(DraftBound, CountsCallsWithoutADraft) {
  DraftedPair pair = pair_of(1.0, 0.0, 0.0);
  pair.proposed = 0.25;  // 1 + 12 / 4 tokens per call
  EXPECT_NEAR(4.0, bound_of(pair).speedup, 1e-9);
  pair.proposed = 0.0;
  EXPECT_EQ(0U, bound_of(pair).length);
}

TEST(DraftBound, CountsWhatDraftingCannotSave) {
  DraftedPair pair = pair_of(0.8, 0.1, 0.1);
  const double without = bound_of(pair).speedup;
  pair.preparing_ms = 10;
  const double with = bound_of(pair).speedup;
  EXPECT_LT(with, without);
  pair.draft_preparing_ms = 1;
  EXPECT_LT(bound_of(pair).speedup, with);
  pair.draft_preparing_ms = 100;
  EXPECT_EQ(0U, bound_of(pair).length);
}

}  // namespace
}  // namespace rightsize

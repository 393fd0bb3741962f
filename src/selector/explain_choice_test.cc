// Proves that explanations tell of cascades that a premodel entered and of routing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "selector/explain_test_support.h"
#include "selector/test_rules.h"

namespace rightsize {
namespace {

using test::answering;
using test::Explained;
using test::explained;
using test::FakeWorld;
using test::file_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint16_t kContrast = 5;
constexpr std::uint16_t kFirstHue = 22;

FakeWorld world_of(float contrast, float hue) {
  std::vector<Trial> trials = {answering(3, 0.5), answering(4, 0.6), answering(5, 0.7)};
  test::give_times(trials);
  FakeWorld world(std::move(trials));
  world.values.resize(kImageFeatures);
  world.values[kContrast] = contrast;
  world.values[kFirstHue] = hue;
  return world;
}

TEST(ExplainEntry, TheStageThatWasChosenAndWhatCameAfter) {
  FakeWorld world = world_of(1, 0);
  const CascadeRule plain{.stages = {{0, 0.8}, {2, 0.0}}};
  const Explained e =
      explained(file_of({test::entry_rule({kContrast, kFirstHue}, {}), plain}), world);
  EXPECT_EQ(e.facts.kind, "entry");
  EXPECT_THAT(e.text, HasSubstr("Ran medium, which the premodel chose"));
  EXPECT_THAT(e.text, HasSubstr("is below the 0.8 that this stage needs"));
  EXPECT_THAT(e.text, HasSubstr("Ran large, the next stage"));
  EXPECT_THAT(e.text, AllOf(HasSubstr("The premodel chose medium"),
                            HasSubstr("only chose the stage that the cascade was entered at")));
  EXPECT_THAT(e.text, Not(HasSubstr("cannot be run in"))) << "small was not wanted";
  EXPECT_THAT(e.text, HasSubstr("'point-1': not known: small would have run"));
  for (const ExplainedStep& step : e.facts.steps) EXPECT_TRUE(step.passed_over.empty());
  EXPECT_EQ(e.document["premodel"]["chosen"], "medium");
}

TEST(ExplainEntry, AProbeIsNotComparedWhereAnotherEntryWasChosen) {
  // Largest probability 1 and entropy 0 are nearest to the second point: model 1.
  FakeWorld world({answering(3, 1.0), answering(4, 0.9), answering(5, 0.7)});
  const Explained e = explained(file_of({test::entry_rule({0, 2}, 0)}), world);
  ASSERT_EQ(e.facts.steps.size(), 2U);
  EXPECT_FALSE(e.facts.steps[0].comparison.has_value());
  EXPECT_TRUE(e.facts.steps[1].comparison.has_value());
  EXPECT_THAT(e.text, HasSubstr("Ran small, the probe"));
}

TEST(ExplainRouting, ThePredictedChancesAndThePrice) {
  FakeWorld world({answering(3, 0.2), answering(4, 0.6), answering(5, 0.7)});
  const CascadeRule plain{.stages = {{0, 0.1}, {2, 0.0}}};
  const Explained e = explained(file_of({test::routing_rule(0.01), plain}), world);
  EXPECT_EQ(e.facts.kind, "routing");
  EXPECT_THAT(e.text, HasSubstr("Ran small, the probe, by whose answer routing chooses"));
  EXPECT_THAT(e.text, HasSubstr("Ran large, which routing chose"));
  EXPECT_THAT(e.text, HasSubstr("The predicted chances of being right: small 23.2 %, medium 70.0 "
                                "%, large 80.0 %."));
  EXPECT_THAT(e.text, HasSubstr("less 1 points for every further millisecond"));
  EXPECT_THAT(e.text, HasSubstr("'point-1': \"thing 3\""));
  EXPECT_EQ(e.document["predicted"].size(), 3U);
  EXPECT_NEAR(e.document["predicted"][1]["score"].get<double>(), 0.7, 1e-9);
  EXPECT_EQ(e.document["price"], 0.01);
}

TEST(ExplainRouting, WithoutItsProbe) {
  FakeWorld world({test::failing(), answering(4, 0.6), answering(5, 0.7)});
  const Explained e = explained(file_of({test::routing_rule(0.01)}), world);
  EXPECT_THAT(e.text, HasSubstr("What routing would choose is not known: its probe, small, gave no "
                                "answer"));
  EXPECT_TRUE(e.document["predicted"].empty());
}

// Points of every kind beside the one that decided: none of them brings the explanation down.
TEST(ExplainOthers, OfEveryKind) {
  FakeWorld world({answering(3, 0.9), answering(4, 0.6), answering(5, 0.7)});
  const CascadeRule plain{.stages = {{0, 0.8}, {2, 0.0}}};
  const Explained e =
      explained(file_of({plain, test::entry_rule({0, 2}, 0), test::routing_rule(1.0),
                         test::entry_rule({kContrast, kFirstHue}, {})}),
                world);
  ASSERT_EQ(e.facts.others.size(), 3U);
  EXPECT_TRUE(e.facts.others[1].known) << "at this price the probe answers";
  EXPECT_FALSE(e.facts.others[2].known) << "no features were extracted";
}

}  // namespace
}  // namespace rightsize
